// Channels: what the writer sent reaches the reader's connection in order, with its kind, complete
// before the reader is closed; what waits is bounded and counted right.
#pragma once

#include "base/id.hpp"
#include "core/channels.hpp"
#include "simulation/network.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace iii::simulation {

class ChannelCheck {
 public:
  void start() { channels_.clear(); }
  // The answer to engine::channels::create has arrived.
  void on_created(const core::ChannelKey& key, std::size_t messages_max);

  void on_opened(LinkId link, const Opening& opening);
  void on_taken(LinkId link, bool is_text, std::string_view bytes);
  void on_sent(LinkId link, bool is_text, std::string_view bytes);
  void on_close_ordered(LinkId link) const;
  void on_closed(LinkId link);
  void on_settled(const core::Channels& channels);
  // Whether a reader is there to whom more may come.
  [[nodiscard]] bool is_reader_owed() const;

 private:
  struct Message {
    bool is_text = false;
    std::string bytes;
  };
  struct Channel {
    core::ChannelKey key;
    std::size_t messages_max = 0;
    std::optional<LinkId> writer;
    std::optional<LinkId> reader;
    bool is_reader_gone = false;
    bool is_writer_gone = false;
    std::deque<Message> waiting;
  };
  [[nodiscard]] Channel* of_writer(LinkId link);
  [[nodiscard]] Channel* of_reader(LinkId link);
  [[nodiscard]] const Channel* of_reader(LinkId link) const;

  std::map<base::ChannelId, Channel> channels_;
};

}  // namespace iii::simulation
