// What a client has sent to /otel, taken apart.
#pragma once

#include "scripted_engine.hpp"

#include <iii/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {

// The records of all frames with this prefix, under resource and scope: spans, logs or metrics.
inline std::vector<Json> records(const ScriptedPeer& peer, std::string_view prefix) {
  struct Names {
    std::string_view prefix;
    std::string_view resources;
    std::string_view scopes;
    std::string_view records;
  };
  constexpr Names all[] = {
      {"OTLP", "resourceSpans", "scopeSpans", "spans"},
      {"LOGS", "resourceLogs", "scopeLogs", "logRecords"},
      {"MTRC", "resourceMetrics", "scopeMetrics", "metrics"},
  };
  std::vector<Json> found;
  for (const Names& names : all) {
    for (const std::string& frame : peer.binaries()) {
      if (names.prefix != prefix || !frame.starts_with(prefix)) {
        continue;
      }
      const Json json = parse_json(std::string_view(frame).substr(4)).value();
      for (const Json& resource : json.at(names.resources).as_array()) {
        for (const Json& scope : resource.at(names.scopes).as_array()) {
          for (const Json& record : scope.at(names.records).as_array()) {
            found.push_back(record);
          }
        }
      }
    }
  }
  return found;
}

// The ended span of this name.
inline std::optional<Json> span(const ScriptedPeer& peer, std::string_view name) {
  for (const Json& record : records(peer, "OTLP")) {
    if (record.at("name").as_string() == name && record.at("endTimeUnixNano").as_string() != "0") {
      return record;
    }
  }
  return std::nullopt;
}

inline std::optional<Json> log(const ScriptedPeer& peer, std::string_view message) {
  for (const Json& record : records(peer, "LOGS")) {
    if (record.at("body").at("stringValue").as_string() == message) {
      return record;
    }
  }
  return std::nullopt;
}

inline std::optional<Json> metric(const ScriptedPeer& peer, std::string_view name) {
  for (const Json& record : records(peer, "MTRC")) {
    if (record.at("name").as_string() == name) {
      return record;
    }
  }
  return std::nullopt;
}

// The value of an attribute as text: "null" if there is none.
inline std::string attribute(const Json& owner, std::string_view key) {
  for (const Json& attribute : owner.at("attributes").as_array()) {
    if (attribute.at("key").as_string() == key) {
      return serialize(attribute.at("value"));
    }
  }
  return "null";
}

inline const Json& event(const Json& span, std::string_view name) {
  for (const Json& event : span.at("events").as_array()) {
    if (event.at("name").as_string() == name) {
      return event;
    }
  }
  static const Json none = {{"name", "none"}, {"attributes", JsonArray{}}};
  return none;
}

inline std::string text(const Json& owner, std::string_view key) {
  const Json* value = owner.as_object().if_contains(key);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

}  // namespace iii::test
