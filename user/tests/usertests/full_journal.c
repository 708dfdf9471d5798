// Many changes at the same time, many one after the other, and processes that wait until their
// changes are on the disk.
#include "user/tests/usertests/full.h"

#include "user/tests/usertests/files_data.h"

// Writes of three blocks, of which each file is made: what deadlocks between disk, cache and
// journal shows here first.
void manywrites(void)
{
    enum { WRITERS = 4, ROUNDS = 30 };
    for (int w = 0; w < WRITERS; w++) {
        if (must_fork() == 0) {
            char name[] = {'b', 'a' + w, 0};
            for (int round = 0; round < ROUNDS; round++) {
                int fd = new_file(name);
                for (int i = 0; i <= w; i++)
                    write_at(fd, i * 3 * BSIZE, 3 * BSIZE, round);
                expect(round % 10 != w || sync() == 0, "sync");
                expect_filled(fd, 0, (w + 1) * 3 * BSIZE, round);
                discard(fd, name);
            }
            exit(0);
        }
    }
    expect_children(WRITERS);
}

void badwrite(void)
{
    uint64 before = free_blocks();
    for (int i = 0; i < 600; i++) {
        int fd = new_file("junk");
        expect(FAILS(write(fd, (char *)0xffffffffffUL, 1), EFAULT) && size_of(fd) == 0, "write %d",
               i);
        discard(fd, "junk");
    }
    expect(free_blocks() == before, "no block is lost");
    int fd = filled_file("junk", 1, 1);
    expect(before - free_blocks() == 1, "a byte takes one");
    discard(fd, "junk");
}

void small_transactions(void)
{
    for (int i = 0; i < 2000; i++) {
        int fd = open("f", O_CREATE | O_EXCL | O_RDWR);
        expect(fd >= 0, "create %d", i);
        expect(i % 10 != 0 || write(fd, &i, sizeof(i)) == sizeof(i), "write %d", i);
        discard(fd, "f");
    }
}

// Overwrites as much as the journal's ring could hold, in groups of some size, until it has begun
// anew at least twice.
void journal_wraps(void)
{
    enum { BLOCKS = 100 };
    const long ring = FSSIZE / 16; // mkfs gives it that many blocks
    const long begin = counter_value("journal_block");
    int round = 0, fd = filled_file("f", BLOCKS * BSIZE, 0);
    while (counter_value("journal_block") - begin < 2 * ring) {
        expect(++round <= 3 * ring / BLOCKS, "commits count their blocks");
        write_at(fd, 0, BLOCKS * BSIZE, round);
        expect(fsync(fd) == 0, "fsync");
    }
    expect_filled(fd, 0, BLOCKS * BSIZE, round);
    discard(fd, "f");
}

void concurrent_fsync(void)
{
    enum { PROCESSES = 4, ROUNDS = 8, PIECE = 5000 };
    for (int p = 0; p < PROCESSES; p++) {
        if (must_fork() == 0) {
            char name[] = {'f', '0' + p, 0};
            int fd = new_file(name);
            for (int i = 0; i < ROUNDS; i++) {
                write_at(fd, i * PIECE, PIECE, p);
                expect(fsync(fd) == 0, "fsync %d", i);
            }
            expect_filled(fd, 0, ROUNDS * PIECE, p);
            discard(fd, name);
            exit(0);
        }
    }
    expect_children(PROCESSES);
}

void sync_under_load(void)
{
    int pids[2];
    for (int w = 0; w < 2; w++) {
        if ((pids[w] = must_fork()) == 0) {
            char name[] = {'f', '0' + w, 0};
            int fd = filled_file(name, 10 * BSIZE, 0);
            for (int round = 1;; round++) {
                write_at(fd, 0, 10 * BSIZE, round);
                expect_filled(fd, 0, 10 * BSIZE, round);
            }
        }
    }
    for (int i = 0; i < 5; i++)
        expect(sync() == 0, "sync %d", i);
    for (int w = 0; w < 2; w++) {
        int status;
        expect(waitpid(pids[w], &status, WNOHANG) == 0, "the writers are still at it");
        kill(pids[w]);
        expect(waitpid(pids[w], &status, 0) == pids[w] && status == -1, "they are killed");
    }
    unlink("f0");
    unlink("f1");
}
