// Inputs and results of the functions that an engine with access control asks: who a connecting
// worker is, what it may register, and what stands between a caller and a function.
//
// A hook that throws refuses. A result leaves out what shall stay as it is.
#pragma once

#include <iii/describe.hpp>
#include <iii/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace iii::inline v0 {

struct AuthInput {
  std::map<std::string, std::string> headers;                    // names in lower case
  std::map<std::string, std::vector<std::string>> query_params;  // not percent-decoded
  std::string ip_address;
};
III_DECLARE_DESCRIBED(AuthInput)

struct AuthResult {
  std::vector<std::string> allowed_functions = {};
  std::vector<std::string> forbidden_functions = {};
  std::optional<std::vector<std::string>> allowed_trigger_types = {};  // absent: all
  // False, as every engine has it when the member is missing. SDKs of line 0.11 began with true.
  bool allow_trigger_type_registration = false;
  bool allow_function_registration = true;
  Json context = JsonObject();  // handed to every other hook
  std::optional<std::string> function_registration_prefix = {};
  std::map<std::string, std::vector<std::string>> namespaces = {};  // newest engines only
};
III_DECLARE_DESCRIBED(AuthResult)

// Of a function that is called instead of the one that was meant; what it returns is the answer.
struct MiddlewareFunctionInput {
  std::string function_id;
  Json payload;
  std::optional<Json> action;
  Json context = JsonObject();
  std::optional<std::string> namespace_name;
};
III_DECLARE_DESCRIBED(MiddlewareFunctionInput)

struct OnTriggerTypeRegistrationInput {
  std::string trigger_type_id;
  std::string description;
  Json context = JsonObject();
};
III_DECLARE_DESCRIBED(OnTriggerTypeRegistrationInput)

struct OnTriggerTypeRegistrationResult {
  std::optional<std::string> trigger_type_id = {};
  std::optional<std::string> description = {};
};
III_DECLARE_DESCRIBED(OnTriggerTypeRegistrationResult)

struct OnTriggerRegistrationInput {
  std::string trigger_id;
  std::string trigger_type;
  std::string function_id;
  Json config;
  std::optional<Json> metadata;
  Json context = JsonObject();
  std::string namespace_name = "default";
};
III_DECLARE_DESCRIBED(OnTriggerRegistrationInput)

struct OnTriggerRegistrationResult {
  std::optional<std::string> trigger_id = {};
  std::optional<std::string> trigger_type = {};
  std::optional<std::string> function_id = {};
  std::optional<Json> config = {};
};
III_DECLARE_DESCRIBED(OnTriggerRegistrationResult)

struct OnFunctionRegistrationInput {
  std::string function_id;
  std::optional<std::string> description;
  std::optional<Json> metadata;
  Json context = JsonObject();
  std::string namespace_name = "default";
};
III_DECLARE_DESCRIBED(OnFunctionRegistrationInput)

struct OnFunctionRegistrationResult {
  std::optional<std::string> function_id = {};
  std::optional<std::string> description = {};
  std::optional<Json> metadata = {};
};
III_DECLARE_DESCRIBED(OnFunctionRegistrationResult)

}  // namespace iii::inline v0
