// Pipes.
//
//                    last close of the         last close of the
//                    writing end               reading end
//     BOTH OPEN ------------------> NO WRITER ----------------> freed
//         |                         read: what is left, then 0
//         |          last close of the         last close of the
//         |          reading end               writing end
//         +-----------------------> NO READER ----------------> freed
//                                   write: -EPIPE
//
//     a life:  pipe_open, file_write to the one end and file_read from the other, file_close of
//     both
#ifndef KERNEL_FILE_PIPE_H
#define KERNEL_FILE_PIPE_H

#include "kernel/file/file.h"

// Makes a pipe: a file for each end. 0, -ENFILE, -ENOMEM: then both are NULL.
int pipe_open(struct file **reader, struct file **writer);

uint64 pipes_open(void);

#endif
