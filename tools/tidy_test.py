"""Tests of tools/tidy: each rule, kept and broken, in a small tree of its own."""

import pathlib
import tempfile
import unittest

import scripts

HEADER = "// What it is.\n#pragma once\n"
ROOMS = {
    "src/base/CMakeLists.txt": "iii_library(base SOURCES a.cpp HEADERS a.hpp)\n",
    "src/json/CMakeLists.txt": "iii_library(json SOURCES b.cpp DEPS base TESTS b_test.cpp)\n",
    "src/core/CMakeLists.txt": "iii_library(core\n  SOURCES c.cpp\n  DEPS\n    base # json\n)\n",
}

tidy = scripts.load("tidy")


class Rules(unittest.TestCase):
    def findings(self, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return tidy.findings_in(root)

    def assert_kept(self, files):
        self.assertEqual(self.findings(files), [])

    def assert_broken(self, files, *expected):
        found = self.findings(files)
        self.assertEqual(len(found), len(expected), found)
        for finding, start in zip(found, expected):
            self.assertTrue(finding.startswith(start), f"{finding!r} does not start with {start!r}")

    def in_file(self, name, text):
        """A tree in which `name` is the only file besides the list that names it."""
        folder, file = name.rsplit("/", 1)
        return {f"{folder}/CMakeLists.txt": f"add_library(x {file})\n", name: text}


class Umbrella(Rules):
    LIST = {"include/CMakeLists.txt": "target_sources(x iii/iii.hpp iii/task.hpp iii/engine.hpp)\n"}

    def with_umbrella(self, *included):
        lines = "".join(f"#include <iii/{name}.hpp>\n" for name in included)
        headers = {f"include/iii/{name}.hpp": HEADER for name in ("task", "engine")}
        return self.LIST | headers | {"include/iii/iii.hpp": HEADER + lines}

    def test_it_includes_every_public_header_but_the_named_ones(self):
        self.assert_kept(self.with_umbrella("task"))

    def test_a_header_that_it_forgets_is_found(self):
        self.assert_broken(
            self.with_umbrella(), "include/iii/task.hpp:1: include/iii/iii.hpp neither includes"
        )

    def test_a_header_of_another_library_is_found(self):
        self.assert_broken(
            self.with_umbrella("task", "engine"),
            "include/iii/iii.hpp:1: includes engine.hpp, which is of another library",
        )


class Includes(Rules):
    def test_a_listed_room_may_be_included(self):
        self.assert_kept(
            ROOMS | {"src/json/b.cpp": '#include "base/a.hpp"\n#include "json/b.hpp"\n'}
        )

    def test_a_room_that_is_not_listed_may_not(self):
        tree = ROOMS | {"src/core/c.cpp": '#include "base/a.hpp"\n#include "json/b.hpp"\n'}
        self.assert_broken(tree, "src/core/c.cpp:2: room 'core' does not list 'json'")

    def test_a_room_above_may_not(self):
        tree = ROOMS | {"src/base/a.cpp": '#include "json/b.hpp"\n'}
        self.assert_broken(tree, "src/base/a.cpp:1: room 'base' does not list 'json'")

    def test_a_room_inside_of_another_has_a_list_of_its_own(self):
        rooms = ROOMS | {
            "src/json/deep/CMakeLists.txt": "iii_library(deep SOURCES d.cpp DEPS base)\n",
            "src/core/CMakeLists.txt": "iii_library(core SOURCES c.cpp DEPS deep)\n",
        }
        self.assert_kept(
            rooms
            | {"src/json/deep/d.cpp": '#include "base/a.hpp"\n#include "json/deep/d.hpp"\n'}
            | {"src/core/c.cpp": '#include "json/deep/d.hpp"\n'}
        )
        self.assert_broken(
            rooms | {"src/json/deep/d.cpp": '#include "json/b.hpp"\n'},
            "src/json/deep/d.cpp:1: room 'json/deep' does not list 'json'",
        )
        self.assert_broken(
            rooms | {"src/json/b.cpp": '#include "json/deep/d.hpp"\n'},
            "src/json/b.cpp:1: room 'json' does not list 'deep'",
        )

    def test_folders_that_are_no_rooms_are_free(self):
        self.assert_kept(ROOMS | {"src/json/b_test.cpp": '#include "support/sweeps.hpp"\n'})


class OutsideWorld(Rules):
    CALLS = {
        "clock": "auto t = std::chrono::steady_clock::now();",
        "random": "std::random_device chance;",
        "sleep": "std::this_thread::sleep_for(1s);",
        "socket": "#include <sys/socket.h>",
        "thread": "std::jthread worker;",
        "environment": 'const char* home = std::getenv("HOME");',
    }

    def test_belongs_to_its_owners(self):
        for kind, call in self.CALLS.items():
            with self.subTest(kind):
                tree = self.in_file("src/core/x.cpp", f"\n{call}\n")
                self.assert_broken(tree, f"src/core/x.cpp:2: {kind} used outside")

    def test_is_free_for_its_owners(self):
        for name, kinds in {
            "src/base/system_random.cpp": ("random",),
            "src/net/x.cpp": ("clock", "socket"),
            "src/engine/x.cpp": ("thread",),
            "apps/iiid/x.cpp": ("environment",),
            "bench/x.cpp": tuple(self.CALLS),
        }.items():
            self.assert_kept(self.in_file(name, "".join(f"{self.CALLS[kind]}\n" for kind in kinds)))

    def test_may_be_spoken_of(self):
        text = (
            '// sleep_for(1s) waits.\nconst char* text = "getenv(x)";\n/* std::thread\n */ int a;\n'
        )
        self.assert_kept(self.in_file("src/core/x.cpp", text))

    def test_words_that_only_look_like_a_call_are_free(self):
        text = (
            "int brand(int operand);\nTime time(Event event);\nauto environment = thread_count;\n"
        )
        self.assert_kept(self.in_file("src/core/x.cpp", text))

    def test_asio_buffers_are_no_sockets(self):
        text = "#include <boost/asio/buffer.hpp>\nboost::asio::const_buffer b;\n"
        self.assert_kept(self.in_file("src/http/x.cpp", text))
        self.assert_broken(
            self.in_file("src/http/x.cpp", "#include <boost/asio/ip/tcp.hpp>\nasio::ip::tcp t;\n"),
            "src/http/x.cpp:1: socket",
            "src/http/x.cpp:2: socket",
        )


class Texts(Rules):
    def test_a_line_has_at_most_100_characters(self):
        self.assert_kept(self.in_file("src/core/x.cpp", "//" + "é" * 98 + "\n"))
        tree = self.in_file("src/core/x.cpp", "//" + "x" * 99 + "\n")
        self.assert_broken(tree, "src/core/x.cpp:1: 101")

    def test_a_task_names_its_issue(self):
        word = "TO" + "DO"
        self.assert_kept(self.in_file("src/core/x.cpp", f"// {word}(#12): faster.\n"))
        self.assert_broken(
            self.in_file("src/core/x.cpp", f"// {word}: faster.\n"), f"src/core/x.cpp:1: {word}"
        )

    def test_built_and_installed_files_are_not_read(self):
        line = "x" * 200
        folders = ("build/a", "a/node_modules/b", ".git")
        self.assert_kept({f"{folder}/x.js": line for folder in folders})


class Headers(Rules):
    def test_opens_with_a_comment_and_is_included_once(self):
        self.assert_kept(self.in_file("src/core/x.hpp", HEADER))
        self.assert_broken(
            self.in_file("src/core/x.hpp", "int a;\n"),
            "src/core/x.hpp:1: a header opens with a comment",
            "src/core/x.hpp:1: no #pragma once",
        )

    def test_opens_no_namespace_for_others(self):
        self.assert_kept(self.in_file("src/core/x.cpp", "using namespace std;\n"))
        literals = HEADER + "using namespace std::chrono_literals;\n"
        self.assert_kept(self.in_file("src/core/x.hpp", literals))
        self.assert_broken(
            self.in_file("src/core/x.hpp", HEADER + "using namespace std;\n"),
            "src/core/x.hpp:3: using namespace",
        )


class DeadFiles(Rules):
    def test_a_file_is_listed_in_its_folder_or_above(self):
        for folder, name, text in (
            ("apps", "iiid/main.cpp", "add_executable(a iiid/main.cpp)\n"),
            ("tests/fuzz", "scan.cpp", "iii_fuzz_target(scan)\n"),
        ):
            self.assert_kept({f"{folder}/CMakeLists.txt": text, f"{folder}/{name}": ""})

    def test_a_longer_name_or_a_comment_does_not_list_it(self):
        text = "add_library(a my_x.cpp x.cpp.in) # x.cpp\n"
        tree = {"src/core/CMakeLists.txt": text, "src/core/x.cpp": ""}
        self.assert_broken(tree, "src/core/x.cpp:1: listed in no")

    def test_a_header_outside_of_src_may_be_included_instead(self):
        tree = self.in_file("tests/a/x.cpp", '#include "support/s.hpp"\n')
        self.assert_kept(tree | {"tests/support/s.hpp": HEADER})
        self.assert_broken(
            tree | {"tests/support/t.hpp": HEADER, "tests/support/s.hpp": HEADER},
            "tests/support/t.hpp:1: listed in no",
        )


class Lengths(Rules):
    def test_a_file_has_at_most_600_lines(self):
        self.assert_kept(self.in_file("src/core/x.cpp", "\n" * 600))
        self.assert_broken(
            self.in_file("src/core/x.cpp", "\n" * 601), "src/core/x.cpp:1: 601 lines"
        )

    def test_an_exception_only_shrinks(self):
        tidy.LONG_FILES["src/core/x.cpp"] = 700
        self.addCleanup(tidy.LONG_FILES.clear)
        self.assert_kept(self.in_file("src/core/x.cpp", "\n" * 700))
        for lines in (701, 699):
            self.assert_broken(
                self.in_file("src/core/x.cpp", "\n" * lines), f"src/core/x.cpp:1: {lines} lines"
            )

    def test_a_function_has_at_most_60_lines(self):
        for head in (
            "int f(int a = 1)",
            "namespace n {\nclass A : public B {\n void f() const",
            "TEST(A, B)",
            "bool A::operator==(const A& other) const",
        ):
            with self.subTest(head):
                self.assert_kept(self.in_file("src/core/x.cpp", head + " {" + "\n" * 60 + "}\n"))
                longer = self.in_file("src/core/x.cpp", head + " {" + "\n" * 61 + "}\n")
                found = self.findings(longer)
                self.assertEqual(len(found), 1)
                self.assertIn("function of 61 lines", found[0])

    def test_a_suppressed_function_or_a_table_may_be_longer(self):
        for head in (
            "// NOLINTNEXTLINE(readability-function-size): the one switch.\nvoid f()",
            "namespace n",
            "const std::vector<int> table = make(A{1}, B",
            "struct A",
            "constexpr int table[] =",
        ):
            with self.subTest(head):
                self.assert_kept(self.in_file("src/core/x.cpp", head + " {" + "\n" * 99 + "}\n"))


if __name__ == "__main__":
    unittest.main()
