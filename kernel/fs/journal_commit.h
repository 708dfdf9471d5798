// The journal's thread: it commits groups and brings their blocks home.
#ifndef KERNEL_FS_JOURNAL_COMMIT_H
#define KERNEL_FS_JOURNAL_COMMIT_H

// The thread's function. Never returns.
void journal_main(void *arg);

#endif
