// Where a program begins: exec enters here with argc and argv, and main's result is the exit
// status. Nothing else needs setting up: the kernel has zeroed bss, and gp is not used.
#include "user/user.h"

int main(int argc, char **argv);
void _start(int argc, char **argv);

__attribute__((section(".text.start"))) void _start(int argc, char **argv) { exit(main(argc, argv)); }
