"""Faults: small changes to the tree, each written down by the place where it is made.

A file NAME.fault begins with a header (lib/mutants.py). Edits follow. A line `@` says where the
next ones are made:

    @ kernel/proc/proc.c proc_cwd               a file, and a function of it
    - struct inode *cwd = load(&p->cwd);        what is there
    + struct inode *cwd = p->cwd;               what comes instead; no + line: nothing does

    - spin_unlock(&p->lock);                    behind an empty line: another edit at the same place

    @ kernel/proc/proc.h                        no function: anywhere in the file
    - struct watch watch;

    @ kernel/mmu/tlb.c tlb_flush
    - ...                                       the function as a whole
    + void tlb_flush(void) {}

    @ kernel/mmu/tlb.c tlb_flush                 no - line: new text before the function,
    + static bool flushed;

    @ kernel/mmu/tlb.c                           or without a function: behind the includes
    + #include "kernel/lib/string.h"            at the file's head

What is there is compared token by token: blanks, line breaks and comments do not matter, neither in
the edit nor in the source, nor into how many literals a string is cut. It must be there exactly
once in the definition of the function (or in the file), so take a longer piece where a short one
occurs twice. All edits of a fault are looked up in the tree as it is, and must not overlap. In
assembly a label takes the part of the function; it reaches to the next label that is neither a
number nor begins with .L.

A fault must compile without a warning: gcc warns of a body that hangs under an `if` no more, so
take the `if` away together with its body, and do not add to the body that stands under one.
"""

import collections
import functools
import os
import re

from lib.machine import Failure

ALL = "..."
STRING = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
OPERATOR = r"->|\+\+|--|<<=|>>=|\.\.\.|&&|\|\||##|<<|>>|[-+*/%&|^<>=!]=|\S"
C_COMMENT = r"//[^\n]*|/\*.*?\*/"
NO_DIRECTIVE = r"#(?!\s*(?:include|define|undef|if|ifdef|ifndef|elif|else|endif)\b)[^\n]*"
COMMENTS = {".c": C_COMMENT, ".h": C_COMMENT, ".ld": C_COMMENT,
            ".S": C_COMMENT + "|" + NO_DIRECTIVE}
OTHER_COMMENT = r"#[^\n]*"  # Makefile, Python, shell
OPEN, CLOSE = "([{", ")]}"

# directive: it belongs to a line of the preprocessor.
Token = collections.namedtuple("Token", "text start end directive")
Definition = collections.namedtuple("Definition", "name first last")  # the tokens [first, last)


class Edit:
    """At a place, function may be "": the lines that are there, and the lines that come instead."""

    def __init__(self, path, function=""):
        self.path, self.function = path, function
        self.old, self.new = [], []


def parse(text):
    """The edits that this text of a .fault file has. Raises Failure."""
    edits, place, edit = [], None, None
    for number, line in enumerate(text.split("\n"), 1):
        sign, rest = line[:1], line[2:]
        if line.startswith("@ ") and len(rest.split()) in (1, 2):
            place, edit = rest.split(), None
        elif line.strip() == "":
            edit = None
        elif (place and sign in "-+" and line[1:2] in ("", " ")
              and not (sign == "-" and edit and edit.new)):
            if edit is None:
                edit = Edit(*place)
                edits.append(edit)
            (edit.old if sign == "-" else edit.new).append(rest)
        elif place or sign != "#":
            raise Failure("line %d is no part of an edit: %s" % (number, line))
    return edits


@functools.lru_cache(maxsize=None)
def token_pattern(extension):
    comment = COMMENTS.get(extension, OTHER_COMMENT)
    return re.compile(r"(?P<skip>\s+|\\\n|%s)|(?P<token>%s|\.?\w+|%s)" %
                      (comment, STRING, OPERATOR), re.S)


@functools.lru_cache(maxsize=None)
def tokens_of(text, extension):
    found, directive, line_begins = [], False, True
    for match in token_pattern(extension).finditer(text):
        piece = match[0]
        if match["skip"] is None:
            start = match.start()
            directive = directive or (line_begins and piece == "#" and extension in COMMENTS)
            if piece[0] == '"' and found and found[-1].text[0] == '"' and extension in COMMENTS:
                before = found.pop()
                piece, start = before.text[:-1] + piece[1:], before.start
            found.append(Token(piece, start, match.end(), directive))
            line_begins = False
        elif piece.isspace() and "\n" in piece:
            directive, line_begins = False, True
    return found


def closing(tokens, at):
    """Where what opens there is closed, or the end if nothing closes it."""
    depth = 0
    for i in range(at, len(tokens)):
        if not tokens[i].directive:
            depth += (tokens[i].text in OPEN) - (tokens[i].text in CLOSE)
            if depth == 0:
                return i
    return len(tokens) - 1


