#include "sdk/transport_turns.hpp"

#include "base/limits.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <string>

namespace iii::sdk {
namespace {

constexpr std::size_t per_turn = base::limits::channel_writes_per_turn;

TEST(TransportTurns, let_others_in_after_a_few) {
  boost::asio::io_context context;
  const auto turns = std::make_shared<TransportTurns>(context.get_executor());
  std::string order;
  for (std::size_t i = 0; i < 2 * per_turn + 1; ++i) {
    turns->enqueue([&order] { order += 'w'; });
  }
  const std::function<void()> other = [&] {
    order += ' ';
    if (order.size() < 2 * per_turn) {
      boost::asio::post(context, other);
    }
  };
  boost::asio::post(context, other);
  context.run();
  const std::string turn(per_turn, 'w');
  EXPECT_EQ(order, turn + " " + turn + " w");
}

TEST(TransportTurns, go_on_for_who_asks_while_writing) {
  boost::asio::io_context context;
  const auto turns = std::make_shared<TransportTurns>(context.get_executor());
  int written = 0;
  const std::function<void()> write = [&] {
    if (++written < 10) {
      turns->enqueue(write);
    }
  };
  turns->enqueue(write);
  context.run();
  EXPECT_EQ(written, 10);
}

TEST(TransportTurns, go_on_after_a_write_that_throws) {
  boost::asio::io_context context;
  const auto turns = std::make_shared<TransportTurns>(context.get_executor());
  std::size_t written = 0;
  turns->enqueue([] { throw std::bad_alloc(); });
  for (std::size_t i = 0; i < per_turn; ++i) {
    turns->enqueue([&written] { ++written; });
  }
  EXPECT_THROW(context.run(), std::bad_alloc);
  turns->enqueue([&written] { ++written; });
  context.run();
  EXPECT_EQ(written, per_turn + 1);
}

TEST(TransportTurns, go_with_an_executor_that_has_stopped) {
  const auto held = std::make_shared<int>();
  {
    boost::asio::io_context context;
    const auto turns = std::make_shared<TransportTurns>(context.get_executor());
    turns->enqueue([held] {});
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace iii::sdk
