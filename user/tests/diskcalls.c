// diskcalls: does what a script says with files, and tells what each call returned. The tests of a
// failing disk (tests/suites/diskfaults.py) run it as the first process, on a disk of their own.
//
//     typed         what it does
//     load NAME     reads the script /s/NAME; prints "loaded;"
//     go            runs it, prints "done;"
//     show          prints all below /d, then "shown;"
//     poweroff
//
// It has read all of its own program before it asks for the first line, so that a fault of the disk
// hits the calls that it makes, not itself. A script's line is a command:
//
//     create P          write P OFF N SEED    append P N SEED     trunc P SIZE    fsync P      sync
//     unlink P          rename P Q            link P Q            mkdir P         list P
//     read P OFF N      map P OFF N SEED      mapread P           run P           hold P       drop
//     {                 the lines down to } are done by a child, at the same time
//     wait              for all children
//
// Each prints one piece, "#LINE RESULT CRC;": what the call returned (an error as -errno), and the
// checksum of what was read. sync and fsync print "!LINE;" first, map "+LINE PAGE;" after each page
// that it has stored into.
#include <stdbool.h>

#include "kernel/fcntl.h"
#include "kernel/memlayout.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

#define BUFFER   (64 * 1024)
#define WORDS    6
#define CHILDREN 16

static char script[4096], line[256], *word[WORDS];
static char buf[BUFFER];
static int number; // of the script's line
static int held = -1;
static uint crc_table[256];

// Makes the program so long that its pages come in several requests.
static const char filler[20 * PGSIZE] = {1};

static void make_crc_table(void)
{
    for (uint i = 0; i < 256; i++) {
        uint c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        crc_table[i] = c;
    }
}

// The CRC-32 of zip and PNG; 0 for nothing.
static uint crc(uint c, const char *p, long n)
{
    c = ~c;
    for (long i = 0; i < n; i++)
        c = c >> 8 ^ crc_table[(c ^ p[i]) & 255];
    return ~c;
}

// Prints in one piece, so that processes do not mix their words.
static void say(const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    write(1, text, n);
}

// What the files of the test hold: a byte for each place, another sequence for each seed.
static void pattern(char *p, long off, long n, long seed)
{
    for (long i = 0; i < n; i++)
        p[i] = ((off + i) ^ (off + i) >> 8) + seed * 37;
}

static long num(int i)
{
    long value = 0;
    if (word[i] == 0 || parse_long(word[i], &value) < 0)
        say("diskcalls: line %d: no number;\n", number);
    return value;
}

static long result(long r) { return r < 0 ? -errno : r; }

static void split(char *s)
{
    int n = 0;
    memset(word, 0, sizeof word);
    while (*s && n < WORDS) {
        while (*s == ' ')
            *s++ = 0;
        if (*s)
            word[n++] = s;
        while (*s && *s != ' ')
            s++;
    }
}

// --- Commands: each returns what the call said, or the number of a sum ---

static long on_file(int flags, long (*call)(int fd, uint *sum), uint *sum)
{
    int fd = open(word[1], flags);
    if (fd < 0)
        return -errno;
    long r = result(call(fd, sum));
    close(fd);
    return r;
}

static long opened(int, uint *) { return 0; }
static long do_create(uint *sum) { return on_file(O_CREATE | O_RDWR, opened, sum); }

static long write_there(int fd, uint *)
{
    pattern(buf, num(2), num(3), num(4));
    lseek(fd, num(2), SEEK_SET);
    return write(fd, buf, num(3));
}
static long do_write(uint *sum) { return on_file(O_RDWR, write_there, sum); }

static long write_behind(int fd, uint *)
{
    pattern(buf, 0, num(2), num(3));
    return write(fd, buf, num(2));
}
static long do_append(uint *sum) { return on_file(O_WRONLY | O_APPEND, write_behind, sum); }

static long cut(int fd, uint *) { return ftruncate(fd, num(2)); }
static long do_trunc(uint *sum) { return on_file(O_RDWR, cut, sum); }

