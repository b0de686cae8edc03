// What happens at the border between sockets and core, over real sockets.
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "protocol/from_worker.hpp"
#include "socket_client.hpp"
#include "support/core_texts.hpp"
#include "turned_engine.hpp"
#include "websocket/frame.hpp"
#include "worker_client.hpp"
#include "workers/worker.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using websocket::CloseCode;
using websocket::Opcode;
using namespace std::chrono_literals;
namespace limits = base::limits;

class GatewayTest : public TurnedEngineTest {};

// --- The opening handshake ---

TEST_F(GatewayTest, EveryResponseNamesTheCapabilities) {
  constexpr std::string_view capabilities = "\r\nx-iii-capabilities: tcp-nodelay\r\n";
  EXPECT_THAT(socket().upgrade("/"), HasSubstr(capabilities));
  EXPECT_THAT(socket().upgrade("/otel"), HasSubstr(capabilities));
  for (const std::string_view request :
       {"GET /nowhere HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "HEAD / HTTP/1.1\r\n\r\n",
        "x\r\n\r\n"}) {
    SocketClient client = socket();
    client.send_bytes(request);
    EXPECT_THAT(client.read_to_end(), AllOf(StartsWith("HTTP/1.1 4"), HasSubstr(capabilities)))
        << request;
  }
}

TEST_F(GatewayTest, AHeadRequestIsAnsweredWithoutABody) {
  SocketClient get = socket();
  get.send_bytes("GET / HTTP/1.1\r\n\r\n");
  const std::string whole = get.read_to_end();
  SocketClient head = socket();
  head.send_bytes("HEAD / HTTP/1.1\r\nConnection: upgrade\r\n\r\n");
  const std::string answer = head.read_to_end();
  EXPECT_THAT(whole, testing::Not(testing::EndsWith("\r\n\r\n")));
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 400 "), testing::EndsWith("\r\n\r\n")));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: "));
}

TEST_F(GatewayTest, AnEndlessRequestHeadIsRefused) {
  SocketClient client = socket();
  client.send_bytes("GET / HTTP/1.1\r\nX: " + std::string(limits::request_head_bytes_max, 'x'));
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 400 "));
}

TEST_F(GatewayTest, MessagesMayComeTogetherWithTheRequest) {
  SocketClient client = socket();
  client.upgrade("/", client_frame(Opcode::text, R"({"type":"ping"})"));
  EXPECT_THAT(client.next_text(), HasSubstr("workerregistered"));
  EXPECT_EQ(client.next_text(), R"({"type":"pong"})");
}

TEST(Handshake, HasATimeLimitPerListener) {
  TurnedEngine engine(
      {{.port = 0, .handshake_timeout = 10min}, {.port = 0, .handshake_timeout = 50ms}}
  );
  // The patient listener's connection is older, and must not hold up the other's.
  SocketClient patient(engine.port(0), engine.options());
  ASSERT_TRUE(engine.turn_until([&] { return engine.open_sockets() == 1; }));
  SocketClient silent(engine.port(1), engine.options());
  SocketClient halting(engine.port(1), engine.options());
  halting.send_bytes("GET / HTTP/1.1\r\nHost: ");
  WorkerClient worker(engine.port(1), engine.options());
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_EQ(halting.read_to_end(), "");
  worker.settle();
  patient.upgrade("/");
}

// --- Messages ---

TEST_F(GatewayTest, WorkersCallEachOther) {
  WorkerClient one = worker();
  WorkerClient two = worker();
  one.serve("one::f");
  two.serve("two::f");
  const std::string to_two = one.start_call("two::f", R"({"n":1})");
  const std::string to_one = two.start_call("one::f", R"({"n":2})");
  const auto at_two = two.next_call();
  EXPECT_EQ(at_two.at("data").at("n"), 1);
  EXPECT_EQ(at_two.at("data").at("_caller_worker_id"), boost::json::value(one.worker_id()));
  two.answer(at_two, R"("from two")");
  one.answer(one.next_call(), R"("from one")");
  EXPECT_EQ(one.answer_to(to_two).at("result"), "from two");
  EXPECT_EQ(two.answer_to(to_one).at("result"), "from one");
}

