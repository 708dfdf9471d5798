// forphan: removes a file that it keeps open, and waits until the machine is stopped. The next boot
// must free the inode of that file.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    struct stat st;

    (void)argv;
    if (argc != 1)
        usage("forphan");
    int fd = open("file0", O_CREATE | O_WRONLY);
    if (fd < 0 || fstat(fd, &st) < 0 || write(fd, "orphan", 6) != 6)
        fail("forphan: cannot make file0");
    if (unlink("file0") < 0)
        fail("forphan: cannot remove file0");
    sync();
    printf("wait for kill and reclaim %u\n", st.ino);
    for (;;)
        pause(1000);
}
