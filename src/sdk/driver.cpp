#include "sdk/driver.hpp"

#include "base/job.hpp"
#include "base/time.hpp"
#include "sdk/address.hpp"
#include "sdk/call_end.hpp"
#include "sdk/checked_options.hpp"
#include "sdk/conversation.hpp"
#include "sdk/driver_otel.hpp"
#include "sdk/driver_signals.hpp"
#include "sdk/driver_strand.hpp"
#include "sdk/driver_system.hpp"
#include "sdk/driver_telemetry.hpp"
#include "sdk/effects.hpp"
#include "sdk/transport.hpp"
#include "sdk/worker_metadata.hpp"

#include <iii/error.hpp>
#include <iii/options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace iii::sdk {

namespace {

// How long threads of the pool get to end beyond the drain of the conversation.
constexpr auto pool_stop_timeout = std::chrono::milliseconds(250);

ConversationOptions conversation_options(const InitOptions& options, std::string announce) {
  return {
      .announce = std::move(announce),
      .reconnection = options.reconnection,
      .offline = options.offline,
      .connect_timeout = options.connect_timeout,
      .ping_interval = options.ping_interval,
      .idle_timeout = options.idle_timeout,
      .shutdown_timeout = options.shutdown_timeout,
      .fails_calls_on_disconnect = options.fails_calls_on_disconnect,
  };
}

std::string text_of(const Address& address) {
  std::ostringstream text;
  text << address;
  return text.str();
}

LogLevel level_of(Report::Level level) {
  switch (level) {
    case Report::Level::debug:
      return LogLevel::debug;
    case Report::Level::info:
      return LogLevel::info;
    case Report::Level::warn:
      return LogLevel::warn;
    case Report::Level::error:
      break;
  }
  return LogLevel::error;
}

}  // namespace

Driver::Driver(
    Address address,
    InitOptions options,
    const std::optional<boost::asio::any_io_executor>& executor
)
    : Driver(std::move(address), std::move(options), executor, system_facts()) {
}

Driver::Driver(
    Address address,
    InitOptions options,
    const std::optional<boost::asio::any_io_executor>& executor,
    const SystemFacts& facts
)
    : address_(std::move(address)),
      address_text_(text_of(address_)),
      log_(
          options.log ? std::make_shared<const Log>(std::exchange(options.log, nullptr)) : nullptr
      ),
      has_own_log_(log_ != nullptr),
      options_(checked(std::move(options))),
      namespace_(detect_namespace(options_, facts)),
      token_(facts.token),
      metadata_(detect_metadata(options_, facts)),
      strand_(executor ? std::optional(DriverStrand::of(*executor)) : std::nullopt),
      executor_(
          strand_ ? boost::asio::any_io_executor(*strand_)
                  : boost::asio::any_io_executor(io_.get_executor())
      ),
      conversation_(conversation_options(options_, announce_frame(metadata_, namespace_)), random_),
      gate_(options_.max_concurrent_invocations),
      pool_(options_.handler_threads, options_.handler_threads_max),
      headers_(options_.headers) {
}

Driver::~Driver() {
  if (telemetry_) {
    telemetry_->end();  // does nothing, unless run() has failed
  }
}

std::thread Driver::run() {
  begin_telemetry();
  if (strand_) {
    life_.expires_at(boost::asio::steady_timer::time_point::max());
    life_.async_wait([self = shared_from_this()](const boost::system::error_code&) {});
  }
  post([this] { conversation_.start(now(), effects_); });
  if (strand_) {
    return {};
  }
  const BlockedSignals blocked;
  return std::thread([self = shared_from_this()] { self->run_until_ended(); });
}

