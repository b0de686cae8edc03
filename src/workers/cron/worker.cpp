#include "workers/cron/worker.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/jobs.hpp"
#include "workers/cron/locks.hpp"
#include "workers/cron/preview.hpp"
#include "workers/cron/schedule.hpp"
#include "workers/worker.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::workers::cron {

namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
namespace codes = protocol::codes;
using core::Severity;

namespace {

constexpr std::string_view trigger_type = "cron";

constexpr std::string_view config_schema =
    R"({"type":"object","properties":{)"
    R"("expression":{"type":"string","description":)"
    R"("Six or seven fields: second minute hour day-of-month month day-of-week [year]"},)"
    R"("condition_function_id":{"type":["string","null"],"description":)"
    R"("Called first with the same event; the function runs unless it returns false"},)"
    R"("timezone":{"type":["string","null"],"description":)"
    R"("IANA name of the time zone of the schedule; UTC without it"},)"
    R"("at":{"type":["string","null"],"description":)"
    R"("Instead of an expression: the one time to run, RFC 3339"},)"
    R"("overlap":{"enum":["skip","queue","allow",null],"description":)"
    R"("What becomes of a tick while the last run goes on"},)"
    R"("jitter_ms":{"type":["integer","null"],"minimum":0,"description":)"
    R"("Each run starts later by a random time of at most this"}},)"
    R"("anyOf":[{"required":["expression"]},{"required":["at"]}]})";

constexpr std::string_view event_schema =
    R"({"type":"object","properties":{"trigger":{"type":"string"},"job_id":{"type":"string"},)"
    R"("scheduled_time":{"type":"string"},"actual_time":{"type":"string"}},)"
    R"("required":["trigger","job_id","scheduled_time","actual_time"]})";

constexpr std::string_view preview_request_schema =
    R"({"type":"object","properties":{"expression":{"type":"string"},"at":{"type":"string"},)"
    R"("timezone":{"type":"string"},"count":{"type":"integer"},"after":{"type":"string"}}})";

constexpr std::string_view preview_response_schema =
    R"({"type":"object","properties":{"times":{"type":"array","items":{"type":"object",)"
    R"("properties":{"time":{"type":"string"},"local_time":{"type":"string"}}}}}})";

// Members in the order of the reference system.
std::string event(const Tick& tick, base::WallTime now) {
  std::string payload = R"({"actual_time":")" + to_text(now);
  payload.append(R"(","job_id":)").append(json::quoted(tick.job_id));
  payload.append(R"(,"scheduled_time":")").append(to_text(base::WallTime(tick.scheduled)));
  return payload.append(R"(","trigger":"cron"})");
}

core::Note added(const to_worker::RegisterTrigger& trigger, std::optional<Instant> first) {
  core::Note note{
      first ? Severity::debug : Severity::warn,
      first ? "cron_job_added" : "cron_job_never_due",
      {{"trigger_id", trigger.id}, {"function_id", trigger.function_id}}
  };
  if (first) {
    note.fields.emplace_back("first", to_text(base::WallTime(*first)));
  }
  return note;
}

}  // namespace

CronWorker::CronWorker(Ports ports)
    : random_(ports.random),
      zones_(std::move(ports.zones)),
      locks_(std::move(ports.locks)),
      jobs_(random_, ports.limits) {
}

core::LocalWorker CronWorker::identity() const {
  return {.name = "iii-cron", .description = "Calls functions at given times."};
}

void CronWorker::start(Outputs& outputs) {
  outputs.messages.emplace_back(from_worker::RegisterTriggerType{
      std::string(trigger_type),
      "Cron-based scheduled triggers",
      std::string(config_schema),
      std::string(event_schema)
  });
  from_worker::RegisterFunction function;
  function.id = preview_id;
  function.description = "The next times of a schedule.";
  function.request_format = preview_request_schema;
  function.response_format = preview_response_schema;
  outputs.messages.emplace_back(std::move(function));
}

void CronWorker::on_invoked(const Invocation& invocation, base::Now now, Outputs& outputs) {
  Reply reply{invocation.id, {}, {}};
  if (invocation.data_json.size() > base::limits::engine_input_bytes_max) {
    reply.error = protocol::error_body(
        codes::payload_too_large,
        invocation.function_id + " takes at most " +
            std::to_string(base::limits::engine_input_bytes_max) + " bytes"
    );
  } else {
    auto answer = preview(invocation.data_json, *zones_, now.wall);
    if (auto* error = std::get_if<protocol::ErrorBody>(&answer)) {
      reply.error = std::move(*error);
    } else {
      reply.result_json = std::get<std::string>(std::move(answer));
    }
  }
  outputs.replies.push_back(std::move(reply));
}