static long sync_file(int fd, uint *)
{
    say("!%d;\n", number);
    return fsync(fd);
}
static long do_fsync(uint *sum) { return on_file(O_RDONLY, sync_file, sum); }

static long do_sync(uint *)
{
    say("!%d;\n", number);
    return result(sync());
}

static long do_unlink(uint *) { return result(unlink(word[1])); }
static long do_rename(uint *) { return result(rename(word[1], word[2])); }
static long do_link(uint *) { return result(link(word[1], word[2])); }
static long do_mkdir(uint *) { return result(mkdir(word[1])); }

static long count_names(int fd, uint *)
{
    char name[DIRSIZ + 1];
    int n = 0, r;
    while ((r = next_name(fd, name)) > 0)
        n++;
    return r < 0 ? r : n;
}
static long do_list(uint *sum) { return on_file(O_RDONLY, count_names, sum); }

static long read_there(int fd, uint *sum)
{
    lseek(fd, num(2), SEEK_SET);
    long r = read(fd, buf, num(3));
    if (r > 0)
        *sum = crc(0, buf, r);
    return r;
}
static long do_read(uint *sum) { return on_file(O_RDONLY, read_there, sum); }

static long do_hold(uint *)
{
    held = open(word[1], O_RDWR);
    return held < 0 ? -errno : 0;
}

static long do_drop(uint *) { return held < 0 ? 0 : result(close(held)); }

// A child does it: a page that cannot be had ends the process that touches it. Its status.
static long in_child(void (*work)(int fd), const char *path, int flags)
{
    int status, fd = open(path, flags);
    if (fd < 0)
        return -errno;
    int pid = fork();
    if (pid == 0) {
        work(fd);
        exit(0);
    }
    close(fd);
    return pid < 0 || waitpid(pid, &status, 0) < 0 ? -errno : status;
}

static void store_pages(int fd)
{
    long off = num(2), n = num(3);
    char *p = mmap(0, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, off);
    if (p == MAP_FAILED)
        exit(errno);
    for (long at = 0; at < n; at += PGSIZE) {
        pattern(buf, off + at, PGSIZE, num(4));
        memmove(p + at, buf, PGSIZE);
        say("+%d %ld;\n", number, (off + at) / PGSIZE);
    }
}

static void read_pages(int fd)
{
    struct stat st;
    char *p = fstat(fd, &st) < 0 ? MAP_FAILED : mmap(0, st.size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        exit(errno);
    say("+%d %d;\n", number, crc(0, p, st.size));
}

static long do_map(uint *) { return in_child(store_pages, word[1], O_RDWR); }
static long do_mapread(uint *) { return in_child(read_pages, word[1], O_RDONLY); }

// Runs a copy of this program, which tells the sum of its own pages.
static long do_run(uint *)
{
    char text[12];
    char *argv[] = {word[1], text, 0};
    int status;
    snprintf(text, sizeof text, "%d", number);
    int pid = fork();
    if (pid == 0) {
        exec(word[1], argv);
        exit(errno);
    }
    return pid < 0 || waitpid(pid, &status, 0) < 0 ? -errno : status;
}

static long do_wait(uint *)
{
    while (wait(0) > 0)
        ;
    return 0;
}

static const struct command {
    const char *name;
    long (*call)(uint *sum);
} commands[] = {
    {"create", do_create}, {"write", do_write}, {"append", do_append}, {"trunc", do_trunc},
    {"fsync", do_fsync},   {"sync", do_sync},   {"unlink", do_unlink}, {"rename", do_rename},
    {"link", do_link},     {"mkdir", do_mkdir}, {"list", do_list},     {"read", do_read},
    {"hold", do_hold},     {"drop", do_drop},   {"map", do_map},       {"mapread", do_mapread},
    {"run", do_run},       {"wait", do_wait},
};

static void run_command_line(void)
{
    for (uint i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, word[0]) == 0) {
            uint sum = 0;
            long r = commands[i].call(&sum);
            say("#%d %ld %u;\n", number, r, sum);
        }
}

