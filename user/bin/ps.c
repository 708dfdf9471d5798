// ps: prints a line for each process: its number, parent, group, state and hart; its memory in KiB,
// its processor time in seconds, its name. The memory is four numbers: the size of all regions;
// what of them is in frames; of that, what other processes share, and what is pages of files. An
// `i` behind the state: the process is isolated. A number behind the name: how many threads it has,
// if there are several.
#include "kernel/procinfo.h"
#include "user/lib/util.h"

static const char *state_name(int state)
{
    static const char *const names[] = {"unused", "embryo", "ready", "run", "sleep", "zombie"};
    return state >= 0 && state <= PS_ZOMBIE ? names[state] : "?";
}

static const char *threads_of(const struct procinfo *p)
{
    static char text[16];
    text[0] = 0;
    if (p->threads > 1)
        snprintf(text, sizeof(text), " (%d)", p->threads);
    return text;
}

int main(int argc, char **argv)
{
    struct procinfo p;

    (void)argv;
    if (argc != 1)
        usage("ps");
    printf("%5s %5s %5s %-7s %3s %10s %8s %7s %7s %7s %s\n", "PID", "PPID", "PGID", "STATE", "CPU",
           "SIZE", "RESIDENT", "SHARED", "FILE", "TIME", "NAME");
    for (int pid = 1; (pid = procinfo(pid, &p)) > 0; pid++)
        printf("%5d %5d %5d %-6s%c %3d %10lu %8lu %7lu %7lu %4lu.%02lu %s%s\n", p.pid, p.ppid,
               p.pgid, state_name(p.state), p.isolated ? 'i' : ' ', p.cpu, p.size / 1024,
               (p.resident + p.tables) * 4, p.shared * 4, p.file * 4, p.ticks / TICK_HZ,
               p.ticks % TICK_HZ * 100 / TICK_HZ, p.name, threads_of(&p));
    return 0;
}
