"""Tests of tools/demo: what is missing or fails is told in one line."""

import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import scripts

demo = scripts.load("demo")


class Failures(unittest.TestCase):
    def main(self, *arguments):
        """The status, and what is written to standard error."""
        errors = io.StringIO()
        with mock.patch.object(sys, "argv", ["demo", *arguments]):
            with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
                return demo.main(), errors.getvalue()

    def fresh_folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        (root / "node").mkdir()
        (root / "node/package-lock.json").write_text("{}")
        patched = mock.patch.object(demo, "DEMO", root)
        patched.start()
        self.addCleanup(patched.stop)

    def test_says_which_program_is_missing(self):
        self.fresh_folder()
        with mock.patch.dict("os.environ", {"PATH": "/nowhere"}):
            status, errors = self.main("--install-only")
        self.assertEqual(status, 1)
        what = "installing the Node package needs npm, which is not there: try tools/setup demo"
        self.assertEqual(errors, f"demo: {what}\n")

    def test_says_which_program_failed(self):
        with self.assertRaisesRegex(RuntimeError, "^asking failed: sh ended with status 3$"):
            demo.run("asking", ["sh", "-c", "exit 3"])

    def test_tells_other_failures_of_the_system_in_a_line(self):
        for error in (PermissionError("no"), subprocess.TimeoutExpired("x", 1)):
            with mock.patch.object(demo, "install", side_effect=error):
                self.assertEqual(self.main(), (1, f"demo: {error}\n"))

    def test_says_what_has_not_been_built(self):
        with mock.patch.object(demo, "install"):
            status, errors = self.main("--engine", "/nowhere/iiid")
        self.assertEqual(status, 1)
        self.assertEqual(errors, "demo: there is no /nowhere/iiid: make demo builds it\n")


if __name__ == "__main__":
    unittest.main()