void Driver::begin_telemetry() {
  const std::weak_ptr<Driver> weak = weak_from_this();
  telemetry_ = TelemetryDriver::make(
      with_process_otel(options_.otel),
      address_text_,
      {
          .executor = executor_,
          .run_user_code =
              [weak](base::Job job) {
                if (const auto self = weak.lock()) {
                  self->run_user_code(std::move(job));
                }
              },
          .log =
              [weak](LogLevel level, const std::string& line) {
                if (const auto self = weak.lock()) {
                  self->log(level, line);
                }
              },
          .ca_file = options_.ca_file,
          .headers =
              [weak] {
                const auto self = weak.lock();
                return self ? self->headers() : Headers();
              },
          .engine = address_,
          .connect_timeout = options_.connect_timeout,
      }
  );
  if (telemetry_) {
    telemetry_->install();
    post([this] { telemetry_->start(); });
  }
}

void Driver::run_until_ended() {
  io_thread_ = std::this_thread::get_id();
  const auto guard = boost::asio::make_work_guard(io_);
  while (!has_ended_) {
    io_.run_one();
  }
  const base::MonotonicTime deadline = stop_channels();
  while (!channel_ends_.empty() && now() < deadline) {
    io_.run_one_until(std::chrono::steady_clock::time_point(deadline.time_since_epoch()));
  }
  wind_up();
  pool_.stop(std::max<std::chrono::milliseconds>(
      pool_stop_timeout,
      std::chrono::duration_cast<std::chrono::milliseconds>(shutdown_deadline_ - now())
  ));
  // What has been cancelled owns what it was started for.
  io_.poll();
}

void Driver::wind_up() {
  // Commands that came too late: the conversation refuses each.
  drain_commands();
  fail_channels();
  transport_.reset();
  timer_.cancel();
  relief_timer_.cancel();
  end_refusal_waits(nullptr);
  look_for_idleness();
  life_.cancel();
  release_user_code();
}

void Driver::wait_until_ended() {
  if (!strand_) {
    return;
  }
  constexpr auto margin = std::chrono::milliseconds(250);  // for the executor to notice
  {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, options_.shutdown_timeout + margin, [this] { return has_wound_up_; });
  }
  pool_.stop(pool_stop_timeout);
}

void Driver::begin_shutdown() {
  post([this] {
    if (shutdown_deadline_ == base::MonotonicTime::min()) {
      shutdown_deadline_ = now() + options_.shutdown_timeout;
    }
    conversation_.shutdown(now(), effects_);
  });
  stop_.request_stop();
}

bool Driver::is_on_io_thread() const {
  return strand_ ? strand_->runs_on_this_thread() : io_thread_.load() == std::this_thread::get_id();
}

bool Driver::is_on_thread_of_executor() const {
  if (!strand_) {
    return false;
  }
  const boost::asio::any_io_executor inner = strand_->inner();
  if (const auto* io = inner.target<boost::asio::io_context::executor_type>()) {
    return io->running_in_this_thread();
  }
  const auto* pool = inner.target<boost::asio::thread_pool::executor_type>();
  return pool != nullptr && pool->running_in_this_thread();
}

bool Driver::is_own_thread() const {
  return pool_.is_own_thread() || is_on_io_thread() || is_on_thread_of_executor();
}

void Driver::post(base::Job command) {
  static_cast<void>(try_post(std::move(command)));
}

bool Driver::try_post(base::Job command) {
  const std::lock_guard lock(commands_mutex_);
  if (is_closed_) {
    return false;
  }
  enqueue(std::move(command));
  return true;
}

void Driver::enqueue(base::Job command) {
  commands_.push_back(std::move(command));
  if (commands_.size() == 1) {
    boost::asio::post(executor_, [self = shared_from_this()] { self->drain_commands(); });
  }
}

void Driver::drain_commands() {
  drained_.clear();  // not empty if a command has thrown
  {
    const std::lock_guard lock(commands_mutex_);
    drained_.swap(commands_);
  }
  for (base::Job& command : drained_) {
    look_at_backlog();  // each adds to it
    command();
    carry_out();
  }
  drained_.clear();
  constexpr std::size_t kept_max = 1024;  // 64 KiB: what a burst has needed is given back
  if (drained_.capacity() > kept_max) {
    drained_.shrink_to_fit();
  }
  look_for_idleness();  // not before: the last answer has left now
  publish();
  arm_timer();
}

