#include "net/http_transfer.hpp"

#include "base/ip_address.hpp"
#include "base/limits.hpp"
#include "libcurl/libcurl.hpp"
#include "net/http_client.hpp"

#include <curl/curl.h>
#include <curl/system.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace iii::net {
namespace {

base::IpAddress address_of(const curl_sockaddr& address) {
  base::IpAddress bytes{};
  if (address.family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.addr);
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &v4->sin_addr, 4);
  } else if (address.family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.addr);
    std::memcpy(bytes.data(), &v6->sin6_addr, bytes.size());
  }
  return bytes;
}

}  // namespace

HttpTransfer::HttpTransfer(
    const HttpClientOptions& options, std::size_t& held_bytes, HttpRequest request
)
    : options_(options),
      held_bytes_(held_bytes),
      request_(std::move(request)),
      easy_(libcurl::api().easy_init()) {
  if (easy_ != nullptr) {
    set_options();
  }
}

HttpTransfer::~HttpTransfer() {
  held_bytes_ -= body_.size();
  libcurl::api().easy_cleanup(easy_);
  libcurl::api().slist_free_all(headers_);
}

void HttpTransfer::set_options() {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
  // A look-up that nobody waits for any more ends by itself; waiting for it would hold up all.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_MAXAGE_CONN, static_cast<long>(options_.idle_max.count()));
  set(CURLOPT_TIMEOUT_MS, std::max<long>(1, request_.timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, std::max<long>(1, request_.timeout.count()));
  if (!options_.certificates.empty()) {
    set(CURLOPT_CAINFO, options_.certificates.c_str());
  }

  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  set(CURLOPT_POSTFIELDS, request_.body.c_str());
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  // Otherwise a large body waits for a 100 that few servers send.
  request_.header_lines.emplace_back("Expect:");
  for (std::string& line : request_.header_lines) {
    // libcurl takes a name without value as an order to leave the header out.
    if (line.ends_with(": ")) {
      line.replace(line.size() - 2, 2, ";");
    }
    curl_slist* longer = libcurl::api().slist_append(headers_, line.c_str());
    has_started_ = has_started_ && longer != nullptr;
    headers_ = longer != nullptr ? longer : headers_;
  }
  set(CURLOPT_HTTPHEADER, headers_);

  set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_PREREQFUNCTION, &before_request);
  set(CURLOPT_PREREQDATA, this);
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
}

curl_socket_t HttpTransfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  if (transfer.options_.refuses && transfer.options_.refuses(address_of(*address))) {
    transfer.was_refused_ = true;
  }
  // One refused address is enough: a host that has such addresses is not to be trusted.
  if (transfer.was_refused_) {
    return CURL_SOCKET_BAD;
  }
  const int descriptor = ::socket(
      address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol
  );
  constexpr int unsent_bytes = base::limits::socket_unsent_bytes;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_bytes, sizeof unsent_bytes);
  return descriptor;
}

// Called for each sending: libcurl sends again when a kept connection ends without an answer, and
// the host may have done what it was asked for.
int HttpTransfer::before_request(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  if (std::exchange(transfer.has_left_, true)) {
    transfer.problem_ = "the connection was closed before an answer came";
    return CURL_PREREQFUNC_ABORT;
  }
  return CURL_PREREQFUNC_OK;
}

// Called for each line, those behind the last chunk included, and for those of a 100, too.
std::size_t HttpTransfer::on_header(char* bytes, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) {
    transfer.is_head_whole_ = false;
  } else if (line == "\r\n" || line == "\n") {
    transfer.is_head_whole_ = true;
  }
  transfer.head_bytes_ += size;
  if (transfer.head_bytes_ > transfer.options_.head_bytes_max) {
    transfer.is_too_large_ = true;
    transfer.problem_ = "the head of the response has more than " +
                        std::to_string(transfer.options_.head_bytes_max) + " bytes";
    return 0;
  }
  return size;
}

std::size_t HttpTransfer::on_body(char* bytes, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const HttpClientOptions& options = transfer.options_;
  if (transfer.body_.size() + size > options.response_bytes_max) {
    transfer.problem_ =
        "the response has more than " + std::to_string(options.response_bytes_max) + " bytes";
  } else if (transfer.held_bytes_ + size > options.all_responses_bytes_max) {
    transfer.problem_ = "the responses that are being received have more than " +
                        std::to_string(options.all_responses_bytes_max) + " bytes";
  }
  if (!transfer.problem_.empty()) {
    transfer.is_too_large_ = true;
    return 0;
  }
  transfer.body_.append(bytes, size);
  transfer.held_bytes_ += size;
  return size;
}

HttpOutcome::Kind HttpTransfer::kind_of(CURLcode code) const {
  using enum HttpOutcome::Kind;
  // libcurl takes a head that stops for a whole one.
  if (code == CURLE_OK && is_head_whole_) {
    return answered;
  }
  if (was_refused_) {
    return refused_address;
  }
  if (is_too_large_) {
    return too_large;
  }
  if (code == CURLE_COULDNT_RESOLVE_HOST) {
    return unknown_host;
  }
  return head_bytes_ != 0 ? broken_off : not_answered;
}

HttpOutcome HttpTransfer::outcome(CURLcode code) {
  HttpOutcome outcome;
  outcome.number = request_.number;
  outcome.kind = kind_of(code);
  if (outcome.kind == HttpOutcome::Kind::answered) {
    long status = 0;
    libcurl::api().easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    outcome.status = static_cast<unsigned>(status);
    held_bytes_ -= body_.size();
    outcome.body = std::exchange(body_, {});
    return outcome;
  }
  if (code == CURLE_OK) {
    outcome.reason = "the connection was closed before the end of the response's head";
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    outcome.reason = "operation timed out";
  } else if (!problem_.empty()) {
    outcome.reason = problem_;
  } else {
    outcome.reason = error_[0] != '\0' ? error_.data() : libcurl::api().easy_strerror(code);
  }
  return outcome;
}

}  // namespace iii::net
