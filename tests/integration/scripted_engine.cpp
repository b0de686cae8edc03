#include "scripted_engine.hpp"

#include "http/head.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace iii::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

ScriptedPeer::ScriptedPeer(tcp::socket socket, ScriptedEngine& engine)
    : socket_(std::move(socket)), engine_(engine) {
}

void ScriptedPeer::read() {
  constexpr std::size_t read_bytes = 65536;
  socket_.async_read_some(
      asio::buffer(input_.prepare(read_bytes), read_bytes),
      [self = shared_from_this()](const error_code& error, std::size_t bytes) {
        if (error) {
          self->has_ended_ = true;
          return;
        }
        self->on_bytes(bytes);
        if (self->socket_.is_open()) {
          self->read();
        }
      }
  );
}

void ScriptedPeer::on_bytes(std::size_t bytes) {
  input_.commit(bytes);
  if (!is_upgraded_) {
    const auto head = http::parse_request_head(input_.view(), 65536);
    if (!head || !*head) {
      return;
    }
    if (request_.empty()) {
      request_ = input_.view().substr(0, (**head).bytes);
      engine_.arrived(shared_from_this());
    }
    if (!engine_.options().response.empty()) {
      send_bytes(engine_.options().response);
    }
    if (!engine_.options().takes_telemetry && is_telemetry()) {
      send_bytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
      drop();
      return;
    }
    if (!engine_.options().upgrades) {
      return;
    }
    send_bytes(websocket::upgrade_response((**head).head, ""));
    input_.consume((**head).bytes);
    is_upgraded_ = true;
  }
  input_.consume(decoder_.decode(input_.bytes(), *this));
}

bool ScriptedPeer::is_telemetry() const {
  const std::string_view request = request_;
  return request.substr(0, request.find_first_of("?\r")).find("/otel") != std::string_view::npos;
}

void ScriptedPeer::on_ping(std::string_view payload) {
  ++pings_;
  if (engine_.options().answers_pings) {
    base::ByteBuffer out;
    websocket::append_frame(websocket::Role::server, websocket::Opcode::pong, payload, 0, out);
    send_bytes(out.view());
  }
}

std::string ScriptedPeer::next_text() {
  engine_.run_until([this] { return !texts_.empty() || has_ended_; });
  if (texts_.empty()) {
    return "";
  }
  std::string text = std::move(texts_.front());
  texts_.pop_front();
  return text;
}

void ScriptedPeer::send_text(std::string_view text) {
  base::ByteBuffer out;
  websocket::append_frame(websocket::Role::server, websocket::Opcode::text, text, 0, out);
  send_bytes(out.view());
}

void ScriptedPeer::send_binary(std::string_view bytes) {
  base::ByteBuffer out;
  websocket::append_frame(websocket::Role::server, websocket::Opcode::binary, bytes, 0, out);
  send_bytes(out.view());
}

void ScriptedPeer::send_bytes(std::string_view bytes) {
  error_code ignored;
  asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ignored);
}

void ScriptedPeer::send_close(std::uint16_t code, std::string_view reason) {
  base::ByteBuffer out;
  websocket::append_close(
      websocket::Role::server, static_cast<websocket::CloseCode>(code), reason, 0, out
  );
  send_bytes(out.view());
}

void ScriptedPeer::drop() {
  error_code ignored;
  static_cast<void>(socket_.close(ignored));
}

ScriptedEngine::ScriptedEngine(Options options)
    : options_(std::move(options)),
      acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  accept();
}

ScriptedEngine::~ScriptedEngine() {
  error_code ignored;
  static_cast<void>(acceptor_.close(ignored));
  for (const auto& peer : peers_) {
    peer->drop();
  }
  // Completions own their peers.
  io_.restart();
  io_.poll();
}

void ScriptedEngine::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error) {
      return;
    }
    peers_.push_back(std::make_shared<ScriptedPeer>(std::move(socket), *this));
    peers_.back()->start();
    accept();
  });
}

void ScriptedEngine::arrived(const std::shared_ptr<ScriptedPeer>& peer) {
  (peer->is_telemetry() ? telemetry_ : arrived_).peers.push_back(peer);
}

ScriptedPeer& ScriptedEngine::next_of(Arrived& arrived) {
  run_until([&] {
    return arrived.peers.size() > arrived.handed_out &&
           (!options_.upgrades || arrived.peers[arrived.handed_out]->is_upgraded());
  });
  return *arrived.peers[arrived.handed_out++];
}

void ScriptedEngine::run_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("the scripted engine has waited for 30 seconds");
    }
    io_.restart();
    io_.run_one_for(std::chrono::milliseconds(5));
  }
}

void ScriptedEngine::run_for_a_moment() {
  io_.restart();
  io_.run_for(std::chrono::milliseconds(20));
}

}  // namespace iii::test
