// The streamed answer to an HTTP request (spec: http §10).
#include "base/header_text.hpp"
#include "sdk/frames.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/http.hpp>
#include <iii/http_stream.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <cstdint>
#include <istream>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace iii::inline v0 {

// The head waits here until the first bytes: whoever answers otherwise must not have sent it.
class HttpResponseStream::Handle {
 public:
  explicit Handle(ChannelWriter writer_of) : writer_(std::move(writer_of)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();

  template <class Change>
  void change_head(Change change) {
    const std::lock_guard lock(mutex_);
    if (is_head_sent_) {
      throw std::logic_error("the head of the response has been sent");
    }
    change(status_, headers_);
  }
  // The writer, after the head.
  ChannelWriter& body();
  void disclaim() {
    const std::lock_guard lock(mutex_);
    is_owed_ = false;
  }

 private:
  ChannelWriter writer_;
  std::mutex mutex_;  // everything below
  std::optional<HttpSetStatus> status_;
  HttpSetHeaders headers_;
  bool is_head_sent_ = false;
  bool is_owed_ = true;
};

ChannelWriter& HttpResponseStream::Handle::body() {
  const std::lock_guard lock(mutex_);
  if (!is_head_sent_) {
    is_head_sent_ = true;
    // Nobody waits: an error of the channel comes with the operation that follows.
    const auto ignore = [](const Status&) {};
    if (status_) {
      writer_.send_message(serialize(to_json(*status_)), ignore);
    }
    if (!headers_.headers.empty()) {
      writer_.send_message(serialize(to_json(headers_)), ignore);
    }
  }
  return writer_;
}

HttpResponseStream::Handle::~Handle() {
  try {
    if (is_head_sent_ || is_owed_) {
      body().close([](const Status&) {});
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): for lack of memory; the writer closes as well
  }
}

HttpResponseStream::HttpResponseStream(ChannelWriter writer)
    : handle_(std::make_shared<Handle>(std::move(writer))) {
}

void HttpResponseStream::set_status(std::uint16_t status_code) {
  constexpr std::uint16_t least = 100;
  constexpr std::uint16_t most = 599;
  if (status_code < least || status_code > most) {
    throw std::invalid_argument("no HTTP status: " + std::to_string(status_code));
  }
  handle_->change_head([&](std::optional<HttpSetStatus>& status, HttpSetHeaders&) {
    status = HttpSetStatus{.status_code = status_code};
  });
}

void HttpResponseStream::set_headers(const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) {
    if (!base::is_token(name) || !base::is_header_value(value) ||
        !sdk::problem_of_text(value).empty()) {
      throw std::invalid_argument("no HTTP header: '" + name + "'");
    }
  }
  handle_->change_head([&](std::optional<HttpSetStatus>&, HttpSetHeaders& all) {
    for (const auto& [name, value] : headers) {
      all.headers.insert_or_assign(name, value);
    }
  });
}

void HttpResponseStream::set_event_headers() {
  set_headers({{"content-type", "text/event-stream"}, {"cache-control", "no-cache"}});
}

void HttpResponseStream::write(std::string_view bytes) {
  handle_->body().write(bytes);
}

ChannelDone HttpResponseStream::write_async(std::string bytes) {
  return handle_->body().write_async(std::move(bytes));
}

void HttpResponseStream::write_from(std::istream& in) {
  handle_->body().write_from(in);
}

void HttpResponseStream::write_file(const std::string& path) {
  handle_->body().write_file(path);
}

void HttpResponseStream::send_event(const SseEvent& event) {
  write(to_text(event));
}

ChannelDone HttpResponseStream::send_event_async(const SseEvent& event) {
  return write_async(to_text(event));
}

void HttpResponseStream::send_comment(std::string_view text) {
  const std::string line(text.substr(0, text.find_first_of("\r\n")));
  write(": " + line + "\n\n");
}

void HttpResponseStream::close() {
  handle_->body().close();
}

ChannelDone HttpResponseStream::close_async() {
  return handle_->body().close_async();
}

void HttpResponseStream::disclaim() {
  handle_->disclaim();
}

namespace detail {

HttpChannels open_http_channels(
    const ChannelOpener& opener,
    const std::optional<StreamChannelRef>& body,
    const std::optional<StreamChannelRef>& response
) {
  HttpChannels channels;
  if (body) {
    channels.body.emplace(opener.open_reader(*body));
  }
  if (response) {
    channels.response.emplace(opener.open_writer(*response));
  }
  return channels;
}

void throw_no_http_channel() {
  throw Error::serde("the call did not come through an http trigger: it names no channel");
}

}  // namespace detail

}  // namespace iii::inline v0
