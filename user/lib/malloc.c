// The heap: malloc, free, calloc and realloc. Blocks have boundary tags; free blocks lie in bins by
// size.
//
//     | header | payload ... | header | payload ... | end header |
//
// A header tells the size of its block and of the block before it. So a freed block joins its free
// neighbours on both sides at once. A size includes the header and is a multiple of 16; its low bit
// says that the block is in use.
//
// Bin i holds the free blocks of 2^i to 2^(i+1) - 1 bytes, doubly linked through their payloads.
//
// Memory comes from sbrk in arenas. An arena that lies directly behind the last one continues it.
// The library's lock guards everything here.
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

// The alignment keeps it within one page (make_page).
static struct {
    struct header *last; // end header of the newest arena; NULL: there is no arena yet
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

    for (; size > 1; size >>= 1)
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

// Makes the memory from h to h + size one free block, and joins it with free neighbours.
static void give_back(struct header *h, uint64 size)
{
    h->size = size;

    // The block behind it. An end header counts as in use.
    struct header *after = block_after(h);
    if (!(after->size & USED)) {
        bin_remove(after);
        h->size += after->size;
    }

    // The block before it.
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

// Has the kernel provide the page of `heap` before the first store to it. If there is no memory, a
// store would end the program, but a system call that writes there only fails: any call will do.
// Returns 0, or -1.
static int make_page(void)
{
    if (gettime((uint64 *)&heap.last) == 0) {
        heap.last = NULL;
        return 0;
    }
    errno = ENOMEM;
    return -1;
}

// Gets an arena with room for a block of size bytes. Returns 0, or -1.
static int grow(uint64 size)
{
    uint64 least = (size + 2 * HEADER + ALIGN - 1) & ~(uint64)(ALIGN - 1);
    uint64 n = least < GROW ? GROW : least;

    // More than is needed, so that sbrk is not called for each small block; but if there is no
    // memory for that, only what is needed.
    char *p = sys_sbrk(n, SBRK_EAGER);
    if (p == SBRK_ERROR && n > least) {
        n = least;
        p = sys_sbrk(n, SBRK_EAGER);
    }
    if (p == SBRK_ERROR)
        return -1;
    if (heap.last == NULL && make_page() < 0) {
        sys_sbrk(-(long)n, SBRK_EAGER);
        return -1;
    }

    // The header of the arena's one block. A program may have moved the break itself, and by a
    // number of bytes that is not a multiple of ALIGN.
    struct header *first;
    if (heap.last && p == (char *)(heap.last + 1)) {
        first = heap.last; // the old end header becomes the new block's
    } else {
        uint64 skip = -(uint64)p & (ALIGN - 1);
        first = (struct header *)(p + skip);
        first->before = 0;
    }

    // Behind it, at the arena's end, the end header.
    uint64 room = ((uint64)(p + n) - (uint64)first - HEADER) & ~(uint64)(ALIGN - 1);
    heap.last = (struct header *)((char *)first + room);
    *heap.last = (struct header){.size = USED, .before = room};
    give_back(first, room);
    return 0;
}

// A free block of at least size bytes; NULL: there is none.
static struct header *find(uint64 size)
{
    for (int i = bin_of(size); i < NBINS; i++)
        for (struct header *h = heap.bins[i]; h; h = links_of(h)->next)
            if (h->size >= size)
                return h;
    return NULL;
}

// Cuts a block that is in use down to size bytes, if the rest is large enough for a block.
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

// The size of a block with n bytes for the program.
static uint64 block_size(size_t n)
{
    uint64 size = (n + HEADER + ALIGN - 1) & ~(uint64)(ALIGN - 1);
    return size < MIN_BLOCK ? MIN_BLOCK : size;
}

// Makes a free block of size bytes one in use; NULL: no memory.
static struct header *take(uint64 size)
{
    struct header *h = find(size);

    if (h == NULL) {
        if (grow(size) < 0)
            return NULL;
        h = find(size);
    }
    bin_remove(h);
    h->size |= USED;
    trim(h, size);
    return h;
}

void *malloc(size_t n)
{
    if (n > MAX_BLOCK) {
        errno = ENOMEM;
        return NULL;
    }

    library_lock();
    struct header *h = take(block_size(n));
    library_unlock();
    return h ? h + 1 : NULL;
}

void free(void *p)
{
    if (p == NULL)
        return;
    struct header *h = (struct header *)p - 1;
    library_lock();
    give_back(h, size_of(h));
    library_unlock();
}

void *calloc(size_t count, size_t size)
{
    if (size != 0 && count > MAX_BLOCK / size) {
        errno = ENOMEM;
        return NULL;
    }
    void *p = malloc(count * size);
    if (p)
        memset(p, 0, count * size);
    return p;
}

void *realloc(void *p, size_t n)
{
    if (p == NULL)
        return malloc(n);

    // A block that is large enough stays where it is, and gives back what it does not need.
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
