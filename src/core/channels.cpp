#include "core/channels.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/effects.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {

namespace limits = base::limits;

std::optional<ChannelKey> Channels::create(
    std::size_t messages_max, base::Random& random, base::MonotonicTime now
) {
  if (channels_.size() >= limits::channels_max) {
    return std::nullopt;
  }
  auto channel = std::make_unique<Channel>();
  channel->id = base::ChannelId(base::Uuid::random(random));
  channel->access_key = base::Uuid::random(random);
  channel->created_at = now;
  channel->messages_max = std::clamp<std::size_t>(messages_max, 1, limits::channel_messages_max);
  const ChannelKey key{channel->id, channel->access_key};
  by_age_.emplace(now, channel->id);
  channels_.emplace(channel->id, std::move(channel));
  return key;
}

void Channels::adopt(const ChannelKey& key, std::size_t messages_max, base::MonotonicTime now) {
  auto channel = std::make_unique<Channel>();
  channel->id = key.id;
  channel->access_key = key.access_key;
  channel->created_at = now;
  channel->messages_max = messages_max;
  channels_.emplace(key.id, std::move(channel));
}

void Channels::seal(const ChannelKey& key) {
  if (!is_known(key)) {
    return;
  }
  Channel& channel = *channels_.find(key.id)->second;
  for (EndState* end : {&channel.writer, &channel.reader}) {
    *end = *end == EndState::unclaimed ? EndState::finished : *end;
  }
  forget_if_finished(channel);
}

bool Channels::is_known(const ChannelKey& key) const {
  const auto found = channels_.find(key.id);
  return found != channels_.end() && found->second->access_key == key.access_key;
}

bool Channels::on_opened(
    base::ConnectionId connection, const ChannelKey& key, ChannelEnd end, Effects& effects
) {
  const auto found = channels_.find(key.id);
  Channel* channel = is_known(key) ? found->second.get() : nullptr;
  const bool is_writer = end == ChannelEnd::writer;
  EndState* state = channel == nullptr ? nullptr : is_writer ? &channel->writer : &channel->reader;
  if (state == nullptr || *state != EndState::unclaimed) {
    effects.add(CloseConnection{connection, Ending::without_code});
    return false;
  }
  *state = EndState::open;
  (is_writer ? channel->writer_connection : channel->reader_connection) = connection;
  claims_.emplace(connection, Claim{channel, end});
  if (!is_writer) {
    deliver_waiting(*channel, effects);
    forget_if_finished(*channel);
  }
  return true;
}

void Channels::on_message(
    base::ConnectionId connection, bool is_text, std::string_view bytes, Effects& effects
) {
  const Claim claim = find(connection);
  if (claim.channel == nullptr || claim.end == ChannelEnd::reader) {
    return;  // a reader has nothing to say (spec: wire-protocol §11.3)
  }
  Channel& channel = *claim.channel;
  if (channel.reader == EndState::finished) {
    effects.add(CloseConnection{connection, Ending::dropped});
    on_closed(connection, effects);
    return;
  }
  if (channel.reader == EndState::open && !channel.is_reader_congested && channel.waiting.empty()) {
    effects.add(SendChannelMessage{channel.reader_connection, is_text, bytes});
    return;
  }
  channel.waiting.push_back({is_text, std::string(bytes)});
  channel.waiting_bytes += bytes.size();
  waiting_bytes_ += bytes.size();
  if (channel.is_full() && !channel.is_writer_paused) {
    channel.is_writer_paused = true;
    effects.add(PauseReading{connection});
  }
}

void Channels::on_closed(base::ConnectionId connection, Effects& effects, Leave leave) {
  const Claim claim = find(connection);
  if (claim.channel == nullptr) {
    return;
  }
  claims_.erase(connection);
  Channel& channel = *claim.channel;
  if (claim.end == ChannelEnd::writer) {
    channel.writer = EndState::finished;
    channel.is_cut_off = leave == Leave::missing;
    end_reader_if_done(channel, effects);
  } else {
    channel.reader = EndState::finished;
    discard_waiting(channel);
    // A writer that is being read notices with its next message; one that is not would wait for
    // ever.
    if (channel.is_writer_paused && channel.writer == EndState::open) {
      channel.writer = EndState::finished;
      claims_.erase(channel.writer_connection);
      effects.add(CloseConnection{channel.writer_connection, Ending::dropped});
    }
  }
  forget_if_finished(channel);
}

void Channels::on_broken(base::ConnectionId writer, Effects& effects) {
  const Claim claim = find(writer);
  if (claim.channel == nullptr || claim.end == ChannelEnd::reader) {
    return;
  }
  claims_.erase(writer);
  Channel& channel = *claim.channel;
  channel.writer = EndState::finished;
  discard_waiting(channel);
  if (channel.reader == EndState::open) {
    claims_.erase(channel.reader_connection);
    effects.add(CloseConnection{channel.reader_connection, Ending::dropped});
  }
  // Who comes later must not find an empty stream that ends in order.
  channel.reader = EndState::finished;
  forget_if_finished(channel);
}

