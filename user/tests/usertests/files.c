// Files: what is written is read, offsets, modes of opening, errors. Here the simple uses; more in
// files_fds.c files_devices.c files_faults.c files_together.c files_model.c.
#include "user/tests/usertests/files.h"

#include "user/tests/usertests/files_data.h"

static void writetest(void)
{
    int fd = new_file("f");
    for (int i = 0; i < 100; i++) {
        expect(write(fd, "aaaaaaaaaa", 10) == 10, "write a %d", i);
        expect(write(fd, "bbbbbbbbbb", 10) == 10, "write b %d", i);
        expect(size_of(fd) == 20U * (i + 1), "size after %d", i);
    }
    close(fd);
    fd = open("f", O_RDONLY);
    expect(fd >= 0 && read(fd, chunk, CHUNK) == 2000, "read of the whole file");
    for (int i = 0; i < 2000; i++)
        expect(chunk[i] == (i / 10 % 2 ? 'b' : 'a'), "byte %d", i);
    expect(read(fd, chunk, CHUNK) == 0, "the file's end");
    discard(fd, "f");
}

static void bigfile(void)
{
    int fd = new_file("f");
    for (int i = 0; i < 20; i++) {
        memset(chunk, 'A' + i, 600);
        expect(write(fd, chunk, 600) == 600, "write %d", i);
    }
    close(fd);
    fd = open("f", O_RDONLY);
    for (int i = 0; i < 40; i++) {
        expect(read(fd, chunk, 300) == 300, "read %d", i);
        for (int j = 0; j < 300; j++)
            expect(chunk[j] == 'A' + i / 2, "byte %d of piece %d", j, i);
    }
    expect(read(fd, chunk, 300) == 0, "the file's end");
    discard(fd, "f");
}

// Sizes around those that the kernel takes in one piece (16 pages) and more than one transaction.
static void bigwrite(void)
{
    static char data[(MAXOPBLOCKS + 2) * BSIZE];
    for (int n = 499; n <= (int)sizeof(data); n += n < 80000 ? 7919 : 47111) {
        int fd = new_file("f");
        fill(data, 0, n, 1);
        expect(write(fd, data, n) == n, "first write of %d bytes", n);
        expect(write(fd, data, n) == n, "second write of %d bytes", n);
        expect(size_of(fd) == 2UL * n, "size after two writes of %d", n);
        for (int i = 0; i < 2; i++) {
            memset(data, 0, n);
            expect(lseek(fd, (off_t)i * n, SEEK_SET) == (off_t)i * n && read(fd, data, n) == n,
                   "read of %d", n);
            expect(is_filled(data, 0, n, 1), "bytes of write %d of %d", i, n);
        }
        discard(fd, "f");
    }
}

static void read_at_the_end(void)
{
    int fd = filled_file("f", 100, 2);
    expect(read(fd, chunk, 10) == 0, "nothing follows");
    lseek(fd, 90, SEEK_SET);
    memset(chunk, 0, 20);
    expect(read(fd, chunk, 20) == 10 && is_filled(chunk, 90, 10, 2), "what is left is read");
    expect(is_zero(chunk + 10, 10), "and nothing else is changed");
    expect(lseek(fd, 0, SEEK_CUR) == 100 && read(fd, chunk, 0) == 0, "the offset is at the end");
    lseek(fd, 5000, SEEK_SET);
    expect(read(fd, chunk, 10) == 0 && lseek(fd, 0, SEEK_CUR) == 5000,
           "nor is there anything beyond the end");
    discard(fd, "f");
}

static void write_in_the_middle(void)
{
    int fd = filled_file("f", 3 * BSIZE, 1);
    write_at(fd, BSIZE - 3, 10, 9);
    expect(size_of(fd) == 3 * BSIZE, "the size stays");
    expect_filled(fd, 0, BSIZE - 3, 1);
    expect_filled(fd, BSIZE - 3, 10, 9);
    expect_filled(fd, BSIZE + 7, 2 * BSIZE - 7, 1);
    discard(fd, "f");
}

