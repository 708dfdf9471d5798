// bugs [-l | test...]: see bugs.h.
#include "user/tests/bugs/bugs.h"

void in_directory(void (*f)(void))
{
    expect(mkdir(DIR_NAME) == 0 || errno == EEXIST, "mkdir " DIR_NAME);
    expect(chdir(DIR_NAME) == 0, "chdir " DIR_NAME);
    f();
    chdir("/");
    expect(unlink(DIR_NAME) == 0, DIR_NAME " is empty again");
}

static const struct subtest tests[] = {
    {"removed_parent", removed_parent},
    {"many_open_files", many_open_files},
    {"create_in_removed", create_in_removed},
    {"link_into_removed", link_into_removed},
    {"link_count_limit", link_count_limit},
    {"unlink_while_created", unlink_while_created},
    {"unlinked_inode_comes_back", unlinked_inode_comes_back},
    {"symlink_loop", symlink_loop},
    {"dot_cannot_go", dot_cannot_go},
    {"write_across_end", write_across_end},
    {"negative_counts", negative_counts},
    {"empty_pipe_read", empty_pipe_read},
    {"pipe_keeps_bytes", pipe_keeps_bytes},
    {"hole_reads_zero", hole_reads_zero},
    {"offset_beyond_end", offset_beyond_end},
    {"truncated_under_reader", truncated_under_reader},
    {"null_pointer", null_pointer},
    {"too_many_arguments", too_many_arguments},
    {"failed_exec_keeps_all", failed_exec_keeps_all},
    {"exec_while_others_run", exec_while_others_run},
    {"break_up_and_down", break_up_and_down},
    {"break_above_2g", break_above_2g},
    {"holes_in_heap", holes_in_heap},
    {"fork_exit_leaks_nothing", fork_exit_leaks_nothing},
    {"text_is_read_only", text_is_read_only},
    {"killed_status", killed_status},
    {"fork_bomb_ends", fork_bomb_ends},
    {"exec_at_low_memory", exec_at_low_memory},
    {0, 0},
};

int main(int argc, char **argv) { return run_subtests("bugs", tests, argc, argv); }