void Channels::on_congested(base::ConnectionId connection) {
  const Claim claim = find(connection);
  if (claim.channel != nullptr && claim.end == ChannelEnd::reader) {
    claim.channel->is_reader_congested = true;
  }
}

void Channels::on_relieved(base::ConnectionId connection, Effects& effects) {
  const Claim claim = find(connection);
  if (claim.channel != nullptr && claim.end == ChannelEnd::reader) {
    claim.channel->is_reader_congested = false;
    deliver_waiting(*claim.channel, effects);
    forget_if_finished(*claim.channel);
  }
}

void Channels::on_stopping(Effects& effects) {
  std::vector<Channel*> readable;
  for (const auto& [id, channel] : channels_) {
    if (channel->reader == EndState::open) {
      readable.push_back(channel.get());
    }
  }
  for (Channel* channel : readable) {
    channel->is_reader_congested = false;
    deliver_waiting(*channel, effects);
    forget_if_finished(*channel);
  }
}

bool Channels::has_open_streams() const {
  return std::ranges::any_of(channels_, [](const auto& entry) {
    const Channel& channel = *entry.second;
    return channel.reader == EndState::open &&
           (channel.writer == EndState::open || !channel.waiting.empty());
  });
}

std::optional<base::ConnectionId> Channels::reader_of(base::ConnectionId writer) const {
  const Claim claim = find(writer);
  if (claim.channel == nullptr || claim.end == ChannelEnd::reader ||
      claim.channel->reader != EndState::open) {
    return std::nullopt;
  }
  return claim.channel->reader_connection;
}

void Channels::on_time(base::MonotonicTime now, Effects& effects) {
  while (!by_age_.empty() && by_age_.begin()->first + limits::channel_unclaimed_max <= now) {
    const auto found = channels_.find(by_age_.begin()->second);
    by_age_.erase(by_age_.begin());
    expire(*found->second, effects);
  }
}

base::MonotonicTime Channels::next_deadline() const {
  return by_age_.empty() ? base::never : by_age_.begin()->first + limits::channel_unclaimed_max;
}

bool Channels::Channel::is_full() const {
  const std::size_t bytes_max =
      reader == EndState::open ? limits::channel_ahead_bytes : limits::channel_bytes_max;
  return waiting.size() >= messages_max || waiting_bytes >= bytes_max;
}

void Channels::discard_waiting(Channel& channel) {
  waiting_bytes_ -= channel.waiting_bytes;
  channel.waiting.clear();
  channel.waiting_bytes = 0;
}

void Channels::deliver_waiting(Channel& channel, Effects& effects) {
  while (!channel.waiting.empty() && !channel.is_reader_congested) {
    Message message = std::move(channel.waiting.front());
    channel.waiting.pop_front();
    channel.waiting_bytes -= message.bytes.size();
    waiting_bytes_ -= message.bytes.size();
    const std::string_view bytes = effects.keep(std::move(message.bytes));
    effects.add(SendChannelMessage{channel.reader_connection, message.is_text, bytes});
  }
  if (channel.is_writer_paused && !channel.is_full()) {
    channel.is_writer_paused = false;
    if (channel.writer == EndState::open) {
      effects.add(ResumeReading{channel.writer_connection});
    }
  }
  end_reader_if_done(channel, effects);
}

void Channels::end_reader_if_done(Channel& channel, Effects& effects) {
  if (channel.writer == EndState::finished && channel.reader == EndState::open &&
      channel.waiting.empty()) {
    channel.reader = EndState::finished;
    claims_.erase(channel.reader_connection);
    effects.add(CloseConnection{
        channel.reader_connection, channel.is_cut_off ? Ending::cut_off : Ending::without_code
    });
  }
}

void Channels::expire(Channel& channel, Effects& effects) {
  if (channel.writer != EndState::unclaimed && channel.reader != EndState::unclaimed) {
    return;
  }
  waiting_bytes_ -= channel.waiting_bytes;
  if (channel.writer == EndState::open) {
    claims_.erase(channel.writer_connection);
    effects.add(CloseConnection{channel.writer_connection, Ending::dropped});
  }
  if (channel.reader == EndState::open) {
    claims_.erase(channel.reader_connection);
    effects.add(CloseConnection{channel.reader_connection, Ending::without_code});
  }
  effects.note(Severity::warn, "channel_expired", {{"channel_id", channel.id.value().to_string()}});
  forget(channel);
}

void Channels::forget_if_finished(Channel& channel) {
  if (channel.writer == EndState::finished && channel.reader == EndState::finished) {
    forget(channel);
  }
}

void Channels::forget(Channel& channel) {
  const base::ChannelId id = channel.id;
  by_age_.erase({channel.created_at, id});
  channels_.erase(id);
}

Channels::Claim Channels::find(base::ConnectionId connection) const {
  const auto found = claims_.find(connection);
  return found == claims_.end() ? Claim{} : found->second;
}

}  // namespace iii::core
