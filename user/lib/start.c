// Where a program begins: exec enters here with argc and argv, and main's result is the exit
// status. The kernel has zeroed bss, and gp is not used.
#include "user/user.h"

int main(int argc, char **argv);
void _start(int argc, char **argv);

// The errno of the first thread lies here, at the stack's top, where a page is: a call that fails
// for want of memory needs none to say so. tp points to a thread's errno (thread.h).
__attribute__((section(".text.start"))) void _start(int argc, char **argv)
{
    int error = 0;
    __asm__ volatile("mv tp, %0" ::"r"(&error) : "memory");
    exit(main(argc, argv));
}
