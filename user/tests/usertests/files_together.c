// Several processes use one file, or one file each. Each compares what it reads byte by byte. Which
// calls meet at the same moment is left to chance: so run these tests often, and on many harts.
#include "user/tests/usertests/files.h"

#include "user/tests/usertests/files_data.h"

// Two processes, 1000 writes each of ten equal letters: each must be found, in one piece.
void sharedfd(void)
{
    enum { WRITES = 1000, LENGTH = 10 };
    int count[2] = {0, 0}, n, fd = new_file("f"), pid = must_fork();
    char piece[LENGTH];
    memset(piece, pid ? 'p' : 'c', LENGTH);
    for (int i = 0; i < WRITES; i++)
        expect(write(fd, piece, LENGTH) == LENGTH, "write %d", i);
    if (pid == 0)
        exit(0);
    expect_children(1);
    expect(size_of(fd) == 2 * WRITES * LENGTH && lseek(fd, 0, SEEK_SET) == 0, "nothing is lost");
    while ((n = read(fd, piece, LENGTH)) == LENGTH) {
        for (int i = 1; i < LENGTH; i++)
            expect(piece[i] == piece[0], "pieces are whole");
        expect(piece[0] == 'p' || piece[0] == 'c', "a letter that was written");
        count[piece[0] == 'p']++;
    }
    expect(n == 0 && count[0] == WRITES && count[1] == WRITES, "%d pieces each", WRITES);
    discard(fd, "f");
}

void fourfiles(void)
{
    static const char *const names[] = {"f0", "f1", "f2", "f3"};
    for (int mark = 0; mark < 4; mark++) {
        if (must_fork() == 0) {
            int fd = new_file(names[mark]);
            for (int i = 0; i < 12; i++) {
                fill(chunk, i * 500, 500, mark);
                expect(write(fd, chunk, 500) == 500, "write %d", i);
            }
            exit(0);
        }
    }
    expect_children(4);
    for (int mark = 0; mark < 4; mark++) {
        int fd = open(names[mark], O_RDONLY);
        expect(fd >= 0 && size_of(fd) == 12 * 500, "size of %s", names[mark]);
        expect_filled(fd, 0, 12 * 500, mark);
        discard(fd, names[mark]);
    }
}

// Three processes take turns in pieces that share blocks; the file grows meanwhile.
void disjoint_writers(void)
{
    enum { PIECE = 1000, PIECES = 150, WRITERS = 3 };
    int fd = new_file("f");
    for (int w = 0; w < WRITERS; w++) {
        if (must_fork() == 0) {
            int mine = open("f", O_RDWR);
            for (int i = w; i < PIECES; i += WRITERS)
                write_at(mine, i * PIECE, PIECE, 1);
            exit(0);
        }
    }
    expect_children(WRITERS);
    expect(size_of(fd) == PIECES * PIECE, "size");
    expect_filled(fd, 0, PIECES * PIECE, 1);
    discard(fd, "f");
}

// Records of a writer's number, a count, and the rest filled with the number.
enum { RECORD = 100, RECORDS = 200, APPENDERS = 3 };

static void append_records(int who)
{
    char record[RECORD];
    int fd = open("f", O_WRONLY | O_APPEND);
    for (int i = 0; i < RECORDS; i++) {
        memset(record, who, RECORD);
        record[1] = i;
        expect(write(fd, record, RECORD) == RECORD, "append %d", i);
    }
}

void appends_of_many(void)
{
    char record[RECORD], next[APPENDERS] = {0};
    int fd = new_file("f");
    for (int who = 0; who < APPENDERS; who++) {
        if (must_fork() == 0) {
            append_records(who);
            exit(0);
        }
    }
    expect_children(APPENDERS);
    expect(size_of(fd) == RECORD * RECORDS * APPENDERS, "nothing is lost");
    for (int i = 0; i < RECORDS * APPENDERS; i++) {
        expect(read(fd, record, RECORD) == RECORD && record[0] < APPENDERS, "record %d", i);
        expect(record[1] == next[(int)record[0]]++, "each writer's come in order");
        for (int j = 2; j < RECORD; j++)
            expect(record[j] == record[0], "record %d is whole", i);
    }
    discard(fd, "f");
}

// A byte within the size has been written: no reader finds a block that is not filled yet.
void reader_of_growing_file(void)
{
    enum { END = 40 * BSIZE };
    int fd = new_file("f");
    if (must_fork() == 0) {
        for (uint64 at = 0, n; at < END; at += n) {
            n = 2500 < END - at ? 2500 : END - at;
            write_at(fd, at, n, 1);
        }
        exit(0);
    }
    int in = open("f", O_RDONLY);
    for (int at = 0, n; at < END; at += n) {
        n = read(in, chunk, 10000);
        expect(n >= 0 && is_filled(chunk, at, n, 1), "the right %d bytes at %d", n, at);
        expect(size_of(in) >= (uint64)at + n, "the size is not behind");
    }
    expect_children(1);
    close(in);
    discard(fd, "f");
}

void rewritten_under_reader(void)
{
    enum { LENGTH = 5 * BSIZE };
    int fd = filled_file("f", LENGTH, 1);
    int pid = must_fork();
    if (pid == 0) {
        int mine = open("f", O_RDWR);
        for (int i = 0; i < 60; i++)
            write_at(mine, 0, LENGTH, i % 2 + 1);
        exit(0);
    }
    static char one[LENGTH], other[LENGTH];
    fill(one, 0, LENGTH, 1);
    fill(other, 0, LENGTH, 2);
    for (int status;
         waitpid(pid, &status, WNOHANG) == 0 || (expect(status == 0, "the writer"), 0);) {
        expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, chunk, CHUNK) == LENGTH, "the size stays");
        for (int i = 0; i < LENGTH; i++)
            if (chunk[i] != one[i] && chunk[i] != other[i])
                expect(0, "the old or the new byte at %d", i);
    }
    expect_filled(fd, 0, LENGTH, 2);
    discard(fd, "f");
}

// Each reader reports, through a pipe, the numbers of the records that it got.
void offset_of_many_readers(void)
{
    enum { READERS = 3, NUMBERS = 600 };
    short number;
    char seen[NUMBERS] = {0};
    int ends[2], fd = new_file("f");
    for (number = 0; number < NUMBERS; number++)
        expect(write(fd, &number, sizeof(number)) == sizeof(number), "write");
    expect(pipe(ends) == 0 && lseek(fd, 0, SEEK_SET) == 0, "pipe");
    for (int i = 0; i < READERS; i++) {
        if (must_fork() == 0) {
            while (read(fd, &number, sizeof(number)) == sizeof(number))
                expect(write(ends[1], &number, sizeof(number)) == sizeof(number), "report");
            exit(0);
        }
    }
    close(ends[1]);
    for (int i = 0; i < NUMBERS; i++) {
        expect(read_all(ends[0], &number, sizeof(number)) == sizeof(number), "record %d", i);
        expect(number >= 0 && number < NUMBERS && !seen[number]++, "record %d is read once",
               number);
    }
    expect(read(ends[0], &number, 1) == 0, "no more");
    expect_children(READERS);
    close(ends[0]);
    discard(fd, "f");
}
