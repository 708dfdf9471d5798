// Small objects of the kernel: caches of equal objects, cut from single frames.
//
//     static struct kmem_cache pipes = KMEM_CACHE("pipe", struct pipe);
//     struct pipe *p = kmem_alloc(&pipes);  ...  kmem_free(&pipes, p);
//
// A frame without objects in use goes back at once. Memory never comes from or depends on a
// process.
#ifndef KERNEL_MEM_KMEM_H
#define KERNEL_MEM_KMEM_H

#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/lock/spinlock.h"

struct kmem_cache {
    uint32 size;          // I: bytes of an object, a multiple of 8, at most 2,000
    struct spinlock lock; // guards partial, and the frames of this cache
    struct list partial;  // frames with objects in use and room; made at first use
};

#define KMEM_CACHE(name_, type)                                                                    \
    {                                                                                              \
        .size = (sizeof(type) + 7) & ~7U, .lock = SPINLOCK_INIT(name_, KMEM)                       \
    }

// An object filled with zeroes, or 0 if there is no memory. Never sleeps.
void *kmem_alloc(struct kmem_cache *c);
void kmem_free(struct kmem_cache *c, void *object);

// Objects in use in all caches.
uint64 kmem_objects(void);

#endif
