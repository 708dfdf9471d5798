// The first process: opens the console as file descriptors 0, 1 and 2, makes the device files that
// are missing, starts a shell whenever there is none, and reaps orphans.
#include "kernel/device.h"
#include "kernel/fcntl.h"
#include "user/user.h"

#define DEVICE_FILE(constant, name, major) {"/" #name, major},

static const struct {
    const char *path;
    short major;
} devices[] = {DEVICES(DEVICE_FILE)};

#define SECOND 100  // clock ticks
#define KILLED (-1) // status of a child that the kernel or another process has ended

// Why the child could not become a shell; 0: it could. Its status would not tell: a shell may end
// with any. The memory is shared with the child until it executes the shell.
static int *exec_error;

// Without a console nobody can be told: the machine's exit status says it.
static void open_console(void)
{
    if (open("/console", O_RDWR) < 0) {
        unlink("/console"); // something else of that name, or damaged
        mknod("/console", DEV_CONSOLE, 0);
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
        else if (mknod(devices[i].path, devices[i].major, 0) < 0)
            perror(devices[i].path);
    }
}

static void make_exec_error(void)
{
    exec_error =
        mmap(0, sizeof(*exec_error), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (exec_error == MAP_FAILED) {
        perror("init: mmap failed");
        poweroff(2);
    }
    *exec_error = 0; // the page is there from now on
}

// The console is init's, until the shell has it. -1: there is no shell just now.
static int start_shell(void)
{
    static char *argv[] = {"sh", 0};
    tcsetpgrp(0, 0);
    printf("init: starting sh\n");
    *exec_error = 0;
    int pid = fork();
    if (pid == 0) {
        exec("/sh", argv);
        *exec_error = errno;
        perror("init: exec sh failed");
        exit(1);
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

// Whether what could not be done now may be possible in a second: others end and give back what
// they have.
static int passes(int error)
{
    return error == ENOMEM || error == EAGAIN || error == ENFILE || error == ETXTBSY;
}

// A shell from its start to its end.
static void run_shell(void)
{
    int began = uptime(), shell = start_shell();
    if (shell >= 0 && wait_for(shell) == KILLED)
        printf("init: sh was killed\n");
    if (*exec_error != 0 && !passes(*exec_error)) {
        printf("init: there is no shell: powering off\n");
        poweroff(2);
    }
    if (uptime() - began < SECOND)
        pause(SECOND); // it could not start, or found no memory: the next one may
}

int main(void)
{
    open_console();
    make_devices();
    make_exec_error();
    for (;;)
        run_shell();
}
