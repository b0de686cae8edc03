"""Tests of tools/clang_tidy: when it must look at a file again."""

import json
import pathlib
import shutil
import tempfile
import unittest

import scripts

clang_tidy = scripts.load("clang_tidy")


class Key(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.write(".clang-tidy", "Checks: '*'\n")
        self.write("src/core/a.cpp", '#include "core/a.hpp"\n\n#include <vector>\n')
        self.write("src/core/a.hpp", '#include <iii/result.hpp>\n#include "b.hpp"\n')
        self.write("src/core/b.hpp", '#include "core/a.hpp"\n')
        self.write("src/core/other.hpp", "")
        self.write("include/iii/result.hpp", "")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def key(self, command="g++ -c a.cpp", tool="19"):
        return clang_tidy.key_of(self.root / "src/core/a.cpp", command, self.root, tool)

    def test_follows_includes_in_all_folders(self):
        names = clang_tidy.included_files(self.root / "src/core/a.cpp", self.root)
        self.assertEqual(
            [path.relative_to(self.root).as_posix() for path in names],
            ["include/iii/result.hpp", "src/core/a.cpp", "src/core/a.hpp", "src/core/b.hpp"],
        )

    def test_stays_when_nothing_changed(self):
        before = self.key()
        self.write("src/core/other.hpp", "int a;\n")
        self.assertEqual(self.key(), before)

    def test_changes_with_everything_that_counts(self):
        before = self.key()
        self.assertNotEqual(self.key(command="g++ -DX -c a.cpp"), before)
        self.assertNotEqual(self.key(tool="20"), before)
        for name in ("src/core/a.cpp", "src/core/b.hpp", "include/iii/result.hpp", ".clang-tidy"):
            with self.subTest(name):
                before = self.key()
                self.write(name, (self.root / name).read_text() + "\n")
                self.assertNotEqual(self.key(), before)

    def test_is_the_same_in_another_clone(self):
        before = self.key(command=f"g++ -I{self.root}/src")
        with tempfile.TemporaryDirectory() as folder:
            self.root = pathlib.Path(shutil.copytree(self.root, pathlib.Path(folder) / "clone"))
            self.assertEqual(self.key(command=f"g++ -I{self.root}/src"), before)


class OwnCodeOnly(unittest.TestCase):
    def test_finds_in_our_code_what_it_passes_over_in_system_headers(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name).resolve()
            (folder / "system").mkdir()
            (folder / "system" / "old.hpp").write_text("inline int* old() { return 0; }\n")
            (folder / "a.cpp").write_text("#include <old.hpp>\nint* ours() { return 0; }\n")
            (folder / ".clang-tidy").write_text("Checks: '-*,modernize-use-nullptr'\n")
            command = f"clang++ -isystem {folder}/system -c a.cpp"
            entry = {"directory": str(folder), "file": "a.cpp", "command": command}
            (folder / "compile_commands.json").write_text(json.dumps([entry]))
            everywhere = ["--system-headers", "--header-filter=.*", "-p", str(folder)]
            plugin = f"--load={clang_tidy.built_plugin()}"
            _, output = clang_tidy.look_at(folder / "a.cpp", [plugin, *everywhere])
            self.assertEqual(output.count("[modernize-use-nullptr]"), 1)


class Database(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()

    def write(self, *commands):
        """The commands of the database that is written."""
        entries = [
            {"directory": str(self.folder), "file": command.split()[-1], "command": command}
            for command in commands
        ]
        clang_tidy.write_database(entries, self.folder)
        database = json.loads((self.folder / "compile_commands.json").read_text())
        return [entry["command"] for entry in database]

    def test_has_a_precompiled_header_with_which_findings_are_the_same(self):
        header = self.folder / "cmake_pch.hxx"
        header.write_text("#include <string>\n#include <vector>\n")
        (self.folder / "a.cpp").write_text(
            "#include <vector>\nstd::string f(std::vector<int>) { return {}; }\n"
        )
        (self.folder / ".clang-tidy").write_text("Checks: '-*,misc-include-cleaner'\n")
        compiler = "/usr/bin/g++ -std=c++20 -O0"
        commands = self.write(
            f"{compiler} -Winvalid-pch -include {header} -o a.o -c a.cpp",
            f"{compiler} -DOTHER -Winvalid-pch -include {header} -o b.o -c b.cpp",
        )
        for command in commands:
            self.assertIn(f"-include-pch {self.folder}/", command)
        plugin = f"--load={clang_tidy.built_plugin()}"
        _, output = clang_tidy.look_at(self.folder / "a.cpp", [plugin, "-p", str(self.folder)])
        self.assertIn('no header providing "std::string" is directly included', output)
        self.assertEqual(output.count("[misc-include-cleaner]"), 1)

    def test_leaves_other_commands_alone(self):
        self.assertEqual(self.write("g++ -c a.cpp"), ["g++ -c a.cpp"])


if __name__ == "__main__":
    unittest.main()
