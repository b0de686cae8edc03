// Requests with bodies, and with framing that could be read in two ways; the form is that of
// server_cases.hpp.
#pragma once

#include "http/server_cases.hpp"

#include <array>
#include <string_view>

namespace iii::http::test {

// clang-format off
inline constexpr std::array framing_cases = {
  // --- chunks ---
  RawCase{"chunks: one chunk",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r"
   "\n\r\n"sv,
   "POST /a[hello] -> 200 open"},
  RawCase{"chunks: several chunks",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo"
   "\r\n0\r\n\r\n"sv,
   "POST /a[hello] -> 200 open"},
  RawCase{"chunks: no chunk",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv,
   "POST /a[] -> 200 open"},
  RawCase{"chunks: a size in hexadecimal",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r"
   "\n0\r\n\r\n"sv,
   "POST /a[0123456789] -> 200 open"},
  RawCase{"chunks: a size in upper case",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r"
   "\n0\r\n\r\n"sv,
   "POST /a[0123456789] -> 200 open"},
  RawCase{"chunks: a size with leading zeros",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0005\r\nhello\r"
   "\n000\r\n\r\n"sv,
   "POST /a[hello] -> 200 open"},
  RawCase{"chunks: an extension",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r"
   "\n0;c\r\n\r\n"sv,
   "POST /a[hello] -> 200 open"},
  RawCase{"chunks: an extension in quotes",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\\\"c\"\r"
   "\nhello\r\n0\r\n\r\n"sv,
   "POST /a[hello] -> 200 open"},
  RawCase{"chunks: a trailer is dropped",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r"
   "\nX-T: v\r\n\r\n"sv,
   "POST /a[hello] -> 200 open"},
  RawCase{"chunks: a trailer that names a length is dropped",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r"
   "\nX-Content: 5\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"sv,
   "POST /a[hello] GET /a[] -> 200 200 open"},
  RawCase{"chunks: a request after chunks",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r"
   "\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"sv,
   "POST /a[hello] GET /a[] -> 200 200 open"},
  RawCase{"chunks: chunked in any case",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r"
   "\n"sv,
   "POST /a[hi] -> 200 open"},
  RawCase{"chunks: a line feed in a chunk's bytes",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na\r\nb\r\n0\r"
   "\n\r\n"sv,
   "POST /a[a\r\nb] -> 200 open"},
  RawCase{"chunks: no size",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n"
   "\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a size that is no number",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\ng\r\nhello\r\n0\r"
   "\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a negative size",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r"
   "\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a size with a plus",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r"
   "\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a size with 0x",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0"
   "\r\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a size with an underscore",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5_0\r\nhello\r\n0"
   "\r\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a blank before the size",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n 5\r\nhello\r\n0\r"
   "\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a blank after the size",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r"
   "\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a size beyond 64 bits",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000005"
   "\r\nhello\r\n0\r\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a size of many digits",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff"
   "fffffffffffffffffffff\r\nhello\r\n0\r\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a size line that ends with a line feed",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n"
   "\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a size line that ends with a carriage return",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\rhello\r\n0\r\n"
   "\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: more bytes than the size says",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r"
   "\n\r\n"sv,
   "POST /a[hel! -> 400 closed"},
  RawCase{"chunks: a chunk without its line end",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n"sv,
   "POST /a[hello! -> 400 closed"},
  RawCase{"chunks: a chunk that ends with a line feed",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n"
   "\r\n"sv,
   "POST /a[hello! -> 400 closed"},
  RawCase{"chunks: a chunk that ends with two line feeds",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n\n0\r"
   "\n\r\n"sv,
   "POST /a[hello! -> 400 closed"},
  RawCase{"chunks: an extension without a name",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;\r\nhello\r\n0\r"
   "\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: an extension with a line feed",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a\nb\r\nhello\r"
   "\n0\r\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: an extension with an open quote",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\r\nhello\r"
   "\n0\r\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: a comma in place of an extension",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5,5\r\nhello\r\n0"
   "\r\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"chunks: the last chunk ends with a line feed",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\n"
   "\r\n\r\n"sv,
   "POST /a[hello! -> 400 closed"},
  RawCase{"chunks: a trailer without a colon",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r"
   "\nbad\r\n\r\n"sv,
   "POST /a[hello! -> 400 closed"},
  RawCase{"chunks: a trailer with a blank in its name",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r"
   "\nX T: v\r\n\r\n"sv,
   "POST /a[hello! -> 400 closed"},
  RawCase{"chunks: a trailer that ends with a line feed",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r"
   "\nX: v\n\r\n\r\n"sv,
   "POST /a[hello! -> 400 closed"},
  RawCase{"chunks: the end of the chunks does not come",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"sv,
   "POST /a[hello -> waits"},
  RawCase{"chunks: a chunk does not come whole",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"sv,
   "POST /a[hel -> waits"},
  RawCase{"chunks: a NUL in the size",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\000\r\nhello\r"
   "\n0\r\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  // --- two lengths ---
  RawCase{"two lengths: length, then chunked",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
   "\r\n0\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"sv,
   " -> 400 closed"},
  RawCase{"two lengths: chunked, then length",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n"
   "\r\n0\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"sv,
   " -> 400 closed"},
  RawCase{"two lengths: length of nothing and chunked",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n"
   "\r\n0\r\n\r\n"sv,
   " -> 400 closed"},
  RawCase{"two lengths: two different lengths",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: the same length twice",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: a list of lengths",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: a list of different lengths",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 6\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: two codings",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chun"
   "ked\r\n\r\n0\r\n\r\n"sv,
   " -> 400 closed"},
  RawCase{"two lengths: chunked twice in a list",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"sv,
   " -> 501 closed"},
  RawCase{"two lengths: gzip and chunked",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"sv,
   " -> 501 closed"},
  RawCase{"two lengths: chunked and identity",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"sv,
   " -> 501 closed"},
  RawCase{"two lengths: identity",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\nhello"sv,
   " -> 501 closed"},
  RawCase{"two lengths: identity and a length",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n"
   "\r\nhello"sv,
   " -> 501 closed"},
  RawCase{"two lengths: what only looks like chunked",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\nhello"sv,
   " -> 501 closed"},
  RawCase{"two lengths: chunked in quotes",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \"chunked\"\r\n\r\nhello"sv,
   " -> 501 closed"},
  RawCase{"two lengths: chunked with a parameter",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked;a=b\r\n\r\nhello"sv,
   " -> 501 closed"},
  RawCase{"two lengths: chunked behind a comma",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: ,chunked\r\n\r\nhello"sv,
   " -> 501 closed"},
  RawCase{"two lengths: chunked behind a vertical tab",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \013chunked\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: chunked before a NUL",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\000\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: no coding at all",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\r\nhello"sv,
   " -> 501 closed"},
  RawCase{"two lengths: a blank before the colon of the coding",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\nContent-Length: 5\r\n"
   "\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: a blank before the coding's name",
   "POST /a HTTP/1.1\r\nHost: h\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"
   "\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: a tab before the coding's name",
   "POST /a HTTP/1.1\r\nHost: h\r\n\tTransfer-Encoding: chunked\r\nContent-Length: 5\r"
   "\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: the coding folded",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: the coding behind a bare carriage return",
   "POST /a HTTP/1.1\r\nHost: h\r\nX: y\rTransfer-Encoding: chunked\r\nContent-Length: 5"
   "\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: the coding behind a bare line feed",
   "POST /a HTTP/1.1\r\nHost: h\r\nX: y\nTransfer-Encoding: chunked\r\nContent-Length: 5"
   "\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"two lengths: the coding with an underscore is another header",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer_Encoding: chunked\r\nContent-Length: 5\r\n"
   "\r\nhello"sv,
   "POST /a[hello] -> 200 open"},
  RawCase{"two lengths: chunked in 1.0",
   "POST /a HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv,
   " -> 400 closed"},
  RawCase{"two lengths: a NUL in the coding's name",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer\000-Encoding: chunked\r\nContent-Length: 5"
   "\r\n\r\nhello"sv,
   " -> 400 closed"},
  // --- odd lengths ---
  RawCase{"odd lengths: a length negative",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length with a plus",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length in hexadecimal",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length with a fraction",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5.0\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length with an exponent",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5e0\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length empty",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length a word",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: five\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length with a blank inside",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5 5\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length in quotes",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \"5\"\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length beyond 64 bits",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551621\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length of 63 bits and one more",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775808\r\n\r\nhello"sv,
   " -> 413 closed"},
  RawCase{"odd lengths: a length with an underscore",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1_0\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length with a letter",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5a\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length with a semicolon",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5;\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length with a form feed",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \0145\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: a length in another script",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \331\245\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: the body does not come whole",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel"sv,
   "POST /a[hel -> waits"},
  RawCase{"odd lengths: a blank before the length's colon",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\nhello"sv,
   " -> 400 closed"},
  RawCase{"odd lengths: the length folded",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n 0\r\n\r\nhello"sv,
   " -> 400 closed"},
  // --- smuggling by what follows ---
  RawCase{"smuggling by what follows: a request inside of a body stays there",
   "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 28\r\n\r\nGET /b HTTP/1.1\r\nHost: h"
   "\r\n\r\n"sv,
   "POST /a[GET /b HTTP/1.1\r\nHost: h\r\n\r\n] -> 200 open"},
  RawCase{"smuggling by what follows: a request inside of a chunk stays there",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\nGET /b HTTP/1"
   ".1\r\nHost: h\r\n\r\n\r\n0\r\n\r\n"sv,
   "POST /a[GET /b HTTP/1.1\r\nHost: h\r\n\r\n] -> 200 open"},
  RawCase{"smuggling by what follows: what follows a refused request is not read",
   "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r"
   "\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"sv,
   " -> 400 closed"},
  RawCase{"smuggling by what follows: what follows broken chunks is not read",
   "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nGET /a HTTP/1."
   "1\r\nHost: h\r\n\r\n"sv,
   "POST /a[! -> 400 closed"},
  RawCase{"smuggling by what follows: garbage after a request",
   "GET /a HTTP/1.1\r\nHost: h\r\n\r\ngarbage\r\n\r\n"sv,
   "GET /a[] -> 200 400 closed"},
  RawCase{"smuggling by what follows: a head that stops",
   "GET /a HTTP/1.1\r\nHost: h\r\n"sv,
   " -> waits"},
  RawCase{"smuggling by what follows: nothing",
   ""sv,
   " -> waits"},
  RawCase{"smuggling by what follows: half a line end",
   "\r"sv,
   " -> waits"},
};
// clang-format on

}  // namespace iii::http::test
