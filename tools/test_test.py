"""Tests of tools/test: what counts as passed and failed."""

import contextlib
import io
import unittest

import scripts

test = scripts.load("test")


class Steps(unittest.TestCase):
    def run_steps(self, *steps):
        before = test.STEPS
        self.addCleanup(setattr, test, "STEPS", before)
        test.STEPS = [(name, [["sh", "-c", script]], needs) for name, script, needs in steps]
        with contextlib.redirect_stdout(io.StringIO()):
            results = list(test.run_steps([]))
        return [(name, verdict, all_.passed, all_.failed) for name, verdict, _, all_ in results]

    def test_counts_what_the_runners_say(self):
        script = (
            "echo '50% tests passed, 3 tests failed out of 6'\n"
            "echo 'pass 1: 40 passed, 2 failed in 9 s'"
        )
        self.assertEqual(self.run_steps(("a", script, ())), [("a", "passed", 43, 5)])

    def test_does_not_count_what_was_skipped_as_passed(self):
        script = (
            "echo '100% tests passed, 0 tests failed out of 3'\n"
            "echo 'The following tests did not run:'\n"
            "printf '\\t 49 - interop (Skipped)\\n'"
        )
        self.assertEqual(self.run_steps(("a", script, ())), [("a", "FAILED", 2, 1)])

    def test_counts_as_one_where_nothing_is_said(self):
        self.assertEqual(
            self.run_steps(("a", "true", ()), ("b", "false", ())),
            [("a", "passed", 1, 0), ("b", "FAILED", 0, 1)],
        )

    def test_runs_no_step_that_needs_a_failed_one(self):
        self.assertEqual(
            self.run_steps(
                ("a", "false", ()),
                ("b", "true", ("a",)),
                ("c", "true", ("b",)),
                ("d", "true", ()),
            ),
            [
                ("a", "FAILED", 0, 1),
                ("b", "not run", 0, 1),
                ("c", "not run", 0, 1),
                ("d", "passed", 1, 0),
            ],
        )

    def test_stops_a_step_at_its_first_failing_command(self):
        before = test.STEPS
        self.addCleanup(setattr, test, "STEPS", before)
        test.STEPS = [("a", [["false"], ["sh", "-c", "echo 5 passed, 0 failed"]], ())]
        with contextlib.redirect_stdout(io.StringIO()):
            name, verdict, _, totals = next(test.run_steps([]))
        self.assertEqual((name, verdict, totals.passed, totals.failed), ("a", "FAILED", 0, 1))


if __name__ == "__main__":
    unittest.main()
