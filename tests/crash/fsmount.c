// fsmount: does the kernel accept this image, and what does it find there?
//
//     fsmount [-v] [-m FRAMES] [-o OUT] IMAGE...
//
// Each image is mounted in memory by the kernel's own code (world.h), with recovery, and its whole tree is read; the
// file is not changed. A line for each says
//
//     IMAGE: accepted                              mounted, and everything could be read
//     IMAGE: accepted, N errors, the first: -5 at /dir/file
//     IMAGE: refused (-22): mount: no file system  fs_mount's error, and its last line on the console
//     IMAGE: broken: panic at ...                  a panic, a deadlock
//     IMAGE: broken: signal 11
//
// -v prints the kernel's lines and each name: type, links, size, a number that stands for the bytes, path. -m: the
// kernel has so many frames of memory (2048). -o writes the image as it is after mounting and a sync to OUT (of the
// last image). The status is 0 if all were accepted without an error, 1 if some was not, 2 if something was broken.
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/print.h"
#include "tests/crash/walk.h"
#include "tests/crash/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT 20 // seconds that one image may take

enum { STATUS_GOOD, STATUS_BAD, STATUS_BROKEN };

static bool verbose;
static uint frames = 2048;
static const char *out, *image;
static char last_line[PRINT_MAX];

struct found {
    uint errors;
    int first;
    char path[WALK_PATH];
};

// The kernel's console.
static void keep_line(const char *text, size_t n)
{
    if (verbose)
        fwrite(text, 1, n, stdout);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    snprintf(last_line, sizeof(last_line), "%.*s", (int)n, text);
}

static noreturn void broken(const char *what)
{
    printf("%s: broken: %s\n", image, what);
    fflush(stdout);
    _exit(STATUS_BROKEN);
}

static void visit(const struct walk_entry *entry, void *arg)
{
    struct found *found = arg;
    if (verbose)
        printf("%d %u %lu %016lx %s%s\n", entry->type, entry->nlink, entry->size, entry->content, entry->path,
               entry->error ? " !" : "");
    if (entry->error == 0)
        return;
    if (found->errors++ == 0) {
        found->first = entry->error;
        snprintf(found->path, sizeof(found->path), "%s", entry->path);
    }
}

static void read_image(void)
{
    FILE *f = fopen(image, "rb");
    long size = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    if (size < 0 || !(world_disk.bytes = malloc(size + 1))) {
        perror(image);
        _exit(STATUS_BROKEN);
    }
    rewind(f);
    if (fread(world_disk.bytes, 1, size, f) != (size_t)size)
        broken("cannot be read");
    world_disk.blocks = size / BSIZE;
    fclose(f);
}

static void write_image(void)
{
    FILE *f = fopen(out, "wb");
    size_t size = (size_t)world_disk.blocks * BSIZE;
    if (!f || fwrite(world_disk.bytes, 1, size, f) != size || fclose(f) != 0) {
        perror(out);
        _exit(STATUS_BROKEN);
    }
}

// There are no programs that could store into files without a transaction.
static void nothing_mapped(void) {}

// Does it all, and ends the process.
static void mount_image(void)
{
    struct found found = {0};
    alarm(LIMIT);
    read_image();
    world_boot(frames);
    print_output = keep_line;
    journal_stage_hook = nothing_mapped;
    int e = fs_mount();
    if (e) {
        printf("%s: refused (%d): %s\n", image, e, last_line);
    } else {
        walk_tree(visit, &found);
        e = journal_flush();
        if (e)
            broken("sync fails");
        printf("%s: accepted", image);
        if (found.errors > 0)
            printf(", %u errors, the first: %d at %s", found.errors, found.first, found.path);
        putchar('\n');
    }
    if (out)
        write_image();
    fflush(stdout);
    _exit(e || found.errors ? STATUS_BAD : STATUS_GOOD);
}

// In a process of its own. Returns its status.
static int try_image(void)
{
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        mount_image();
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("fsmount");
        exit(STATUS_BROKEN);
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    printf("%s: broken: signal %d\n", image, WTERMSIG(status));
    return STATUS_BROKEN;
}

int main(int argc, char **argv)
{
    int option, worst = STATUS_GOOD;
    while ((option = getopt(argc, argv, "vm:o:")) != -1) {
        if (option == 'v')
            verbose = true;
        else if (option == 'm')
            frames = atoi(optarg);
        else if (option == 'o')
            out = optarg;
        else
            optind = argc;
    }
    if (optind >= argc) {
        fprintf(stderr, "usage: fsmount [-v] [-m FRAMES] [-o OUT] IMAGE...\n");
        return STATUS_BROKEN;
    }
    world_failed = broken;
    for (int i = optind; i < argc; i++) {
        image = argv[i];
        int status = try_image();
        worst = status > worst ? status : worst;
    }
    return worst;
}
