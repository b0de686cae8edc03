// A client on an executor of the user's.
#include "sdk/driver_handle.hpp"
#include "sdk/driver_system.hpp"

#include <iii/asio.hpp>
#include <iii/client.hpp>
#include <iii/options.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace iii::inline v0 {

Client register_worker(
    const boost::asio::any_io_executor& executor, std::string_view address, InitOptions options
) {
  return Client(
      std::make_shared<Client::Handle>(sdk::make_driver(address, std::move(options), executor))
  );
}

Client register_worker(const boost::asio::any_io_executor& executor, InitOptions options) {
  return register_worker(executor, sdk::default_address(), std::move(options));
}

}  // namespace iii::inline v0