def functions(tokens):
    """The definitions of C functions: a name, parentheses, a body. Each begins behind the
    declaration before it."""
    i, begin, found = 0, 0, []
    while i < len(tokens):
        text = tokens[i].text
        following = tokens[i + 1].text if i + 1 < len(tokens) else ""
        if tokens[i].directive or text == ";":
            begin = i + 1
        elif re.match(r"[A-Za-z_]", text) and following == "(":
            name, i = text, closing(tokens, i + 1)
            if i + 1 < len(tokens) and tokens[i + 1].text == "{":
                i = closing(tokens, i + 1)
                found.append(Definition(name, begin, i + 1))
                begin = i + 1
        elif text in OPEN:
            i = closing(tokens, i)
        i += 1
    return found


def labels(tokens):
    names = [i for i in range(len(tokens) - 1)
             if tokens[i + 1].text == ":" and not re.match(r"\d|\.L", tokens[i].text)]
    return [Definition(tokens[i].text, i, end) for i, end in zip(names, names[1:] + [len(tokens)])]


class Source:
    """A file's text, and where its tokens and functions are."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.extension = os.path.splitext(path)[1]
        self.tokens = tokens_of(text, self.extension)

    def definitions(self):
        return labels(self.tokens) if self.extension == ".S" else functions(self.tokens)

    def definition(self, name):
        found = [d for d in self.definitions() if d.name == name]
        if not found:
            raise Failure("no function %s in %s" % (name, self.path))
        if len(found) > 1:
            raise Failure("%d functions %s in %s" % (len(found), name, self.path))
        return found[0]

    def span(self, edit):
        """The part of the text, from where to where, that an edit replaces."""
        place = self.definition(edit.function) if edit.function else Definition(self.path, 0,
                                                                                len(self.tokens))
        old = "\n".join(edit.old)
        if old == ALL and edit.function:
            return self.between(place.first, place.last)
        if edit.old:
            return self.find(place, [t.text for t in tokens_of(old, self.extension)], old)
        at = self.between(place.first, place.last)[0] if edit.function else self.behind_includes()
        return at, at

    def between(self, first, last):
        return self.tokens[first].start, self.tokens[last - 1].end

    def find(self, place, wanted, old):
        texts = [t.text for t in self.tokens[place.first:place.last]]
        found = [i for i in range(len(texts) - len(wanted) + 1)
                 if texts[i:i + len(wanted)] == wanted]
        if len(found) != 1 or not wanted:
            where = place.name if place.name == self.path else "%s in %s" % (place.name, self.path)
            raise Failure("%s has %d places that read `%s`" %
                          (where, len(found), " ".join(old.split())))
        return self.between(place.first + found[0], place.first + found[0] + len(wanted))

    def behind_includes(self):
        """Behind the last of the includes that come before anything but lines of the
        preprocessor."""
        at = 0
        for i, token in enumerate(self.tokens):
            if not token.directive:
                break
            if token.text == "include":
                at = self.text.find("\n", token.end) + 1
        return at

    def indented(self, lines, at):
        """These lines as a text, indented as the line there is: a compiler warns of what
        misleads."""
        line = self.text[self.text.rfind("\n", 0, at) + 1:]
        indent = re.match(r"[ \t]*", line)[0]
        return "\n".join((indent if i and text else "") + text for i, text in enumerate(lines))

    def changed(self, edits):
        """The text with these edits made."""
        spans = sorted((self.span(edit) + (i, edit) for i, edit in enumerate(edits)),
                       key=lambda s: s[:3])
        done, at = "", 0
        for start, end, _, edit in spans:
            if start < at:
                raise Failure("two edits of %s overlap: `%s`" %
                              (self.path, " ".join(" ".join(edit.old).split())))
            done = joined(done + self.text[at:start], self.indented(edit.new, start))
            if edit.new and (start == end or "//" in edit.new[-1]):
                done += "\n"
            at = end
        return joined(done, self.text[at:])


def joined(before, behind):
    """One behind the other, with a blank between where two tokens would become one."""
    glued = re.match(r"\w\w|[^\w\s()\[\]{};,]{2}", before[-1:] + behind[:1])
    return before + (" " if glued else "") + behind


def changes(edits, folder):
    """By path: the new text of each file that the edits change. Raises Failure where they do not
    fit."""
    texts = {}
    for path in sorted({edit.path for edit in edits}):
        try:
            with open(os.path.join(folder, path), encoding="utf-8") as f:
                source = Source(path, f.read())
        except FileNotFoundError:
            raise Failure("%s is missing" % path) from None
        texts[path] = source.changed([edit for edit in edits if edit.path == path])
    return texts
