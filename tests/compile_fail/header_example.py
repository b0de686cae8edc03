"""Compiles the example in the first comment of a public header, under the project's own warnings.

    header_example.py HEADER COMPILER [OPTION…]
"""

import pathlib
import subprocess
import sys

FRAME = """#include <{header}>
#include <string>
#include <string_view>
std::string twice(std::string_view payload);
int fail(std::string_view message);
int example();
int example() {{
{example}
  return 0;
}}
"""


def main():
    header, *command = sys.argv[1:]
    path = pathlib.Path(header)
    comment = path.read_text().partition("#pragma once")[0]
    example = [line[2:] for line in comment.splitlines() if line.startswith("//   ")]
    if not example:
        sys.exit(f"{header} has no example")
    source = FRAME.format(header=f"iii/{path.name}", example="\n".join(example))
    done = subprocess.run(
        [*command, "-std=c++20", "-fsyntax-only", "-x", "c++", "-"],
        input=source, text=True, check=False,
    )
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
