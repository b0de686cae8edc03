// What a conversation wants done, in order. The driver carries every effect out before it hands in
// the next event: views point into the text of the event that caused them.
#pragma once

#include "base/id.hpp"
#include "protocol/error_body.hpp"

#include <iii/error.hpp>
#include <iii/options.hpp>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace iii::sdk {

// --- The connection ---

inline constexpr std::uint16_t close_normal = 1000;  // RFC 6455 §7.4.1

struct OpenConnection {};
// At once, without a Close frame. on_closed() is not expected for it.
struct DropConnection {};
// After what has been sent; on_closed() follows.
struct CloseConnection {
  std::uint16_t code;
  std::string_view reason;  // static
};
struct SendText {
  std::string text;
};
// The same for a text that is kept until the connection has taken it.
struct SendKept {
  std::string_view text;
};
struct SendPing {};
struct ChangeState {
  ConnectionState state;
};
// Everything is over: no event is needed any more.
struct Finish {};

// --- User code ---

struct RunFunction {
  std::optional<base::InvocationId> invocation_id;  // none: no answer is wanted
  std::string function_id;
  std::string_view data_json;
  std::string_view metadata_json;  // or empty
  std::string traceparent;
  std::string baggage;
  std::string_view caller_json = {};  // or empty
};
struct ConfigureTrigger {
  std::string id;
  std::string trigger_type;
  std::string function_id;
  std::string_view config_json;
  std::string_view metadata_json;  // or empty
  std::optional<std::string> target_namespace;
};
struct RemoveTrigger {
  std::string id;
  std::string trigger_type;
};

// --- Answers ---

struct EndCall {
  enum class How : std::uint8_t {
    result,
    remote_error,
    timeout,
    not_connected,
    rejected,
    cancelled,  // never from a conversation, which does not speak of cancelled calls
  };
  base::InvocationId id;
  How how;
  std::string_view result_json = {};              // with `result`
  std::optional<protocol::ErrorBody> error = {};  // with `remote_error`
  // With `not_connected`, and with `timeout` of a call that was never sent.
  std::string reason = {};
};
// What the engine says of a trigger of ours.
struct AnswerTrigger {
  std::string id;
  std::optional<protocol::ErrorBody> error;
};
struct FunctionRejected {
  Rejection rejection;
};
struct Report {
  enum class Level : std::uint8_t { debug, info, warn, error };
  Level level;
  std::string text;
};

using Effect = std::variant<
    OpenConnection,
    DropConnection,
    CloseConnection,
    SendText,
    SendKept,
    SendPing,
    ChangeState,
    Finish,
    RunFunction,
    ConfigureTrigger,
    RemoveTrigger,
    EndCall,
    AnswerTrigger,
    FunctionRejected,
    Report>;
using Effects = std::vector<Effect>;

// For test failures and logs: one line, such as `send {"type":"pong"}`.
std::ostream& operator<<(std::ostream& out, const Effect& effect);

}  // namespace iii::sdk
