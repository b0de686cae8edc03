#include "simulation/channel_check.hpp"

#include "core/channels.hpp"
#include "simulation/journal.hpp"
#include "simulation/network.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace iii::simulation {

void ChannelCheck::on_created(const core::ChannelKey& key, std::size_t messages_max) {
  channels_[key.id] = Channel{.key = key, .messages_max = std::max<std::size_t>(messages_max, 1)};
}

void ChannelCheck::on_opened(LinkId link, const Opening& opening) {
  const auto found = channels_.find(opening.channel->id);
  if (found == channels_.end()) {
    return;
  }
  auto& end = opening.end == core::ChannelEnd::writer ? found->second.writer : found->second.reader;
  if (!end) {
    end = link;
  }
}

void ChannelCheck::on_taken(LinkId link, bool is_text, std::string_view bytes) {
  Channel* channel = of_writer(link);
  if (channel != nullptr && !channel->is_reader_gone) {
    channel->waiting.push_back({is_text, std::string(bytes)});
  }
}

void ChannelCheck::on_sent(LinkId link, bool is_text, std::string_view bytes) {
  Channel* channel = of_reader(link);
  require(
      channel != nullptr && !channel->waiting.empty(), "a channel's reader is sent what was written"
  );
  const Message& next = channel->waiting.front();
  require(
      next.is_text == is_text && next.bytes == bytes,
      "a channel's messages keep their order, kind and bytes"
  );
  channel->waiting.pop_front();
}

void ChannelCheck::on_close_ordered(LinkId link) const {
  const Channel* channel = of_reader(link);
  require(
      channel == nullptr || channel->waiting.empty(),
      "a channel's reader is sent everything before it is closed"
  );
}

void ChannelCheck::on_closed(LinkId link) {
  if (Channel* channel = of_reader(link)) {
    channel->is_reader_gone = true;
    channel->waiting.clear();
  } else if (Channel* written = of_writer(link)) {
    written->is_writer_gone = true;
  }
}

bool ChannelCheck::is_reader_owed() const {
  return std::ranges::any_of(channels_, [](const auto& entry) {
    const Channel& channel = entry.second;
    const bool is_written = channel.writer && !channel.is_writer_gone;
    return channel.reader && !channel.is_reader_gone && (is_written || !channel.waiting.empty());
  });
}

void ChannelCheck::on_settled(const core::Channels& channels) {
  std::erase_if(channels_, [&channels](const auto& entry) {
    return !channels.is_known(entry.second.key);
  });
  std::size_t bytes = 0;
  for (const auto& [id, channel] : channels_) {
    require(
        channel.waiting.size() <= channel.messages_max,
        "no more messages wait in a channel than it was made for"
    );
    for (const Message& message : channel.waiting) {
      bytes += message.bytes.size();
    }
  }
  require(bytes == channels.waiting_bytes(), "the bytes waiting in channels are counted right");
}

ChannelCheck::Channel* ChannelCheck::of_writer(LinkId link) {
  const auto found = std::ranges::find_if(channels_, [link](const auto& entry) {
    return entry.second.writer == link;
  });
  return found == channels_.end() ? nullptr : &found->second;
}

ChannelCheck::Channel* ChannelCheck::of_reader(LinkId link) {
  const auto found = std::ranges::find_if(channels_, [link](const auto& entry) {
    return entry.second.reader == link;
  });
  return found == channels_.end() ? nullptr : &found->second;
}

const ChannelCheck::Channel* ChannelCheck::of_reader(LinkId link) const {
  const auto found = std::ranges::find_if(channels_, [link](const auto& entry) {
    return entry.second.reader == link;
  });
  return found == channels_.end() ? nullptr : &found->second;
}

}  // namespace iii::simulation
