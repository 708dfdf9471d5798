// spin: uses a hart until it is killed.

int main(void)
{
    for (;;)
        __asm__ volatile("");
}