static void seeks(void)
{
    const off_t end = (off_t)MAXFILE * BSIZE;
    int fd = filled_file("f", 1000, 1);
    expect(lseek(fd, 0, SEEK_CUR) == 1000 && lseek(fd, -1, SEEK_CUR) == 999, "from the offset");
    expect(lseek(fd, -1000, SEEK_END) == 0 && lseek(fd, 24, SEEK_END) == 1024, "from the end");
    expect(lseek(fd, 10, SEEK_SET) == 10, "from the beginning");
    expect(FAILS(lseek(fd, -1, SEEK_SET), EINVAL) && FAILS(lseek(fd, -11, SEEK_CUR), EINVAL),
           "before the beginning");
    expect(FAILS(lseek(fd, -1001, SEEK_END), EINVAL), "before the beginning, from the end");
    expect(FAILS(lseek(fd, 0, 3), EINVAL) && FAILS(lseek(fd, 0, -1), EINVAL), "from nowhere");
    expect(FAILS(lseek(fd, end + 1, SEEK_SET), EINVAL) &&
               FAILS(lseek(fd, ~(1L << 63), SEEK_CUR), EINVAL),
           "too far");
    expect(FAILS(lseek(fd, 1L << 63, SEEK_CUR), EINVAL), "too far back");
    expect(lseek(fd, 0, SEEK_CUR) == 10, "no error has moved the offset");
    expect(lseek(fd, end, SEEK_SET) == end && size_of(fd) == 1000,
           "as far as it goes; that changes no size");
    discard(fd, "f");
}

static void seeks_refused(void)
{
    int ends[2], fd = open("/zero", O_RDWR);
    expect(pipe(ends) == 0 && fd >= 0, "pipe and device");
    expect(FAILS(lseek(ends[0], 0, SEEK_SET), ESPIPE) && FAILS(lseek(ends[1], 0, SEEK_END), ESPIPE),
           "pipes");
    expect(FAILS(lseek(fd, 0, SEEK_SET), ESPIPE), "a device");
}

// labs 4: an offset beyond the end that lseek has not set: somebody else has cut the file.
static void offset_beyond_end(void)
{
    int fd = filled_file("f", 6, 1);
    close(open("f", O_WRONLY | O_TRUNC));
    expect(FAILS(write(fd, "x", 1), EINVAL) && size_of(fd) == 0, "writing beyond the end fails");
    expect(read(fd, chunk, 10) == 0, "reading there gives nothing");
    expect(lseek(fd, 0, SEEK_CUR) == 6 && write(fd, "x", 1) == 1, "with lseek it can be meant");
    expect(size_of(fd) == 7, "the gap counts");
    expect_zeroes(fd, 0, 6);
    discard(fd, "f");
}

static void append(void)
{
    int plain = filled_file("f", 100, 3), fd = open("f", O_RDWR | O_APPEND);
    expect(read(fd, chunk, 10) == 10 && is_filled(chunk, 0, 10, 3), "reading begins at 0");
    fill(chunk, 100, 50, 3);
    expect(write(fd, chunk, 50) == 50 && lseek(fd, 0, SEEK_CUR) == 150, "writing, at the end");
    write_at(plain, 150, 50, 3);
    expect(lseek(fd, 7, SEEK_SET) == 7, "lseek");
    fill(chunk, 200, 50, 3);
    expect(write(fd, chunk, 50) == 50, "lseek or not, writing is at the end");
    expect(size_of(fd) == 250, "the size");
    expect_filled(plain, 0, 250, 3);
    expect(ftruncate(fd, 10) == 0 && write(fd, "x", 1) == 1 && size_of(fd) == 11,
           "the end may have come nearer");
    close(fd);
    discard(plain, "f");
}

