#!/usr/bin/env python3
"""Compiles the C++ of a Markdown file: all its blocks as one source.

    guide_code.py GUIDE [--source FILE] [-- COMPILER OPTION…]

Writes the source to FILE, or to standard output, and compiles it. How a guide is read:

* A block of three backticks and `cpp` is what the reader sees. Its includes move to the top of the
  source, its types, functions and macros go into a namespace, and what remains, statements, becomes
  the body of a function. Each block sees those before it, and may define their names again.
* Statements of one block do not see the variables of another. What a block needs and the reader
  knows without being told stands before it in comments of HTML: declarations, which go into the
  namespace, and parameters of the function that the next block's statements become.

      <!-- cpp
      struct Pool { void submit(std::function<void()> work); };
      -->
      <!-- cpp(Pool& pool, iii::Trigger trigger) -->

* A `…` in code stands for what a reader fills in, and is left out.
* Every source includes <iii/iii.hpp> and has a `client`, unless a block makes its own.
"""

import argparse
import pathlib
import re
import subprocess
import sys

HEAD = """#include <iii/iii.hpp>
{includes}
extern iii::Client client;
"""
BLOCK = re.compile(
    r"(?:^<!-- cpp\((?P<parameters>[^\n]*)\) -->\n\s*)?^```cpp\n(?P<seen>.*?)^```$"
    r"|^<!-- cpp\n(?P<hidden>.*?)^-->$",
    re.M | re.S,
)
TOKEN = re.compile(
    r'R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*|/\*.*?\*/"
    r"|^[ \t]*#[^\n]*(?=\n)"
    r"|\w+|\s+|.",
    re.M | re.S,
)
SCOPE_WORDS = (
    "struct class enum union template namespace using typedef concept extern static_assert"
).split()
CONTROL_WORDS = "if for while do try switch else catch {".split()
# What continues an item behind a closing brace: `= {…};`, `}(…)`, `} else {`.
CONTINUED = re.compile(r"\s*(?:[;,.()\[\]?:+*/|<>=-]|&&|else\b|catch\b)")
CONTINUED_DO = re.compile(r"\s*while\b")


class Item:
    """One declaration or statement at the top of a block, or one include."""

    def __init__(self, text, line):
        self.text = text
        self.line = line
        words = [token for token in tokens_of(text) if not is_blank(token)]
        self.first = words[0] if words else ""
        self.last = words[-1] if words else ""

    @property
    def is_include(self):
        return self.first.lstrip().startswith("#")

    @property
    def is_declaration(self):
        if self.first in SCOPE_WORDS or self.first.startswith("III_"):
            return True
        return self.last == "}" and self.first not in CONTROL_WORDS


def tokens_of(text):
    return [match.group() for match in TOKEN.finditer(text)]


def is_blank(token):
    return not token.strip() or token.startswith(("//", "/*"))


def items_of(block, line):
    """Cuts a block where a declaration or statement ends."""
    items = []
    text, depth, start = "", 0, line
    offset = 0
    first = None

    def end():
        nonlocal text, first, start
        if first is not None:
            items.append(Item(text, start))
        text, first = "", None
        start = line + block[:offset].count("\n")

    for token in tokens_of(block):
        if first is None and (is_blank(token) or token == "…"):
            offset += len(token)
            start = line + block[:offset].count("\n")
            continue
        first = first or token
        text += "" if token == "…" else token
        offset += len(token)
        depth += (token in "([{") - (token in ")]}") if len(token) == 1 else 0
        if depth > 0:
            continue
        if token == ";" or token.lstrip().startswith("#"):
            end()
        elif token == "}":
            rest = block[offset:]
            goes_on = CONTINUED.match(rest) or (first == "do" and CONTINUED_DO.match(rest))
            # A function body ends its item, whatever follows.
            if not goes_on:
                end()
        elif token == ")" and first.startswith("III_") and not block[offset:].startswith(";"):
            end()
    end()
    return items


def blocks_of(markdown):
    """Each block of code: its items, whether the reader sees it, its parameters."""
    for match in BLOCK.finditer(markdown):
        kind = "seen" if match.group("seen") is not None else "hidden"
        line = markdown[: match.start(kind)].count("\n") + 1
        yield items_of(match.group(kind), line), kind == "seen", match.group("parameters")


def function_of(number, statements, parameters):
    """Statements as a function, and as a coroutine where they wait."""
    text = "".join(statements)
    listed = [parameters] if parameters else []
    if not re.search(r"\b(auto|Client) client\b", f"{text}{parameters}"):
        listed.append("iii::Client& client")
    kind = "auto"
    if re.search(r"\bco_return\s+[^;\s]", text):
        kind = "iii::Task<iii::Json>"
    elif re.search(r"\bco_(await|return)\b", text):
        kind = "iii::Task<void>"
    return f"[[maybe_unused]] {kind} statements_{number}({', '.join(listed)}) {{\n{text}}}\n"


def source_of(markdown, name):
    includes, body = [], []
    blocks = list(blocks_of(markdown))
    for number, (items, is_seen, parameters) in enumerate(blocks, start=1):
        body.append(f"namespace block_{number} {{\n")
        statements = []
        for item in items:
            text = f'#line {item.line} "{name}"\n{item.text}\n'
            if item.is_include:
                includes.append(text)
            elif item.is_declaration or not is_seen:
                body.append(text)
            else:
                statements.append(text)
        if statements:
            body.append(function_of(number, statements, parameters))
    # Namespaces within each other: a block sees those before it, and may hide their names.
    body.append("}  // namespace\n" * len(blocks))
    if not blocks:
        sys.exit(f"{name} has no C++")
    return HEAD.format(includes="".join(includes)) + "".join(body)


def main():
    command = []
    arguments = sys.argv[1:]
    if "--" in arguments:
        command = arguments[arguments.index("--") + 1 :]
        arguments = arguments[: arguments.index("--")]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("guide", type=pathlib.Path)
    parser.add_argument("--source", type=pathlib.Path)
    options = parser.parse_args(arguments)
    source = source_of(options.guide.read_text(), options.guide.as_posix())
    if not options.source:
        print(source, end="")
        return
    options.source.parent.mkdir(parents=True, exist_ok=True)
    options.source.write_text(source)
    if command:
        done = subprocess.run(
            [*command, "-c", options.source, "-o", f"{options.source}.o"], check=False
        )
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
