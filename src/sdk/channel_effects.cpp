#include "sdk/channel_effects.hpp"

#include "sdk/effects.hpp"
#include "sdk/transport.hpp"

#include <iii/channel.hpp>
#include <iii/error.hpp>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>

namespace iii::sdk {

namespace {

struct Shown {
  std::string_view bytes;
};

std::ostream& operator<<(std::ostream& out, const Shown& shown) {
  constexpr std::size_t shown_bytes_max = 40;
  if (shown.bytes.size() > shown_bytes_max) {
    return out << shown.bytes.size() << " bytes";
  }
  return out << shown.bytes;
}

void print(std::ostream& out, const OpenConnection&) {
  out << "open";
}
void print(std::ostream& out, const DropConnection&) {
  out << "drop";
}
void print(std::ostream& out, const CloseConnection& effect) {
  out << "close " << effect.code << ' ' << effect.reason;
}
void print(std::ostream& out, const SendText& effect) {
  out << "text " << Shown{effect.text};
}
void print(std::ostream& out, const SendBinary& effect) {
  out << "binary " << Shown{effect.bytes};
}
void print(std::ostream& out, const PauseReading&) {
  out << "pause";
}
void print(std::ostream& out, const ResumeReading&) {
  out << "resume";
}
void print(std::ostream& out, const EndOperation& effect) {
  out << "end " << effect.operation << ": ";
  if (!effect.outcome) {
    out << effect.outcome.error().what();
  } else if (const auto& message = *effect.outcome) {
    out << (message->is_text ? "text " : "binary ") << Shown{message->data};
  } else {
    out << "done";
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ChannelEffect& effect) {
  std::visit([&out](const auto& alternative) { print(out, alternative); }, effect);
  return out;
}

Error channel_error(const std::string& what, const Closing& closing) {
  constexpr unsigned not_found = 404;
  if (closing.http_status == not_found) {
    return Error::websocket(what + ": the engine knows no such channel (HTTP 404)");
  }
  if (!closing.was_open) {
    return Error::websocket(what + " could not be opened: " + closing.reason);
  }
  if (closing.is_from_peer) {
    return Error::websocket(
        what + ": the engine has closed it (code " + std::to_string(closing.code) +
        (closing.reason.empty() ? ")" : "): " + closing.reason)
    );
  }
  return Error::websocket(
      what + ": the connection broke" + (closing.reason.empty() ? "" : ": " + closing.reason)
  );
}

}  // namespace iii::sdk
