// Doubly linked circular lists. The links are part of the members. A list is a struct list that
// points to its first and last member, or, when it is empty, to itself. The caller guards it.
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

// Takes out and returns the first member. NULL: the list is empty.
static inline struct list *list_pop_front(struct list *l)
{
    if (list_empty(l))
        return NULL;
    struct list *item = l->next;
    list_remove(item);
    return item;
}

#define list_entry(item, type, member) container_of(item, type, member)

// A loop over each member p (a type *) of list l. Its body must not take p out, unless it then
// leaves the loop. _safe: the body may take p out, but no other.
#define list_for_each(p, l, type, member)                                                          \
    for (type *p = list_entry((l)->next, type, member); &p->member != (l);                         \
         p = list_entry(p->member.next, type, member))

#define list_for_each_safe(p, l, type, member)                                                     \
    for (type *p = list_entry((l)->next, type, member),                                            \
              *next_ = list_entry(p->member.next, type, member);                                   \
         &p->member != (l); p = next_, next_ = list_entry(p->member.next, type, member))

#endif
