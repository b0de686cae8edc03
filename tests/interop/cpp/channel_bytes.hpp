// What travels through the channels of the interop tests, and both ends of one: the whole of it is
// written or read, with a wait on the way if the test asks for one.
#pragma once

#include "lines.hpp"

#include <iii/channel.hpp>
#include <iii/json.hpp>

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace iii::interop {

// The same bytes in every language: 251 is prime, so a lost or swapped 64 KiB piece shows.
inline std::string pattern(std::size_t bytes, std::size_t seed) {
  std::string data(bytes, '\0');
  for (std::size_t at = 0; at < bytes; ++at) {
    data[at] = static_cast<char>(static_cast<unsigned char>((at + seed) % 251));
  }
  return data;
}

inline std::string sha256(std::string_view data) {
  std::array<unsigned char, 32> digest{};
  if (EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += digits[byte / 16];
    hex += digits[byte % 16];
  }
  return hex;
}

inline Json checksum(std::string_view data, JsonArray texts) {
  return {{"bytes", data.size()}, {"sha256", sha256(data)}, {"texts", std::move(texts)}};
}

// Where an end of a channel waits until the test releases it.
struct Pause {
  std::string token;
  std::size_t after_bytes = 0;
};

inline std::optional<Pause> pause_in(const JsonObject& fields) {
  const auto pause = optional(fields, "pause");
  if (!pause) {
    return std::nullopt;
  }
  const JsonObject& of = pause->as_object();
  return Pause{text(of, "token"), of.at("after").to_number<std::size_t>()};
}

inline void wait_halfway(Holds& holds, const Pause& pause) {
  say({{"event", "halfway"}, {"token", pause.token}});
  holds.wait(pause.token);
}

inline Json read_all(ChannelReader reader, Holds& holds, std::optional<Pause> pause) {
  JsonArray texts;
  reader.on_message([&texts](const std::string& text) { texts.emplace_back(text); });
  std::string data;
  while (pause) {
    const auto piece = reader.next_binary();
    if (!piece) {
      break;
    }
    data += *piece;
    if (data.size() >= pause->after_bytes) {
      wait_halfway(holds, *pause);
      pause.reset();
    }
  }
  data += reader.read_all();
  return checksum(data, texts);
}

inline Json write_all(
    ChannelWriter writer, const JsonObject& what, Holds& holds, const std::optional<Pause>& pause
) {
  const std::string data =
      pattern(what.at("bytes").to_number<std::size_t>(), what.at("seed").to_number<std::size_t>());
  writer.send_message(text(what, "text"));
  const std::string_view all = data;
  const std::size_t first = pause ? pause->after_bytes : 0;
  writer.write(all.substr(0, first));
  if (pause) {
    wait_halfway(holds, *pause);
  }
  writer.write(all.substr(first));
  writer.close();
  return checksum(data, {Json(text(what, "text"))});
}

}  // namespace iii::interop