TEST_F(GatewayTest, ADeadWorkersCallsEnd) {
  WorkerClient caller = worker();
  auto target = std::make_unique<WorkerClient>(engine.port(), engine.options());
  target->serve("f");
  const std::string call = caller.start_call("f");
  (void)target->next_call();
  target.reset();
  EXPECT_EQ(error_code(caller.answer_to(call)), "invocation_stopped");
  EXPECT_EQ(error_code(caller.call("f")), "function_not_found");
}

TEST_F(GatewayTest, ALargeMessageArrivesInFragments) {
  WorkerClient caller = worker();
  WorkerClient target = worker();
  target.serve("f");
  std::string payload = "\"";
  for (std::size_t i = 0; payload.size() < 40 * limits::mib; ++i) {
    payload += std::to_string(i) + std::string(1000, '.');
  }
  payload += '"';
  const std::string text = call(uuid(1), "f", payload);
  caller.socket().send_fragments(Opcode::text, text);
  const std::string arrived = target.socket().next_text();
  EXPECT_TRUE(arrived == text) << arrived.size() << " of " << text.size() << " bytes";
}

TEST_F(GatewayTest, ATooLargeFrameClosesTheConnection) {
  WorkerClient client = worker();
  client.socket().send_frame(Opcode::text, std::string(17 * limits::mib, ' '));
  EXPECT_EQ(client.ending(), closed_with(CloseCode::message_too_big));
  EXPECT_EQ(client.ending().kind, Kind::ended);
}

TEST_F(GatewayTest, ATextThatIsNotUtf8ClosesTheConnection) {
  WorkerClient client = worker();
  client.send("\"\xff\"");
  EXPECT_EQ(client.ending(), closed_with(CloseCode::invalid_payload));
}

TEST_F(GatewayTest, ProtocolMessagesMayBeBinary) {
  WorkerClient client = worker();
  client.socket().send_frame(Opcode::binary, R"({"type":"ping"})");
  EXPECT_EQ(client.next_message().at("type"), "pong");
}

// The engine answers in text, so that bytes which are none would cut off whoever they are for.
TEST_F(GatewayTest, BrokenUtf8InABinaryMessageReachesNobody) {
  WorkerClient caller = worker();
  WorkerClient target = worker();
  target.serve("f");
  caller.socket().send_frame(Opcode::binary, call(uuid(1), "f", "\"\xff\""));
  caller.settle();
  EXPECT_EQ(engine.core().counters().malformed_messages, 1U);
  target.send(R"({"type":"ping"})");
  EXPECT_EQ(target.next_message().at("type"), "pong");
}

TEST_F(GatewayTest, PingsAreAnsweredWithTheirPayload) {
  for (const std::string_view target : {"/", "/otel"}) {
    SocketClient client = socket();
    client.upgrade(target);
    client.send_frame(Opcode::ping, "are you there?");
    Received answer = client.next();
    if (answer.kind == Kind::text) {
      answer = client.next();  // after the greeting
    }
    EXPECT_EQ(answer, (Received{Kind::pong, "are you there?", 0}));
  }
}

TEST_F(GatewayTest, AWorkersCloseIsAnsweredWithTheEndOfTcp) {
  WorkerClient client = worker();
  client.socket().send_close(CloseCode::normal);
  EXPECT_EQ(client.ending().kind, Kind::ended);
}

// --- Workers that do not read ---

TEST_F(GatewayTest, AWorkerThatDoesNotReadIsOverloadedUntilItDoes) {
  const std::string payload = "\"" + std::string(limits::mib, 'x') + "\"";
  WorkerClient slow(engine.port(), engine.options(64 * 1024));
  WorkerClient other = worker();
  WorkerClient caller = worker();
  slow.serve("slow::f");
  other.serve("other::f");

  std::size_t accepted = 0;
  for (; accepted < 64; ++accepted) {
    const std::string id = caller.start_call("slow::f", payload);
    caller.settle();
    if (engine.core().counters().failures != 0) {
      EXPECT_EQ(error_code(caller.answer_to(id)), "worker_overloaded");
      break;
    }
  }
  const std::size_t unsent = engine.unsent_bytes(slow.worker_id());
  EXPECT_GE(unsent, limits::outbox_refuse_bytes);
  // The largest message does not count, nor the one that makes it overloaded.
  EXPECT_LE(unsent, limits::outbox_refuse_bytes + 2 * (limits::mib + limits::kib));

  const std::string to_other = caller.start_call("other::f");
  other.answer(other.next_call(), "true");
  EXPECT_EQ(caller.answer_to(to_other).at("result"), true);

  for (std::size_t i = 0; i < accepted; ++i) {
    slow.answer(slow.next_call(), "1");
  }
  const std::string again = caller.start_call("slow::f");
  slow.answer(slow.next_call(), "2");
  EXPECT_EQ(caller.answer_to(again).at("result"), 2);
  EXPECT_EQ(engine.core().counters().failures, 1U);
}

