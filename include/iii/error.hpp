// iii::Error: why a call, a registration or a conversion failed. It is thrown by the plain API and
// carried by Result<T> (result.hpp) everywhere else.
//
//   try { client.trigger(request); }
//   catch (const iii::Error& error) {
//     if (error.kind() == iii::ErrorKind::remote && error.code() == "function_not_found") …
//   }
//
// A function that throws or returns Error::remote(code, message) sends exactly these to its caller.
// Copies are cheap and share one immutable value; any thread may read it.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace iii::inline v0 {

enum class ErrorKind {
  not_connected,          // no connection to send it, or it broke before the answer came
  timeout,                // no result in time; the function may still run
  runtime,                // for users; the SDK itself never makes one
  remote,                 // the engine or a function answered with an error; also see code()
  handler,                // a handler, or other code of this process, failed
  serde,                  // a value is not what the type wants, or cannot be JSON
  websocket,              // an address is none, or a channel's socket failed
  registration_rejected,  // the engine refused this worker or one of its functions
  cancelled,              // TriggerRequest::stop was requested; the function may still run
};

// The name as it stands above, for example "not_connected".
[[nodiscard]] std::string_view to_string(ErrorKind kind) noexcept;

// Whom the engine preferred: the members of its message `registrationrejected`.
struct Rejection {
  std::string code;  // "WORKER_NAMESPACE_CONFLICT", "FUNCTION_NAMESPACE_CONFLICT", …
  std::string namespace_name;
  std::optional<std::string> worker_name;
  std::optional<std::string> function_id;
  std::string owner_worker_id;

  friend bool operator==(const Rejection&, const Rejection&) = default;
};

class Error : public std::exception {
 public:
  // `reason`: which of these it is: the connection broke while the call was on its way, the offline
  // queue is full, the client gave up connecting or has been shut down.
  [[nodiscard]] static Error not_connected(std::string_view reason = {});
  // No result in time. `reason`: why not, where it is known, such as an engine that cannot be
  // reached.
  [[nodiscard]] static Error timeout(std::string_view reason = {});
  // For programs to throw; the SDK makes none.
  [[nodiscard]] static Error runtime(std::string message);
  // What a caller is told: thrown by a function, code and message arrive unchanged.
  [[nodiscard]] static Error remote(
      std::string code, std::string message, std::optional<std::string> stacktrace = {}
  );
  // Code of this process failed; a caller is told `invocation_failed`.
  [[nodiscard]] static Error handler(std::string message);
  // A value is not what the type wants, or cannot be JSON.
  [[nodiscard]] static Error serde(std::string message);
  // An address is none, or a channel's socket failed.
  [[nodiscard]] static Error websocket(std::string message);
  // The engine refused this worker or one of its functions.
  [[nodiscard]] static Error registration_rejected(Rejection rejection);
  // Whoever called wants no result any more.
  [[nodiscard]] static Error cancelled();

  // A move is a copy, so that no Error is ever empty.
  Error(const Error&) noexcept = default;
  Error& operator=(const Error&) noexcept = default;
  ~Error() override;

  [[nodiscard]] ErrorKind kind() const noexcept;

  // For programs. What was sent, for remote; the engine's, for registration_rejected; otherwise
  // what a caller of ours would be sent: "invocation_failed". A message above 64 MiB, which no
  // engine takes, is not sent: remote, "payload_too_large", as engines answer.
  [[nodiscard]] const std::string& code() const noexcept;

  // For people, without the kind: what was given to the maker.
  [[nodiscard]] const std::string& message() const noexcept;

  // The message as it is sent to the caller of a function that failed with this Error: that of a
  // remote error as it came, otherwise what(). Nothing is put around an error that passes through.
  [[nodiscard]] const std::string& wire_message() const noexcept;

  [[nodiscard]] const std::optional<std::string>& stacktrace() const noexcept;

  // Only of registration_rejected; nullptr for the other kinds.
  [[nodiscard]] const Rejection* rejection() const noexcept;

  // Kind and message in one line: "remote error (not_found): no such order".
  [[nodiscard]] const char* what() const noexcept override;

  friend bool operator==(const Error& left, const Error& right) noexcept;

 private:
  struct Content;
  explicit Error(Content content);

  // Shared, because the copies that throwing makes must not throw.
  std::shared_ptr<const Content> content_;
};

}  // namespace iii::inline v0
