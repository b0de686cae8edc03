#include "iiiload/calls.hpp"

#include "iiiload/clock.hpp"
#include "iiiload/connection.hpp"
#include "iiiload/options.hpp"
#include "wire/json_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace iii::bench {
namespace {

constexpr std::size_t latencies_reserved = std::size_t{8} << 20;
// 64 MiB; a second at the speed of the floor is 4 MiB.
constexpr std::size_t latencies_max = std::size_t{16} << 20;
constexpr std::size_t uuid_characters = 36;
constexpr std::size_t last_uuid_part = 24;

constexpr std::string_view payload_number = "%d";

}  // namespace

Calls::Calls(const Options& options) : options_(options) {
  const auto in_flight =
      static_cast<std::size_t>(options.callers) * static_cast<std::size_t>(options.inflight);
  sent_at_us_.resize(in_flight + 1);
  for (std::uint32_t slot = 0; slot < sent_at_us_.size(); ++slot) {
    free_slots_.push_back(slot);
  }
  latencies_us_.reserve(latencies_reserved);
}

void Calls::invoke(Connection& caller) {
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  // An id is never used twice: an engine may still hold the entry of the previous call.
  ++sequence_;
  std::array<char, uuid_characters + 1> id{};
  std::snprintf(id.data(), id.size(), "%08x-0000-4000-8000-%012x", sequence_, slot);
  std::string message = R"({"type":"invokefunction","invocation_id":")";
  message += id.data();
  message += R"(","function_id":")";
  message += caller.function;
  message += R"(","data":)";
  message += payload_of(sequence_);
  if (!options_.queue.empty()) {
    message += R"(,"action":{"type":"enqueue","queue":")" + options_.queue + R"("})";
  }
  message += '}';
  sent_at_us_[slot] = now_us();
  ++caller.outstanding;
  caller.write_text(message);
}

void Calls::invoke_void(Connection& caller) {
  std::string message = R"({"type":"invokefunction","function_id":")";
  message += caller.function;
  message += R"(","data":)";
  message += options_.payload;
  message += R"(,"action":{"type":"void"}})";
  ++void_sent_;
  caller.write_text(message);
}

std::string Calls::payload_of(std::uint32_t call) const {
  std::string payload = options_.payload;
  if (const auto found = payload.find(payload_number); found != std::string::npos) {
    payload.replace(found, payload_number.size(), std::to_string(call));
  }
  return payload;
}

bool Calls::on_answer(Connection& caller, std::string_view message) {
  const std::string_view id = text_after(message, R"("invocation_id":")");
  std::uint32_t slot = 0;
  if (id.size() == uuid_characters) {
    std::from_chars(id.data() + last_uuid_part, id.data() + id.size(), slot, 16);
  }
  if (id.size() != uuid_characters || slot >= sent_at_us_.size()) {
    count_error(message);
    return false;
  }
  if (contains(message, R"("error":{)")) {
    count_error(message);
  }
  if (is_measuring_) {
    keep_latency(static_cast<float>(now_us() - sent_at_us_[slot]));
  }
  free_slots_.push_back(slot);
  --caller.outstanding;
  return true;
}

void Calls::count_error(std::string_view message) {
  constexpr std::string_view::size_type shown_characters = 300;
  if (errors_++ == 0) {
    const std::string start(message.substr(0, shown_characters));
    std::fprintf(stderr, "iiiload: first error: %s\n", start.c_str());
  }
}

void Calls::keep_latency(float latency_us) {
  if (latencies_us_.size() < latencies_max) {
    latencies_us_.push_back(latency_us);
  } else {
    latencies_us_[answered_ % latencies_max] = latency_us;
  }
  ++answered_;
}

}  // namespace iii::bench
