// What the HTTP worker wants done with the connections of its server. The driver carries the orders
// out right after the event that brought them, in order: views live until the worker's next event.
#pragma once

#include "base/id.hpp"
#include "core/channels.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::workers::http_worker {

// A request is named by its connection, which has one at a time.
using RequestId = base::ConnectionId;

// A text of its own, or a part of one that lives as long as orders do.
class Body {
 public:
  Body() = default;
  explicit Body(std::string own) : text_(std::move(own)) {}
  [[nodiscard]] static Body borrowed(std::string_view text_view) {
    Body body;
    body.text_ = text_view;
    return body;
  }

  [[nodiscard]] std::string_view view() const {
    return std::visit([](const auto& text) { return std::string_view(text); }, text_);
  }

 private:
  std::variant<std::string, std::string_view> text_;
};

// The whole answer.
struct Respond {
  RequestId request;
  unsigned status = 200;
  std::string lines;
  Body body;
};
struct StartResponse {
  RequestId request;
  unsigned status = 200;
  std::string lines;
};
struct SendPiece {
  RequestId request;
  std::string_view piece;
};
struct EndResponse {
  RequestId request;
};
struct BreakResponse {
  RequestId request;
};
// The driver looks for the file and tells the worker: on_file().
struct OpenFile {
  RequestId request;
  std::size_t folder = 0;
  std::string name;
};
// The part of the opened file; what follows is the driver's.
struct SendFile {
  RequestId request;
  unsigned status = 200;
  std::string lines;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};
struct LimitBody {
  RequestId request;
  std::uint64_t bytes_max = 0;
};
struct HoldBody {
  RequestId request;
};
struct ReleaseBody {
  RequestId request;
};
// To whoever reads the request's body through its channel.
struct SendToReader {
  RequestId request;
  std::string_view piece;
};
struct EndReader {
  RequestId request;
};
// The request is over: its channels end too.
struct CloseChannels {
  RequestId request;
  core::ChannelKey body;
  core::ChannelKey response;
};

using Order = std::variant<
    Respond,
    StartResponse,
    SendPiece,
    EndResponse,
    BreakResponse,
    OpenFile,
    SendFile,
    LimitBody,
    HoldBody,
    ReleaseBody,
    SendToReader,
    EndReader,
    CloseChannels>;

}  // namespace iii::workers::http_worker
