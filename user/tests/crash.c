// crash: reads through a null pointer, which ends it.

int main(void) { return *(volatile int *)0; }
