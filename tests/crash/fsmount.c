// fsmount: does the kernel accept this image, and what does it find there?
//
//     fsmount [-v] [-m FRAMES] [-o OUT] IMAGE...
//
// Each image is mounted in memory by the kernel's own code (world.h), with recovery, and its whole
// tree is read; the file is not changed. A line for each says
//
//     IMAGE: accepted                              mounted, and everything could be read
//     IMAGE: accepted, N errors, the first: -5 at /dir/file
//     IMAGE: refused (-22): mount: no file system  fs_mount's error, and its last line on the
//     console IMAGE: broken: panic at ...                  a panic, a deadlock IMAGE: broken:
//     signal 11
//
// -v prints the kernel's lines and each name: type, links, size, a number that stands for the
// bytes, path. -m: the kernel has so many frames of memory (2048). -o writes the image as it is
// after mounting and a sync to OUT (of the last image). The status is 0 if all were accepted
// without an error, 1 if some was not, 2 if something was broken.
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/mount.h"
#include "kernel/lib/print.h"
#include "tests/crash/walk.h"
#include "tests/crash/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT 20 // seconds that one image may take

enum { STATUS_GOOD, STATUS_BAD, STATUS_BROKEN };

struct options {
    bool verbose;
    uint frames;
    const char *out;
};

// What is found out about an image.
struct attempt {
    const struct options *options;
    const char *image;
    struct world_disk disk;
    int error;             // of mounting, or -EIO if a sync failed then
    char said[PRINT_MAX];  // the kernel's last line
    uint errors;           // names that could not be read
    int first;             // the first one's error
    char where[WALK_PATH]; // and path
};

static struct attempt *now; // in the world

// The kernel's console.
static void keep_line(const char *text, size_t n)
{
    if (now->options->verbose)
        fwrite(text, 1, n, stdout);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    snprintf(now->said, sizeof(now->said), "%.*s", (int)n, text);
}

static void visit(const struct walk_entry *entry, void *arg)
{
    struct attempt *a = arg;
    if (a->options->verbose)
        printf("%d %u %lu %016lx %s%s\n", entry->type, entry->nlink, entry->size, entry->content,
               entry->path, entry->error ? " !" : "");
    if (entry->error == 0)
        return;
    if (a->errors++ == 0) {
        a->first = entry->error;
        snprintf(a->where, sizeof(a->where), "%s", entry->path);
    }
}

static void mount(void *arg)
{
    now = arg;
    world_disk = now->disk;
    print_output = keep_line;
    world_boot(now->options->frames);
    now->error = fs_mount();
    if (now->error)
        return;
    walk_tree(visit, now);
    now->error = journal_flush();
}

static bool read_image(struct attempt *a)
{
    FILE *f = fopen(a->image, "rb");
    long size = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    bool good = size >= 0 && (a->disk.bytes = malloc(size + 1)) != 0;
    if (good) {
        rewind(f);
        good = fread(a->disk.bytes, 1, size, f) == (size_t)size;
        a->disk.blocks = size / BSIZE;
    }
    if (!good)
        perror(a->image);
    if (f)
        fclose(f);
    return good;
}

static bool write_image(const struct attempt *a)
{
    FILE *f = fopen(a->options->out, "wb");
    size_t size = (size_t)a->disk.blocks * BSIZE;
    bool good = f && fwrite(a->disk.bytes, 1, size, f) == size && fclose(f) == 0;
    if (!good)
        perror(a->options->out);
    return good;
}

// Says what became of it: the status.
static int report(const struct attempt *a, const char *broken)
{
    if (broken)
        printf("%s: broken: %s\n", a->image, broken);
    else if (a->error)
        printf("%s: refused (%d): %s\n", a->image, a->error, a->said);
    else if (a->errors)
        printf("%s: accepted, %u errors, the first: %d at %s\n", a->image, a->errors, a->first,
               a->where);
    else
        printf("%s: accepted\n", a->image);
    fflush(stdout);
    if (broken)
        return STATUS_BROKEN;
    return a->error || a->errors ? STATUS_BAD : STATUS_GOOD;
}

static int try_image(const struct options *options, const char *image)
{
    struct attempt *a = calloc(1, sizeof(*a));
    a->options = options;
    a->image = image;
    if (!read_image(a))
        return STATUS_BROKEN;
    alarm(LIMIT);
    const char *broken = world_run(mount, a);
    alarm(0);
    int status = report(a, broken);
    if (options->out && !write_image(a))
        status = STATUS_BROKEN;
    free(a->disk.bytes);
    free(a);
    return status;
}

// Tries images[*done] and those behind it, in a process of its own: the worst status. A signal ends
// that early.
static int try_images(const struct options *options, char **images, int n, volatile int *done)
{
    int status, worst = STATUS_GOOD;
    pid_t pid = fork();
    if (pid == 0) {
        for (; *done < n; ++*done) {
            status = try_image(options, images[*done]);
            worst = status > worst ? status : worst;
        }
        _exit(worst);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("fsmount");
        exit(STATUS_BROKEN);
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    printf("%s: broken: signal %d\n", images[*done], WTERMSIG(status));
    fflush(stdout);
    ++*done;
    return STATUS_BROKEN;
}

int main(int argc, char **argv)
{
    struct options options = {.frames = WORLD_FRAMES};
    int option, worst = STATUS_GOOD;
    int *done = mmap(0, sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    while ((option = getopt(argc, argv, "vm:o:")) != -1) {
        if (option == 'v')
            options.verbose = true;
        else if (option == 'm')
            options.frames = atoi(optarg);
        else if (option == 'o')
            options.out = optarg;
        else
            optind = argc;
    }
    if (optind >= argc || done == MAP_FAILED) {
        fprintf(stderr, "usage: fsmount [-v] [-m FRAMES] [-o OUT] IMAGE...\n");
        return STATUS_BROKEN;
    }
    while (*done < argc - optind) {
        int status = try_images(&options, argv + optind, argc - optind, done);
        worst = status > worst ? status : worst;
    }
    return worst;
}
