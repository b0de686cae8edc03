#include <iii/error.hpp>
#include <iii/multipart.hpp>
#include <iii/result.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii {
namespace {

using namespace std::string_view_literals;

// "name(file, type): content; …", or how it failed; the body in pieces of so many bytes.
struct Reading {
  std::string text;
  void operator()(const MultipartPart& part) {
    text += (text.empty() ? "" : "; ") + part.name;
    text += part.file_name ? "(" + *part.file_name + ", " + part.content_type + ")" : "";
    text += ": ";
  }
  void operator()(const MultipartData& data) { text += data.bytes; }
  void operator()(const MultipartPartEnd&) { text += "."; }
};

std::string read_all(
    std::string_view body,
    std::size_t piece_bytes = std::string_view::npos,
    MultipartLimits limits = {}
) {
  MultipartParser parser("b", limits);
  Reading reading;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, piece_bytes);
    body.remove_prefix(piece.size());
    const auto result =
        parser.read(piece, [&](const MultipartEvent& event) { std::visit(reading, event); });
    if (!result) {
      return "! " + result.error().message();
    }
  }
  const auto end = parser.finish();
  return end ? reading.text : "! " + end.error().message();
}

constexpr std::string_view head = "Content-Disposition: form-data; name=\"a\"\r\n\r\n";

// A whole form around the head and content of one part.
std::string form(std::string_view part) {
  return "--b\r\n" + std::string(part) + "\r\n--b--\r\n";
}

struct Case {
  std::string body;
  std::string expected;
};

std::vector<Case> forms() {
  const std::string a(head);
  return {
      {form(a + "1"), "a: 1."},
      {form(a), "a: ."},
      {"--b\r\n" + a + "--b--", "a: ."},
      {form(a + "\r\n"), "a: \r\n."},
      {form(a + "x\r\n-y\r\n--c\r\n--"), "a: x\r\n-y\r\n--c\r\n--."},
      {form(a + "\r\r\r\n-"), "a: \r\r\r\n-."},
      {"--b\r\n" + a + "1\r\n--b \t\r\n" + a + "2\r\n--b--", "a: 1.; a: 2."},
      {"preamble\r\n--b\r\n" + a + "1\r\n--b--\r\nepilogue --b", "a: 1."},
      {"--b--", ""},
      {form("content-disposition: FORM-DATA; name=a; filename=\"x\\\"y.txt\"\r\n"
            "Content-Type: image/png\r\n\r\n1"),
       "a(x\"y.txt, image/png): 1."},
      {form("Content-Disposition: form-data; name=\"a;b\"; filename=\"C:\\dir\\x\"\r\n\r\n1"),
       "a;b(C:\\dir\\x, text/plain): 1."},
      {form("Content-Disposition: form-data; filename=\"\"; name=\"\xc3\xa9\"\r\n\r\n1"),
       "\xc3\xa9(, text/plain): 1."},
      {"", "! the form ends before its closing boundary"},
      {"--b\r\n" + a + "1", "! the form ends before its closing boundary"},
      {"--b\r\n" + a + "1\r\n--b", "! the form ends before its closing boundary"},
      {"--bx\r\n", "! a boundary is followed by something else than the end of its line"},
      {"--b\n" + a, "! a boundary is followed by something else than the end of its line"},
      {"--b-x", "! a boundary is followed by something else than the end of its line"},
      {form("\r\n1"), "! a part has no `Content-Disposition: form-data` with a name"},
      {form("Content-Type: text/plain\r\n\r\n1"),
       "! a part has no `Content-Disposition: form-data` with a name"},
      {form("Content-Disposition: attachment; name=\"a\"\r\n\r\n1"),
       "! a part has no `Content-Disposition: form-data` with a name"},
      {form("Content-Disposition: form-data; name=\"a\r\n\r\n1"),
       "! a part has no `Content-Disposition: form-data` with a name"},
      {form("Content-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1"),
       "! a part has no `Content-Disposition: form-data` with a name"},
      {form("Content-Disposition : form-data; name=\"a\"\r\n\r\n1"),
       "! the head of a part is malformed"},
      {form("Content-Disposition: form-data;\r\n name=\"a\"\r\n\r\n1"),
       "! the head of a part is malformed"},
      {form("X: 1\r\nx: 2\r\n" + a), "! the head of a part is malformed"},
      {form("X: \x01\r\n" + a), "! the head of a part is malformed"},
  };
}

TEST(Multipart, ReadsFormsAndRefusesOthers) {
  for (const Case& each : forms()) {
    EXPECT_EQ(read_all(each.body), each.expected) << each.body;
  }
}

TEST(Multipart, ReadsPiecesOfAnySize) {
  for (const Case& each : forms()) {
    for (std::size_t bytes = 1; bytes < each.body.size(); ++bytes) {
      EXPECT_EQ(read_all(each.body, bytes), each.expected) << bytes << " of " << each.body;
    }
  }
}