void CronWorker::on_trigger_registered(
    const to_worker::RegisterTrigger& trigger, base::Now now, Outputs& outputs
) {
  from_worker::TriggerRegistrationResult answer{
      trigger.id, trigger.trigger_type, trigger.function_id, {}
  };
  const auto refuse = [&answer](std::string reason) {
    answer.error = protocol::error_body(codes::trigger_registration_failed, std::move(reason));
  };
  const Instant second = std::chrono::floor<std::chrono::seconds>(now.wall);
  if (auto schedule = parse_schedule(trigger.config_json, *zones_, second); !schedule) {
    refuse(schedule.error().message);
  } else if (const auto first = jobs_.add(trigger.id, *std::move(schedule), now); !first) {
    refuse(first.error().message);
  } else {
    outputs.notes.push_back(added(trigger, *first));
  }
  outputs.messages.emplace_back(std::move(answer));
  deadline_ = jobs_.wake_at(now);
}

void CronWorker::on_trigger_unregistered(
    const to_worker::UnregisterTrigger& trigger, base::Now now, Outputs& outputs
) {
  if (jobs_.remove(trigger.id)) {
    outputs.notes.push_back({Severity::debug, "cron_job_removed", {{"trigger_id", trigger.id}}});
    deadline_ = jobs_.wake_at(now);
  }
}

void CronWorker::on_time(base::Now now, Outputs& outputs) {
  Orders orders;
  jobs_.on_time(now, orders);
  settle(std::move(orders), now, outputs);
}

void CronWorker::on_result(const CallResult& result, base::Now now, Outputs& outputs) {
  const auto found = runs_.find(result.id);
  if (found == runs_.end()) {
    return;
  }
  const Tick tick = std::move(found->second);
  runs_.erase(found);
  locks_->release(result.id);
  if (result.error) {
    note_failure(tick, *result.error, outputs);
  }
  Orders orders;
  jobs_.on_ended(tick, orders);
  settle(std::move(orders), now, outputs);
}

void CronWorker::on_lock_answered(
    base::InvocationId run, bool is_granted, base::Now now, Outputs& outputs
) {
  const auto found = runs_.find(run);
  if (found == runs_.end()) {
    return;
  }
  if (is_granted) {
    fire(run, found->second, now, outputs);
    return;
  }
  const Tick tick = std::move(found->second);
  runs_.erase(found);
  Orders orders;
  jobs_.on_ended(tick, orders);
  settle(std::move(orders), now, outputs);
}

void CronWorker::settle(Orders orders, base::Now now, Outputs& outputs) {
  for (const Drop& drop : orders.drops) {
    const bool is_usual = drop.reason == DropReason::still_running;
    outputs.notes.push_back(
        {is_usual ? Severity::debug : Severity::warn,
         "cron_tick_dropped",
         {{"trigger_id", drop.tick.job_id},
          {"scheduled", to_text(base::WallTime(drop.tick.scheduled))},
          {"reason", std::string(to_string(drop.reason))}}}
    );
  }
  // A tick whose lock is refused ends at once, and the next one that waits is started.
  while (!orders.starts.empty()) {
    Orders following;
    for (const Tick& tick : orders.starts) {
      begin(tick, now, outputs, following);
    }
    orders = std::move(following);
  }
  deadline_ = jobs_.wake_at(now);
}

void CronWorker::begin(const Tick& tick, base::Now now, Outputs& outputs, Orders& following) {
  const base::InvocationId run(base::Uuid::random(random_));
  const LockRequest request{run, tick.job_id, tick.scheduled, tick.is_exclusive};
  switch (locks_->request(request, now)) {
    case LockAnswer::granted:
      fire(run, tick, now, outputs);
      runs_.emplace(run, tick);
      return;
    case LockAnswer::later:
      runs_.emplace(run, tick);
      return;
    case LockAnswer::refused:
      outputs.notes.push_back(
          {Severity::debug,
           "cron_tick_taken",
           {{"trigger_id", tick.job_id}, {"scheduled", to_text(base::WallTime(tick.scheduled))}}}
      );
      jobs_.on_ended(tick, following);
      return;
  }
}

void CronWorker::fire(base::InvocationId run, const Tick& tick, base::Now now, Outputs& outputs) {
  outputs.firings.push_back({tick.job_id, event(tick, now.wall), run});
}

void CronWorker::note_failure(
    const Tick& tick, const protocol::ErrorBody& error, Outputs& outputs
) {
  // The core has noted a condition that failed; a condition's `false` and the engine's end are in
  // order.
  for (const std::string_view quiet :
       {codes::condition_not_met, codes::condition_failed, codes::engine_stopping}) {
    if (error.code == quiet) {
      return;
    }
  }
  outputs.notes.push_back(
      {Severity::warn,
       "cron_run_failed",
       {{"trigger_id", tick.job_id},
        {"scheduled", to_text(base::WallTime(tick.scheduled))},
        {"code", error.code},
        {"reason", error.message}}}
  );
}

}  // namespace iii::workers::cron
