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

// Registers, and their bits.
enum reg {
    THR = 0,
    RBR = 0,
    DLL = 0,
    IER = 1,
    DLM = 1,
    IIR = 2,
    FCR = 2,
    LCR = 3,
    MCR = 4,
    LSR = 5
};
#define IER_RECEIVED 0x01
#define IER_EMPTY    0x02 // the transmitter's FIFO has become empty
#define FCR_ENABLE   0x07 // FIFOs on and cleared; an interrupt for each byte received
#define LCR_8BITS    0x03
#define LCR_DIVISOR  0x80 // DLL and DLM instead of RBR, THR and IER
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

static bool panic_mode;
static void (*receive)(int byte); // I

static uint8 reg_read(enum reg r)
{
    return *mmio8(UART0 + r);
}

static void reg_write(enum reg r, uint8 value)
{
    *mmio8(UART0 + r) = value;
}

static void uart_acquire(void)
{
    if (!panic_mode)
        spin_lock(&uart_lock);
}

static void uart_release(void)
{
    if (!panic_mode)
        spin_unlock(&uart_lock);
}

static void set_ier_locked(uint8 value)
{
    if (ier != value)
        reg_write(IER, ier = value);
}

// Gives the device what it takes now.
static void pump_locked(void)
{
    while (queue_in != queue_out && (reg_read(LSR) & LSR_EMPTY))
        for (int i = 0; i < FIFO_SIZE && queue_in != queue_out; i++)
            reg_write(THR, queue[queue_out++ % QUEUE_SIZE]);
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
    uart_acquire();
    bool fits = n <= QUEUE_SIZE - (queue_in - queue_out);
    if (fits)
        append_locked(text, n);
    pump_locked();
    if (!fits || queue_in != queue_out)
        set_ier_locked(ier | IER_EMPTY);
    uart_release();
    return fits;
}

void uart_write(const char *text, size_t n)
{
    while (n > 0) {
        size_t piece = 0;
        while (piece < n && piece < PIECE_MAX && (piece == 0 || text[piece - 1] != '\n'))
            piece++;
        if (!uart_try_write(text, piece)) {
            spin_lock(&room_lock);
            while (!uart_try_write(text, piece))
                sleep(&queue, &room_lock);
            spin_unlock(&room_lock);
        }
        text += piece;
        n -= piece;
    }
}

void uart_write_sync(const char *text, size_t n)
{
    uart_acquire();
    while (n > 0) {
        size_t piece = min_u64(n, QUEUE_SIZE);
        pump_all_locked();
        append_locked(text, piece);
        text += piece;
        n -= piece;
    }
    pump_all_locked();
    uart_release();
}

void uart_drain(void)
{
    uart_acquire();
    pump_all_locked();
    while (!(reg_read(LSR) & LSR_SENT))
        ;
    uart_release();
}

void uart_panic_mode(void)
{
    panic_mode = true;
}

static void interrupt(void *arg)
{
    (void)arg;
    (void)reg_read(IIR); // acknowledges the transmitter's interrupt
    while (reg_read(LSR) & LSR_RECEIVED)
        receive(reg_read(RBR));

    uart_acquire();
    bool writers = ier & IER_EMPTY;
    pump_locked();
    if (queue_in == queue_out)
        set_ier_locked(IER_RECEIVED);
    uart_release();
    if (writers) {
        spin_lock(&room_lock);
        wakeup(&queue);
        spin_unlock(&room_lock);
    }
}

void uart_init(void (*received)(int byte))
{
    receive = received;
    reg_write(IER, 0);
    reg_write(LCR, LCR_DIVISOR);
    reg_write(DLL, 1); // 115,200 baud
    reg_write(DLM, 0);
    reg_write(LCR, LCR_8BITS);
    reg_write(FCR, FCR_ENABLE);
    reg_write(MCR, MCR_READY);
    irq_register(UART0_IRQ, interrupt, 0);
    set_ier_locked(IER_RECEIVED);
}
