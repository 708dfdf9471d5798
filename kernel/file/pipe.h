// Pipes.
#ifndef KERNEL_FILE_PIPE_H
#define KERNEL_FILE_PIPE_H

#include "kernel/file/file.h"

// A pipe's two ends. 0, -ENFILE, -ENOMEM.
int pipe_open(struct file **reader, struct file **writer);

uint64 pipes_open(void);

#endif