TEST(Multipart, HandsOutContentAsItArrives) {
  MultipartParser parser("boundary");
  std::size_t bytes = 0;
  const auto take = [&](const MultipartEvent& event) {
    const auto* data = std::get_if<MultipartData>(&event);
    bytes += data == nullptr ? 0 : data->bytes.size();
  };
  ASSERT_TRUE(parser.read("--boundary\r\n" + std::string(head), take));
  ASSERT_TRUE(parser.read(std::string(1000, 'x'), take));
  EXPECT_EQ(bytes, 1000U);
  ASSERT_TRUE(parser.read("yy\r", take));
  EXPECT_EQ(bytes, 1002U) << "only what may be a boundary waits";
}

TEST(Multipart, HasLimits) {
  const std::string two =
      "--b\r\n" + std::string(head) + "1\r\n--b\r\n" + std::string(head) + "2\r\n--b--";
  EXPECT_EQ(read_all(two, 1, {.parts_max = 2}), "a: 1.; a: 2.");
  EXPECT_EQ(read_all(two, 1, {.parts_max = 1}), "! the form has more than 1 parts");
  const std::string one = form(std::string(head) + "12345");
  EXPECT_EQ(read_all(one, 1, {.part_bytes_max = 5}), "a: 12345.");
  EXPECT_EQ(read_all(one, 1, {.part_bytes_max = 4}), "! a part has more than 4 bytes");
  EXPECT_EQ(read_all(one, 1, {.total_bytes_max = one.size()}), "a: 12345.");
  EXPECT_EQ(read_all(one, 1, {.total_bytes_max = 20}), "! the form has more than 20 bytes");
  EXPECT_EQ(
      read_all(one, 1, {.header_bytes_max = 30}), "! the head of a part has more than 30 bytes"
  );
  EXPECT_EQ(
      read_all(std::string(100, 'x'), 1, {.header_bytes_max = 30}),
      "! the form does not begin with its boundary"
  );
}

TEST(Multipart, HasTheSameLimitsHoweverItIsCut) {
  // The head without its last line ends.
  const std::size_t bytes = head.size() - 4;
  const std::string one = form(std::string(head) + "1");
  const std::string blanks = "--b" + std::string(101, ' ') + "\r\n" + std::string(head) + "1";
  for (std::size_t piece = 1; piece <= one.size(); ++piece) {
    EXPECT_EQ(read_all(one, piece, {.header_bytes_max = bytes}), "a: 1.") << piece;
    EXPECT_EQ(
        read_all(one, piece, {.header_bytes_max = bytes - 1}),
        "! the head of a part has more than " + std::to_string(bytes - 1) + " bytes"
    );
    EXPECT_EQ(
        read_all(blanks, piece),
        "! a boundary is followed by something else than the end of its line"
    );
  }
}

TEST(Multipart, FailsAgainAfterAFailure) {
  MultipartParser parser("b");
  const auto ignore = [](const MultipartEvent&) {};
  const auto first = parser.read("--bx", ignore);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().kind(), ErrorKind::serde);
  const auto second = parser.read("--b--", ignore);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), first.error());
  EXPECT_FALSE(parser.finish());
}

TEST(Multipart, FindsTheBoundaryInTheContentType) {
  for (const std::string_view type :
       {"multipart/form-data; boundary=b",
        "Multipart/Form-Data;BOUNDARY=\"b\"; charset=utf-8",
        "multipart/form-data; boundary=\"a b:c\";"}) {
    EXPECT_TRUE(MultipartParser::of(type)) << type;
  }
  for (const std::string_view type :
       {"",
        "text/plain; boundary=b",
        "multipart/mixed; boundary=b",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"b",
        "multipart/form-data; boundary=\"b \"",
        "multipart/form-data; boundary=b; boundary=c",
        "multipart/form-data; boundary=\"<>\""}) {
    EXPECT_FALSE(MultipartParser::of(type)) << type;
  }
  EXPECT_FALSE(MultipartParser::of("multipart/form-data; boundary=" + std::string(71, 'b')));
}

TEST(Form, IsReadAsBrowsersWriteIt) {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  const std::vector<std::pair<std::string_view, Fields>> cases = {
      {"", {}},
      {"a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
      {"a=b+c%20d%2B", {{"a", "b c d+"}}},
      {"a&=b&&c=", {{"a", ""}, {"", "b"}, {"c", ""}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"%zz=%", {{"%zz", "%"}}},
      {"a=%ff%C3%A9", {{"a", "\xef\xbf\xbd\xc3\xa9"}}},
  };
  for (const auto& [body, fields] : cases) {
    EXPECT_EQ(parse_form(body).value(), fields) << body;
  }
  EXPECT_TRUE(parse_form("a&b", 2));
  const auto many = parse_form("a&b&c", 2);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().message(), "the form has more than 2 fields");
}

}  // namespace
}  // namespace iii
