// POST /webhook takes what a service signs with a secret that both know, as GitHub and others do:
// the header holds an HMAC of the body, byte for byte. The secret is the first line of the file
// that the command line names. Needs an engine with an HTTP worker; its address comes from III_URL.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>
#include <iii/http_stream.hpp>
#include <iii/json.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

namespace {

std::string signature_of(std::string_view body, std::string_view secret) {
  std::array<unsigned char, 32> digest{};
  HMAC(
      EVP_sha256(),
      secret.data(),
      static_cast<int>(secret.size()),
      reinterpret_cast<const unsigned char*>(body.data()),
      body.size(),
      digest.data(),
      nullptr
  );
  // Threads of functions may outlive main(), and with it OpenSSL: what it keeps for this one goes.
  OPENSSL_thread_stop();
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "sha256=";
  for (const unsigned char byte : digest) {
    text += digits[byte / 16];
    text += digits[byte % 16];
  }
  return text;
}

// Takes as long wherever the two differ: otherwise one could find the right one byte by byte.
bool are_equal(std::string_view given, std::string_view right) {
  return given.size() == right.size() &&
         CRYPTO_memcmp(given.data(), right.data(), right.size()) == 0;
}

iii::HttpResponse<> receive(iii::HttpCall<>& call, std::string_view secret) {
  constexpr std::size_t body_bytes_max = 1U << 20U;
  // Not call.request.body: JSON that has been read and written again is signed by nobody.
  const std::string body = call.body().read_all(body_bytes_max);
  const auto given = call.request.headers.find("x-hub-signature-256");
  if (given == call.request.headers.end() ||
      !are_equal(given->second, signature_of(body, secret))) {
    return {.status_code = 401, .body = {{"problem", "the signature is missing or wrong"}}};
  }
  const auto event = iii::parse_json(body);
  if (!event) {
    return {.status_code = 400, .body = {{"problem", event.error().message()}}};
  }
  return {.status_code = 202, .body = {{"accepted", event.value()}}};
}

}  // namespace

int main(int argc, char** argv) {
  std::string secret;
  std::ifstream file(argc == 2 ? argv[1] : "");
  if (!std::getline(file, secret)) {
    std::cerr << "usage: http_webhook FILE_WITH_SECRET\n";
    return EXIT_FAILURE;
  }
  iii::Client client = iii::register_worker({.worker_name = "webhooks"});
  client.register_function("webhooks::receive", iii::http(client, [&secret](iii::HttpCall<>& call) {
                             return receive(call, secret);
                           }));
  client.register_trigger(
      iii::HttpTriggerConfig{.api_path = "/webhook", .http_method = iii::HttpMethod::post}
          .for_function("webhooks::receive")
  );
  std::cerr << "POST /webhook is registered\n";
  iii::run_until_signal(client);
}
