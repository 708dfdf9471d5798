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
#define KILLED (-1) // status of a child that was ended by the kernel or another process

// The error number with which exec of the shell has failed in the child; 0: it has not failed. The
// status of the child cannot tell this, since a shell may end with any status. The memory is shared
// with the child until the child becomes the shell.
static int *exec_error;

// Without a console there is no place for a message: the exit status of the machine tells.
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
        mmap(NULL, sizeof(*exec_error), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (exec_error == MAP_FAILED) {
        perror("init: mmap failed");
        poweroff(2);
    }
    *exec_error = 0; // has the kernel provide the page now
}

// Starts a shell. The console is init's until the shell takes it. Returns the shell's process
// number, or -1: fork has failed.
static int start_shell(void)
{
    static char *argv[] = {"sh", NULL};

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

// Waits until the shell ends, and takes the status of every other child that ends meanwhile.
// Returns the status of the shell.
static int wait_for(int shell)
{
    int pid, status = 0;

    do {
        pid = wait(&status);
    } while (pid != shell && pid > 0);
    return status;
}

// Whether an error may be over in a second: other processes end and give back what they have.
static int passes(int err)
{
    return err == ENOMEM || err == EAGAIN || err == ENFILE || err == ETXTBSY;
}

// Starts a shell and waits for its end.
static void run_shell(void)
{
    int began = uptime(), shell = start_shell();
    if (shell >= 0 && wait_for(shell) == KILLED)
        printf("init: sh was killed\n");

    // If the file cannot be executed, it will not be better the next time.
    if (*exec_error != 0 && !passes(*exec_error)) {
        printf("init: there is no shell: powering off\n");
        poweroff(2);
    }

    // A shell that ends at once probably had no memory: give others the time to end.
    if (uptime() - began < SECOND)
        pause(SECOND);
}

int main(void)
{
    open_console();
    make_devices();
    make_exec_error();
    for (;;)
        run_shell();
}
