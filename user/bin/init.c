// The first process: opens the console as file descriptors 0, 1 and 2, makes the device files that
// are missing, starts a shell whenever there is none, and reaps orphans.
#include "kernel/fcntl.h"
#include "user/user.h"

// Device numbers: kernel/dev/dev.h.
static const struct device {
    const char *path;
    short major, minor;
} devices[] = {
    {"/statistics", 2, 0},
    {"/null", 3, 0},
    {"/zero", 4, 0},
};

#define NO_SHELL 127 // exit status of a child that could not become a shell

// Without a console nobody can be told: the machine's exit status says it.
static void open_console(void)
{
    if (open("/console", O_RDWR) < 0) {
        unlink("/console"); // something else of that name, or damaged
        mknod("/console", 1, 0);
        if (open("/console", O_RDWR) < 0)
            poweroff(2);
    }
    dup(0);
    dup(0);
}

static void make_devices(void)
{
    for (uint i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        int fd = open(devices[i].path, O_RDONLY);
        if (fd >= 0)
            close(fd);
        else if (mknod(devices[i].path, devices[i].major, devices[i].minor) < 0)
            perror(devices[i].path);
    }
}

// The console is init's, until the shell has it.
static int start_shell(void)
{
    static char *argv[] = {"sh", 0};
    tcsetpgrp(0, 0);
    printf("init: starting sh\n");
    int pid = fork();
    if (pid == 0) {
        exec("/sh", argv);
        perror("init: exec sh failed");
        exit(NO_SHELL);
    }
    if (pid < 0)
        perror("init: fork failed");
    return pid;
}

// Waits for the shell, reaping whoever else ends meanwhile. Its status.
static int wait_for(int shell)
{
    int pid, status = 0;
    while ((pid = wait(&status)) != shell && pid > 0)
        ;
    return status;
}

int main(void)
{
    open_console();
    make_devices();
    for (;;) {
        int shell = start_shell();
        if (shell < 0) {
            pause(100); // no memory just now: try again in a second
        } else if (wait_for(shell) == NO_SHELL) {
            printf("init: there is no shell: powering off\n");
            poweroff(2);
        }
    }
}
