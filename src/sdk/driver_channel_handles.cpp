#include "sdk/driver_channel_handles.hpp"

#include "sdk/address.hpp"
#include "sdk/channel_effects.hpp"
#include "sdk/channel_reader_machine.hpp"
#include "sdk/channel_writer_machine.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_channel.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/error.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

ChannelReader::Handle::Handle(
    std::weak_ptr<sdk::Driver> driver,
    const sdk::Address& engine,
    StreamChannelRef ref_of,
    const ChannelOptions& options
)
    : ref(std::move(ref_of)),
      new_machine_(std::make_unique<sdk::ChannelReaderMachine>(sdk::ChannelReaderOptions{
          .what = "reader of channel " + ref.channel_id,
          .buffer_bytes_max = std::max<std::size_t>(1, options.buffer_bytes_max),
      })),
      machine_(*new_machine_),
      end(std::make_shared<sdk::ChannelEnd>(
          std::move(driver),
          sdk::channel_address(engine, ref.channel_id, ref.access_key, "read"),
          std::move(new_machine_)
      )) {
}

// NOLINTNEXTLINE(bugprone-exception-escape): only for lack of memory.
ChannelReader::Handle::~Handle() {
  end->tell([this](sdk::ChannelEffects& effects) { machine_.abandon(effects); });
}

void ChannelReader::Handle::read(sdk::ChannelEnd::Completion on_ended) {
  end->start(
      std::move(on_ended),
      [this](sdk::ChannelOperation operation, sdk::ChannelEffects& effects) {
        machine_.read(operation, effects);
      }
  );
}

void ChannelReader::Handle::close() {
  end->tell([this](sdk::ChannelEffects& effects) { machine_.close(effects); });
}

void ChannelReader::Handle::add_listener(std::function<void(const std::string& text)> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(
      std::make_shared<const std::function<void(const std::string&)>>(std::move(listener))
  );
}

// Without the lock, so that a listener may add another.
void ChannelReader::Handle::tell(const std::string& text) {
  std::vector<Listener> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const Listener& listener : listeners) {
    (*listener)(text);
  }
}

ChannelWriter::Handle::Handle(
    std::weak_ptr<sdk::Driver> driver,
    const sdk::Address& engine,
    StreamChannelRef ref_of,
    const ChannelOptions& options
)
    : ref(std::move(ref_of)),
      new_machine_(std::make_unique<sdk::ChannelWriterMachine>(sdk::ChannelWriterOptions{
          .what = "writer of channel " + ref.channel_id,
          .buffer_bytes_max = std::max<std::size_t>(1, options.buffer_bytes_max),
      })),
      machine_(*new_machine_),
      end(std::make_shared<sdk::ChannelEnd>(
          std::move(driver),
          sdk::channel_address(engine, ref.channel_id, ref.access_key, "write"),
          std::move(new_machine_)
      )) {
}

// NOLINTNEXTLINE(bugprone-exception-escape): only for lack of memory.
ChannelWriter::Handle::~Handle() {
  end->tell([this](sdk::ChannelEffects& effects) { machine_.abandon(effects); });
}

void ChannelWriter::Handle::start(const Command& command, sdk::ChannelEnd::Completion on_ended) {
  end->start(
      std::move(on_ended),
      [&](sdk::ChannelOperation operation, sdk::ChannelEffects& effects) {
        command(machine_, operation, effects);
      }
  );
}

namespace {

// It stands in a URL as it is (spec: sdk §11.2), so it must not end one.
void require_channel_id(const std::string& id) {
  if (id.empty() || sdk::percent_encoded(id) != id) {
    throw Error::websocket("'" + id + "' cannot be the id of a channel");
  }
}

template <class End>
End open_end(
    const std::weak_ptr<sdk::Driver>& driver,
    const StreamChannelRef& ref,
    const ChannelOptions& options
) {
  require_channel_id(ref.channel_id);
  const auto strong = driver.lock();
  if (!strong) {
    throw Error::not_connected("the client is gone");
  }
  return End(std::make_shared<typename End::Handle>(driver, strong->parsed_address(), ref, options)
  );
}

}  // namespace

ChannelReader ChannelOpener::open_reader(const StreamChannelRef& ref, const ChannelOptions& options)
    const {
  return open_end<ChannelReader>(driver_, ref, options);
}

ChannelWriter ChannelOpener::open_writer(const StreamChannelRef& ref, const ChannelOptions& options)
    const {
  return open_end<ChannelWriter>(driver_, ref, options);
}

}  // namespace iii::inline v0
