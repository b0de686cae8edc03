// A webhook that is sent and one that is received. `orders::announce` is a URL: the engine signs
// each call and sends it there. Who listens there checks the signature before it believes a word.
// Here it is a function behind a route of the same engine, whose URL (http://127.0.0.1:3111) is the
// first argument. The second one is the secret, which the engine has in its variable
// WEBHOOK_SECRET.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/http.hpp>
#include <iii/http_invocation.hpp>
#include <iii/http_method.hpp>
#include <iii/http_stream.hpp>
#include <iii/json.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <iostream>
#include <string>
#include <string_view>

namespace {

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(text.data()),
      reinterpret_cast<const unsigned char*>(bytes.data()),
      static_cast<int>(bytes.size())
  );
  return text;
}

std::string signature(std::string_view secret, std::string_view timestamp, std::string_view body) {
  const std::string text = std::string(timestamp) + ":" + base64(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(
      EVP_sha256(),
      secret.data(),
      static_cast<int>(secret.size()),
      reinterpret_cast<const unsigned char*>(text.data()),
      text.size(),
      digest.data(),
      &size
  );
  std::string line = "sha256=";
  for (unsigned i = 0; i < size; ++i) {
    line += "0123456789abcdef"[digest[i] >> 4U];
    line += "0123456789abcdef"[digest[i] & 15U];
  }
  return line;
}

// The bytes are signed, not what they mean: read them before anybody parses and prints them. A real
// receiver also refuses a time that is minutes away, and an x-iii-invocation-id that it has seen.
iii::HttpResponse<> receive(iii::HttpCall<>& call, std::string_view secret) {
  const std::string body = call.body().read_all();
  const auto& headers = call.request.headers;
  const auto header = [&](const std::string& name) {
    return headers.contains(name) ? headers.at(name) : std::string();
  };
  const std::string expected = signature(secret, header("x-iii-timestamp"), body);
  const std::string given = header("x-iii-signature");
  if (given.size() != expected.size() ||
      CRYPTO_memcmp(given.data(), expected.data(), given.size()) != 0) {
    return {
        .status_code = 401,
        .body = {{"error", {{"code", "bad_signature"}, {"message", "I do not know you"}}}}
    };
  }
  return {.body = {{"received", iii::parse_json(body).value().at("order")}}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: webhook_out URL-OF-THE-HTTP-WORKER SECRET\n";
    return 2;
  }
  const std::string secret = argv[2];
  iii::Client client = iii::register_worker({.worker_name = "orders"});
  client.register_function("hooks::receive", iii::http(client, [secret](iii::HttpCall<>& call) {
                             return receive(call, secret);
                           }));
  client.register_trigger(
      iii::HttpTriggerConfig{.api_path = "/hooks/orders", .http_method = iii::HttpMethod::post}
          .for_function("hooks::receive")
  );
  const std::string url = std::string(argv[1]) + "/hooks/orders";
  client.register_function(
      "orders::announce",
      iii::HttpInvocationConfig{
          .url = url,
          .timeout_ms = 5'000,
          .auth = iii::HttpAuthConfig::hmac("WEBHOOK_SECRET"),
          .retries = 3,
      }
  );
  client.register_function("orders::announce_unsigned", iii::HttpInvocationConfig{.url = url});

  const iii::Json order = {{"order", 4711}};
  try {
    const iii::Json answer = client.trigger({.function_id = "orders::announce", .payload = order});
    std::cout << iii::serialize(answer) << '\n';
    client.trigger({.function_id = "orders::announce_unsigned", .payload = order});
    std::cout << "somebody else was believed\n";
  } catch (const iii::Error& error) {
    std::cout << error.what() << '\n';
  }
  client.shutdown();
}
