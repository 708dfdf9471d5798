// Tokens into a tree of commands, by recursive descent: a function for each rule of the grammar in
// sh.h. An error is reported where it is found; after that every rule returns 0.
#include "kernel/fcntl.h"
#include "user/bin/sh/sh.h"

// The arena. A line of LINE_MAX bytes has at most half as many commands or words, so it cannot
// run over; pages that are never reached cost nothing.
static char arena[LINE_MAX * sizeof(struct command)] __attribute__((aligned(16)));
static size_t arena_used;

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
    int error;
};

static struct command *parse_list(struct parser *p);

static void *syntax_error(struct parser *p, const char *what)
{
    if (!p->error && p->lexer.token != TOK_BAD)
        fprintf(2, "sh: syntax error: %s near `%s'\n", what, token_text(&p->lexer));
    p->error = 1;
    return 0;
}

static int accept(struct parser *p, enum token token)
{
    if (p->lexer.token != token)
        return 0;
    lex_next(&p->lexer);
    return 1;
}

static char *take_word(struct parser *p)
{
    char *s = arena_get(strlen(p->lexer.word) + 1);
    strcpy(s, p->lexer.word);
    lex_next(&p->lexer);
    return s;
}

static struct command *node(enum kind kind, struct command *left, struct command *right)
{
    // only a simple command has arguments
    size_t n = kind == CMD_SIMPLE ? sizeof(struct command) : offsetof(struct command, argv);
    struct command *c = arena_get(n);
    c->kind = kind;
    c->left = left;
    c->right = right;
    return c;
}

// One redirection, if there is one: 1, 0 or -1 (error).
static int parse_redirect(struct parser *p, struct command *c)
{
    enum token token = p->lexer.token;
    if (token != TOK_IN && token != TOK_OUT && token != TOK_APPEND)
        return 0;
    lex_next(&p->lexer);
    if (p->lexer.token != TOK_WORD) {
        syntax_error(p, "file name expected");
        return -1;
    }
    struct redirect **end = &c->redirects;
    while (*end)
        end = &(*end)->next;
    struct redirect *r = arena_get(sizeof(*r));
    r->fd = token == TOK_IN ? 0 : 1;
    r->flags = token == TOK_IN    ? O_RDONLY
               : token == TOK_OUT ? O_WRONLY | O_CREATE | O_TRUNC
                                  : O_WRONLY | O_CREATE | O_APPEND;
    r->path = take_word(p);
    *end = r;
    return 1;
}

static struct command *parse_group(struct parser *p)
{
    if (++p->depth > DEPTH_MAX)
        return syntax_error(p, "too many nested parentheses");
    struct command *c = parse_list(p);
    if (p->error)
        return 0;
    if (c == 0)
        return syntax_error(p, "command expected");
    if (!accept(p, TOK_CLOSE))
        return syntax_error(p, "missing )");
    p->depth--;
    return node(CMD_GROUP, c, 0);
}

static struct command *parse_command(struct parser *p)
{
    int redirected;
    struct command *c = accept(p, TOK_OPEN) ? parse_group(p) : node(CMD_SIMPLE, 0, 0);
    if (c == 0)
        return 0;
    for (;;) {
        if ((redirected = parse_redirect(p, c)) < 0)
            return 0;
        if (redirected)
            continue;
        if (c->kind != CMD_SIMPLE || p->lexer.token != TOK_WORD)
            break;
        if (c->argc == MAXARG)
            return syntax_error(p, "too many arguments");
        c->argv[c->argc++] = take_word(p);
    }
    if (c->kind == CMD_SIMPLE && c->argc == 0 && c->redirects == 0)
        return syntax_error(p, "command expected");
    return c;
}

static struct command *parse_pipeline(struct parser *p)
{
    struct command *c = parse_command(p);
    if (c && accept(p, TOK_PIPE)) {
        struct command *right = parse_pipeline(p);
        return right ? node(CMD_PIPE, c, right) : 0;
    }
    return c;
}

static struct command *parse_and_or(struct parser *p)
{
    struct command *c = parse_pipeline(p);
    while (c && (p->lexer.token == TOK_AND || p->lexer.token == TOK_OR)) {
        enum kind kind = p->lexer.token == TOK_AND ? CMD_AND : CMD_OR;
        lex_next(&p->lexer);
        struct command *right = parse_pipeline(p);
        c = right ? node(kind, c, right) : 0;
    }
    return c;
}

// 0 without an error: an empty list.
static struct command *parse_list(struct parser *p)
{
    struct command *list = 0;
    while (!p->error && p->lexer.token != TOK_END && p->lexer.token != TOK_CLOSE) {
        struct command *c = parse_and_or(p);
        if (c == 0)
            return 0;
        if (accept(p, TOK_BACKGROUND))
            c = node(CMD_BACKGROUND, c, 0);
        else if (!accept(p, TOK_SEMICOLON) && p->lexer.token != TOK_END &&
                 p->lexer.token != TOK_CLOSE)
            return syntax_error(p, "unexpected token");
        list = list ? node(CMD_SEQUENCE, list, c) : c;
    }
    return list;
}

struct command *parse_line(const char *line, int *error)
{
    static struct parser p;
    p.depth = p.error = 0;
    arena_used = 0;
    lex_start(&p.lexer, line);
    struct command *c = parse_list(&p);
    if (!p.error && p.lexer.token != TOK_END)
        syntax_error(&p, "unexpected token");
    *error = p.error;
    return p.error ? 0 : c;
}
