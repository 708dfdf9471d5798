// Doubly linked circular lists that run through their members. A list is a struct list whose
// next and prev point to itself when it is empty. The caller guards it.
#ifndef KERNEL_LIB_LIST_H
#define KERNEL_LIB_LIST_H

#include "kernel/lib/kdef.h"

struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *l) { l->next = l->prev = l; }

static inline bool list_empty(const struct list *l) { return l->next == l; }

static inline void list_insert_between(struct list *item, struct list *prev, struct list *next)
{
    item->prev = prev;
    item->next = next;
    prev->next = item;
    next->prev = item;
}

static inline void list_push_front(struct list *l, struct list *item)
{
    list_insert_between(item, l, l->next);
}

static inline void list_push_back(struct list *l, struct list *item)
{
    list_insert_between(item, l->prev, l);
}

// Takes item out; it is then an empty list, so that taking it out again does nothing.
static inline void list_remove(struct list *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    list_init(item);
}

// Takes out and returns the first member, 0 if there is none.
static inline struct list *list_pop_front(struct list *l)
{
    if (list_empty(l))
        return 0;
    struct list *item = l->next;
    list_remove(item);
    return item;
}

#define list_entry(item, type, member) container_of(item, type, member)

// for each member p (a type *) of list l; the loop must not take p out unless it then leaves.
// _safe: it may take p out, but no other.
#define list_for_each(p, l, type, member)                                                          \
    for (type *p = list_entry((l)->next, type, member); &p->member != (l);                         \
         p = list_entry(p->member.next, type, member))

#define list_for_each_safe(p, l, type, member)                                                     \
    for (type *p = list_entry((l)->next, type, member),                                            \
              *next_ = list_entry(p->member.next, type, member);                                   \
         &p->member != (l); p = next_, next_ = list_entry(p->member.next, type, member))

#endif
