#include "workers/http_functions/request.hpp"

#include "base/header_text.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "workers/http_functions/endpoint.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_functions {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  // One more byte is written than there are characters: the zero, where a string has its own.
  ::EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes), static_cast<int>(bytes.size())
  );
  return text;
}

}  // namespace

std::string signature(std::string_view secret, std::string_view timestamp, std::string_view body) {
  const std::string text = std::string(timestamp) + ":" + base64(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ::HMAC(
      ::EVP_sha256(),
      secret.data(),
      static_cast<int>(secret.size()),
      bytes_of(text),
      text.size(),
      digest.data(),
      &size
  );
  constexpr std::string_view digits = "0123456789abcdef";
  std::string line = "sha256=";
  for (std::size_t i = 0; i < size; ++i) {
    line += digits[digest[i] >> 4U];
    line += digits[digest[i] & 15U];
  }
  return line;
}

std::vector<std::string> header_lines(
    const Endpoint& endpoint,
    const base::Uuid& invocation,
    std::string_view body,
    const Trace& trace,
    base::WallTime now
) {
  const std::string timestamp =
      std::to_string(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
  std::vector<std::string> lines = {
      "content-type: application/json",
      "x-iii-function-path: " + endpoint.function_id,
      "x-iii-invocation-id: " + invocation.to_string(),
      "x-iii-timestamp: " + timestamp,
  };
  const auto add = [&lines](std::string name, std::string_view value) {
    lines.push_back(std::move(name.append(": ").append(value)));
  };
  for (const auto& [name, value] : endpoint.headers) {
    add(name, value);
  }
  const Authentication& authentication = endpoint.authentication;
  switch (authentication.kind) {
    case Authentication::Kind::none:
      break;
    case Authentication::Kind::hmac:
      add("x-iii-signature", signature(authentication.value, timestamp, body));
      break;
    case Authentication::Kind::header:
      add(authentication.name, authentication.value);
      break;
  }
  if (!trace.traceparent.empty()) {
    add("traceparent", trace.traceparent);
  }
  if (!trace.baggage.empty() && base::is_header_value(trace.baggage)) {
    add("baggage", trace.baggage);
  }
  return lines;
}

}  // namespace iii::workers::http_functions
