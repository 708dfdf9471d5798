// Goldfish real-time clock.
#ifndef KERNEL_DEV_RTC_H
#define KERNEL_DEV_RTC_H

#include "kernel/lib/kdef.h"

uint64 rtc_now(void); // nanoseconds since 1970

#endif
