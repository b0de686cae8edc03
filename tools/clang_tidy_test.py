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


if __name__ == "__main__":
    unittest.main()
