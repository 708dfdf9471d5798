// Makes a tree of commands out of tokens, by recursive descent: there is one function for each rule
// of the grammar in sh.h. An error is reported where it is found; after that every rule returns
// NULL.
#include "kernel/fcntl.h"
#include "user/bin/sh/sh.h"

// The arena: the memory of one line's tree. A line of LINE_MAX bytes has at most half as many
// commands or words, so the arena is large enough for each line. Those of its pages that no line
// reaches take no memory.
static char arena[LINE_MAX * sizeof(struct command)] __attribute__((aligned(16)));
static size_t arena_used;

// n bytes of the arena, all zero.
static void *arena_get(size_t n)
{
    void *p = arena + arena_used;

    arena_used += (n + 15) & ~15UL;
    if (arena_used > sizeof(arena)) {
        fprintf(2, "sh: line too complex\n");
        exit(2);
    }
    return memset(p, 0, n);
}

struct parser {
    struct lexer lexer;
    int depth; // open parentheses
    int err;   // a syntax error was found
};

static struct command *parse_list(struct parser *p);

// Reports the first error of a line. Returns NULL, which the caller returns in turn.
static void *syntax_error(struct parser *p, const char *what)
{
    if (!p->err && p->lexer.token != TOK_BAD)
        fprintf(2, "sh: syntax error: %s near `%s'\n", what, token_text(&p->lexer));
    p->err = 1;
    return NULL;
}

// If the current token is this one, moves on to the next and returns 1.
static int accept(struct parser *p, enum token token)
{
    if (p->lexer.token != token)
        return 0;
    lex_next(&p->lexer);
    return 1;
}

// A copy of the current word in the arena. Moves on to the next token.
static char *take_word(struct parser *p)
{
    char *s = arena_get(strlen(p->lexer.word) + 1);

    strcpy(s, p->lexer.word);
    lex_next(&p->lexer);
    return s;
}

static struct command *node(enum kind kind, struct command *left, struct command *right)
{
    // Only a simple command has arguments: all others do without the memory of argv.
    size_t n = kind == CMD_SIMPLE ? sizeof(struct command) : offsetof(struct command, argv);
    struct command *c = arena_get(n);

    c->kind = kind;
    c->left = left;
    c->right = right;
    return c;
}

// Reads one redirection of c, if there is one. Returns 1: there was one; 0: there is none; -1: a
// syntax error.
static int parse_redirect(struct parser *p, struct command *c)
{
    int fd, flags;

    switch (p->lexer.token) {
    case TOK_IN:
        fd = 0;
        flags = O_RDONLY;
        break;
    case TOK_OUT:
        fd = 1;
        flags = O_WRONLY | O_CREATE | O_TRUNC;
        break;
    case TOK_APPEND:
        fd = 1;
        flags = O_WRONLY | O_CREATE | O_APPEND;
        break;
    default:
        return 0;
    }

    lex_next(&p->lexer);
    if (p->lexer.token != TOK_WORD) {
        syntax_error(p, "file name expected");
        return -1;
    }

    // It goes to the end of the list: redirections are done in the order in which they are written.
    struct redirect **end = &c->redirects;
    while (*end)
        end = &(*end)->next;
    struct redirect *r = arena_get(sizeof(*r));
    r->fd = fd;
    r->flags = flags;
    r->path = take_word(p);
    *end = r;
    return 1;
}

// A list in parentheses; the opening one was read already.
static struct command *parse_group(struct parser *p)
{
    p->depth++;
    if (p->depth > DEPTH_MAX)
        return syntax_error(p, "too many nested parentheses");

    struct command *c = parse_list(p);
    if (p->err)
        return NULL;
    if (c == NULL)
        return syntax_error(p, "command expected");
    if (!accept(p, TOK_CLOSE))
        return syntax_error(p, "missing )");

    p->depth--;
    return node(CMD_GROUP, c, NULL);
}

static struct command *parse_command(struct parser *p)
{
    struct command *c;

    if (accept(p, TOK_OPEN))
        c = parse_group(p);
    else
        c = node(CMD_SIMPLE, NULL, NULL);
    if (c == NULL)
        return NULL;

    // Words and redirections may follow each other in any order; a group has no words.
    for (;;) {
        int redirected = parse_redirect(p, c);
        if (redirected < 0)
            return NULL;
        if (redirected)
            continue;
        if (c->kind != CMD_SIMPLE || p->lexer.token != TOK_WORD)
            break;
        if (c->argc == MAXARG)
            return syntax_error(p, "too many arguments");
        c->argv[c->argc++] = take_word(p);
    }

    if (c->kind == CMD_SIMPLE && c->argc == 0 && c->redirects == NULL)
        return syntax_error(p, "command expected");
    return c;
}

static struct command *parse_pipeline(struct parser *p)
{
    struct command *c = parse_command(p);

    if (c == NULL || !accept(p, TOK_PIPE))
        return c;
    struct command *right = parse_pipeline(p);
    if (right == NULL)
        return NULL;
    return node(CMD_PIPE, c, right);
}

static struct command *parse_and_or(struct parser *p)
{
    struct command *c = parse_pipeline(p);

    // && and || have the same rank: the tree grows to the left.
    while (c && (p->lexer.token == TOK_AND || p->lexer.token == TOK_OR)) {
        enum kind kind = p->lexer.token == TOK_AND ? CMD_AND : CMD_OR;
        lex_next(&p->lexer);
        struct command *right = parse_pipeline(p);
        if (right == NULL)
            return NULL;
        c = node(kind, c, right);
    }
    return c;
}

// NULL without an error: an empty list.
static struct command *parse_list(struct parser *p)
{
    struct command *list = NULL;

    while (!p->err && p->lexer.token != TOK_END && p->lexer.token != TOK_CLOSE) {
        struct command *c = parse_and_or(p);
        if (c == NULL)
            return NULL;

        // Behind it: & or ; or the end of the list.
        if (accept(p, TOK_BACKGROUND))
            c = node(CMD_BACKGROUND, c, NULL);
        else if (!accept(p, TOK_SEMICOLON) && p->lexer.token != TOK_END &&
                 p->lexer.token != TOK_CLOSE)
            return syntax_error(p, "unexpected token");

        if (list == NULL)
            list = c;
        else
            list = node(CMD_SEQUENCE, list, c);
    }
    return list;
}

struct command *parse_line(const char *line, int *err)
{
    static struct parser p;

    p.depth = 0;
    p.err = 0;
    arena_used = 0; // the tree of the line before is not needed any more
    lex_start(&p.lexer, line);

    struct command *c = parse_list(&p);
    if (!p.err && p.lexer.token != TOK_END)
        syntax_error(&p, "unexpected token");
    *err = p.err;
    if (p.err)
        return NULL;
    return c;
}
