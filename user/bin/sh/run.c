// Runs a tree of commands.
//
// The shell runs lists itself; each command of a pipeline is a child of the shell. A *job* is a
// pipeline with all its processes.
//
// A shell that reads from a console, and may have it, does job control: each job gets a process
// group of its own, and the foreground job gets the console, so that Ctrl-C ends the job and not
// the shell. When the job has ended, the shell takes the console back.
//
// Children of such a shell, and shells that run scripts, leave groups alone: the processes that
// they start belong to the job that they belong to themselves. Their background commands read from
// /null.
//
// The shell closes every descriptor that it opens before it goes on, also when a call fails.
#include "kernel/device.h"
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/bin/sh/sh.h"

#define FORK_TRIES 30
#define FORK_PAUSE 10 // clock ticks

#define PIPELINE_MAX (LINE_MAX / 2) // a line has no more commands
#define INTERRUPTED  130            // status of what Ctrl-C has ended, as others have it

int script_fd = -1;
int last_status;
static int job_control;

struct job {
    int background;
    int group; // 0: none yet, or no job control
    int count; // how many of its processes were started
    int pids[PIPELINE_MAX];
};

void run_init(int from_stdin)
{
    struct stat st;
    int console =
        from_stdin && fstat(0, &st) == 0 && st.type == T_DEVICE && st.major == DEV_CONSOLE;
    job_control = console && tcshell(0) == 0;
}