void Driver::look_at_backlog() {
  if (transport_) {
    conversation_.set_backlog(transport_->unsent_bytes());
  }
}

void Driver::carry_out() {
  for (Effect& effect : effects_) {
    std::visit([this](auto& alternative) { perform(alternative); }, effect);
  }
  effects_.clear();
}

// Only towards the earlier: a timer that fires in vain costs less than moving it for each call.
void Driver::arm_timer() {
  const base::MonotonicTime next = conversation_.next_deadline();
  if (next >= armed_for_ || has_ended_) {
    return;
  }
  armed_for_ = next;
  const std::chrono::nanoseconds ahead(ahead_ns_.load());
  timer_.expires_at(boost::asio::steady_timer::time_point((next - ahead).time_since_epoch()));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->has_ended_) {
      self->let_time_pass();
    }
  });
}

void Driver::let_time_pass() {
  armed_for_ = base::never;
  conversation_.on_time(now(), effects_);
  carry_out();
  publish();
  arm_timer();
}

base::MonotonicTime Driver::now() const {
  return sdk::now() + std::chrono::nanoseconds(ahead_ns_.load());
}

void Driver::advance(std::chrono::nanoseconds time, base::Job on_done) {
  auto shared = std::make_shared<base::Job>(std::move(on_done));
  const bool is_taken = try_post([this, time, shared] {
    ahead_ns_ += time.count();
    let_time_pass();
    (*shared)();
  });
  if (!is_taken) {
    (*shared)();
  }
}

void Driver::when_idle(base::Job on_idle) {
  auto shared = std::make_shared<base::Job>(std::move(on_idle));
  const bool is_taken =
      try_post([this, shared] { when_idle_.emplace_back([shared] { (*shared)(); }); });
  if (!is_taken) {
    (*shared)();
  }
}

void Driver::look_for_idleness() {
  const bool is_idle = gate_.running() == 0 && gate_.waiting() == 0 && running_callbacks_ == 0;
  if (is_idle || has_ended_) {
    for (base::Job& on_idle : std::exchange(when_idle_, {})) {
      on_idle();
    }
  }
}

// What other threads may see.
void Driver::publish() {
  const bool has_room = conversation_.has_room(1);
  const std::lock_guard lock(mutex_);
  if (has_room && !has_room_) {
    room_.notify_all();
  }
  has_room_ = has_room;
  counters_ = {
      .waiting_messages = conversation_.offline().size(),
      .waiting_bytes = conversation_.offline().bytes(),
      .dropped_messages = conversation_.dropped_messages(),
  };
  publish_registration();
}

// Under the lock.
void Driver::publish_registration() {
  const std::optional<bool> supports_observe = conversation_.engine_supports_observe();
  if (supports_observe_ != supports_observe) {
    supports_observe_ = supports_observe;
    registered_.notify_all();
  }
}

void Driver::on_opened() {
  conversation_.on_opened(now(), effects_);
  carry_out();
  publish();
  arm_timer();
}

void Driver::on_text(std::string_view text) {
  look_at_backlog();
  conversation_.on_text(text, now(), effects_);
  carry_out();
}

void Driver::on_binary(std::string_view bytes) {
  on_text(bytes);  // decoded the same (spec: sdk §4.10)
}

void Driver::on_read() {
  conversation_.on_heard(now());
  const std::string& id = conversation_.worker_id();
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    is_news = worker_id_ != id;
    if (is_news) {
      worker_id_ = id;
    }
    publish_registration();
  }
  if (is_news && telemetry_) {
    telemetry_->set_worker(id, metadata_.name);
  }
  arm_timer();
}

void Driver::on_written() {
  conversation_.on_taken(transport_->messages_taken());
  look_at_backlog();
  publish();
}

void Driver::on_closed(const Closing& closing) {
  conversation_.on_taken(transport_->messages_taken());
  transport_.reset();
  std::string reason = closing.reason;
  if (closing.was_open) {
    reason.append(reason.empty() ? "code " : " (code ").append(std::to_string(closing.code));
    reason.append(closing.reason.empty() ? "" : ")");
  }
  conversation_.on_closed(reason, now(), effects_);
  carry_out();
  publish();
  arm_timer();
}

