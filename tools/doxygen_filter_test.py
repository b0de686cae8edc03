"""Tests of tools/doxygen_filter: which comments become Doxygen's."""

import unittest

import scripts

script = scripts.load("doxygen_filter")


class Comments(unittest.TestCase):
    def assert_becomes(self, text, expected):
        self.assertEqual(script.filtered(text), expected)

    def test_the_first_comment_is_the_headers(self):
        self.assert_becomes(
            "// What it is: Result<T>.\n//\n//   code<T>();\n#pragma once\n",
            "/// What it is: Result\\<T\\>.\n/// \n///       code<T>();\n/// @file\n",
        )

    def test_a_comment_is_that_of_the_declaration_below(self):
        self.assert_becomes("// Why.\nint f();\n", "/// Why.\nint f();\n")

    def test_overloads_share_it(self):
        self.assert_becomes(
            "// Adds.\n// Twice.\nint f();\nint f(int a);\nint g();\n",
            "/// Adds.\n/// Twice.\nint f();\n/** Adds. Twice. */ int f(int a);\nint g();\n",
        )

    def test_an_empty_line_ends_the_sharing(self):
        text = "// Adds.\nint f();\n\nint f(int a);\n"
        self.assert_becomes(text, "/" + text)

    def test_comments_behind_members_are_theirs_and_go_on_below(self):
        self.assert_becomes(
            "struct A {\n  int a;  // one\n          // or two\n  // Three.\n  int b;\n};\n",
            "struct A {\n  int a;  ///< one\n          ///< or two\n  /// Three.\n  int b;\n};\n",
        )

    def test_comments_in_functions_stay(self):
        for text in (
            "int f() {\n  // Why.\n  return 1;  // one\n}\n",
            "template <class T>\nT f(T t) {\n  if (t) {\n    // Why.\n  }\n}\n",
        ):
            with self.subTest(text):
                self.assert_becomes(text, text)

    def test_headings_and_notes_to_tools_stay(self):
        for text in ("// --- Calls ---\nint f();\n", "// NOLINTNEXTLINE(a): b\nint f();\n"):
            with self.subTest(text):
                self.assert_becomes(text, text)

    def test_what_is_internal_is_left_out(self):
        self.assert_becomes(
            "namespace iii::inline v0 {\nnamespace detail {\n// Why.\nint f();\n}\nint g();\n}\n",
            "namespace iii {\n\n\n\n\nint g();\n}\n",
        )


if __name__ == "__main__":
    unittest.main()
