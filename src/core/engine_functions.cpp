// The table of the engine's own functions, and those that change something. The ones that only look
// stand in introspection.cpp.
#include "core/engine_functions.hpp"

#include "base/limits.hpp"
#include "core/channels.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/input.hpp"
#include "core/introspection.hpp"
#include "core/trigger_table.hpp"
#include "core/worker_name.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/to_worker.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {

namespace limits = base::limits;
namespace codes = protocol::codes;
using boost::json::object;
using boost::json::value;
using protocol::error_body;

// The engine functions that reach into the core.
struct EngineFunctionCalls {
  static EngineAnswer create_channel(Core& core, const EngineCall& call);
  static EngineAnswer register_worker(Core& core, const EngineCall& call);
  static EngineAnswer register_trigger(Core& core, const EngineCall& call);
  static EngineAnswer unregister_trigger(Core& core, const EngineCall& call);
};

namespace {

constexpr std::array<std::string_view, 1> create_channel_members = {"buffer_size"};
constexpr std::array<std::string_view, 9> register_worker_members = {
    "_caller_worker_id",
    "runtime",
    "version",
    "name",
    "description",
    "os",
    "telemetry",
    "pid",
    "isolation"
};
constexpr std::array<std::string_view, 4> register_trigger_members = {
    "trigger_type", "function_id", "config", "metadata"
};
constexpr std::array<std::string_view, 2> unregister_trigger_members = {"id", "trigger_type"};

object channel_reference(const ChannelKey& key, std::string_view direction) {
  return {
      {"channel_id", key.id.value().to_string()},
      {"access_key", key.access_key.to_string()},
      {"direction", direction}
  };
}

void declare_features(Connection& worker, const boost::json::array& features, Effects& effects) {
  for (const value& feature : features) {
    worker.declares_observe |= feature == "observe.v1";
    worker.declares_large_messages |= feature == "large-messages.v1";
  }
  // Workers that name features know the message; older ones would log an error (spec: line-0.25
  // §12).
  worker.reads_rejections = true;
  for (const std::string& function_id : std::exchange(worker.refused_functions, {})) {
    effects.send(worker.id, protocol::to_worker::RegistrationRejected{function_id, ""});
  }
}

// All names are in one space (docs/decisions/0008-no-namespaces.md): who asks for one of its own
// must not believe that it has it.
void note_namespace(const Connection& worker, const value* name, Effects& effects) {
  const auto* text = name == nullptr ? nullptr : name->if_string();
  if (text == nullptr || *text == "default") {
    return;
  }
  effects.note(
      Severity::warn,
      "namespace_ignored",
      {{"worker_id", worker.worker_id.value().to_string()},
       {"namespace", sanitised(*text).value_or("")},
       {"reason", "this engine has one namespace, default"}}
  );
}

void note_announcement(const Connection& worker, Effects& effects) {
  effects.note(
      Severity::info,
      "worker_announced",
      {{"worker_id", worker.worker_id.value().to_string()},
       {"name", worker.name.value_or("")},
       {"runtime", worker.runtime.value_or("")},
       {"version", worker.version.value_or("")}}
  );
}

}  // namespace

EngineAnswer EngineFunctionCalls::create_channel(Core& core, const EngineCall& call) {
  Input input(call.input, create_channel_members);
  const auto size = input.number("buffer_size", UINT64_MAX);
  if (auto error = input.error("engine::channels::create")) {
    return *std::move(error);
  }
  const auto key = core.channels_.create(
      size.value_or(limits::channel_messages_default), core.random_, call.now.monotonic
  );
  if (!key) {
    return error_body(
        codes::limit_exceeded,
        "The engine has " + std::to_string(limits::channels_max) +
            " channels, which is the limit; finish some first"
    );
  }
  return value{
      {"writer", channel_reference(*key, "write")}, {"reader", channel_reference(*key, "read")}
  };
}