TEST_F(GatewayTest, OneLargeMessageDoesNotOverloadAWorker) {
  const std::string payload = "\"" + std::string(40 * limits::mib, 'x') + "\"";
  WorkerClient target(engine.port(), engine.options(64 * 1024));
  WorkerClient caller = worker();
  target.serve("f");
  caller.socket().send_fragments(Opcode::text, call(uuid(1), "f", payload));
  caller.settle();
  ASSERT_GT(engine.unsent_bytes(target.worker_id()), 2 * limits::outbox_refuse_bytes);
  std::vector<std::string> calls;
  for (int i = 0; i < 4; ++i) {
    calls.push_back(caller.start_call("f"));
  }
  caller.settle();
  EXPECT_EQ(engine.core().counters().failures, 0U);
  (void)target.next_call();
  for (const std::string& each : calls) {
    target.answer(target.next_call(), "1");
    EXPECT_EQ(caller.answer_to(each).at("result"), 1);
  }
}

class BigAnswers final : public workers::Worker {
 public:
  [[nodiscard]] core::LocalWorker identity() const override { return {.name = "big"}; }
  void start(workers::Outputs& outputs) override {
    protocol::from_worker::RegisterFunction function;
    function.id = "big";
    outputs.messages.emplace_back(std::move(function));
  }
  void on_invoked(const workers::Invocation& call, base::Now, workers::Outputs& outputs) override {
    outputs.replies.push_back({call.id, "\"" + std::string(16 * limits::mib, 'x') + "\"", {}});
  }
};

TEST_F(GatewayTest, AWorkerThatNeverReadsIsCutOff) {
  engine.add(std::make_unique<BigAnswers>());
  WorkerClient slow(engine.port(), engine.options(64 * 1024));
  slow.serve("slow::f");
  WorkerClient caller = worker();
  const std::string waiting = caller.start_call("slow::f");
  caller.settle();
  std::size_t answers = 0;
  while (engine.open_sockets() == 2 && answers < 32) {
    slow.start_call("big");
    ++answers;
    const std::uint64_t before = engine.core().counters().results;
    ASSERT_TRUE(engine.turn_until([&] {
      return engine.core().counters().results > before || engine.open_sockets() < 2;
    }));
    EXPECT_LE(
        engine.unsent_bytes(slow.worker_id()), limits::outbox_close_bytes + 2 * 17 * limits::mib
    );
  }
  EXPECT_GE(answers, limits::outbox_close_bytes / (16 * limits::mib));
  EXPECT_EQ(engine.open_sockets(), 1U);
  EXPECT_EQ(error_code(caller.answer_to(waiting)), "invocation_stopped");
}

// --- Channels ---

class ChannelTest : public GatewayTest {
 protected:
  ChannelTest() {
    WorkerClient creator = worker();
    path = creator.create_channel();
  }
  [[nodiscard]] SocketClient open(std::string_view direction, int receive_bytes = 0) {
    SocketClient client(engine.port(), engine.options(receive_bytes));
    client.upgrade(path + std::string(direction));
    return client;
  }

  std::string path;
};

TEST_F(ChannelTest, KeepsKindsAndOrder) {
  SocketClient writer = open("write");
  writer.send_text("before the reader");
  writer.send_frame(Opcode::binary, "bytes");
  SocketClient reader = open("read");
  writer.send_text("after");
  EXPECT_EQ(reader.next(), (Received{Kind::text, "before the reader", 0}));
  EXPECT_EQ(reader.next(), (Received{Kind::binary, "bytes", 0}));
  EXPECT_EQ(reader.next(), (Received{Kind::text, "after", 0}));
  writer.send_close(CloseCode::normal);
  EXPECT_EQ(writer.next(), closed_with(CloseCode::normal));
  EXPECT_EQ(reader.next(), closed_with(CloseCode::none));
}

