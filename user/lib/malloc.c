// The heap: blocks with boundary tags, free ones in bins by size.
//
//     | header | payload ... | header | payload ... | end header |
//
// A header tells the size of its block (header included, a multiple of 16; the low bit: in use)
// and of the block before it, so a freed block joins free neighbours on both sides at once. Bin i
// holds the free blocks of 2^i to 2^(i+1) - 1 bytes, doubly linked through their payloads. Memory
// comes from sbrk in arenas; the library's lock guards it all; an arena that follows the last one
// directly continues it.
#include "user/lib/lock.h"
#include "user/lib/util.h"

#define ALIGN     16
#define HEADER    sizeof(struct header)
#define MIN_BLOCK (HEADER + sizeof(struct links))
#define MAX_BLOCK (1UL << 37)
#define GROW      (32 * 1024)
#define NBINS     40
#define USED      1UL

struct header {
    uint64 size;
    uint64 before; // size of the block before; 0: the first of its arena
};

struct links {
    struct header *next, *prev;
};

// Aligned so that it lies in one page (make_page).
static struct {
    struct header *last; // end header of the newest arena
    struct header *bins[NBINS];
} heap __attribute__((aligned(512)));
_Static_assert(sizeof(heap) <= 512, "in one page");

static struct links *links_of(struct header *h) { return (struct links *)(h + 1); }

static uint64 size_of(const struct header *h) { return h->size & ~USED; }

static struct header *block_after(struct header *h)
{
    return (struct header *)((char *)h + size_of(h));
}

static int bin_of(uint64 size)
{
    int i = 0;
    while (size >>= 1)
        i++;
    return i;
}

static void bin_insert(struct header *h)
{
    struct header **bin = &heap.bins[bin_of(h->size)];
    *links_of(h) = (struct links){.next = *bin};
    if (*bin)
        links_of(*bin)->prev = h;
    *bin = h;
}

static void bin_remove(struct header *h)
{
    struct links *l = links_of(h);
    if (l->next)
        links_of(l->next)->prev = l->prev;
    if (l->prev)
        links_of(l->prev)->next = l->next;
    else
        heap.bins[bin_of(h->size)] = l->next;
}

// Makes [h, h + size) one free block and joins its neighbours.
static void give_back(struct header *h, uint64 size)
{
    h->size = size;
    struct header *after = block_after(h);
    if (!(after->size & USED)) {
        bin_remove(after);
        h->size += after->size;
    }
    if (h->before != 0) {
        struct header *before = (struct header *)((char *)h - h->before);
        if (!(before->size & USED)) {
            bin_remove(before);
            before->size += h->size;
            h = before;
        }
    }
    block_after(h)->before = h->size;
    bin_insert(h);
}

// Has the page of heap there before the first store to it: without memory a system call fails,
// where a store would end the program. 0, or -1.
static int make_page(void)
{
    if (gettime((uint64 *)&heap.last) == 0) {
        heap.last = 0;
        return 0;
    }
    errno = ENOMEM;
    return -1;
}

// Gets an arena with room for a block of size bytes: 0, or -1.
static int grow(uint64 size)
{
    uint64 least = (size + 2 * HEADER + ALIGN - 1) & ~(uint64)(ALIGN - 1);
    uint64 n = least < GROW ? GROW : least;
    char *p = sys_sbrk(n, SBRK_EAGER);
    if (p == SBRK_ERROR && n > least)
        p = sys_sbrk(n = least, SBRK_EAGER);
    if (p == SBRK_ERROR)
        return -1;
    if (heap.last == 0 && make_page() < 0) {
        sys_sbrk(-(long)n, SBRK_EAGER);
        return -1;
    }

    struct header *first;
    if (heap.last && p == (char *)(heap.last + 1)) {
        first = heap.last; // the old end header becomes the new block's
    } else {
        uint64 skip = -(uint64)p & (ALIGN - 1); // a program may have moved the break by odd bytes
        first = (struct header *)(p + skip);
        first->before = 0;
    }
    uint64 room = ((uint64)(p + n) - (uint64)first - HEADER) & ~(uint64)(ALIGN - 1);
    heap.last = (struct header *)((char *)first + room);
    *heap.last = (struct header){.size = USED, .before = room};
    give_back(first, room);
    return 0;
}

static struct header *find(uint64 size)
{
    for (int i = bin_of(size); i < NBINS; i++)
        for (struct header *h = heap.bins[i]; h; h = links_of(h)->next)
            if (h->size >= size)
                return h;
    return 0;
}

// Cuts a block in use down to size bytes, if what is left over makes a block.
static void trim(struct header *h, uint64 size)
{
    uint64 rest = size_of(h) - size;
    if (rest < MIN_BLOCK)
        return;
    struct header *tail = (struct header *)((char *)h + size);
    h->size = size | USED;
    tail->before = size;
    give_back(tail, rest);
}

static uint64 block_size(size_t n)
{
    uint64 size = (n + HEADER + ALIGN - 1) & ~(uint64)(ALIGN - 1);
    return size < MIN_BLOCK ? MIN_BLOCK : size;
}

static struct header *take(uint64 size)
{
    struct header *h = find(size);
    if (h == 0 && (grow(size) < 0 || (h = find(size)) == 0))
        return 0;
    bin_remove(h);
    h->size |= USED;
    trim(h, size);
    return h;
}

void *malloc(size_t n)
{
    if (n > MAX_BLOCK) {
        errno = ENOMEM;
        return 0;
    }
    library_lock();
    struct header *h = take(block_size(n));
    library_unlock();
    return h ? h + 1 : 0;
}

void free(void *p)
{
    if (p) {
        struct header *h = (struct header *)p - 1;
        library_lock();
        give_back(h, size_of(h));
        library_unlock();
    }
}

void *calloc(size_t count, size_t size)
{
    if (size != 0 && count > MAX_BLOCK / size) {
        errno = ENOMEM;
        return 0;
    }
    void *p = malloc(count * size);
    return p ? memset(p, 0, count * size) : 0;
}

void *realloc(void *p, size_t n)
{
    if (p == 0)
        return malloc(n);
    struct header *h = (struct header *)p - 1;
    uint64 room = size_of(h) - HEADER;
    if (n <= room) {
        library_lock();
        trim(h, block_size(n));
        library_unlock();
        return p;
    }
    void *q = malloc(n);
    if (q) {
        memmove(q, p, room);
        free(p);
    }
    return q;
}
