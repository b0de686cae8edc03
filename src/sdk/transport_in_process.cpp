#include "sdk/transport_in_process.hpp"

#include "sdk/address.hpp"
#include "sdk/transport.hpp"
#include "sdk/transport_carrier.hpp"
#include "websocket/frame.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {

// On its way to a connection; counted also when it never arrives, because its executor has ended.
struct Delivery {
  explicit Delivery(std::shared_ptr<InProcessEngine> engine_of) : engine(std::move(engine_of)) {
    ++engine->undelivered_;
  }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;
  ~Delivery() {
    ++engine->delivered_;
    --engine->undelivered_;
  }

  const std::shared_ptr<InProcessEngine> engine;
};

class InProcessConnection final : public Carrier,
                                  public InProcessLine,
                                  public std::enable_shared_from_this<InProcessConnection> {
 public:
  InProcessConnection(
      boost::asio::any_io_executor executor, TransportOptions options, TransportEvents& events
  )
      : executor_(std::move(executor)),
        address_(std::move(options.address)),
        engine_(address_.in_process),
        events_(&events) {}

  // --- The transport's side, on the executor ---

  void open() override {
    post([](InProcessConnection& self) {
      if (self.events_ == nullptr) {
        return;
      }
      unsigned status = 0;
      self.id_ = self.engine_->on_connected(self.address_, self.shared_from_this(), status);
      if (self.id_ == 0) {
        self.end({.reason = "the engine refuses the connection", .http_status = status});
        return;
      }
      self.is_open_ = true;
      self.events_->on_opened();
    });
  }

  void abandon() override {
    events_ = nullptr;
    tell_engine();
  }

  void send(websocket::Opcode opcode, std::string_view payload) override {
    if (!is_open_) {
      return;
    }
    if (opcode == websocket::Opcode::ping) {
      post([](InProcessConnection& self) { self.tell(&TransportEvents::on_read); });
      return;
    }
    ++messages_;
    engine_->on_message(id_, opcode == websocket::Opcode::text, payload);
    post([](InProcessConnection& self) { self.tell(&TransportEvents::on_written); });
  }

  void close(std::uint16_t code, std::string_view reason) override {
    is_open_ = false;
    tell_engine();
    post([code, text = std::string(reason)](InProcessConnection& self) {
      self.end({.was_open = true, .code = code, .reason = text});
    });
  }

  void pause() override { is_paused_ = true; }
  void resume() override {
    is_paused_ = false;
    post([](InProcessConnection& self) { self.deliver_waiting(); });
  }
  [[nodiscard]] std::size_t unsent_bytes() const override { return 0; }
  [[nodiscard]] std::uint64_t messages_taken() const override { return messages_; }

  // --- The engine's side, on any thread ---

  void send(bool is_text, std::string message) override {
    post([is_text, text = std::move(message)](InProcessConnection& self) mutable {
      self.waiting_.push_back({is_text, std::move(text)});
      self.deliver_waiting();
    });
  }
  void close(std::uint16_t code, std::string reason) override {
    post([code, text = std::move(reason)](InProcessConnection& self) {
      self.id_ = 0;  // the engine has forgotten it
      self.end({.was_open = true, .code = code, .reason = text, .is_from_peer = code != 1006});
    });
  }

 private:
  struct Message {
    bool is_text;
    std::string text;
  };

  template <class F>
  void post(F event) {
    boost::asio::post(
        executor_,
        [self = shared_from_this(),
         delivery = std::make_shared<Delivery>(engine_),
         event = std::move(event)]() mutable { event(*self); }
    );
  }

  void tell(void (TransportEvents::*event)()) {
    if (events_ != nullptr) {
      (events_->*event)();
    }
  }

  void deliver_waiting() {
    while (is_open_ && !is_paused_ && events_ != nullptr && !waiting_.empty()) {
      const Message message = std::move(waiting_.front());
      waiting_.pop_front();
      if (message.is_text) {
        events_->on_text(message.text);
      } else {
        events_->on_binary(message.text);
      }
      tell(&TransportEvents::on_read);
    }
  }

  void tell_engine() {
    if (const std::uint64_t id = std::exchange(id_, 0)) {
      engine_->on_closed(id);
    }
  }

  void end(const Closing& closing) {
    is_open_ = false;
    tell_engine();
    if (TransportEvents* const events = std::exchange(events_, nullptr)) {
      events->on_closed(closing);
    }
  }

  const boost::asio::any_io_executor executor_;
  const Address address_;
  const std::shared_ptr<InProcessEngine> engine_;
  TransportEvents* events_;  // nullptr once the Transport is gone
  std::uint64_t id_ = 0;     // 0: the engine does not know it
  bool is_open_ = false;
  bool is_paused_ = false;
  std::uint64_t messages_ = 0;
  std::deque<Message> waiting_;
};

std::shared_ptr<Carrier> connect_in_process(
    const boost::asio::any_io_executor& executor, TransportOptions options, TransportEvents& events
) {
  return std::make_shared<InProcessConnection>(executor, std::move(options), events);
}

}  // namespace iii::sdk
