"""Tests of tools/checklist, in small trees of their own."""

import pathlib
import tempfile
import unittest

import scripts

checklist = scripts.load("checklist")


class Checklist(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("src", "tests/life", "docs"):
            (self.root / name).mkdir(parents=True)
        self.items = checklist.ITEMS
        self.addCleanup(setattr, checklist, "ITEMS", self.items)
        checklist.ITEMS = range(1, 4)
        (self.root / "src" / "a_test.cpp").write_text(
            "TEST(Calls, Item01_Item02_end_once) {}\nTEST_F(\n    Life, Item02_IsShort\n) {}\n"
        )
        self.table()

    def table(self, *waiting):
        rows = "".join(f"| {item} | not yet |\n" for item in waiting)
        (self.root / "docs" / "testing.md").write_text(
            f"before\n{checklist.BEGIN}\n{rows}{checklist.END}\nafter\n"
        )

    def text(self):
        return (self.root / "docs" / "testing.md").read_text()

    def test_writes_a_table(self):
        self.table(3)
        self.assertEqual(checklist.check(self.root, writes=True), [])
        self.assertEqual(
            self.text(),
            f"before\n{checklist.BEGIN}\n"
            "| Item | Tests |\n|---|---|\n"
            "| 1 | `Calls` end once |\n"
            "| 2 | `Calls` end once; `Life` is short |\n"
            "| 3 | not yet |\n"
            f"{checklist.END}\nafter\n",
        )
        self.assertEqual(checklist.check(self.root, writes=False), [])

    def test_a_missing_item_fails_in_both_ways(self):
        for writes in (True, False):
            self.assertIn(
                "item 3 of the SDK's checklist has no test named Item03_…",
                checklist.check(self.root, writes),
            )

    def test_an_old_table_fails(self):
        self.table(3)
        self.assertEqual(
            checklist.check(self.root, writes=False),
            ["the table in docs/testing.md is old: run tools/checklist --write"],
        )

    def test_what_has_a_test_is_no_longer_awaited(self):
        self.table(1, 3)
        checklist.check(self.root, writes=True)
        (self.root / "tests" / "life" / "CMakeLists.txt").write_text(
            "add_test(NAME Item03_restarts COMMAND restarts)\n"
        )
        self.assertEqual(checklist.check(self.root, writes=True), [])
        self.assertIn("| 3 | `life` restarts |", self.text())
        self.assertNotIn("not yet", self.text())

    def test_a_text_of_python_names_a_test(self):
        self.table(3)
        (self.root / "tests" / "life" / "pairs.py").write_text(
            'CHECKS = {"Item03_stays with us": stays}\n'
        )
        self.assertEqual(checklist.check(self.root, writes=True), [])
        self.assertIn("| 3 | `life` stays with us |", self.text())

    def test_a_comment_names_no_test(self):
        self.table(3)
        checklist.check(self.root, writes=True)
        (self.root / "src" / "b_test.cpp").write_text(
            "// TEST(Calls, Item03_is_meant) {}\n/*\nTEST(Calls, Item03_was_there) {}\n*/\n"
        )
        life = self.root / "tests" / "life"
        (life / "pairs.py").write_text(
            '"""Item03_of_all."""\n# "Item03_means it"\nx = 1  # "Item03_too"\n'
            'def f():\n    """It is \'Item03_so\'."""\n'
        )
        (life / "page.mjs").write_text("// Item03_page\n")
        (life / "CMakeLists.txt").write_text("# Item03_restarts\n")
        self.assertEqual(checklist.check(self.root, writes=True), [])
        self.assertIn("| 3 | not yet |", self.text())

    def test_an_unknown_number_fails(self):
        self.table(3)
        checklist.check(self.root, writes=True)
        (self.root / "tests" / "b_test.cpp").write_text("TEST(Calls, Item77_wrong) {}\n")
        self.assertEqual(
            checklist.check(self.root, writes=False),
            ["'`Calls` wrong' carries item 77, which the checklist does not have"],
        )


if __name__ == "__main__":
    unittest.main()
