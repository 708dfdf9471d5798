// SiFive test finisher, as QEMU's virt machine has it: one register; the value written says how
// the machine ends.
#include "kernel/dev/power.h"

#include "kernel/arch/layout.h"
#include "kernel/dev/log.h"

#define FINISHER_FAIL  0x3333 // exit status in the upper half
#define FINISHER_PASS  0x5555
#define FINISHER_RESET 0x7777

static noreturn void finish(uint32 value)
{
    log_drain();
    *mmio32(TEST_FINISHER) = value;
    for (;;) // the emulator may take a moment to stop this hart
        ;
}

void power_off(int status)
{
    if (status == 0)
        finish(FINISHER_PASS);
    finish((uint32)status << 16 | FINISHER_FAIL);
}

void power_reset(void) { finish(FINISHER_RESET); }