static void modes(void)
{
    close(filled_file("f", 10, 1));
    int in = open("f", O_RDONLY), out = open("f", O_WRONLY), both = open("f", O_RDWR);
    expect(in >= 0 && out >= 0 && both >= 0, "open");
    expect(FAILS(write(in, "x", 1), EBADF) && FAILS(write(in, "x", 0), EBADF), "not for writing");
    expect(FAILS(ftruncate(in, 0), EBADF), "nor for truncating");
    expect(FAILS(read(out, chunk, 1), EBADF) && FAILS(read(out, chunk, 0), EBADF),
           "not for reading");
    expect(read(in, chunk, 10) == 10 && is_filled(chunk, 0, 10, 1), "nothing has changed");
    expect(write(both, chunk, 1) == 1 && read(both, chunk, 20) == 9, "both");
    expect(FAILS(open("f", O_RDWR | O_WRONLY), EINVAL), "there is no fourth mode");
    expect(ftruncate(out, 5) == 0 && size_of(in) == 5, "truncating needs no reading");
    close(in);
    close(both);
    discard(out, "f");
}

static void create_flags(void)
{
    close(filled_file("f", 10, 1));
    int fd = open("f", O_CREATE | O_RDWR);
    expect(fd >= 0 && size_of(fd) == 10, "O_CREATE keeps what is there");
    expect(FAILS(open("f", O_CREATE | O_EXCL | O_RDWR), EEXIST),
           "O_EXCL does not take what is there");
    expect(FAILS(open("none", O_EXCL | O_RDWR), ENOENT), "nor does it create alone");
    expect(symlink("f", "s") == 0 && symlink("target", "t") == 0, "symlink");
    expect(FAILS(open("t", O_CREATE | O_EXCL | O_RDWR), EEXIST),
           "a link that leads nowhere is something");
    expect(FAILS(open("s", O_NOFOLLOW | O_RDWR), ELOOP), "a link cannot be written");
    int link = open("s", O_NOFOLLOW);
    expect(link >= 0 && read(link, chunk, 10) == 1 && chunk[0] == 'f', "but read");
    close(link);
    link = open("t", O_CREATE | O_RDWR);
    expect(link >= 0 && write(link, "x", 1) == 1, "O_CREATE creates what a link leads to");
    discard(link, "target");
    remove("t");
    remove("s");
    discard(fd, "f");
}