// --- Scripts ---

// Takes the next line of the script, from *at: false at its end.
static bool next_line(const char **at)
{
    const char *s = *at;
    uint n = 0;
    while (s[n] && s[n] != '\n' && n < sizeof line - 1)
        n++;
    if (*s == 0)
        return false;
    memmove(line, s, n);
    line[n] = 0;
    *at = s[n] ? s + n + 1 : s + n;
    number++;
    split(line);
    return true;
}

static void run_script(void)
{
    const char *at = script;
    bool child = false;
    number = 0;
    while (next_line(&at)) {
        if (word[0] == 0)
            continue;
        if (word[0][0] == '{') {
            int pid = fork();
            child = pid == 0;
            if (pid < 0)
                say("#%d %d 0;\n", number, -errno);
            while (pid != 0 && next_line(&at) && (word[0] == 0 || word[0][0] != '}'))
                ;
        } else if (word[0][0] == '}') {
            exit(child ? 0 : 1);
        } else {
            run_command_line();
        }
    }
}

static bool read_script(const char *name)
{
    char path[MAXPATH];
    snprintf(path, sizeof path, "/s/%s", name);
    int fd = open(path, O_RDONLY);
    int n = fd < 0 ? -1 : read_all(fd, script, sizeof script - 1);
    script[n > 0 ? n : 0] = 0;
    close(fd);
    return n > 0;
}

// --- What is there ---

static void show_file(int fd, const char *path, const struct stat *st)
{
    uint sum = 0;
    int n;
    while ((n = read(fd, buf, sizeof buf)) > 0)
        sum = crc(sum, buf, n);
    if (n < 0)
        say("=E %s %d;\n", path, -errno);
    else
        say("=F %s %d %ld %u;\n", path, st->nlink, (long)st->size, sum);
}

static void show(const char *path, int depth)
{
    char name[DIRSIZ + 1], below[MAXPATH];
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW), r = 0;
    if (fd < 0 || fstat(fd, &st) < 0) {
        say("=E %s %d;\n", path, -errno);
    } else if (st.type != T_DIR) {
        show_file(fd, path, &st);
    } else {
        say("=D %s;\n", path);
        while (depth < 8 && (r = next_name(fd, name)) > 0)
            if (join_path(below, path, name) == 0)
                show(below, depth + 1);
        if (r < 0)
            say("=E %s %d;\n", path, -errno);
    }
    if (fd >= 0)
        close(fd);
}

static uint own_sum(void)
{
    return crc(0, (const char *)USERBASE, filler + sizeof filler - (const char *)USERBASE);
}

static __attribute__((noreturn)) void serve(void)
{
    for (;;) {
        if (read_line(0, line, sizeof line) < 0)
            poweroff(2);
        split(line);
        if (word[0] == 0)
            continue;
        if (strcmp(word[0], "load") == 0 && word[1])
            say(read_script(word[1]) ? "loaded;\n" : "no such script;\n");
        if (strcmp(word[0], "go") == 0) {
            run_script();
            say("done;\n");
        }
        if (strcmp(word[0], "show") == 0) {
            show("/d", 0);
            say("shown;\n");
        }
        if (strcmp(word[0], "poweroff") == 0)
            poweroff(0);
    }
}

int main(int argc, char **argv)
{
    make_crc_table();
    uint sum = own_sum();
    if (argc > 1) {
        say("+%s %d;\n", argv[1], sum);
        return 0;
    }
    if (getpid() != 1)
        usage("diskcalls LINE (the tests of a failing disk run it as the first process)");
    if (open("/console", O_RDWR) < 0) {
        mknod("/console", 1, 0);
        if (open("/console", O_RDWR) < 0)
            poweroff(2);
    }
    dup(0);
    dup(0);
    say("ready %u;\n", sum);
    serve();
}