void Driver::perform(OpenConnection&) {
  TransportOptions options{
      .address = address_,
      .ca_file = options_.ca_file,
      // The conversation watches the time.
      .connect_timeout = options_.connect_timeout * 2,
      .close_timeout = options_.shutdown_timeout,
  };
  options.headers = headers();
  TransportEvents& events = *this;
  transport_ = std::make_unique<Transport>(executor_, std::move(options), events);
  transport_->open();
}

void Driver::perform(DropConnection&) {
  transport_.reset();
}

void Driver::perform(CloseConnection& effect) {
  if (transport_) {
    transport_->close(effect.code, effect.reason);
  }
}

void Driver::perform(SendText& effect) {
  if (transport_) {
    transport_->send_text(effect.text);
  }
}

void Driver::perform(SendKept& effect) {
  if (transport_) {
    transport_->send_text(effect.text);
  }
}

void Driver::perform(SendPing&) {
  if (transport_) {
    transport_->ping();
  }
}

void Driver::perform(ChangeState& effect) {
  state_ = effect.state;
  std::vector<std::shared_ptr<StateListener>> listeners;
  {
    const std::lock_guard lock(mutex_);
    rejection_ = conversation_.rejection();
    if (effect.state == ConnectionState::connected) {
      for (const auto& [id, entry] : functions_) {
        entry.status->set(std::nullopt);  // they are registered anew
      }
    }
    room_.notify_all();  // who waits must see that it is in vain
    registered_.notify_all();
    for (const auto& [number, listener] : listeners_) {
      listeners.push_back(listener);
    }
  }
  for (auto& listener : listeners) {
    notices_.post([listener = std::move(listener), state = effect.state] {
      try {
        (*listener)(state);
      } catch (...) {  // NOLINT(bugprone-empty-catch): a listener has nobody to complain to
      }
    });
  }
  relieve_soon();  // functions may block all threads
}

void Driver::perform(Finish&) {
  {
    const std::lock_guard lock(commands_mutex_);
    is_closed_ = true;
  }
  end_telemetry();
}

void Driver::perform(EndCall& effect) {
  const auto waiting = waiting_.find(effect.id);
  if (waiting == waiting_.end()) {
    return;
  }
  const Waiting ended = std::move(waiting->second);
  waiting_.erase(waiting);
  ended.on_ended(CallEnd{
      .how = effect.how,
      .result_json = std::string(effect.result_json),
      .error = std::move(effect.error),
      .rejection = conversation_.rejection(),
      .reason = std::move(effect.reason),
      .was_full = ended.was_full,
  });
}

void Driver::perform(FunctionRejected& effect) {
  const std::lock_guard lock(mutex_);
  const auto found = functions_.find(effect.rejection.function_id.value_or(""));
  if (found != functions_.end()) {
    found->second.status->set(Error::registration_rejected(effect.rejection));
  }
}

void Driver::perform(Report& effect) {
  const auto& refusal = conversation_.refusal();
  {
    const std::lock_guard lock(mutex_);
    refusal_.reset();
    if (refusal) {
      refusal_ = Error::remote(refusal->code, refusal->message, refusal->stacktrace);
    }
  }
  log(level_of(effect.level), effect.text);
}

void Driver::log(LogLevel level, const std::string& line) {
  if (!has_own_log_ && level < LogLevel::warn) {
    return;
  }
  std::shared_ptr<const Log> own;
  {
    const std::lock_guard lock(mutex_);
    own = log_;
  }
  // Never here: whoever reads standard error may be slow, and the engine waits for a pong.
  notices_.post([this_has_own = has_own_log_, own = std::move(own), level, line] {
    try {
      if (own) {
        (*own)(level, line);
      } else if (!this_has_own) {
        std::cerr << "iii: " + line + "\n";
      }
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is nowhere left to write it
    }
  });
  if (is_on_io_thread()) {
    relieve_soon();
  }
}

}  // namespace iii::sdk
