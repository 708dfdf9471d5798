// pgtbl [-v] [pid]: both roots of a process (its own, without pid) side by side, then what the user
// half maps, then whether the rules of the two roots hold. -v: page by page, with the entries.
// pgtbl -a: the rules for every process, a line each. Exit status 1: a rule is broken.
// pgtbl -k: all entries of its own user half, as the kernel prints them.
#include "kernel/procinfo.h"
#include "user/lib/roots.h"

static int verbose;

// What an entry of a root is, as text.
static const char *entry_text(uint64 pte, char text[24])
{
    if ((pte & PTE_V) == 0)
        return "-";
    if (!is_leaf(pte))
        return "table";
    snprintf(text, 24, "1 GiB %c%c%c%c", pte & PTE_R ? 'R' : '-', pte & PTE_W ? 'W' : '-',
             pte & PTE_X ? 'X' : '-', pte & PTE_U ? 'U' : '-');
    return text;
}

static const char *verdict(const struct roots *r, int i)
{
    if (i < USER_ENTRIES)
        return r->user[i] != r->kernel[i] ? "DIFFERENT" : r->user[i] ? "same" : "same: empty";
    if (r->user[i] != 0)
        return "KERNEL IN USER ROOT";
    return r->kernel[i] ? "kernel only" : "empty";
}

// Whether entries i and j of both roots are of the same kind.
static int same_kind(const struct roots *r, int i, int j)
{
    char a[24], b[24];
    return (i < USER_ENTRIES) == (j < USER_ENTRIES) && verdict(r, i) == verdict(r, j) &&
           strcmp(entry_text(r->user[i], a), entry_text(r->user[j], b)) == 0 &&
           strcmp(entry_text(r->kernel[i], a), entry_text(r->kernel[j], b)) == 0;
}

static void print_roots(const struct roots *r)
{
    char user[24], kernel[24], range[16];
    int last;
    printf("%-9s %-37s %-12s %-12s\n", "entries", "addresses", "user root", "kernel root");
    for (int i = 0; i < TABLE_ENTRIES; i = last + 1) {
        for (last = i; last + 1 < TABLE_ENTRIES && same_kind(r, i, last + 1);)
            last++;
        snprintf(range, sizeof(range), i == last ? "%d" : "%d-%d", i, last);
        printf("%-9s %016lx-%016lx     %-12s %-12s %s\n", range, root_entry_va(i),
               root_entry_va(last) + (1UL << 30) - 1, entry_text(r->user[i], user),
               entry_text(r->kernel[i], kernel), verdict(r, i));
    }
}

// A run of pages that follow each other and have the same rights, by entries of the same size.
struct run {
    uint64 start, end; // end 0: no run yet
    uint64 size, flags;
};

static void print_run(const struct run *run)
{
    if (run->end == 0)
        return;
    uint64 f = run->flags;
    printf("%016lx-%016lx %8lu page%s %c%c%c%c%s%s\n", run->start, run->end - 1,
           (run->end - run->start) / PGSIZE, run->end - run->start > PGSIZE ? "s" : " ",
           f & PTE_R ? 'R' : '-', f & PTE_W ? 'W' : '-', f & PTE_X ? 'X' : '-',
           f & PTE_U ? 'U' : '-', f & PTE_COW ? " copy on write" : "",
           run->size > PGSIZE ? " by 2 MiB" : "");
}

static void add_leaf(struct run *run, uint64 va, uint64 size, uint64 pte)
{
    uint64 flags = pte & (PTE_R | PTE_W | PTE_X | PTE_U | PTE_COW);
    if (run->end == va && run->size == size && run->flags == flags && !verbose) {
        run->end = va + size;
        return;
    }
    print_run(run);
    *run = (struct run){.start = va, .end = va + size, .size = size, .flags = flags};
    if (verbose)
        printf("  pte %016lx pa %016lx: ", pte, PTE2PA(pte));
}

// The leaves of the table at va of the given level (1, 0) and below.
static void walk(int pid, uint64 va, int level, struct run *run)
{
    static uint64 tables[2][TABLE_ENTRIES];
    uint64 *table = tables[level], size = level == 1 ? SUPERPGSIZE : PGSIZE;
    if (pgtable(pid, USER_ROOT, va, level, table) < 0)
        return;
    for (int i = 0; i < TABLE_ENTRIES; i++) {
        if ((table[i] & PTE_V) == 0)
            continue;
        if (is_leaf(table[i]))
            add_leaf(run, va + i * size, size, table[i]);
        else if (level > 0)
            walk(pid, va + i * size, level - 1, run);
    }
}

static void print_user_half(int pid, const struct roots *r)
{
    struct run run = {0};
    printf("user half:\n");
    for (int i = 0; i < USER_ENTRIES; i++)
        if (r->user[i] & PTE_V)
            walk(pid, root_entry_va(i), 1, &run);
    print_run(&run);
}

static int show(int pid)
{
    static struct roots r;
    struct procinfo info;
    if (procinfo(pid, &info) != pid) {
        errno = ESRCH;
        fail("pgtbl: %d", pid);
    }
    if (roots_read(pid, &r) < 0)
        fail("pgtbl: %d", pid);
    printf("process %d (%s), %s\n", pid, info.name, info.isolated ? "isolated" : "shared");
    print_roots(&r);
    print_user_half(pid, &r);
    printf("%lu pages: %lu shared with others, %lu of files\n", info.resident, info.shared,
           info.file);
    roots_print(&r);
    printf("\n");
    return !roots_good(&r);
}

static int check_all(void)
{
    static struct roots r;
    struct procinfo info;
    int bad = 0;
    for (int pid = 1; (pid = procinfo(pid, &info)) > 0; pid++) {
        if (roots_read(pid, &r) < 0)
            continue; // a zombie, or gone meanwhile
        printf("%d (%s): ", pid, info.name);
        roots_print(&r);
        printf("\n");
        bad |= !roots_good(&r);
    }
    return bad;
}

int main(int argc, char **argv)
{
    const char *line = "pgtbl [-v] [pid] | pgtbl -a | pgtbl -k";
    long pid = getpid();
    int i = 1;
    if (argc == 2 && strcmp(argv[1], "-a") == 0)
        return check_all();
    if (argc == 2 && strcmp(argv[1], "-k") == 0) {
        kpgtbl();
        return 0;
    }
    if (i < argc && strcmp(argv[i], "-v") == 0)
        verbose = 1, i++;
    if (i < argc && (parse_long(argv[i++], &pid) < 0 || pid < 1 || pid != (int)pid))
        usage(line);
    if (i < argc)
        usage(line);
    return show(pid);
}
