// pgtbl [-v] [pid]: prints both roots of a process (without pid: of pgtbl itself) side by side,
// then what the user half maps, then whether the rules of the two roots hold. -v: prints each page,
// with its entry. pgtbl -a: prints a line for each process: whether the rules hold. pgtbl -k: has
// the kernel print all entries of the user half of pgtbl itself. Exit status 1: a rule is broken.
#include "kernel/procinfo.h"
#include "user/lib/roots.h"

static int verbose;

// The rights of a leaf as four letters; `-`: this right is missing.
static const char *rights_text(uint64 pte, char text[5])
{
    strcpy(text, "RWXU");
    if (!(pte & PTE_R))
        text[0] = '-';
    if (!(pte & PTE_W))
        text[1] = '-';
    if (!(pte & PTE_X))
        text[2] = '-';
    if (!(pte & PTE_U))
        text[3] = '-';
    return text;
}

// Says in text[24] or elsewhere what an entry of a root is.
static const char *entry_text(uint64 pte, char text[24])
{
    if ((pte & PTE_V) == 0)
        return "-";
    if (!is_leaf(pte))
        return "table";
    char rights[5];
    snprintf(text, 24, "1 GiB %s", rights_text(pte, rights));
    return text;
}

// Whether entry i of both roots is as the rules want it. Capital letters: it is not.
static const char *verdict(const struct roots *r, int i)
{
    if (i < USER_ENTRIES) {
        if (r->user[i] != r->kernel[i])
            return "DIFFERENT";
        return r->user[i] ? "same" : "same: empty";
    }
    if (r->user[i] != 0)
        return "KERNEL IN USER ROOT";
    return r->kernel[i] ? "kernel only" : "empty";
}

// Whether entry i looks like entry j, in both roots: then one line tells of both.
static int same_kind(const struct roots *r, int i, int j)
{
    char a[24], b[24];
    return (i < USER_ENTRIES) == (j < USER_ENTRIES) && verdict(r, i) == verdict(r, j) &&
           strcmp(entry_text(r->user[i], a), entry_text(r->user[j], b)) == 0 &&
           strcmp(entry_text(r->kernel[i], a), entry_text(r->kernel[j], b)) == 0;
}

// Prints a line for each range of entries that look alike.
static void print_roots(const struct roots *r)
{
    char user[24], kernel[24], range[16];
    int last;

    printf("%-9s %-37s %-12s %-12s\n", "entries", "addresses", "user root", "kernel root");
    for (int i = 0; i < TABLE_ENTRIES; i = last + 1) {
        last = i;
        while (last + 1 < TABLE_ENTRIES && same_kind(r, i, last + 1))
            last++;

        if (i == last)
            snprintf(range, sizeof(range), "%d", i);
        else
            snprintf(range, sizeof(range), "%d-%d", i, last);
        printf("%-9s %016lx-%016lx     %-12s %-12s %s\n", range, root_entry_va(i),
               root_entry_va(last) + (1UL << 30) - 1, entry_text(r->user[i], user),
               entry_text(r->kernel[i], kernel), verdict(r, i));
    }
}

// A range of addresses that are mapped with the same rights, by leaves of the same size.
struct range {
    uint64 start, end; // end 0: no range yet
    uint64 size;       // of each leaf
    uint64 flags;      // the rights of each leaf
};

static void print_range(const struct range *range)
{
    if (range->end == 0)
        return;

    uint64 pages = (range->end - range->start) / PGSIZE;
    char rights[5];
    const char *plural = pages > 1 ? "s" : " ";
    const char *cow = range->flags & PTE_COW ? " copy on write" : "";
    const char *size = range->size > PGSIZE ? " by 2 MiB" : "";
    printf("%016lx-%016lx %8lu page%s %s%s%s\n", range->start, range->end - 1, pages, plural,
           rights_text(range->flags, rights), cow, size);
}

// A leaf continues the range, or begins the next one. With -v each leaf is a range of its own.
static void add_leaf(struct range *range, uint64 va, uint64 size, uint64 pte)
{
    uint64 flags = pte & (PTE_R | PTE_W | PTE_X | PTE_U | PTE_COW);

    if (range->end == va && range->size == size && range->flags == flags && !verbose) {
        range->end = va + size;
        return;
    }
    print_range(range);
    *range = (struct range){.start = va, .end = va + size, .size = size, .flags = flags};
    if (verbose)
        printf("  pte %016lx pa %016lx: ", pte, PTE2PA(pte));
}

// Adds all leaves of the table that serves address va at a level (1 or 0), and of the tables below.
static void walk(int pid, uint64 va, int level, struct range *range)
{
    static uint64 tables[2][TABLE_ENTRIES];
    uint64 *table = tables[level];
    uint64 size = level == 1 ? SUPERPGSIZE : PGSIZE;

    if (pgtable(pid, USER_ROOT, va, level, table) < 0)
        return;
    for (int i = 0; i < TABLE_ENTRIES; i++) {
        if ((table[i] & PTE_V) == 0)
            continue;
        if (is_leaf(table[i]))
            add_leaf(range, va + i * size, size, table[i]);
        else if (level > 0)
            walk(pid, va + i * size, level - 1, range);
    }
}

static void print_user_half(int pid, const struct roots *r)
{
    struct range range = {0};

    printf("user half:\n");
    for (int i = 0; i < USER_ENTRIES; i++)
        if (r->user[i] & PTE_V)
            walk(pid, root_entry_va(i), 1, &range);
    print_range(&range);
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
            continue; // it has ended
        printf("%d (%s): ", pid, info.name);
        roots_print(&r);
        printf("\n");
        if (!roots_good(&r))
            bad = 1;
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

    if (i < argc && strcmp(argv[i], "-v") == 0) {
        verbose = 1;
        i++;
    }
    if (i < argc) {
        if (parse_long(argv[i], &pid) < 0 || pid < 1 || pid != (int)pid)
            usage(line);
        i++;
    }
    if (i < argc)
        usage(line);
    return show(pid);
}
