// 16550 serial line.
//
// Output goes through one queue. A thread that queues text hands the device at once what it takes,
// which under emulation is nearly always all. Only when the far side is blocked does text stay in
// the queue: then the transmitter-empty interrupt is on. Its handler sends more and wakes the
// writers that wait for room. Only the handler turns the interrupt off again, so a writer that saw
// a full queue is woken in any case. The kernel's log (log.h) never waits: a line that finds no
// room, or would stand in the middle of somebody's line, stays in the log. log_send fetches it when
// there is room, or the line has ended.
//
// During early boot and a panic nobody else uses the serial line: then text is sent by polling,
// without queue and lock.
//
// Input goes to the console byte by byte, from the interrupt handler.
#include "kernel/dev/uart.h"

#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/log.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/waitq.h"

// Registers, and their bits. The line's speed stays as it is: under emulation there is none.
enum uart_reg { THR = 0, RBR = 0, IER = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5 };
#define IER_RECEIVED 0x01
#define IER_EMPTY    0x02 // the transmitter's FIFO has become empty
#define FCR_ENABLE   0x07 // FIFOs on and cleared; an interrupt for each byte received
#define LCR_8BITS    0x03
#define MCR_READY    0x0b // DTR, RTS, interrupt line on
#define LSR_RECEIVED 0x01
#define LSR_EMPTY    0x20 // room for FIFO_SIZE bytes
#define LSR_SENT     0x40 // the shift register is empty, too

#define FIFO_SIZE  16
#define QUEUE_SIZE 4096
#define PIECE_MAX  1024     // bytes queued in one piece: bounds the time with interrupts off
#define LOOKS_MAX  20000000 // polls that find nothing, some seconds: the far side has been stopped

// Guards the queue and the transmitter. Its level is the last one, since the log takes it anywhere.
static struct spinlock uart_lock = SPINLOCK_INIT("uart", UART);
static char queue[QUEUE_SIZE];
static uint32 queue_in, queue_out;  // bytes ever queued and sent
static bool in_line;                // the last of them does not end a line
static const struct thread *writer; // thread that queued that byte, to be compared only
static uint8 ier;                   // what IER holds

// Guards nothing but the wait for room: no wakeup comes between the look at the queue and sleep.
static struct spinlock room_lock = SPINLOCK_INIT("uart room", DEVICE);

static void (*receive)(int byte); // I

static volatile uint8 *reg(enum uart_reg r) { return mmio8(UART0 + r); }

static void set_ier_locked(uint8 value)
{
    if (ier != value)
        *reg(IER) = ier = value;
}

// Hands the device what it takes now.
static void pump_locked(void)
{
    while (queue_in != queue_out && (*reg(LSR) & LSR_EMPTY))
        for (int i = 0; i < FIFO_SIZE && queue_in != queue_out; i++)
            *reg(THR) = queue[queue_out++ % QUEUE_SIZE];
}

static bool fits_locked(size_t n) { return n <= QUEUE_SIZE - (queue_in - queue_out); }

static void append_locked(const char *text, size_t n)
{
    for (; n > 0; n--)
        queue[queue_in++ % QUEUE_SIZE] = *text++;
    in_line = text[-1] != '\n';
    __atomic_store_n(&writer, this_cpu()->thread, __ATOMIC_RELAXED);
}

// Sends what can be sent. Turns the interrupt on if text is left then, or somebody waits for room.
static void push_locked(bool want_room)
{
    pump_locked();
    if (want_room || queue_in != queue_out)
        set_ier_locked(ier | IER_EMPTY);
}

bool uart_try_write(const char *text, size_t n)
{
    if (n == 0)
        return true;
    if (__atomic_load_n(&writer, __ATOMIC_RELAXED) != this_cpu()->thread) {
        // Another thread has begun a line. Text will not continue it, so what the log keeps until
        // the end of that line comes first.
        log_send(BREAKS_ANY_LINE);
    }

    spin_lock(&uart_lock);
    bool fits = fits_locked(n);
    if (fits)
        append_locked(text, n);
    bool line_ended = !in_line;
    push_locked(!fits);
    spin_unlock(&uart_lock);
    if (line_ended)
        log_send(WAITS_FOR_LINE);
    return fits;
}

bool uart_try_line(const char *text, size_t n, enum line_start start)
{
    spin_lock(&uart_lock);
    bool own = start == BREAKS_OWN_LINE && writer == this_cpu()->thread;
    bool may_begin = !in_line || own || start == BREAKS_ANY_LINE;
    bool fits = fits_locked(n + 1);
    if (may_begin && fits) {
        if (in_line)
            append_locked("\n", 1);
        append_locked(text, n);
    }
    push_locked(!fits);
    spin_unlock(&uart_lock);
    return may_begin && fits;
}

int uart_write(const char *text, size_t n)
{
    int err = 0;

    while (err == 0 && n > 0) {
        // The next line, or a piece of it if it is long.
        size_t piece = 1;
        while (piece < n && piece < PIECE_MAX && text[piece - 1] != '\n')
            piece++;
        spin_lock(&room_lock);
        while (err == 0 && !uart_try_write(text, piece))
            err = sleep_killable(&queue, &room_lock);
        spin_unlock(&room_lock);
        text += piece;
        n -= piece;
    }
    return err;
}

// Polls until the line status shows one of those bits. False: that took too long, now or before.
static bool wait_status(uint8 bits)
{
    static bool stopped;

    for (uint looks = 0; !stopped && !(*reg(LSR) & bits); looks++)
        stopped = looks == LOOKS_MAX;
    return !stopped;
}

void uart_send(const char *text, size_t n)
{
    // An empty FIFO takes FIFO_SIZE bytes.
    while (n > 0 && wait_status(LSR_EMPTY))
        for (int i = 0; i < FIFO_SIZE && n > 0; i++, n--)
            *reg(THR) = *text++;
}

bool uart_drain(void)
{
    spin_lock(&uart_lock);
    while (queue_in != queue_out && wait_status(LSR_EMPTY))
        pump_locked();
    bool sent = wait_status(LSR_SENT);
    spin_unlock(&uart_lock);
    return sent;
}

void uart_take_over(void)
{
    for (uint i = 0; i < QUEUE_SIZE && queue_in != queue_out; i++)
        uart_send(&queue[queue_out++ % QUEUE_SIZE], 1);
    queue_in = queue_out;
    if (in_line)
        uart_send("\n", 1);
}

// The device's interrupt: bytes were received, or the transmitter has room.
static void interrupt(void)
{
    (void)*reg(IIR); // acknowledges the transmitter's interrupt
    while (*reg(LSR) & LSR_RECEIVED)
        receive(*reg(RBR));

    spin_lock(&uart_lock);
    bool writers = ier & IER_EMPTY;
    pump_locked();
    if (queue_in == queue_out)
        set_ier_locked(IER_RECEIVED);
    spin_unlock(&uart_lock);

    // Somebody may have waited for room.
    if (writers) {
        log_send(WAITS_FOR_LINE);
        spin_lock(&room_lock);
        wakeup(&queue);
        spin_unlock(&room_lock);
    }
}

void uart_init(void (*received)(int byte))
{
    receive = received;
    *reg(LCR) = LCR_8BITS;
    *reg(FCR) = FCR_ENABLE;
    *reg(MCR) = MCR_READY;
    irq_register(UART0_IRQ, interrupt);
    set_ier_locked(IER_RECEIVED);
}
