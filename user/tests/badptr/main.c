// badptr: see badptr.h.
#include "user/tests/badptr/badptr.h"

static const struct subtest tests[] = {
    {"bad_pointers", bad_pointers},         {"bad_numbers", bad_numbers},
    {"across_edges", across_edges},         {"untouched_arguments", untouched_arguments},
    {"shared_arguments", shared_arguments}, {0, 0},
};

int main(int argc, char **argv) { return run_subtests("badptr", tests, argc, argv); }