TEST_F(ChannelTest, ALargeMessageArrivesInFragments) {
  std::string payload;
  for (std::size_t i = 0; payload.size() < 40 * limits::mib; ++i) {
    payload += std::to_string(i) + std::string(1000, '.');
  }
  SocketClient reader = open("read");
  SocketClient writer = open("write");
  writer.send_fragments(Opcode::binary, payload);
  const Received arrived = reader.next();
  EXPECT_EQ(arrived.kind, Kind::binary);
  EXPECT_TRUE(arrived.bytes == payload) << arrived.bytes.size() << " of " << payload.size();
}

TEST_F(ChannelTest, WhatWaitsReachesTheReaderBeforeTheEngineEnds) {
  constexpr std::size_t messages = 30;
  constexpr std::size_t piece_bytes = limits::channel_ahead_bytes / 2;
  SocketClient reader = open("read", 64 * 1024);
  SocketClient writer = open("write");
  for (std::size_t i = 0; i < messages; ++i) {
    writer.send_frame(Opcode::binary, std::string(piece_bytes, static_cast<char>('a' + i)));
    writer.send_frame(Opcode::ping, "");
    if (writer.next().kind != Kind::pong || engine.core().channels().waiting_bytes() != 0) {
      break;
    }
  }
  ASSERT_GT(engine.core().channels().waiting_bytes(), 0U);
  writer.send_text("the last one");
  writer.send_frame(Opcode::ping, "");
  EXPECT_EQ(writer.next().kind, Kind::pong);
  EXPECT_TRUE(engine.gateway().has_open_streams());
  engine.close_all();
  EXPECT_EQ(engine.core().channels().waiting_bytes(), 0U);
  Received message;
  for (char c = 'a'; (message = reader.next()).kind == Kind::binary; ++c) {
    EXPECT_TRUE(message.bytes == std::string(piece_bytes, c)) << c;
  }
  EXPECT_EQ(message, (Received{Kind::text, "the last one", 0}));
  EXPECT_EQ(reader.next(), closed_with(CloseCode::going_away));
}

TEST_F(ChannelTest, ASideIsClaimedOnce) {
  const SocketClient reader = open("read");
  SocketClient second = open("read");
  EXPECT_EQ(second.next(), closed_with(CloseCode::none));
}

TEST_F(ChannelTest, AWriterWhoseReaderHasGoneIsCutOff) {
  SocketClient reader = open("read");
  SocketClient writer = open("write");
  reader.close();
  ASSERT_TRUE(engine.turn_until([&] { return engine.open_sockets() == 1; }));
  writer.send_text("to nobody");
  EXPECT_EQ(writer.next().kind, Kind::ended);
}

TEST_F(ChannelTest, AFullChannelStopsItsWriter) {
  constexpr std::size_t messages = 32;
  std::string all;
  for (std::size_t i = 0; i < messages; ++i) {
    all += client_frame(Opcode::binary, std::string(limits::mib, static_cast<char>('A' + i)));
  }
  all += client_frame(Opcode::close, "\x03\xe8");
  SocketClient writer = open("write");
  std::size_t sent = 0;
  const auto send = [&] {
    const std::size_t count = writer.send_some(std::string_view(all).substr(sent));
    sent += count;
    return count;
  };
  int turns_without_progress = 0;
  ASSERT_TRUE(engine.turn_until([&] {
    turns_without_progress = send() == 0 ? turns_without_progress + 1 : 0;
    return turns_without_progress == 10;
  }));
  EXPECT_LT(sent, all.size());
  EXPECT_GE(engine.core().channels().waiting_bytes(), limits::channel_bytes_max);
  EXPECT_LT(engine.core().channels().waiting_bytes(), limits::channel_bytes_max + limits::mib);

  SocketClient reader(engine.port(), {.receive_bytes = 64 * 1024, .while_waiting = [&] {
                                        if (sent < all.size()) {
                                          (void)send();
                                        }
                                        engine.turn();
                                        EXPECT_LE(
                                            engine.core().channels().waiting_bytes(),
                                            limits::channel_bytes_max + limits::mib
                                        );
                                      }});
  reader.upgrade(path + "read");
  for (std::size_t i = 0; i < messages; ++i) {
    const Received message = reader.next();
    ASSERT_EQ(message.kind, Kind::binary) << i;
    EXPECT_TRUE(message.bytes == std::string(limits::mib, static_cast<char>('A' + i))) << i;
  }
  EXPECT_EQ(reader.next(), closed_with(CloseCode::none));
}

