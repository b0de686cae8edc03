"""Tests of tools/examples, in small trees of their own."""

import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent / "examples"


def load():
    loader = importlib.machinery.SourceFileLoader("examples_script", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


examples = load()


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("examples", "docs/guides", "tests/integration"):
            (self.root / name).mkdir(parents=True)
        self.addCleanup(setattr, examples, "NAMES", examples.NAMES)
        examples.NAMES = {"Calls": "trigger call"}
        self.write("examples/one.cpp", "trigger(); // not_here\n")
        self.write("examples/two.cpp", "x.call<int>();\n")
        self.write(
            "examples/CMakeLists.txt",
            "foreach(example one)\n  add_test(NAME example_${example})\nendforeach()\n"
            "foreach(example two)\n  add_executable(example_${example})\nendforeach()\n",
        )
        self.write(
            "tests/integration/CMakeLists.txt", '  III_TWO="$<TARGET_FILE:example_two>")\n'
        )
        self.write("tests/integration/a_test.cpp", "run(III_TWO);\n")
        self.write(
            examples.PAGE,
            "[one](../../examples/one.cpp) [two](../../examples/two.cpp)\n"
            f"{examples.BEGIN}\n{examples.END}\nafter\n",
        )

    def write(self, path, text):
        (self.root / path).write_text(text)

    def text(self):
        return (self.root / examples.PAGE).read_text()

    def test_writes_a_table(self):
        self.assertEqual(examples.check(self.root, writes=True), [])
        self.assertIn("| `trigger` | [one](../../examples/one.cpp) |\n", self.text())
        self.assertIn("| `call` | [two](../../examples/two.cpp) |\n", self.text())
        self.assertTrue(self.text().endswith(f"{examples.END}\nafter\n"))
        self.assertEqual(examples.check(self.root, writes=False), [])

    def test_an_old_table_fails(self):
        self.assertEqual(
            examples.check(self.root, writes=False),
            [f"the table in {examples.PAGE} is old: run tools/examples --write"],
        )

    def test_a_name_in_no_code_fails_also_after_writing(self):
        examples.NAMES = {"Calls": "trigger not_here cal"}
        wrong = ["'not_here' is in no example", "'cal' is in no example"]
        self.assertEqual(examples.check(self.root, writes=True), wrong)
        self.assertEqual(examples.check(self.root, writes=False), wrong)

    def test_an_example_that_is_not_listed_fails(self):
        self.write("examples/three.cpp", "")
        self.assertEqual(
            examples.check(self.root, writes=True),
            [
                f"{examples.PAGE} does not say what examples/three.cpp shows",
                "no test runs examples/three.cpp",
            ],
        )

    def test_an_example_that_no_test_starts_fails(self):
        self.write("tests/integration/a_test.cpp", "")
        self.assertEqual(
            examples.check(self.root, writes=True), ["no test runs examples/two.cpp"]
        )


if __name__ == "__main__":
    unittest.main()
