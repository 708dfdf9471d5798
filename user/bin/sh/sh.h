// The shell.
//
//     main.c   where lines come from: console or file with prompts, script, -c
//     lex.c    a line into words and operators
//     parse.c  words and operators into a tree of commands
//     run.c    running a tree: processes, pipes, redirections, the console's foreground job
//
//     list      := and_or ((';' | '&') and_or)* [';' | '&']
//     and_or    := pipeline (('&&' | '||') pipeline)*
//     pipeline  := command ('|' command)*
//     command   := ('(' list ')' | word) (word | redirect)*      (words only after a word)
//     redirect  := ('<' | '>' | '>>') word
//
// All of a line's tree lives in one arena, which is emptied before the next line.
#ifndef USER_BIN_SH_SH_H
#define USER_BIN_SH_SH_H

#include "user/lib/util.h"

#define LINE_MAX  1024 // bytes of a line, with the 0 at its end
#define DEPTH_MAX 40   // nested parentheses

enum token {
    TOK_END,
    TOK_WORD,
    TOK_PIPE,
    TOK_OR,
    TOK_AND,
    TOK_BACKGROUND,
    TOK_SEMICOLON,
    TOK_OPEN,
    TOK_CLOSE,
    TOK_IN,
    TOK_OUT,
    TOK_APPEND,
    TOK_BAD, // the message is out
};

struct lexer {
    const char *next;    // what is not read yet
    enum token token;    // current token
    char word[LINE_MAX]; // its text, if it is a word
};

void lex_start(struct lexer *lx, const char *line);
void lex_next(struct lexer *lx); // moves on to the next token
const char *token_text(const struct lexer *lx);

enum kind { CMD_SIMPLE, CMD_GROUP, CMD_PIPE, CMD_AND, CMD_OR, CMD_SEQUENCE, CMD_BACKGROUND };

struct redirect {
    struct redirect *next;
    int fd;
    int flags; // of open
    char *path;
};

struct command {
    enum kind kind;
    struct command *left, *right; // PIPE, AND, OR, SEQUENCE: both; GROUP, BACKGROUND: left
    struct redirect *redirects;   // SIMPLE, GROUP: in order
    int argc;                     // SIMPLE
    char *argv[MAXARG + 1];
};

// The tree of a line; 0: an empty line, or a syntax error (*error is set, the message is out).
struct command *parse_line(const char *line, int *error);

// Runs a tree in this shell: the exit status of its last command.
int run(const struct command *c);
// Learns whether this shell owns a console, and so gives each job a process group of its own.
void run_init(int from_stdin);
void reap_background(void);

extern int script_fd;   // the script that is being read, -1: none; commands do not get it
extern int last_status; // of the command before

#endif