EngineAnswer EngineFunctionCalls::register_worker(Core& core, const EngineCall& call) {
  constexpr std::string_view id = "engine::workers::register";
  Input input(call.input, register_worker_members);
  const auto runtime = input.text("runtime");
  const auto version = input.text("version");
  const auto name = input.text("name");
  const auto description = input.text("description");
  const auto os = input.text("os");
  const auto isolation = input.text("isolation");
  const auto pid = input.number("pid", UINT32_MAX);
  static_cast<void>(input.object("telemetry"));  // only its shape counts: nobody reads it yet
  const value* features = input.any("features");
  if (auto error = input.error(id)) {
    return *std::move(error);
  }
  Connection& worker = call.caller;
  if (call.input.is_array() || worker.residence == Residence::in_process) {
    return error_body(
        codes::deserialization_error,
        "Failed to deserialize input for engine::workers::register: only a connected worker can "
        "announce itself, with an object"
    );
  }
  const bool was_announced = worker.runtime.has_value();
  worker.runtime = runtime.value_or("unknown");
  worker.version = version;
  if (const auto line = line_of_version(version.value_or(""))) {
    worker.line = line;
  }
  // SDKs of line 0.11 are shown their texts as they sent them (spec: wire-protocol §5.3).
  const bool keeps_texts = core.line_of(worker) == Line::v0_11;
  if (name) {
    if (auto text = keeps_texts ? name : sanitised(*name)) {
      worker.name = *std::move(text);
    }
  }
  if (description) {
    if (auto text = keeps_texts ? description : sanitised(*description)) {
      worker.description = *std::move(text);
    }
  }
  if (os) {
    worker.os = os;
  }
  if (isolation) {
    worker.isolation = isolation;
  }
  if (pid) {
    worker.pid = static_cast<std::uint32_t>(*pid);
  }
  if (features != nullptr && features->is_array()) {
    declare_features(worker, features->get_array(), call.effects);
  }
  if (!was_announced) {
    note_announcement(worker, call.effects);
  }
  note_namespace(worker, input.any("namespace"), call.effects);
  core.fire_worker_event("worker_metadata_updated", worker.worker_id, call.now, call.effects);
  return value{{"success", true}};
}

EngineAnswer EngineFunctionCalls::register_trigger(Core& core, const EngineCall& call) {
  Input input(call.input, register_trigger_members);
  Trigger trigger;
  trigger.type = input.required_text("trigger_type");
  trigger.function_id = input.required_text("function_id");
  if (auto error = input.error("engine::register_trigger")) {
    return *std::move(error);
  }
  if (std::max(trigger.type.size(), trigger.function_id.size()) > limits::id_bytes_max) {
    return error_body(
        codes::limit_exceeded,
        "An id has more than " + std::to_string(limits::id_bytes_max) + " bytes"
    );
  }
  if (const value* config = input.any("config")) {
    trigger.config_json = boost::json::serialize(*config);
  }
  if (const value* metadata = input.any("metadata"); metadata != nullptr && !metadata->is_null()) {
    trigger.metadata_json = boost::json::serialize(*metadata);
  }
  if (core.triggers_.unowned() >= limits::triggers_max ||
      core.triggers_.unowned_bytes() + trigger.size() > limits::registered_bytes_max) {
    return error_body(
        codes::limit_exceeded,
        "The engine has " + std::to_string(core.triggers_.unowned()) +
            " triggers without an owner, with " + std::to_string(core.triggers_.unowned_bytes()) +
            " bytes, and takes no more; unregister some"
    );
  }
  trigger.id = base::Uuid::random(core.random_).to_string();
  const std::string id = trigger.id;
  const Trigger& put = core.triggers_.put(std::move(trigger));
  core.deliver(*core.triggers_.find(id), call.effects);
  const TriggerType* type = core.triggers_.find_type(put.type);
  if (!put.is_live || &type->provider() == core.self_) {
    return value{{"id", id}};
  }
  const base::MonotonicTime deadline = call.now.monotonic + limits::provider_answer_timeout;
  core.provider_deadlines_.emplace(deadline, id);
  core.provider_waits_.emplace(
      id,
      Core::ProviderWait{
          .caller = call.caller.id,
          .invocation_id = call.invocation_id,
          .deadline = deadline,
          .traceparent_json = std::string(call.traceparent_json),
          .baggage_json = std::string(call.baggage_json)
      }
  );
  return AnsweredLater{};
}

