// For programs that have an Asio executor already: the client's I/O on it, and calls with
// completion tokens. The one public header that includes Boost.Asio.
//
//   boost::asio::io_context io;
//   iii::Client client = iii::register_worker(io.get_executor(), "ws://127.0.0.1:49134");
//   iii::async_trigger(client, request, [](std::exception_ptr error, iii::Json result) { … });
//   io.run();
//
// Sockets and timers live on a strand of the executor; functions and callbacks still run on threads
// of the client's handler pool. The executor must run for anything to happen, and its context must
// outlive every copy of the client. The client keeps the context busy until it is shut down.
//
// Never block on a thread of the executor for a call of the client, as trigger() does: with one
// thread that call could not end. shutdown() knows io_context and thread_pool, and there returns at
// once like shutdown_async(); from any other thread it waits, at most for shutdown_timeout and a
// moment.
#pragma once

#include <iii/client.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace iii::inline v0 {

// As the other register_worker(), with the I/O on `executor`.
[[nodiscard]] Client register_worker(
    const boost::asio::any_io_executor& executor, std::string_view address, InitOptions options = {}
);
// The address in III_URL, or ws://127.0.0.1:49134.
[[nodiscard]] Client register_worker(
    const boost::asio::any_io_executor& executor, InitOptions options = {}
);

// A call with a completion token of the signature void(std::exception_ptr, iii::Json): a callback,
// use_future, use_awaitable, … The exception is an iii::Error. Completes on the token's associated
// executor; a token without one (or with Asio's system_executor, which is what Asio takes then) on
// a thread of the handler pool.
template <class Token>
auto async_trigger(Client client, TriggerRequest request, Token&& token) {
  const auto initiate = [](auto handler, Client of, const TriggerRequest& what) {
    using Handler = std::decay_t<decltype(handler)>;
    // Shared, since std::function copies what it holds.
    struct Waiting {
      explicit Waiting(Handler handler_of)
          : handler(std::move(handler_of)), work(boost::asio::get_associated_executor(handler)) {}
      Handler handler;
      boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work;
    };
    const auto waiting = std::make_shared<Waiting>(std::move(handler));
    of.trigger(what, [waiting](Result<Json> result) {
      auto complete = [waiting, result = std::move(result)]() mutable {
        // NOLINTNEXTLINE(misc-const-correctness): to be called may change it
        Handler last = std::move(waiting->handler);
        waiting->work.reset();
        if (result) {
          last(std::exception_ptr(), *std::move(result));
        } else {
          last(std::make_exception_ptr(result.error()), Json());
        }
      };
      const auto executor = waiting->work.get_executor();
      if constexpr (std::is_same_v<
                        std::remove_const_t<decltype(executor)>,
                        boost::asio::system_executor>) {
        complete();
      } else {
        boost::asio::post(executor, std::move(complete));
      }
    });
  };
  return boost::asio::async_initiate<Token, void(std::exception_ptr, Json)>(
      initiate, token, std::move(client), std::move(request)
  );
}

}  // namespace iii::inline v0
