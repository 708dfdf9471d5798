// 16550 serial line.
//
// Output goes through one queue. Whoever queues text hands the device at once what it takes, which
// under emulation is nearly always all. Only when the far side is blocked does text stay behind:
// then the transmitter-empty interrupt is on, its handler goes on and wakes the writers that wait
// for room. It alone turns the interrupt off again, so a writer that saw a full queue is woken in
// any case. kprintf cannot sleep: it empties the queue by polling and sends its text behind.
//
// Input goes to the console byte by byte, from the interrupt handler.
#include "kernel/dev/uart.h"

#include "kernel/arch/layout.h"
#include "kernel/dev/irq.h"
#include "kernel/lock/spinlock.h"
#include "kernel/lock/waitq.h"

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
#define PIECE_MAX  1024 // bytes queued in one piece: bounds the time with interrupts off

// Guards the queue and the transmitter. Above the level of sleeping: kprintf takes it anywhere.
static struct spinlock uart_lock = SPINLOCK_INIT("uart", UART);
static char queue[QUEUE_SIZE];
static uint32 queue_in, queue_out; // bytes ever queued and sent
static uint8 ier;                  // what IER holds

// Guards nothing but the wait for room: no wakeup comes between a look at the queue and sleep.
static struct spinlock room_lock = SPINLOCK_INIT("uart room", DEVICE);

static void (*receive)(int byte); // I

static volatile uint8 *reg(enum uart_reg r) { return mmio8(UART0 + r); }

static void set_ier_locked(uint8 value)
{
    if (ier != value)
        *reg(IER) = ier = value;
}

// Gives the device what it takes now.
static void pump_locked(void)
{
    while (queue_in != queue_out && (*reg(LSR) & LSR_EMPTY))
        for (int i = 0; i < FIFO_SIZE && queue_in != queue_out; i++)
            *reg(THR) = queue[queue_out++ % QUEUE_SIZE];
}

// The same until nothing is left.
static void pump_all_locked(void)
{
    while (queue_in != queue_out)
        pump_locked();
}

static void append_locked(const char *text, size_t n)
{
    for (; n > 0; n--)
        queue[queue_in++ % QUEUE_SIZE] = *text++;
}

bool uart_try_write(const char *text, size_t n)
{
    spin_lock(&uart_lock);
    bool fits = n <= QUEUE_SIZE - (queue_in - queue_out);
    if (fits)
        append_locked(text, n);
    pump_locked();
    if (!fits || queue_in != queue_out)
        set_ier_locked(ier | IER_EMPTY);
    spin_unlock(&uart_lock);
    return fits;
}

int uart_write(const char *text, size_t n)
{
    int error = 0;

    for (size_t piece; !error && n > 0; text += piece, n -= piece) {
        piece = 1;
        while (piece < n && piece < PIECE_MAX && text[piece - 1] != '\n')
            piece++;
        spin_lock(&room_lock);
        while (!error && !uart_try_write(text, piece))
            error = sleep_killable(&queue, &room_lock);
        spin_unlock(&room_lock);
    }
    return error;
}

void uart_write_sync(const char *text, size_t n)
{
    spin_lock(&uart_lock);
    pump_all_locked();
    append_locked(text, n);
    pump_all_locked();
    spin_unlock(&uart_lock);
}

void uart_drain(void)
{
    spin_lock(&uart_lock);
    pump_all_locked();
    while (!(*reg(LSR) & LSR_SENT))
        ;
    spin_unlock(&uart_lock);
}

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
    if (writers) {
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
