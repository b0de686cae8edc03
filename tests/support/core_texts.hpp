// The messages of the wire as texts, for tests of protocol and core: what workers send and what the
// engine sends, member for member as the encoder writes them. Written out by hand, so that a slip
// of the encoder is not repeated here.
#pragma once

#include <string>
#include <string_view>

namespace iii::test {

// A UUID that is easy to tell from others: 00000000-0000-4000-8000-0000000000NN.
std::string uuid(unsigned number);

// --- From a worker ---

// `more`: further members with their leading comma.
std::string call(
    std::string_view id,
    std::string_view function,
    std::string_view data = "{}",
    std::string_view more = ""
);
std::string fire_and_forget(
    std::string_view function, std::string_view data = "{}", std::string_view more = ""
);
std::string enqueue(
    std::string_view id,
    std::string_view function,
    std::string_view queue,
    std::string_view data = "{}",
    std::string_view more = ""
);
std::string register_function(std::string_view id, std::string_view more = "");
std::string unregister_function(std::string_view id);
std::string register_trigger_type(
    std::string_view id, std::string_view description = "a type", std::string_view more = ""
);
std::string unregister_trigger_type(std::string_view id);
std::string accept_trigger(
    std::string_view id, std::string_view type, std::string_view function = "f"
);
std::string reattach(std::string_view worker_id, std::string_view token);

// --- From the engine ---

// `more` follows `data`: traceparent, baggage, metadata, caller, observe_depth.
std::string invocation(
    std::string_view id,
    std::string_view function,
    std::string_view data = "{}",
    std::string_view more = ""
);

// --- Both ways ---

// `more` follows the result: traceparent, baggage.
std::string result(
    std::string_view id,
    std::string_view function,
    std::string_view json,
    std::string_view more = ""
);
std::string no_result(std::string_view id, std::string_view function, std::string_view more = "");
std::string failure(
    std::string_view id,
    std::string_view function,
    std::string_view code,
    std::string_view message,
    std::string_view more = ""
);
std::string register_trigger(
    std::string_view id,
    std::string_view type,
    std::string_view function,
    std::string_view config = "null",
    std::string_view more = ""
);
std::string unregister_trigger(std::string_view id, std::string_view type);
std::string refuse_trigger(
    std::string_view id,
    std::string_view type,
    std::string_view function,
    std::string_view code,
    std::string_view message
);

}  // namespace iii::test
