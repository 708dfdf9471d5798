// The model: what the file system must hold after the calls so far, kept without the kernel's help.
//
// Nodes are files, directories and links; a name leads from a directory to a node. Node 0 is the
// root. All is in the heap. What the kernel refused is not done to the model; what it did must be
// possible, or the world ends.
#ifndef CRASH_MODEL_H
#define CRASH_MODEL_H

#include "kernel/fs.h"
#include "tests/crash/tree.h"

#define MODEL_NODES 128
#define MODEL_NAMES (TREE_MAX - 1) // and the root
#define MODEL_NAME  16             // bytes of a name, with the 0 at its end

struct model_node {
    int type;     // T_..., 0: not used
    uint32 nlink; // of a file or link: names
    uint opens;   // it lives on while it is open
    uint64 size;
    uint64 content; // as in a tree
    bool changed;   // content must be computed anew
    uint nblocks;
    struct model_block {
        uint64 index;
        uint8 *bytes;
    } * block; // those that were written
};

struct model_name {
    bool used;
    int dir, node;
    char name[MODEL_NAME];
};

struct model {
    struct model_node node[MODEL_NODES];
    struct model_name name[MODEL_NAMES];
};

struct model *model_new(void);
void model_free(struct model *m);
// The same as the mounted file system: for a life that begins with what another left.
struct model *model_of_kernel(void);

// The name, or 0.
struct model_name *model_find(struct model *m, int dir, const char *name);
// A name chosen at random among those of that type (0: any), 0 if there is none.
struct model_name *model_pick(struct model *m, int type);
// A directory chosen at random, the root included, that is at most so deep.
int model_pick_dir(struct model *m, int depth);
int model_depth(struct model *m, int dir);   // 0: the root
int model_height(struct model *m, int node); // 0: nothing lies below it
// The path of name in dir.
void model_path(struct model *m, int dir, const char *name, char *path, size_t size);

// Each of these is what the call of that name does.
// the new node
int model_make(struct model *m, int dir, const char *name, int type, const char *target);
void model_link(struct model *m, int dir, const char *name, int node);
void model_unlink(struct model *m, struct model_name *name);
void model_rename(struct model *m, struct model_name *from, int dir, const char *name);
void model_write(struct model *m, int node, uint64 off, const void *bytes, size_t n);
void model_truncate(struct model *m, int node, uint64 size);
void model_open(struct model *m, int node);
void model_close(struct model *m, int node);

void model_tree(struct model *m, struct tree *tree);

#endif