// Takes the status of background processes that have ended, so that nothing is left of them.
void reap_background(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

// --- Redirections and programs: in a child ---

// Makes file `from` the descriptor `to`, and closes `from`.
static void move_fd(int from, int to)
{
    if (from != to) {
        dup2(from, to);
        close(from);
    }
}

static int do_redirects(const struct redirect *r)
{
    for (; r; r = r->next) {
        int fd = open(r->path, r->flags);
        if (fd < 0) {
            complain("sh: cannot open %s", r->path);
            return -1;
        }
        move_fd(fd, r->fd);
    }
    return 0;
}

// Becomes the program. A name without '/' is looked for in the current directory, then in the root.
static void exec_command(char *const *argv)
{
    char path[MAXPATH];

    exec(argv[0], (char **)argv);
    if (errno == ENOENT && strchr(argv[0], '/') == NULL && join_path(path, "/", argv[0]) == 0)
        exec(path, (char **)argv);
    complain("exec %s failed", argv[0]);
    exit(127);
}

// --- Commands that the shell carries out itself ---

static int builtin_cd(const struct command *c)
{
    const char *to = c->argc > 1 ? c->argv[1] : "/";

    if (c->argc > 2) {
        fprintf(2, "usage: cd [directory]\n");
        return 1;
    }
    if (chdir(to) < 0) {
        complain("cannot cd %s", to);
        return 1;
    }
    return 0;
}

static int builtin_exit(const struct command *c)
{
    long status = last_status;

    if (c->argc > 2 || (c->argc == 2 && parse_long(c->argv[1], &status) < 0)) {
        fprintf(2, "usage: exit [status]\n");
        return 1;
    }
    exit(status);
}

// Needs no new process: it works also when other programs have taken all processes.
static int builtin_kill(const struct command *c)
{
    int status = 0;

    if (c->argc < 2) {
        fprintf(2, "usage: kill pid | -group...\n");
        return 1;
    }
    for (int i = 1; i < c->argc; i++) {
        long pid;
        if (parse_long(c->argv[i], &pid) < 0 || pid != (int)pid) {
            fprintf(2, "kill: %s is no number of a process, nor - and that of a group\n",
                    c->argv[i]);
            status = 1;
        } else if (kill(pid) < 0) {
            complain("kill: cannot kill %s", c->argv[i]);
            status = 1;
        }
    }
    return status;
}

static int builtin_wait(const struct command *c)
{
    if (c->argc > 1) {
        fprintf(2, "usage: wait\n");
        return 1;
    }
    while (wait(NULL) > 0)
        ;

    // Ctrl-C ends the waiting. The processes go on.
    if (errno == EINTR)
        return INTERRUPTED;
    return 0;
}

static const struct builtin {
    const char *name;
    int (*run)(const struct command *c);
} builtins[] = {
    {"cd", builtin_cd}, {"exit", builtin_exit}, {"kill", builtin_kill}, {"wait", builtin_wait}};

static const struct builtin *find_builtin(const struct command *c)
{
    if (c->argc == 0)
        return NULL; // only redirections
    for (uint i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
        if (strcmp(c->argv[0], builtins[i].name) == 0)
            return &builtins[i];
    return NULL;
}

// --- Starting a job ---

// In a child: runs c and ends with its status.
static void run_child(const struct command *c)
{
    job_control = 0;
    if (script_fd >= 0)
        close(script_fd);
    script_fd = -1;

    // Any other kind of command is a list: this child runs it as the shell would.
    if (c->kind != CMD_SIMPLE && c->kind != CMD_GROUP)
        exit(run(c));

    if (do_redirects(c->redirects) < 0)
        exit(1);
    if (c->kind == CMD_GROUP)
        exit(run(c->left));

    const struct builtin *builtin = find_builtin(c);
    if (builtin)
        exit(builtin->run(c));
    if (c->argc > 0)
        exec_command(c->argv);
    exit(0);
}

// In a child, before it does anything else: enters the job's group, and gets the console for it.
// The parent does not hand over the console, too: it could come late, and take the console from a
// shell that the child has become.
static void enter_group(const struct job *job)
{
    setpgid(0, job->group);
    if (!job->background)
        tcsetpgrp(0, 0);
}

// In a child: its input is empty.
static void read_nothing(void)
{
    int fd = open("/null", O_RDONLY);

    if (fd < 0) {
        complain("sh: cannot open /null");
        exit(1);
    }
    dup2(fd, 0);
    close(fd);
}

// fork that tries again for some seconds if there are too many processes or too little memory:
// after a fork bomb was ended, for example, its processes need a moment to go.
static int fork_patiently(void)
{
    int pid = fork();

    for (int tries = 0; pid < 0 && tries < FORK_TRIES; tries++) {
        pause(FORK_PAUSE);
        pid = fork();
    }
    return pid;
}

// Starts c as a process of the job. Its input is in and its output is out; the shell's own copies
// of them are closed, unless they are 0 and 1. The child closes unused (-1: nothing), which is the
// pipe's other end. Returns 0, or -1: there is no such process.
static int start(struct job *job, const struct command *c, int in, int out, int unused)
{
    int pid = fork_patiently();

    if (pid == 0) {
        if (job_control)
            enter_group(job);
        else if (job->background && in == 0)
            read_nothing();
        if (unused >= 0)
            close(unused);
        move_fd(in, 0);
        move_fd(out, 1);
        run_child(c);
    }

    if (pid < 0)
        complain("sh: fork failed");
    if (in != 0)
        close(in);
    if (out != 1)
        close(out);
    if (pid < 0)
        return -1;

    job->pids[job->count++] = pid;
    if (job_control) {
        // The first process gives the group its number. The child calls setpgid, too, but perhaps
        // only later, and the next process of the job needs the group at once.
        if (job->group == 0)
            job->group = pid;
        setpgid(pid, job->group);
    }
    return 0;
}

// Starts all commands of a pipeline. If one cannot be started, those that run already end by
// themselves: the ends of the pipes to their neighbours are closed.
static int start_pipeline(struct job *job, const struct command *c)
{
    int in = 0;

    for (; c->kind == CMD_PIPE; c = c->right) {
        int ends[2];
        if (pipe(ends) < 0) {
            complain("sh: cannot make a pipe");
            if (in != 0)
                close(in);
            return -1;
        }
        if (start(job, c->left, in, ends[1], ends[0]) < 0) {
            close(ends[0]);
            return -1;
        }
        in = ends[0]; // the next command reads what this one writes
    }
    return start(job, c, in, 1, -1);
}

// Waits for all processes of the job. Returns the status of the last one.
//
// Ctrl-C ends the processes of the job's group. If the group has none any more, Ctrl-C interrupts
// the waiting: a process that has left the group goes on alone.
static int wait_for(const struct job *job)
{
    int status = 0;

    for (int i = 0; i < job->count; i++) {
        if (waitpid(job->pids[i], &status, 0) < 0) {
            complain("sh: process %d goes on in the background", job->pids[i]);
            return INTERRUPTED;
        }
    }
    return status;
}

static int run_job(const struct command *c, int background)
{
    struct job job = {.background = background};
    int failed = start_pipeline(&job, c) < 0;

    if (background)
        return failed;
    int status = wait_for(&job);
    if (job_control)
        tcsetpgrp(0, 0);
    if (failed)
        return 1;
    return status;
}

// A builtin acts on the shell itself. Its redirections would be of no use, and are not done.
static int run_simple(const struct command *c)
{
    const struct builtin *builtin = find_builtin(c);

    if (builtin)
        return builtin->run(c);
    return run_job(c, 0);
}

// --- Running a tree ---

int run(const struct command *c)
{
    switch (c->kind) {
    case CMD_SIMPLE:
        last_status = run_simple(c);
        break;
    case CMD_GROUP:
    case CMD_PIPE:
        last_status = run_job(c, 0);
        break;
    case CMD_AND:
        if (run(c->left) == 0)
            run(c->right);
        break;
    case CMD_OR:
        if (run(c->left) != 0)
            run(c->right);
        break;
    case CMD_SEQUENCE:
        run(c->left);
        run(c->right);
        break;
    case CMD_BACKGROUND:
        last_status = run_job(c->left, 1);
        break;
    }
    return last_status;
}
