// From a text to one of the messages of a direction: what decode.cpp and decode_from_engine.cpp
// share. Inside this room only. A direction is a type with
//   Message        the variant of its messages, Ignored and Malformed among them
//   watched_key    the member of payloads that the scanner looks out for
//   trusts_sender  if not, members that appear twice are refused, and texts that are too long for
//                  an id are not repeated in answers
#pragma once

#include "json/scan.hpp"
#include "protocol/envelope.hpp"
#include "protocol/malformed.hpp"
#include "protocol/reader.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::protocol {

template <class Direction>
struct MessageType {
  std::string_view name;
  typename Direction::Message (*read)(const Envelope&);
};

// What of a refused message can still be used to answer it.
[[nodiscard]] Malformed malformed(const Envelope& envelope, std::string reason, bool trusts_sender);
[[nodiscard]] std::string problem_of(const json::ScanError& error);

template <class Direction, class T, void (*read)(Reader&, T&)>
typename Direction::Message read_as(const Envelope& envelope) {
  // The one object that is returned, so that nothing is moved.
  typename Direction::Message message(std::in_place_type<T>);
  Reader reader(envelope);
  read(reader, std::get<T>(message));
  if (reader.failed()) {
    message = malformed(envelope, reader.take_reason(), Direction::trusts_sender);
  }
  return message;
}

template <class Direction>
typename Direction::Message read_type(
    std::string_view name, const Envelope& envelope, std::span<const MessageType<Direction>> types
) {
  for (const auto& type : types) {
    if (is_same(type.name, name)) {
      return type.read(envelope);
    }
  }
  return Ignored{std::string(name)};
}

template <class Direction>
typename Direction::Message decode_as(
    std::string_view text, std::span<const MessageType<Direction>> types
) {
  const auto refused = [](const Envelope& envelope, std::string reason) {
    return malformed(envelope, std::move(reason), Direction::trusts_sender);
  };
  Envelope envelope;
  if (const auto error = json::scan_object(text, Direction::watched_key, envelope)) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      return Ignored{};
    }
    return refused(envelope, problem_of(*error));
  }
  const json::Value* type = envelope.find(Field::type);
  if (type == nullptr || type->kind != json::Kind::string) {
    return refused(envelope, "member 'type' is required and must be a string");
  }
  if (!Direction::trusts_sender && envelope.repeated() != Field::count) {
    Reader reader(envelope);
    reader.refuse(envelope.repeated(), "appears twice");
    return refused(envelope, reader.take_reason());
  }
  return type->has_escapes ? read_type(json::decode_string(*type), envelope, types)
                           : read_type(type->body(), envelope, types);
}

}  // namespace iii::protocol
