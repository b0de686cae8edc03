// How messages are written, in both directions. Inside this room only.
#pragma once

#include "base/uuid.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"

#include <cstddef>
#include <cstring>
#include <string_view>

namespace iii::protocol {

// Each message to a worker is written by one template, once to measure and once to copy, so that
// size and text cannot disagree.
class MeasuringPen {
 public:
  void raw(std::string_view text) { size_ += text.size(); }
  void quoted(std::string_view text) { raw(json::quoted(text)); }
  void uuid(const base::Uuid&) { size_ += base::Uuid::text_size; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

class CopyingPen {
 public:
  explicit CopyingPen(char* out) : out_(out) {}

  void raw(std::string_view text) {
    std::memcpy(out_, text.data(), text.size());
    out_ += text.size();
  }
  void quoted(std::string_view text) { raw(json::quoted(text)); }
  void uuid(const base::Uuid& id) {
    id.write(out_);
    out_ += base::Uuid::text_size;
  }
  [[nodiscard]] char* end() const { return out_; }

 private:
  char* out_;
};

inline void optional_member(auto& pen, std::string_view name_and_colon, std::string_view json) {
  if (!json.empty()) {
    pen.raw(name_and_colon);
    pen.raw(json);
  }
}

inline void text_member(auto& pen, std::string_view name_and_colon, std::string_view text) {
  pen.raw(name_and_colon);
  pen.quoted(text);
}

// The texts with which every message about a trigger and its function begins, after its type.
inline void trigger_ids(auto& pen, const auto& message) {
  text_member(pen, R"(,"id":)", message.id);
  text_member(pen, R"(,"trigger_type":)", message.trigger_type);
  text_member(pen, R"(,"function_id":)", message.function_id);
}

inline void error_member(auto& pen, const ErrorBody& error) {
  text_member(pen, R"(,"error":{"code":)", error.code);
  text_member(pen, R"(,"message":)", error.message);
  if (error.stacktrace) {
    text_member(pen, R"(,"stacktrace":)", *error.stacktrace);
  }
  pen.raw("}");
}

}  // namespace iii::protocol
