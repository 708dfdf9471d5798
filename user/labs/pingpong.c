// pingpong: sends a byte to a child through one pipe, and gets it back through another. The child
// prints its line before it sends the byte back: so the two lines always stand in the same order.
#include "user/lib/util.h"

static void send(int fd, char ball)
{
    if (write(fd, &ball, 1) != 1)
        fail("pingpong: cannot send");
}

static char receive(int fd, const char *name)
{
    char ball;
    int n = read(fd, &ball, 1);
    if (n < 0)
        fail("pingpong: cannot receive");
    if (n == 0) {
        fprintf(2, "pingpong: the other side has gone\n");
        exit(1);
    }
    printf("%d: received %s\n", getpid(), name);
    return ball;
}

int main(int argc, char **argv)
{
    int ping[2], pong[2], status;

    (void)argv;
    if (argc != 1)
        usage("pingpong");
    if (pipe(ping) < 0 || pipe(pong) < 0)
        fail("pingpong");
    int pid = fork();
    if (pid < 0)
        fail("pingpong");

    // Each side closes the ends that it does not use.
    if (pid == 0) {
        close(ping[1]);
        close(pong[0]);
        send(pong[1], receive(ping[0], "ping"));
        return 0;
    }

    close(ping[0]);
    close(pong[1]);
    send(ping[1], 'o');
    receive(pong[0], "pong");
    if (wait(&status) != pid)
        return 1;
    return status;
}
