// Where a program begins: exec enters here with argc and argv. The result of main is the exit
// status. bss is all zero already, because the kernel provides it so. Register gp is not used.
#include "user/user.h"

int main(int argc, char **argv);
void _start(int argc, char **argv);

// tp points to a thread's errno (thread.h). That of the first thread is a variable here, at the top
// of the stack, whose page is there from the beginning: so errno can be written when there is no
// memory left.
__attribute__((section(".text.start"))) void _start(int argc, char **argv)
{
    int err = 0;

    __asm__ volatile("mv tp, %0" ::"r"(&err) : "memory");
    exit(main(argc, argv));
}
