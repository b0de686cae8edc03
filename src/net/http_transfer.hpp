// One request of the HTTP client, as libcurl wants it. Inside this room only; on the client's
// thread.
#pragma once

#include "libcurl/libcurl.hpp"
#include "net/http_client.hpp"

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <string>

namespace iii::net {

class HttpTransfer {
 public:
  // `held_bytes`: of all bodies that are being received; it adds its own.
  HttpTransfer(const HttpClientOptions& options, std::size_t& held_bytes, HttpRequest request);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;
  ~HttpTransfer();

  [[nodiscard]] CURL* easy() const { return easy_; }
  // False: libcurl does not know an option, or has no memory.
  [[nodiscard]] bool has_started() const { return has_started_; }
  // What came of it.
  [[nodiscard]] HttpOutcome outcome(CURLcode code);

 private:
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address);
  static int before_request(void* self, char*, char*, int, int);
  static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self);

  void set_options();
  template <class Value>
  void set(CURLoption option, Value value) {
    has_started_ = has_started_ && libcurl::api().easy_setopt(easy_, option, value) == CURLE_OK;
  }
  [[nodiscard]] HttpOutcome::Kind kind_of(CURLcode code) const;

  const HttpClientOptions& options_;
  std::size_t& held_bytes_;
  HttpRequest request_;
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::string body_;
  std::size_t head_bytes_ = 0;
  std::string problem_;  // why we ended it ourselves
  bool has_started_ = true;
  bool has_left_ = false;
  bool was_refused_ = false;
  bool is_too_large_ = false;
  bool is_head_whole_ = false;
};

}  // namespace iii::net
