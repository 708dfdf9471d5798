// The shell.
//
// A line goes through four files:
//
//     main.c   reads the line: from the console, a file, a script, or the option -c
//     lex.c    cuts it into tokens: words and operators
//     parse.c  makes a tree of commands out of the tokens
//     run.c    runs the tree: processes, pipes, redirections, the console's foreground job
//
// The grammar:
//
//     list      := and_or ((';' | '&') and_or)* [';' | '&']
//     and_or    := pipeline (('&&' | '||') pipeline)*
//     pipeline  := command ('|' command)*
//     command   := ('(' list ')' | word) (word | redirect)*      (a group is followed by no words)
//     redirect  := ('<' | '>' | '>>') word
//
// The tree of a line lies in one arena, which is emptied before the next line.
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
    TOK_BAD, // an error, which was reported already
};

struct lexer {
    const char *next;    // the rest of the line
    enum token token;    // current token
    char word[LINE_MAX]; // the token's text, if it is a word
};

void lex_start(struct lexer *lx, const char *line);
void lex_next(struct lexer *lx);                // moves on to the next token
const char *token_text(const struct lexer *lx); // of the current token, for messages

enum kind {
    CMD_SIMPLE, // a program or a builtin, with its arguments
    CMD_GROUP,  // ( ... )
    CMD_PIPE,
    CMD_AND,
    CMD_OR,
    CMD_SEQUENCE, // one after the other
    CMD_BACKGROUND,
};

struct redirect {
    struct redirect *next;
    int fd;    // 0 or 1
    int flags; // for open
    char *path;
};

struct command {
    enum kind kind;
    struct command *left, *right; // PIPE, AND, OR, SEQUENCE have both; GROUP, BACKGROUND: left
    struct redirect *redirects;   // SIMPLE, GROUP: in the order of the line
    int argc;                     // SIMPLE only, as argv
    char *argv[MAXARG + 1];       // ends with NULL
};

// The tree of a line. NULL: the line is empty, or has a syntax error, which was reported; *err
// tells which (1: an error).
struct command *parse_line(const char *line, int *err);

// Runs a tree in this shell. Returns the exit status of its last command.
int run(const struct command *c);
// Learns whether this shell has a console: then it gives each job a process group of its own.
void run_init(int from_stdin);
// Forgets background processes that have ended.
void reap_background(void);

extern int script_fd;   // the script that is read, which commands do not get; -1: none
extern int last_status; // the exit status of the last command

#endif
