// Goldfish real-time clock. Reading the low half latches the high one, so the two reads belong
// together: no other hart may come between.
#include "kernel/dev/rtc.h"

#include "kernel/arch/layout.h"
#include "kernel/lock/spinlock.h"

#define TIME_LOW  0x00
#define TIME_HIGH 0x04

static struct spinlock rtc_lock = SPINLOCK_INIT("rtc", DEVICE); // guards the latch

uint64 rtc_now(void)
{
    spin_lock(&rtc_lock);
    uint64 low = *mmio32(GOLDFISH_RTC + TIME_LOW);
    uint64 high = *mmio32(GOLDFISH_RTC + TIME_HIGH);
    spin_unlock(&rtc_lock);
    return high << 32 | low;
}
