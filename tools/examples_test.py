"""Tests of tools/examples, in small trees of their own."""

import pathlib
import tempfile
import unittest

import scripts

examples = scripts.load("examples")


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("examples", "docs/guides", "tests/integration", "tools"):
            (self.root / name).mkdir(parents=True)
        self.write(examples.SURFACE, "# A list.\n\n## Calls\ntrigger Client::call\n")
        self.write(examples.OTHER_NAMES, "## Rust\nIIIClient\n")
        self.write(examples.NAMES_PAGE, "| `III`, `IIIClient` | `Client` |\n")
        self.write("examples/one.cpp", "iii::trigger(); // iii::not_here\n")
        self.write("examples/two.cpp", "iii::Client x = f();\nx.call<int>();\n")
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
        self.assertIn("| `Client::call` | [two](../../examples/two.cpp) |\n", self.text())
        self.assertTrue(self.text().endswith(f"{examples.END}\nafter\n"))
        self.assertEqual(examples.check(self.root, writes=False), [])

    def test_an_old_table_fails(self):
        self.assertEqual(
            examples.check(self.root, writes=False),
            [f"the table in {examples.PAGE} is old: run tools/examples --write"],
        )

    def test_a_name_in_no_code_fails_also_after_writing(self):
        self.write(examples.SURFACE, "## Calls\ntrigger not_here\nClient::cal\n")
        wrong = ["'not_here' is in no example", "'Client::cal' is in no example"]
        self.assertEqual(examples.check(self.root, writes=True), wrong)
        self.assertEqual(examples.check(self.root, writes=False), wrong)

    def test_a_name_of_another_sdk_that_the_table_leaves_out_fails(self):
        self.write(examples.OTHER_NAMES, "## Rust\nIIIClient Client iii_fn\n")
        self.assertEqual(
            examples.check(self.root, writes=True),
            [f"{examples.NAMES_PAGE} does not say what 'iii_fn' is here"],
        )

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


class Uses(unittest.TestCase):
    """Which code counts as a use of a name."""

    def check(self, name, used, unused):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "one.cpp"
            for code, expected in ((used, True), (unused, False)):
                path.write_text(code)
                self.assertEqual(examples.uses(examples.code_of(path), name), expected, code)

    def test_a_name_of_the_namespace(self):
        self.check("Trigger", "iii::Trigger t;", "Trigger t; iii::TriggerRequest r;")
        self.check("http", "f(iii::http(client, g));", "http(client); iii::https(); // iii::http")
        self.check("testing::Engine", "iii::testing::Engine e;", "iii::Engine e;")
        self.check("III_DESCRIBE", "III_DESCRIBE(A, b)", "III_DESCRIBE_ENUM(A, b)")
        self.check("std::variant", "std::variant<A, B> v;", "std::variant_size<A> s;")

    def test_texts_and_comments_do_not_count(self):
        self.check("http", 'f("//"); iii::http();', 'f("iii::http"); f(R"x(iii::http)x");')

    def test_a_member_of_the_type_itself(self):
        self.check("Error::remote", 'throw iii::Error::remote("a");', "iii::ErrorKind::remote;")

    def test_a_member_of_a_variable(self):
        name = "Reader::close"
        self.check(name, "iii::Reader& end = f(); end.close();", "iii::Writer end; end.close();")
        self.check(name, "f(iii::Reader<int> end) { end->close(); }", "iii::Reader a; b.close();")

    def test_a_member_that_is_set(self):
        name = "Options::name"
        self.check(name, "iii::Options{.id = 1, .name = x};", "iii::Options{.limit = {.name = x}};")
        self.check(name, "iii::Options o{.a = {1}, .name = x};", "iii::Options{}; A{.name = x};")

    def test_a_member_called_on_something_new(self):
        name = "Builder::set"
        self.check(name, "iii::Builder().add(f(1)).set(2);", "f(iii::Builder()).set(2);")
        self.check(name, "iii::Builder{.a = 1}\n    .set(2);", "iii::Builder().size; x.set(2);")
        self.check(name, "iii::Builder::with(1).set(2);", "iii::Builder::with(x.set(2));")


if __name__ == "__main__":
    unittest.main()
