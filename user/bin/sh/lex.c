// Cuts a line into tokens: operators, and words without their quoting. Within '...' every character
// stands for itself. Within "..." a backslash quotes " and \. Elsewhere a backslash quotes any
// character. A # where a word could begin starts a comment.
#include "user/bin/sh/sh.h"

// An operator that begins another one stands behind it: && must be found before &.
static const struct {
    const char *text;
    enum token token;
} operators[] = {
    {"&&", TOK_AND},       {"||", TOK_OR},       {">>", TOK_APPEND}, {"|", TOK_PIPE},
    {"&", TOK_BACKGROUND}, {";", TOK_SEMICOLON}, {"(", TOK_OPEN},    {")", TOK_CLOSE},
    {"<", TOK_IN},         {">", TOK_OUT},
};
#define NOPERATORS (int)(sizeof(operators) / sizeof(operators[0]))

// The index of the operator that s begins with; -1: s begins with none.
static int find_operator(const char *s)
{
    for (int i = 0; i < NOPERATORS; i++)
        if (strncmp(s, operators[i].text, strlen(operators[i].text)) == 0)
            return i;
    return -1;
}

void lex_start(struct lexer *lx, const char *line)
{
    lx->next = line;
    lex_next(lx);
}

// Copies the quoted text at s, which is behind the opening quote, to *to, and moves *to behind the
// copy. Returns the place behind the closing quote; NULL if there is no closing quote.
static const char *lex_quoted(const char *s, char quote, char **to)
{
    for (; *s && *s != quote; s++) {
        if (quote == '"' && *s == '\\' && (s[1] == '"' || s[1] == '\\'))
            s++;
        *(*to)++ = *s;
    }
    if (*s == 0)
        return NULL;
    return s + 1;
}

// Reads the word that begins at lx->next into lx->word. A word may have quoted parts: a"b c"d is
// the word `ab cd`.
static enum token lex_word(struct lexer *lx)
{
    const char *s = lx->next;
    char *to = lx->word;

    while (*s && !isspace(*s) && find_operator(s) < 0) {
        if (*s == '\'' || *s == '"') {
            char quote = *s;
            s = lex_quoted(s + 1, quote, &to);
            if (s == NULL) {
                fprintf(2, "sh: syntax error: missing closing %c\n", quote);
                return TOK_BAD;
            }
        } else if (*s == '\\' && s[1]) {
            *to++ = s[1];
            s += 2;
        } else {
            *to++ = *s++;
        }
    }

    *to = 0;
    lx->next = s;
    return TOK_WORD;
}

void lex_next(struct lexer *lx)
{
    while (isspace(*lx->next))
        lx->next++;
    if (*lx->next == 0 || *lx->next == '#') {
        lx->token = TOK_END;
        return;
    }

    // What does not begin with an operator is a word.
    int i = find_operator(lx->next);
    if (i < 0) {
        lx->token = lex_word(lx);
        return;
    }
    lx->token = operators[i].token;
    lx->next += strlen(operators[i].text);
}

const char *token_text(const struct lexer *lx)
{
    if (lx->token == TOK_WORD)
        return lx->word;
    for (int i = 0; i < NOPERATORS; i++)
        if (operators[i].token == lx->token)
            return operators[i].text;
    return "end of line";
}
