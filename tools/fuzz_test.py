"""Tests of tools/fuzz: how it reads what libFuzzer prints."""

import unittest

import scripts

fuzz = scripts.load("fuzz")

CLEAN = """\
#2\tINITED cov: 17 ft: 18 corp: 1/1b exec/s: 0 rss: 45Mb
#4096\tpulse  cov: 31 ft: 44 corp: 9/30b lim: 43 exec/s: 2048 rss: 46Mb
Done 8120 runs in 2 second(s)
stat::number_of_executed_units: 8120
"""
CRASH = """\
#2\tINITED cov: 17 ft: 18 corp: 1/1b exec/s: 0 rss: 45Mb
#977\tNEW    cov: 20 ft: 22 corp: 3/7b exec/s: 0 rss: 45Mb
==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1
SUMMARY: AddressSanitizer: heap-buffer-overflow src/json/scan.cpp:7 in scan
artifact_prefix='x-'; Test unit written to x-crash-1
"""


class Parse(unittest.TestCase):
    def test_a_clean_run_is_good(self):
        outcome = fuzz.parse("config", 0, CLEAN)
        self.assertTrue(outcome.is_good)
        self.assertEqual((outcome.runs, outcome.coverage), (8120, 31))
        self.assertEqual(outcome.verdict(), "no finding")

    def test_a_crash_is_a_finding(self):
        outcome = fuzz.parse("config", 77, CRASH)
        self.assertFalse(outcome.is_good)
        self.assertEqual((outcome.runs, outcome.coverage), (977, 20))
        self.assertIn("heap-buffer-overflow", outcome.verdict())
        self.assertIn("x-crash-1", outcome.verdict())

    def test_the_planted_bug_must_be_found(self):
        self.assertTrue(fuzz.parse("planted_bug", 77, CRASH).is_good)
        self.assertFalse(fuzz.parse("planted_bug", 0, CLEAN).is_good)

    def test_a_program_that_does_not_start_is_no_finding(self):
        for target in ("config", "planted_bug"):
            outcome = fuzz.parse(target, 127, "error while loading shared libraries\n")
            self.assertFalse(outcome.is_good)
            self.assertIn("BROKEN", outcome.verdict())


if __name__ == "__main__":
    unittest.main()
