"""Names that documents and comments mention: finds them in the sources, and says which do not exist.

`tools/check` calls problems(); `tools/book` also takes the text of functions from here. What is checked:

    [text](path#heading)   in Markdown: the file exists, and the heading, as GitHub forms its anchor
    `dir/file.c`           in Markdown, in backticks: a file or folder of that name
    `file.c:name`          in Markdown, in backticks: that file defines name (a function, structure,
                           member, macro, constant or variable)
    {{file.c:name}}        in the book, a line of its own: the same; `make book` puts the text there
    `a_name`  `name()`     in Markdown, in backticks: some source has that word, or a page "If you know ..." does
    file.c  file.c:name    in comments of C, assembly, Python, shell and make: the same
    page.md, "Heading"     in comments: the page has that heading

A path is looked up from the root, from the folder of the file that mentions it, from kernel/ and user/,
and at last as the end of any path in the tree.
"""

import os
import re
import subprocess

SOURCE = (".c", ".h", ".S")
HASH = (".py", ".mk", "/Makefile", "/check", "/setup", "/format", "/configure", "/run", "/book")  # lines of comment: #
EXTENSIONS = "c|h|S|md|py|ld|mk|svg|patch"
FILE_NAME = r"(?:\.{0,2}/?[\w+-]+/)*[\w.+-]+\.(?:%s)" % EXTENSIONS
MENTION = re.compile(r"(?<![\w/.<\"-])(%s)(?::([A-Za-z_]\w*))?(?![\w/*])" % FILE_NAME)
IN_TICKS = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
PLACE = re.compile(r"(%s):([A-Za-z_]\w*)" % FILE_NAME)
EXCERPT = re.compile(r"^\{\{(%s):(\w+)\}\}$" % FILE_NAME, re.M)
COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|(//[^\n]*|/\*.*?\*/)', re.S)
ASM_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|(#(?!\s*(?:include|define|if|ifdef|ifndef|else|elif|endif|undef)\b)[^\n]*)')
NAME = re.compile(r"([A-Za-z]\w*_\w+)(?:\(\))?|([A-Za-z_]\w*)\(\)")
FOREIGN = re.compile(r"/if-you-know-\w+\.md$")
HASH_COMMENT = re.compile(r'^[ \t]*(#[^\n]*)', re.M)
HEADING_IN_COMMENT = re.compile(r"(docs/[\w/.-]+\.md), \"([^\"]+)\"")

# Made by the build, or the reader's own: no file of that name is in the tree.
MADE = re.compile(r"^(build/|fs\.img|kernel/kernel|.*[A-Z]{3,}/|user/bin/x\.c|(\w+/)*x\.\w$|/)")


class Tree:
    """The files of the checkout, and what they define."""

    def __init__(self, root):
        self.root = root
        self.files = files_of(root)
        self.known = set(self.files)
        self.folders = {os.path.dirname(f) for f in self.files}
        for folder in list(self.folders):
            while folder:
                self.folders.add(folder)
                folder = os.path.dirname(folder)
        self.by_name = {}
        for f in self.files:
            self.by_name.setdefault(os.path.basename(f), []).append(f)
        self.texts, self.names, self.anchors_of, self.words = {}, {}, {}, set()

    def read(self, path):
        if path not in self.texts:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as f:
                self.texts[path] = f.read()
        return self.texts[path]

    def find(self, name, mentioned_by):
        """The files that name can mean, [] if there is none; folders count as themselves."""
        name = name.rstrip("/")
        for base in (os.path.dirname(mentioned_by), "", "kernel", "user"):
            path = os.path.normpath(os.path.join(base, name))
            if path in self.known or path in self.folders:
                return [path]
        return [f for f in self.by_name.get(os.path.basename(name), []) + sorted(self.folders)
                if f.endswith("/" + name)]

    def defines(self, path, name):
        if path not in self.names:
            self.names[path] = definitions(self.read(path)) if path.endswith(SOURCE) else \
                set(re.findall(r"\w+", self.read(path)))
        return name in self.names[path]

    def has_word(self, word):
        """True if any source has it, outside of Markdown, or it is told as another system's."""
        if not self.words:
            for path in self.files:
                if not path.endswith((".md", ".svg", ".fault")) or FOREIGN.search(path):
                    self.words.update(re.findall(r"[A-Za-z_]\w*", self.read(path)))
        return word in self.words

    def anchors(self, path):
        if path not in self.anchors_of:
            self.anchors_of[path] = anchors(self.read(path))
        return self.anchors_of[path]


def files_of(root):
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, universal_newlines=True)
    if done.returncode == 0:
        found = done.stdout.splitlines()
    else:  # a copy of the tree without git
        found = [os.path.relpath(os.path.join(folder, f), root) for folder, _, files in os.walk(root) for f in files]
        found = [f for f in found if not re.match(r"(build|\.git)/", f)]
    return sorted(f for f in found if os.path.exists(os.path.join(root, f)))


# --- What a source defines ---

def without_comments(text, asm=False):
    """The text with comments blanked, lines kept."""
    def blank(match):
        comment = match.group(1)
        return match.group(0) if comment is None else re.sub(r"[^\n]", " ", comment)
    return (ASM_COMMENT if asm else COMMENT).sub(blank, text)


def definitions(text):
    """Names of functions, structures, their members, macros, constants, variables and labels."""
    code = without_comments(text)
    found = set(re.findall(r"^\s*#\s*define\s+(\w+)", code, re.M))
    found |= set(re.findall(r"\b(?:struct|enum|union)\s+(\w+)(?:\s+__attribute__\S+)?\s*\{", code))
    found |= set(re.findall(r"^(\w+):", code, re.M))
    for block in re.findall(r"^#define\s+\w+\([^)]*\)\s*\\\n(?:.*\\\n)*.*", code, re.M):
        found |= set(re.findall(r"\w+", block))  # a list of X(...)
    for block in re.findall(r"^(?:typedef\s+|static\s+|const\s+)*(?:struct|enum|union)\b[^;{}()=]*\{(.*?)^\}", code,
                            re.M | re.S):
        found |= set(re.findall(r"(\w+)\s*(?:\[[^\]]*\]\s*)*(?:[:=][^,;{}]*)?[,;]", block))
        found |= set(re.findall(r"(\w+)\s*(?:=[^,]*)?,?\s*$", block, re.M))
        found |= set(re.findall(r"\(\*(\w+)\)\(", block))
    for line in re.findall(r"^[A-Za-z_][^\n]*", code, re.M):
        before = re.split(r"[={]", line)[0] if "(" not in line.split("=")[0] else line
        found |= set(re.findall(r"(\w+)\s*\(", before))
        found |= set(re.findall(r"\(\*(?:const\s+)?(\w+)", before))
        if "(" not in before:
            found |= set(re.findall(r"(\w+)\s*(?:\[[^\]]*\]\s*)*(?=[,;]|__attribute__|$)", before))
    return found


def comment_above(lines, first):
    while first > 0 and re.match(r"(//|#( |$)|\.balign|\.globl)", lines[first - 1]):
        first -= 1
    return first


def excerpt(text, name):
    """The text of the function, structure or routine name, with the comment above it; None: it is not there."""
    lines = text.split("\n")
    word = re.compile(r"^(?=[A-Za-z_])(?:__attribute__\(\(.*?\)\) |[^;={(])*\b%s\(|^(?:static |typedef )*(?:struct|enum|union) %s \{|^%s:|^#define %s\b|"
                      r"^[A-Za-z_][^;(]*\b%s(\[[^=]*\])?( __attribute__\S+)? = ?" % ((re.escape(name),) * 5))
    for i, line in enumerate(lines):
        if not word.match(line):
            continue
        first = i
        while first > 0 and re.match(r"[A-Za-z_][^;{}]*$", lines[first - 1]) and not lines[first - 1].endswith(":") \
                and not lines[first - 1].startswith("//"):
            first -= 1  # the return type, on a line of its own
        last = end_of(lines, i)
        if last is not None:
            return "\n".join(lines[comment_above(lines, first):last + 1])
    return None


def end_of(lines, i):
    """The last line of what begins at line i; None for a mere declaration."""
    if lines[i].endswith(":"):  # assembly: up to the next routine
        last = i
        while last + 1 < len(lines) and not re.match(r"(#|\.globl|\.balign|\.section)", lines[last + 1]):
            last += 1
        while not lines[last].strip():
            last -= 1
        return last
    if lines[i].startswith("#define"):
        while lines[i].endswith("\\"):
            i += 1
        return i
    if re.search(r"\{.*\};?$", lines[i]):
        return i
    last = i
    while last < len(lines) and not re.match(r"\}", lines[last]):
        if re.search(r";\s*(//.*)?$", lines[last]) and not any("{" in line for line in lines[i:last + 1]):
            return None if "(" in lines[i] and "=" not in lines[i] else last
        last += 1
    return last if last < len(lines) else None


# --- Headings ---

def anchors(text):
    """Anchors of the headings, as GitHub makes them, and their texts."""
    found, seen = {}, {}
    for title in re.findall(r"^#{1,6} +(.+?)\s*#*$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        n = seen.get(slug, 0)
        seen[slug] = n + 1
        found[slug + ("-%d" % n if n else "")] = plain
    return found


# --- The check ---

def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_mention(tree, where, by, name, member):
    if MADE.match(name):
        return []
    paths = tree.find(name, by)
    if not paths:
        return [(where, "there is no %s" % name)]
    if member and not any(p in tree.known and tree.defines(p, member) for p in paths):
        return [(where, "%s defines no %s" % (paths[0], member))]
    return []


def check_link(tree, where, by, target):
    if re.match(r"\w+:", target):
        return []  # of the network: not looked up
    path, _, anchor = target.partition("#")
    path = os.path.normpath(os.path.join(os.path.dirname(by), path)) if path else by
    if path not in tree.known and path not in tree.folders:
        return [(where, "the link leads to %s, which is not there" % path)]
    if anchor and path.endswith(".md") and anchor not in tree.anchors(path):
        return [(where, "%s has no heading #%s" % (path, anchor))]
    return []


def check_markdown(tree, path):
    text = tree.read(path)
    found = []
    prose = re.sub(r"^```.*?^```", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.M | re.S)
    for match in EXCERPT.finditer(prose):
        where = "%s:%d" % (path, line_of(text, match.start()))
        bad = check_mention(tree, where, path, match.group(1), None)
        paths = [] if bad else tree.find(match.group(1), path)
        if not bad and not any(excerpt(tree.read(p), match.group(2)) for p in paths):
            bad = [(where, "%s has no function or structure %s to show" % (paths[0], match.group(2)))]
        found += bad
    for match in LINK.finditer(IN_TICKS.sub(lambda m: " " * len(m.group(0)) if "](" in m.group(0) else m.group(0), prose)):
        found += check_link(tree, "%s:%d" % (path, line_of(text, match.start())), path, match.group(2))
    for match in IN_TICKS.finditer(prose):
        inner = match.group(1)
        where = "%s:%d" % (path, line_of(text, match.start()))
        whole = re.fullmatch(r"(%s)(?::([A-Za-z_]\w*))?" % FILE_NAME, inner)
        if whole:
            found += check_mention(tree, where, path, whole.group(1), whole.group(2))
        elif NAME.fullmatch(inner):
            word = next(filter(None, NAME.fullmatch(inner).groups()))
            found += [] if tree.has_word(word) else [(where, "no source has the name %s" % word)]
        elif re.fullmatch(r"(?:[\w.-]+/)+", inner):
            found += check_mention(tree, where, path, inner, None)
    return found


def check_comments(tree, path):
    text = tree.read(path)
    found = []
    pattern = ASM_COMMENT if path.endswith(".S") else COMMENT if path.endswith(SOURCE) else HASH_COMMENT
    for comment in pattern.finditer(text):
        words = comment.group(1)
        if words is None:
            continue
        for match in MENTION.finditer(words):
            where = "%s:%d" % (path, line_of(text, comment.start(1) + match.start()))
            found += check_mention(tree, where, path, match.group(1), match.group(2))
    for match in HEADING_IN_COMMENT.finditer(re.sub(r"\n *(//|#) ?", " ", text)):
        page, title = match.groups()
        if page in tree.known and title not in tree.anchors(page).values():
            found.append((path, "%s has no heading \"%s\"" % (page, title)))
    return found


def problems(root):
    """[(where, what is wrong)] over the whole tree."""
    tree = Tree(root)
    found = []
    for path in tree.files:
        if path.endswith(".md"):
            found += check_markdown(tree, path)
        elif path.endswith(SOURCE) or ("/" + path).endswith(HASH):
            found += check_comments(tree, path)
    return found