static void open_errors(void)
{
    static const struct {
        const char *path;
        int flags, error;
    } rows[] = {
        {"none", O_RDWR, ENOENT},
        {"none/f", O_CREATE | O_RDWR, ENOENT},
        {"f/g", O_RDONLY, ENOTDIR},
        {"f/g", O_CREATE | O_RDWR, ENOTDIR},
        {"f/", O_RDONLY, ENOTDIR},
        {"none/", O_CREATE | O_RDWR, EISDIR},
        {"d", O_WRONLY, EISDIR},
        {"d", O_RDWR, EISDIR},
        {"d", O_CREATE, EISDIR},
        {"d", O_TRUNC, EISDIR},
        {".", O_WRONLY | O_CREATE, EISDIR},
        {"", O_RDONLY, ENOENT},
        {"", O_CREATE | O_RDWR, ENOENT},
        {"/", O_RDWR, EISDIR},
    };
    close(new_file("f"));
    expect(mkdir("d") == 0, "mkdir");
    for (uint i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect(FAILS(open(rows[i].path, rows[i].flags), rows[i].error), "open(\"%s\", 0x%x): %s",
               rows[i].path, rows[i].flags, strerror(rows[i].error));
    remove("d");
    remove("f");
}

static void stat_tells(void)
{
    struct stat st, again;
    int fd = filled_file("f", 5000, 1);
    expect(fstat(fd, &st) == 0 && st.type == T_FILE && st.size == 5000 && st.nlink == 1,
           "of a file");
    expect(st.dev == ROOTDEV && st.ino > ROOTINO && st.major == 0 && st.minor == 0, "where it is");
    expect(link("f", "g") == 0 && stat("g", &again) == 0 && again.ino == st.ino && again.nlink == 2,
           "of a link");
    remove("g");
    expect(mkdir("d") == 0 && stat("d", &st) == 0 && st.type == T_DIR, "of a directory");
    expect(st.size == 2 * sizeof(struct dirent) && st.nlink == 1, "an empty one");
    remove("d");
    expect(stat("/", &st) == 0 && st.ino == ROOTINO && st.type == T_DIR, "of the root");
    expect(FAILS(stat("none", &st), ENOENT), "of nothing");
    discard(fd, "f");
}

static void directory_as_file(void)
{
    struct dirent entries[3];
    expect(mkdir("d") == 0, "mkdir");
    int fd = open("d", O_RDONLY);
    expect(fd >= 0 && read(fd, entries, sizeof(entries)) == 2 * sizeof(struct dirent),
           "two entries");
    expect(strcmp(entries[0].name, ".") == 0 && strcmp(entries[1].name, "..") == 0, "their names");
    expect(FAILS(write(fd, entries, sizeof(entries[0])), EBADF) && FAILS(ftruncate(fd, 0), EBADF),
           "read-only");
    expect(lseek(fd, sizeof(entries[0]), SEEK_SET) == sizeof(entries[0]), "lseek");
    expect(read(fd, entries, sizeof(entries)) == sizeof(entries[0]) &&
               strcmp(entries[0].name, "..") == 0,
           "second");
    expect(fsync(fd) == 0, "fsync");
    discard(fd, "d");
}

static void syncing(void)
{
    int ends[2], fd = filled_file("f", 20000, 1);
    expect(fsync(fd) == 0 && fsync(fd) == 0 && sync() == 0, "fsync, with nothing left to do, too");
    expect_filled(fd, 0, 20000, 1);
    expect(pipe(ends) == 0 && FAILS(fsync(ends[0]), EINVAL) && FAILS(fsync(ends[1]), EINVAL),
           "not of a pipe");
    long before = counter_value("journal_commit");
    write_at(fd, 0, 10, 2);
    expect(fsync(fd) == 0 && counter_value("journal_commit") > before, "fsync commits");
    discard(fd, "f");
}

const struct test files_tests[] = {
    TEST(writetest, 0, "xv6", "a file written in small pieces grows by each and holds them all"),
    TEST(bigfile, 0, "xv6",
         "a file of several blocks, written and read in pieces across their edges"),
    TEST(bigwrite, 0, "xv6,labs 30", "one write of any size, larger than a transaction, too"),
    TEST(read_at_the_end, 0, "",
         "reading stops at a file's end and changes nothing behind what it delivers"),
    TEST(write_in_the_middle, 0, "",
         "overwriting a few bytes across a block edge leaves the others"),
    TEST(seeks, 0, "", "lseek from beginning, offset and end; errors move nothing"),
    TEST(seeks_refused, 0, "", "lseek of pipes and devices is ESPIPE"),
    TEST(offset_beyond_end, 0, "labs 4",
         "writing beyond the end is an error unless lseek set the offset"),
    TEST(append, 0, "", "O_APPEND writes at the end, wherever that and the offset are"),
    TEST(modes, 0, "", "a file opened for reading is not written, one opened for writing not read"),
    TEST(create_flags, 0, "", "O_CREATE, O_EXCL and O_NOFOLLOW on files and symbolic links"),
    TEST(open_errors, 0, "", "open's errors, a row each"),
    TEST(stat_tells, 0, "", "fstat and stat: type, size, links, number"),
    TEST(directory_as_file, 0, "", "a directory is read as its entries, and never written"),
    TEST(syncing, 0, "", "fsync and sync: what they refuse, and that they commit"),
    TEST(lowest_descriptor, 0, "", "open, dup and pipe give the lowest free descriptor"),
    TEST(closed_descriptors, 0, "", "every call with a descriptor that is none is EBADF"),
    TEST(descriptors_full, ALONE, "",
         "without a free descriptor open, dup and pipe are EMFILE and create nothing"),
    TEST(descriptors_all_used, 0, "", "NOFILE files open at once each keep their own offset"),
    TEST(open_files_full, ALONE, "",
         "NFILE open files in the system: one more is ENFILE, and all come back"),
    TEST(dup_shares_offset, 0, "", "dup and dup2 make another name of the same offset"),
    TEST(dup2_replaces, 0, "", "dup2 closes what was at the target"),
    TEST(dup2_refuses, 0, "", "dup2 of or to what is no descriptor, and to itself"),
    TEST(fork_shares_offset, 0, "", "parent and child share an offset"),
    TEST(two_openings, 0, "",
         "two openings of a file have an offset each and see each other's writes"),
    TEST(closed_by_exit, 0, "", "exit and being killed close all files"),
    TEST(null_device, 0, "", "/null is empty and takes everything"),
    TEST(zero_device, 0, "", "/zero delivers zeroes and takes everything"),
    TEST(console_device, 0, "", "the console's stat, empty writes and errors"),
    TEST(devices_refuse, 0, "", "what devices cannot do is refused"),
    TEST(unknown_devices, 0, "", "mknod's numbers; a device without driver cannot be opened"),
    TEST(statistics_in_pieces, ALONE, "",
         "the statistics read in pieces of any size are the whole text"),
    TEST(uptime_and_time, 0, "", "uptime counts ticks, gettime nanoseconds, and they agree"),
    TEST(printf_of_extremes, 0, "labs 12",
         "the longest numbers overrun no buffer; moving 0 bytes moves none"),
    TEST(negative_counts, BOTH, "known 4",
         "read and write of a negative count fail and move nothing"),
    TEST(write_across_end, BOTH, "known 3,labs 4",
         "a write whose buffer ends has written just what it says"),
    TEST(write_from_nowhere, BOTH, "labs 4",
         "a write from a bad address changes neither bytes, size nor offset"),
    TEST(read_across_end, BOTH, "",
         "a read into a buffer that ends moves the offset by what was delivered"),
    TEST(fault_beyond_first_piece, BOTH, "known 3",
         "a buffer that ends after many blocks: a short count, exactly"),
    TEST(sharedfd, 0, "xv6", "two processes that write through one offset lose nothing"),
    TEST(fourfiles, 0, "xv6", "four processes write a file each"),
    TEST(disjoint_writers, 0, "",
         "processes that write parts of one block lose nothing of each other's"),
    TEST(appends_of_many, 0, "",
         "processes that append to one file lose nothing, each in its order"),
    TEST(reader_of_growing_file, 0, "",
         "a reader of a file that grows sees only bytes that were written"),
    TEST(rewritten_under_reader, 0, "",
         "a reader of a file that is overwritten sees the old or the new bytes"),
    TEST(offset_of_many_readers, 0, "", "readers that share an offset read each byte once"),
    TEST(long_appends, 0, "",
         "records longer than a transaction, appended by several, with short ones between: none is "
         "mixed"),
    TEST(long_writes_at_one_offset, 0, "", "the same for processes that share an offset"),
    TEST(long_append_cut_off, 0, "",
         "an append whose buffer ends on the way leaves no hole, and the next one works"),
    TEST(long_append_killed, 0, "", "the same for one that is killed"),
    TEST(long_write_from_itself, 0, "", "a file that is mapped is appended to itself"),
    TEST(entries_are_whole, 0, "", "who reads a directory while names change sees no half of one"),
    TEST(random_small_file, 0, "", "read, write, lseek, ftruncate at random against a model"),
    TEST(random_at_indirect_edge, 0, "", "the same where doubly indirect blocks begin"),
    END_OF_TESTS,
};
