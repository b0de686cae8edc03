"""Tests of guide_code.py: how the blocks of a guide become one source."""

import unittest

import guide_code


def kinds(block):
    names = []
    for item in guide_code.items_of(block, 1):
        kind = "include" if item.is_include else "declared" if item.is_declaration else "statement"
        names.append((kind, item.line))
    return names


class Items(unittest.TestCase):
    def test_declarations_and_statements_are_told_apart(self):
        for text, kind in (
            ("#include <vector>\n", "include"),
            ("struct A {\n  int a;\n};\n", "declared"),
            ("III_DESCRIBE(A, a, (b, iii::defaulted))\n", "declared"),
            ("int twice(int a) { return 2 * a; }\n", "declared"),
            ("iii::Task<iii::Json> slow(iii::Json in) {\n  co_return in;\n}\n", "declared"),
            ("TEST(Suite, name) { run(); }\n", "declared"),
            ("using A = int;\n", "declared"),
            ("template <class T>\nT f(T t) { return t; }\n", "declared"),
            ('client.register_function("a", [](int a) { return a; });\n', "statement"),
            ("if (a) {\n  b();\n} else {\n  c();\n}\n", "statement"),
            ("try {\n  a();\n} catch (const E& e) {\n  b();\n}\n", "statement"),
            ("do { a(); } while (b);\n", "statement"),
            ("iii::Json a = {{1, 2}};\n", "statement"),
            ("auto f = [](int a) { return a; };\n", "statement"),
            ("for (int a : b) {\n  c(a);\n}\n", "statement"),
            ('std::string a = R"({"b":1};)";\n', "statement"),
        ):
            with self.subTest(text):
                self.assertEqual(kinds(text), [(kind, 1)])

    def test_items_keep_their_lines(self):
        self.assertEqual(
            kinds(
                "#include <a>\n\n// Why; not.\nstruct A {};\nIII_DESCRIBE(A)\n\na();  // {\nb();\n"
            ),
            [
                ("include", 1),
                ("declared", 4),
                ("declared", 5),
                ("statement", 7),
                ("statement", 8),
            ],
        )

    def test_a_function_ends_where_its_body_does(self):
        self.assertEqual(
            kinds("int f() { return 1; }\nint g() { return 2; }\nf();\n"),
            [("declared", 1), ("declared", 2), ("statement", 3)],
        )


class Sources(unittest.TestCase):
    def test_blocks_see_those_before_them(self):
        source = guide_code.source_of(
            "# A\n```cpp\n#include <a>\nint a() { return 1; }\n```\n```cpp\na();\n```\n", "g.md"
        )
        self.assertLess(source.index("#include <a>"), source.index("namespace block_1"))
        self.assertIn('#line 4 "g.md"\nint a()', source)
        self.assertIn("auto statements_2(iii::Client& client) {\n#line 7", source)
        self.assertTrue(source.endswith("}  // namespace\n}  // namespace\n"))

    def test_hidden_blocks_are_declarations(self):
        source = guide_code.source_of("<!-- cpp\nint a();\n-->\n```cpp\na();\n```\n", "g.md")
        self.assertLess(source.index("int a();"), source.index("statements_2"))

    def test_statements_that_wait_are_a_coroutine(self):
        for text, kind in (
            ("co_await a();", "iii::Task<void>"),
            ("co_return b;", "iii::Task<iii::Json>"),
            ("return b;", "auto"),
        ):
            with self.subTest(text):
                source = guide_code.source_of(f"```cpp\n{text}\n```\n", "g.md")
                self.assertIn(f"[[maybe_unused]] {kind} statements_1(", source)

    def test_parameters_are_those_of_the_next_block(self):
        source = guide_code.source_of("<!-- cpp(int a) -->\n```cpp\nf(a);\n```\n", "g.md")
        self.assertIn("statements_1(int a, iii::Client& client)", source)

    def test_a_block_may_make_its_own_client(self):
        source = guide_code.source_of("```cpp\niii::Client client = f();\n```\n", "g.md")
        self.assertIn("statements_1() {", source)

    def test_what_a_reader_fills_in_is_left_out(self):
        items = guide_code.items_of('a();\n…\nf([] { … }, "…");  // …\n', 1)
        self.assertEqual([item.text for item in items], ["a();", 'f([] {  }, "…");'])

    def test_other_languages_are_left_alone(self):
        with self.assertRaises(SystemExit):
            guide_code.source_of("```cmake\na()\n```\n", "g.md")


if __name__ == "__main__":
    unittest.main()