EngineAnswer EngineFunctionCalls::unregister_trigger(Core& core, const EngineCall& call) {
  Input input(call.input, unregister_trigger_members);
  const std::string id = input.required_text("id");
  if (auto error = input.error("engine::unregister_trigger")) {
    return *std::move(error);
  }
  const Trigger* trigger = core.triggers_.find(id);
  // What a worker registered for itself is that worker's to remove.
  const bool removable =
      trigger != nullptr && (trigger->owner == nullptr || trigger->owner == &call.caller);
  const bool is_known = removable || call.caller.triggers.contains(id);  // or waits for its id
  if (is_known) {
    core.unregister_trigger(call.caller, id, call.effects);
  }
  return value{{"removed", is_known}};
}

std::span<const EngineFunction> engine_functions() {
  static constexpr std::string_view reference_schema =
      R"({"type":"object","properties":{"channel_id":{"type":"string"},)"
      R"("access_key":{"type":"string"},"direction":{"type":"string","enum":["read","write"]}}})";
  static const std::string channel_response =
      std::string(R"({"type":"object","properties":{"writer":)")
          .append(reference_schema)
          .append(R"(,"reader":)")
          .append(reference_schema)
          .append("}}");
  static const std::array mutating = {
      EngineFunction{
          "engine::channels::create",
          "Creates a channel and returns the references of its two ends.",
          R"({"type":"object","properties":{"buffer_size":{"type":["integer","null"],"minimum":0,)"
          R"("default":64}}})",
          channel_response,
          EngineFunctionCalls::create_channel
      },
      EngineFunction{
          "engine::workers::register",
          "Announces what the calling worker is: runtime, version, name, process.",
          R"({"type":"object","properties":{"runtime":{"type":["string","null"]},)"
          R"("version":{"type":["string","null"]},"name":{"type":["string","null"]},)"
          R"("description":{"type":["string","null"]},"os":{"type":["string","null"]},)"
          R"("telemetry":{"type":["object","null"]},"pid":{"type":["integer","null"],"minimum":0,)"
          R"("maximum":4294967295},"isolation":{"type":["string","null"]},)"
          R"("features":{"type":["array","null"],"items":{"type":"string"}}}})",
          R"({"type":"object","properties":{"success":{"type":"boolean"}}})",
          EngineFunctionCalls::register_worker
      },
      EngineFunction{
          "engine::register_trigger",
          "Registers a trigger that outlives the caller and returns its id.",
          R"({"type":"object","properties":{"trigger_type":{"type":"string"},)"
          R"("function_id":{"type":"string"},"config":{},"metadata":{}},)"
          R"("required":["trigger_type","function_id"]})",
          R"({"type":"object","properties":{"id":{"type":"string"}}})",
          EngineFunctionCalls::register_trigger
      },
      EngineFunction{
          "engine::unregister_trigger",
          "Removes a trigger that was registered by engine::register_trigger or by the caller.",
          R"({"type":"object","properties":{"id":{"type":"string"},)"
          R"("trigger_type":{"type":["string","null"]}},"required":["id"]})",
          R"({"type":"object","properties":{"removed":{"type":"boolean"}}})",
          EngineFunctionCalls::unregister_trigger
      },
  };
  static const std::vector<EngineFunction> all = [] {
    std::vector<EngineFunction> functions(mutating.begin(), mutating.end());
    const auto reading = introspection_functions();
    functions.insert(functions.end(), reading.begin(), reading.end());
    return functions;
  }();
  return all;
}

}  // namespace iii::core
