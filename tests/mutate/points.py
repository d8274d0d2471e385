# SPDX-License-Identifier: BSD-2-Clause
"""Where a source file can be changed by one small fault, and how.

A point is (line number, column, old text, new text, kind). Comments, strings,
preprocessor lines, assertions and rows of tables are left alone: what is
changed there is mostly the same program, or another data set; so are faults
that is_same() knows to be none.
"""
import re

C_SWAPS = {
    "==": ["!="], "!=": ["=="], "<": ["<="], "<=": ["<"], ">": [">="],
    ">=": [">"], "+": ["-"], "-": ["+"], "*": ["/"], "&&": ["||"],
    "||": ["&&"], "&": ["|"], "|": ["&"], "<<": [">>"], ">>": ["<<"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="],
    "true": ["false"], "false": ["true"],
}
LUA_SWAPS = {
    "==": ["~="], "~=": ["=="], "<": ["<="], "<=": ["<"], ">": [">="],
    ">=": [">"], "+": ["-"], "-": ["+"], "*": ["/"], "and": ["or"],
    "or": ["and"], "true": ["false"], "false": ["true"],
}
# Spaced as the house style spaces binary operators: `*p`, `&x` and `-1` are
# none.
C_TOKEN = re.compile(r"(?<= )(==|!=|<=|>=|&&|\|\||<<|>>|\+=|-=|\|=|&=|"
                     r"[<>+\-*&|])(?= |$)|\b(true|false)\b")
LUA_TOKEN = re.compile(r"(?<= )(==|~=|<=|>=|[<>+\-*])(?= |$)|"
                       r"\b(and|or|true|false)\b")
NUMBER = re.compile(r"(?<![\w.\"'\[])(0x[0-9a-fA-F]+|\d+)(?![\w.\]])")
C_STRINGS = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//.*')
C_COMMENT = re.compile(r"/\*.*?\*/", re.S)
LUA_STRINGS = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|'
                         r"--\[\[.*?\]\]|--[^\n]*|\[\[.*?\]\]", re.S)
C_STATEMENT = re.compile(r"^\t+(?!return|goto|case|default|static|const|struct|"
                         r"enum|union|unsigned|int|bool|char|size_t|ssize_t|"
                         r"u?int\d+_t|else|do\b)"
                         r"[\w>.\[\]()*&-]+.*;$")
LUA_STATEMENT = re.compile(r"^ +(?!local|return|end|else|until|for|while|if|"
                           r"function|repeat|goto)[\w.:\[\]\"#+ -]+"
                           r"(\(.*\)| = .*[\w\"\])}])$")


def blank(match):
    """As long as what it stands for, so that columns stay."""
    return re.sub(r"[^\n]", "\x01", match.group())


def masked(text, lua):
    if lua:
        return LUA_STRINGS.sub(blank, text).split("\n")
    return C_STRINGS.sub(blank, C_COMMENT.sub(blank, text)).split("\n")


def is_left_alone(line, lua):
    bare = line.replace("\x01", "").strip()
    if not bare:
        return True
    if lua:
        return (bare.startswith("{") or "require" in bare or
                bool(re.match(r"\w+ = [\w\s={},.]*,$", bare)))
    return (bare.startswith(("#", "_Static_assert", "{", "[")) or
            bool(re.match(r"^\s+\{", line)))


def tables(lines):
    """Numbers of the lines inside a static table."""
    inside, rows = False, set()
    for number, line in enumerate(lines):
        if re.search(r"\bstatic const\b.*= ?\{", line) or \
                re.search(r"^\} \w+\[\] = \{", line) or \
                re.search(r"^\t\} \w+\[\] = \{", line):
            inside = True
        if inside:
            rows.add(number)
        if re.search(r"\};\s*$", line):
            inside = False
    return rows


def neighbours(text):
    value = int(text, 0)
    form = hex if text.startswith("0x") else str
    return [form(value + 1)] + ([form(value - 1)] if value > 0 else [])


# `return -1` is "less than 0" to who asks; what memset() fills with is seen where
# the whole statement is taken away; no file that we open is number 0.
def tokens(line, lua):
    swaps = LUA_SWAPS if lua else C_SWAPS
    for found in (LUA_TOKEN if lua else C_TOKEN).finditer(line):
        for new in swaps[found.group()]:
            yield found.start(), found.group(), new, "operator"
    for found in NUMBER.finditer(line):
        before = line[:found.start()]
        if before.endswith("-") and before.rstrip("-").endswith("return "):
            yield found.start(), found.group(), "0", "constant"
        elif not re.search(r"\bmemset\([^,;]*, $|\bfd (<|>=) $", before):
            for new in neighbours(found.group()):
                yield found.start(), found.group(), new, "constant"


def conditions(line, lua):
    if lua:
        found = re.match(r"^( *(?:if|elseif|while) )(.*)( (?:then|do))$", line)
        negated = "not ({})"
    else:
        found = re.match(r"^(\t+(?:\} else )?(?:if|while) \()(.*)(\)(?: \{)?)$",
                         line)
        negated = "!({})"
    if found and found.group(2).count("(") == found.group(2).count(")"):
        yield (found.start(2), found.group(2),
               negated.format(found.group(2)), "condition")


def statements(line, lua):
    if (LUA_STATEMENT if lua else C_STATEMENT).match(line) and \
            not line.rstrip().endswith("{"):
        body = line.strip()
        if body.count("(") == body.count(")"):
            yield line.index(body), body, "" if lua else ";", "statement"


def breaks_anyway(lines, number):
    """A switch's `break;` above nothing but another one, or above its end."""
    rest = [line.strip() for line in lines[number + 1:number + 20]]
    while rest and re.match(r"(case .*|default):", rest[0]):
        rest.pop(0)
    return bool(rest) and rest[0].replace("\x01", "").strip() in ("break;", "}")


def clamps(lines, number):
    """`if (x < BOUND) return BOUND;`, or `x = BOUND;`: with `<=` it is the same."""
    if number + 1 == len(lines):
        return False
    found = re.search(r"\bif \(?([\w.>-]+) [<>]=? ([\w.]+)(\)| then)$",
                      lines[number])
    if not found:
        return False
    name, bound = re.escape(found.group(1)), re.escape(found.group(2))
    return bool(re.match(rf"\s+(return|{name} =) {bound};?$",
                         lines[number + 1]))


def is_same(lines, number, old, new):
    if old == "break;":
        return breaks_anyway(lines, number)
    return {old, new} in ({"<", "<="}, {">", ">="}) and clamps(lines, number)


def points(text, lua):
    """All points of one file, in order."""
    original, lines = text.split("\n"), masked(text, lua)
    skipped = set() if lua else tables(lines)
    found = []
    for number, line in enumerate(lines):
        if number in skipped or is_left_alone(line, lua):
            continue
        for rule in (tokens, conditions, statements):
            for column, old, new, kind in rule(line, lua):
                if is_same(lines, number, old, new):
                    continue
                there = original[number][column:column + len(old)]
                new = new.replace(old, there) if kind == "condition" else new
                found.append((number, column, there, new, kind))
    return found


def changed(text, point):
    number, column, old, new, _ = point
    lines = text.split("\n")
    line = lines[number]
    lines[number] = line[:column] + new + line[column + len(old):]
    return "\n".join(lines)
