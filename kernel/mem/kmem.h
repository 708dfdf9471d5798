// Small objects of the kernel: caches of equal objects, cut from single frames.
//
//     static struct kmem_cache pipes = KMEM_CACHE("pipe", struct pipe);
//     struct pipe *p = kmem_alloc(&pipes);  ...  kmem_free(&pipes, p);
//
// A cache keeps at most one empty frame, which it counts as reclaimable. Memory never comes from
// or depends on a process.
#ifndef KERNEL_MEM_KMEM_H
#define KERNEL_MEM_KMEM_H

#include "kernel/lib/kdef.h"
#include "kernel/lib/list.h"
#include "kernel/lock/spinlock.h"

struct kmem_cache {
    const char *name;        // I
    uint32 size;             // I: bytes of an object, at most 2,000
    struct spinlock lock;    // guards all below
    struct list partial;     // frames with objects in use and room
    void *empty;             // a frame without objects in use, or 0
    uint64 in_use;           // objects
    struct kmem_cache *next; // all caches, for statistics (set at first use)
    bool listed;
};

#define KMEM_CACHE(name_, type)                                                                    \
    {                                                                                              \
        .name = name_, .size = sizeof(type), .lock = SPINLOCK_INIT("kmem", KMEM)                   \
    }

// An object filled with zeroes, or 0 if there is no memory. Never sleeps.
void *kmem_alloc(struct kmem_cache *c);
void kmem_free(struct kmem_cache *c, void *object);

// Objects in use in all caches.
uint64 kmem_objects(void);

// Gives back one kept empty frame: true if there was one.
bool kmem_reclaim(void);

#endif
