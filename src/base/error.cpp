#include <iii/error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::inline v0 {
namespace {

// What every error that has no code of its own is called on the wire (spec: sdk §16).
constexpr std::string_view unnamed_code = "invocation_failed";

std::string rejection_text(const Rejection& rejection) {
  return "registration rejected (" + rejection.code + ") in namespace '" +
         rejection.namespace_name + "' by worker '" + rejection.owner_worker_id + "'";
}

}  // namespace

struct Error::Content {
  ErrorKind kind;
  std::string code;
  std::string message;
  std::string text;  // of what()
  std::optional<std::string> stacktrace;
  std::optional<Rejection> rejection;

  static Content local(ErrorKind kind, std::string_view prefix, std::string message) {
    std::string text = std::string(prefix) + message;
    return {kind, std::string(unnamed_code), std::move(message), std::move(text), {}, {}};
  }

  friend bool operator==(const Content&, const Content&) = default;
};

Error::Error(Content content) : content_(std::make_shared<const Content>(std::move(content))) {
}

Error::~Error() = default;

namespace {

std::string with_reason(std::string text, std::string_view reason) {
  if (!reason.empty()) {
    text.append(": ").append(reason);
  }
  return text;
}

}  // namespace

Error Error::not_connected(std::string_view reason) {
  return Error(
      Content::local(ErrorKind::not_connected, "", with_reason("iii is not connected", reason))
  );
}

Error Error::timeout(std::string_view reason) {
  return Error(Content::local(ErrorKind::timeout, "", with_reason("invocation timed out", reason)));
}

Error Error::cancelled() {
  return Error(Content::local(ErrorKind::cancelled, "", "the call has been cancelled"));
}

Error Error::runtime(std::string message) {
  return Error(Content::local(ErrorKind::runtime, "runtime error: ", std::move(message)));
}

Error Error::remote(std::string code, std::string message, std::optional<std::string> stacktrace) {
  std::string text = "remote error (" + code + "): " + message;
  return Error(Content{
      ErrorKind::remote,
      std::move(code),
      std::move(message),
      std::move(text),
      std::move(stacktrace),
      {}
  });
}

Error Error::handler(std::string message) {
  return Error(Content::local(ErrorKind::handler, "handler error: ", std::move(message)));
}

Error Error::serde(std::string message) {
  return Error(Content::local(ErrorKind::serde, "serialization error: ", std::move(message)));
}

Error Error::websocket(std::string message) {
  return Error(Content::local(ErrorKind::websocket, "websocket error: ", std::move(message)));
}

Error Error::registration_rejected(Rejection rejection) {
  Content content = Content::local(ErrorKind::registration_rejected, "", rejection_text(rejection));
  content.code = rejection.code;
  content.rejection = std::move(rejection);
  return Error(std::move(content));
}

ErrorKind Error::kind() const noexcept {
  return content_->kind;
}

const std::string& Error::code() const noexcept {
  return content_->code;
}

const std::string& Error::message() const noexcept {
  return content_->message;
}

const std::string& Error::wire_message() const noexcept {
  return content_->kind == ErrorKind::remote ? content_->message : content_->text;
}

const std::optional<std::string>& Error::stacktrace() const noexcept {
  return content_->stacktrace;
}

const Rejection* Error::rejection() const noexcept {
  const std::optional<Rejection>& rejection = content_->rejection;
  return rejection.has_value() ? &*rejection : nullptr;
}

const char* Error::what() const noexcept {
  return content_->text.c_str();
}

bool operator==(const Error& left, const Error& right) noexcept {
  return *left.content_ == *right.content_;
}

std::string_view to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::not_connected:
      return "not_connected";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::runtime:
      return "runtime";
    case ErrorKind::remote:
      return "remote";
    case ErrorKind::handler:
      return "handler";
    case ErrorKind::serde:
      return "serde";
    case ErrorKind::websocket:
      return "websocket";
    case ErrorKind::registration_rejected:
      return "registration_rejected";
    case ErrorKind::cancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace iii::inline v0
