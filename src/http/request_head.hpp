// The head of a request, read strictly: two programs that read the same bytes must never see two
// different requests, so whatever leaves room for that is refused (RFC 9112 §11.2). Beast's parser
// does the reading; the rules here are the ones that it does not have. Pure.
#pragma once

#include "http/request.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace iii::http {

// Why a request is refused, as its client is told.
struct Refusal {
  unsigned status = 400;
  std::string_view reason;  // static text

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// Beast's parser for one request; `headers` receives the head's, and only those.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(std::vector<HeaderView>& headers) : headers_(headers) {}

  std::string_view method;
  std::string_view target;
  unsigned version = 0;
  std::string_view piece;  // what the last put() found of the body
  // Beast takes less than this between two chunks for a mistake of ours, and no end of a body is
  // shorter.
  [[nodiscard]] std::size_t bytes_min() const {
    return this->chunked() && chunk_bytes_left_ == 0 ? 5 : 1;
  }
  [[nodiscard]] const std::vector<HeaderView>& headers() const { return headers_; }

 private:
  using Error = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(
      boost::beast::http::verb verb, View method_text, View target_text, int number, Error& error
  ) override;
  void on_response_impl(int status, View reason, int number, Error& error) override;
  void on_field_impl(boost::beast::http::field field, View name, View value, Error& error) override;
  void on_header_impl(Error& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& error) override;
  std::size_t on_body_impl(View body, Error& error) override;
  void on_chunk_header_impl(std::uint64_t size, View extensions, Error& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t rest, View body, Error& error) override;
  void on_finish_impl(Error& error) override;

  std::vector<HeaderView>& headers_;
  bool is_head_done_ = false;
  std::uint64_t chunk_bytes_left_ = 0;
};

struct HeadLimits {
  std::size_t bytes_max = 0;
  std::size_t headers_max = 0;
};

// Where the head ends (with its empty line), as far as `bytes` tell. `scanned`: how many of them
// have been looked at before, with the same beginning.
struct HeadEnd {
  std::optional<std::size_t> bytes;  // nullopt: not yet
  std::optional<Refusal> refusal;
};
[[nodiscard]] HeadEnd find_head_end(
    std::string_view bytes, std::size_t scanned, const HeadLimits& limits
);

// Precondition: `head` is whole, as find_head_end() found it. nullopt: `request` is filled in.
[[nodiscard]] std::optional<Refusal> read_head(
    std::string_view head, const HeadLimits& limits, RequestParser& parser, Request& request
);

}  // namespace iii::http