// A writer that has sent everything and is gone, before the engine could read its end.
class GoneWriterTest : public ChannelTest {
 protected:
  void run_idle() {
    for (int i = 0; i < 10; ++i) {
      engine.turn();
    }
  }
  void write_and_go() {
    while (engine.core().channels().waiting_bytes() < limits::channel_ahead_bytes) {
      writer.send_frame(
          Opcode::binary, std::string(limits::mib, static_cast<char>('A' + messages++))
      );
      run_idle();
      ASSERT_LT(messages, 26U);
    }
    writer.send_text("the last one");
    writer.send_close(CloseCode::normal);
    run_idle();
    writer.reset();
    run_idle();
    EXPECT_EQ(engine.open_sockets(), 2U);
  }
  void expect_everything_at_the_reader() {
    for (std::size_t i = 0; i < messages; ++i) {
      const Received message = reader.next();
      ASSERT_EQ(message.kind, Kind::binary) << i;
      EXPECT_TRUE(message.bytes == std::string(limits::mib, static_cast<char>('A' + i))) << i;
    }
    EXPECT_EQ(reader.next(), (Received{Kind::text, "the last one", 0}));
    EXPECT_EQ(reader.next(), closed_with(CloseCode::none));
  }

  SocketClient reader = open("read", 64 * 1024);
  SocketClient writer = open("write");
  std::size_t messages = 0;
};

TEST_F(GoneWriterTest, LosesNothing) {
  write_and_go();
  expect_everything_at_the_reader();
}

TEST_F(GoneWriterTest, LosesNothingAtAReaderThatIsSlow) {
  write_and_go();
  engine.advance(limits::reader_stall_max - 1min);
  run_idle();
  EXPECT_EQ(engine.open_sockets(), 2U);
  expect_everything_at_the_reader();
}

TEST_F(GoneWriterTest, DoesNotWaitForAReaderThatTakesNothing) {
  write_and_go();
  engine.advance(limits::reader_stall_max + 1min);
  ASSERT_TRUE(engine.turn_until([&] { return engine.open_sockets() == 0; }));
  EXPECT_EQ(engine.core().channels().size(), 0U);
}

// --- Silence ---

TEST_F(GatewayTest, AWorkerThatIsOnlyBusyIsNotGivenUp) {
  const WorkerClient busy = worker();
  for (int i = 0; i < 20; ++i) {
    engine.advance(limits::doubt_interval + 1s);
    engine.turn();
  }
  EXPECT_EQ(engine.open_sockets(), 1U);
}

// --- Many ---

TEST_F(GatewayTest, LinesAboutBadConnectionsAreBounded) {
  constexpr std::size_t connections = limits::log_lines_max + 5;
  const std::size_t before = engine.core().connections().size();
  std::vector<SocketClient> clients;
  for (std::size_t i = 0; i < connections; ++i) {
    clients.push_back(socket());
    clients.back().upgrade("/");
  }
  // No turn in between: all is read within one second of the engine's clock.
  for (SocketClient& client : clients) {
    client.send_bytes("\xff\xff");
  }
  ASSERT_TRUE(engine.turn_until([&] { return engine.core().connections().size() == before; }));
  EXPECT_EQ(engine.log_lines("protocol_error").size(), limits::log_lines_max);
  engine.advance(1s);
  engine.turn();
  EXPECT_THAT(
      engine.log_lines("lines_left_out"),
      ElementsAre(AllOf(HasSubstr("about=protocol_error"), HasSubstr("lines=5")))
  );
}

TEST_F(GatewayTest, ConnectionsComeAndGo) {
  constexpr std::size_t connections = 500;
  const std::size_t before = engine.core().connections().size();
  {
    std::vector<std::unique_ptr<WorkerClient>> workers;
    for (std::size_t i = 0; i < connections; ++i) {
      workers.push_back(std::make_unique<WorkerClient>(engine.port(), engine.options()));
      workers.back()->send(register_function("f" + std::to_string(i)));
      if (i % 2 == 0) {
        workers.back()->socket().send_close(CloseCode::normal);
      }
    }
    workers[1]->settle();
    EXPECT_EQ(engine.core().connections().size(), before + connections / 2);
  }
  ASSERT_TRUE(engine.turn_until([&] { return engine.open_sockets() == 0; }));
  EXPECT_EQ(engine.core().connections().size(), before);
  EXPECT_EQ(engine.core().functions().find("f1"), nullptr);
}

}  // namespace
}  // namespace iii::test
