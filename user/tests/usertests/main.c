// usertests [-q] [-c] [-C] [-l] [-j N] [-t SECONDS] [NAME...]: see usertests.h.
//
//     -q            only the quick tests
//     -c            again and again, until a test fails
//     -C            again and again, also after a failure
//     -l            lists the tests
//     -j N          N tests at the same time
//     -t SECONDS    the limit for the time of one test
//     NAME          the test of that name, or all tests whose names begin so
#include "user/tests/usertests/usertests.h"

#define USAGE     "usertests [-q] [-c] [-C] [-l] [-j N] [-t SECONDS] [NAME...]"
#define MAX_TESTS 1000

struct options {
    int quick, forever, keep_going, list, jobs, limit;
    char **names;
    int count; // how many names
};

#define AREA_ENTRY(name) name##_tests,
static const struct test *const areas[] = {AREAS(AREA_ENTRY)};
#undef AREA_ENTRY

static const struct test *chosen[MAX_TESTS];

static int number(const char *s)
{
    long n;
    if (s == NULL || parse_long(s, &n) < 0 || n < 1 || n > 10000)
        usage(USAGE);
    return n;
}

static void parse(struct options *o, int argc, char **argv)
{
    int i;
    *o = (struct options){.jobs = 1};
    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-q") == 0)
            o->quick = 1;
        else if (strcmp(argv[i], "-c") == 0)
            o->forever = 1;
        else if (strcmp(argv[i], "-C") == 0)
            o->forever = o->keep_going = 1;
        else if (strcmp(argv[i], "-l") == 0)
            o->list = 1;
        else if (strcmp(argv[i], "-j") == 0)
            o->jobs = number(argv[++i]);
        else if (strcmp(argv[i], "-t") == 0)
            o->limit = number(argv[++i]);
        else
            usage(USAGE);
    }
    o->names = argv + i;
    o->count = argc - i;
}

// Whether the name chooses test t. If a test has exactly this name, it chooses only that test; else
// every test whose name begins so.
static int is_named(const struct test *t, const char *name)
{
    if (strncmp(t->name, name, strlen(name)) != 0)
        return 0;
    for (uint a = 0; a < sizeof(areas) / sizeof(areas[0]); a++)
        for (const struct test *other = areas[a]; other->name; other++)
            if (strcmp(other->name, name) == 0)
                return other == t;
    return 1;
}

static int is_chosen(const struct options *o, const struct test *t, int slow)
{
    if ((t->flags & SLOW) != slow)
        return 0;
    for (int i = 0; i < o->count; i++)
        if (is_named(t, o->names[i]))
            return 1;
    return o->count == 0;
}

static int is_known(const char *name)
{
    for (uint a = 0; a < sizeof(areas) / sizeof(areas[0]); a++)
        for (const struct test *t = areas[a]; t->name; t++)
            if (is_named(t, name))
                return 1;
    return 0;
}

// Returns how many names choose no test. If there is one, nothing is run: otherwise it would look
// as if the test had passed.
static int check_names(const struct options *o)
{
    int unknown = 0;
    for (int i = 0; i < o->count; i++)
        if (!is_known(o->names[i])) {
            printf("usertests: no test's name begins with %s\n", o->names[i]);
            unknown++;
        }
    if (unknown > 0)
        printf("NO TESTS EXECUTED\n");
    return unknown;
}

// Puts the tests that the options choose into chosen[]: those that are slow, or those that are not.
// Returns how many there are.
static int choose(const struct options *o, int slow)
{
    int n = 0;
    for (uint a = 0; a < sizeof(areas) / sizeof(areas[0]); a++)
        for (const struct test *t = areas[a]; t->name; t++)
            if (is_chosen(o, t, slow)) {
                expect(n < MAX_TESTS, "at most %d tests", MAX_TESTS);
                chosen[n++] = t;
            }
    return n;
}

static void list(const struct options *o)
{
    for (int slow = 0; slow <= SLOW; slow += SLOW) {
        int n = slow && o->quick ? 0 : choose(o, slow);
        for (int i = 0; i < n; i++)
            printf("%-24s %s%s [%s]\n", chosen[i]->name, slow ? "(slow) " : "", chosen[i]->checks,
                   chosen[i]->shows);
    }
}

// Runs all chosen tests once, first the quick ones. Returns how many have failed; -1: there was
// none.
static int run_round(const struct options *o)
{
    printf("usertests starting\n");
    int quick = choose(o, 0);
    int failed = run_tests(chosen, quick, o->jobs, o->limit, o->keep_going);
    int slow = o->quick ? 0 : choose(o, SLOW);
    if (slow > 0 && (failed == 0 || o->keep_going)) {
        printf("usertests slow tests starting\n");
        failed += run_tests(chosen, slow, o->jobs, o->limit, o->keep_going);
    }
    return quick + slow == 0 ? -1 : failed;
}

int main(int argc, char **argv)
{
    struct options o;
    parse(&o, argc, argv);
    if (o.list) {
        list(&o);
        return 0;
    }
    if (check_names(&o) > 0)
        return 1;
    for (;;) {
        int failed = run_round(&o);
        if (failed < 0)
            printf("NO TESTS EXECUTED\n");
        else if (failed == 0)
            printf("ALL TESTS PASSED\n");
        else
            printf("SOME TESTS FAILED\n");
        if (!o.forever || failed < 0 || (failed > 0 && !o.keep_going))
            return failed != 0;
    }
}
