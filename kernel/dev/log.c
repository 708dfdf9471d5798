// The kernel's log (log.h). A text that kprintf prints is one whole line: it is sent in one piece.
#include "kernel/dev/log.h"

#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/waitq.h"
#include "kernel/param.h"

#define RING_SIZE       16384 // more than a list of all processes
#define ADMITTED        100   // messages that log_admits allows at once
#define ADMITTED_MORE   20    // and how many more each second
#define WAIT_FOR_OTHERS 2     // clock ticks that a line waits for the end of somebody else's

static struct spinlock lock = SPINLOCK_INIT("log", LOG);

// Guarded by lock.
static struct {
    char ring[RING_SIZE];
    uint32 in, out;     // bytes ever printed and sent
    uint64 lost;        // lines that were lost since that was said last
    uint admitted;      // messages that log_admits still allows
    uint64 second_ends; // clock tick
    uint waited;        // clock ticks since a line could not be sent
} log = {.admitted = ADMITTED};

static bool in_use; // from log_begin to a panic; before and after, text goes to the serial line

// n > 0. Puts text into the ring. False: there is no room.
static bool put_locked(const char *text, size_t n)
{
    if (n > RING_SIZE - (log.in - log.out))
        return false;
    for (; n > 0; n--)
        log.ring[log.in++ % RING_SIZE] = *text++;
    return true;
}

// Copies the next line from the ring, where it stays. Returns how many bytes; 0: the ring is empty.
static size_t next_line_locked(char line[PRINT_MAX])
{
    size_t n = 0;

    while (n < PRINT_MAX && log.out + n != log.in && (n == 0 || line[n - 1] != '\n')) {
        line[n] = log.ring[(log.out + n) % RING_SIZE];
        n++;
    }
    return n;
}

// Sends line after line, until the serial line takes no more.
static void send_lines_locked(enum line_start start)
{
    char line[PRINT_MAX];

    for (size_t n; (n = next_line_locked(line)) > 0; log.out += n)
        if (!uart_try_line(line, n, start))
            return;
    log.waited = 0;
}

void log_print(const char *text, size_t n)
{
    if (!in_use) {
        uart_send(text, n);
        return;
    }
    spin_lock(&lock);
    if (n > 0 && !put_locked(text, n))
        log.lost++;
    send_lines_locked(BREAKS_OWN_LINE);
    spin_unlock(&lock);
}

void log_send(enum line_start start)
{
    if (__atomic_load_n(&log.in, __ATOMIC_RELAXED) == __atomic_load_n(&log.out, __ATOMIC_RELAXED))
        return; // a thread that prints just now sends, too
    spin_lock(&lock);
    send_lines_locked(start);
    spin_unlock(&lock);
}

bool log_admits(void)
{
    spin_lock(&lock);
    bool admitted = log.admitted > 0;
    if (admitted)
        log.admitted--;
    else
        log.lost++;
    spin_unlock(&lock);
    return admitted;
}

// A second is over: more messages are allowed; says how many lines were lost, if there is room.
static void begin_second_locked(uint64 now)
{
    char text[64];

    log.second_ends = now + TICK_HZ;
    log.admitted = min_u64(log.admitted + ADMITTED_MORE, ADMITTED);
    if (log.lost > 0 &&
        put_locked(text, ksnprintf(text, sizeof(text), "log: %lu lines are left out\n", log.lost)))
        log.lost = 0;
}

void log_tick(void)
{
    uint64 now = clock_ticks();

    spin_lock(&lock);
    if (now >= log.second_ends)
        begin_second_locked(now);
    if (log.in != log.out) {
        log.waited++;
        send_lines_locked(log.waited > WAIT_FOR_OTHERS ? BREAKS_ANY_LINE : WAITS_FOR_LINE);
    }
    spin_unlock(&lock);
}

void log_begin(void) { in_use = true; }

void log_drain(void)
{
    spin_lock(&lock);
    while (uart_drain() && log.in != log.out)
        send_lines_locked(BREAKS_ANY_LINE);
    spin_unlock(&lock);
}

void log_take_over(void)
{
    in_use = false;
    uart_take_over();
    for (uint i = 0; i < RING_SIZE && log.in != log.out; i++)
        uart_send(&log.ring[log.out++ % RING_SIZE], 1);
}
