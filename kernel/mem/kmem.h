// Small objects of the kernel: caches of equal objects, cut from single frames.
//
//     static struct kmem_cache pipes = KMEM_CACHE("pipe", struct pipe);
//     struct pipe *p = kmem_alloc(&pipes);  ...  kmem_free(&pipes, p);
//
// A frame goes back as soon as none of its objects is in use. The memory is the kernel's own: it
// never comes from a process, and never depends on one.
#ifndef KERNEL_MEM_KMEM_H
#define KERNEL_MEM_KMEM_H

#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/lock/spinlock.h"

// I immutable
struct kmem_cache {
    uint32 size;          // I: bytes of an object, a multiple of 8, at most 2,000
    struct spinlock lock; // guards partial, and the frames of this cache
    struct list partial;  // frames with objects in use and room for more; made at first use
};

#define KMEM_CACHE(name_, type)                                                                    \
    {                                                                                              \
        .size = (sizeof(type) + 7) & ~7U, .lock = SPINLOCK_INIT(name_, KMEM)                       \
    }

// Returns an object filled with zeroes, or NULL if there is no memory. Never sleeps.
void *kmem_alloc(struct kmem_cache *c);
// Frees an object of that cache.
void kmem_free(struct kmem_cache *c, void *object);

// How many objects of all caches are in use.
uint64 kmem_objects(void);

#endif
