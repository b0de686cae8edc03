#include "net/http_client.hpp"

#include "base/assert.hpp"
#include "base/ip_address.hpp"
#include "libcurl/libcurl.hpp"
#include "net/http_transfer.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <curl/multi.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace iii::net {

std::optional<base::IpAddress> parse_ip_address(std::string_view text) {
  const std::string copy(text);
  base::IpAddress address{};
  if (::inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) {
    return address;
  }
  if (::inet_pton(AF_INET, copy.c_str(), address.data() + 12) == 1) {
    address[10] = address[11] = 0xff;
    return address;
  }
  return std::nullopt;
}

namespace {

// The library's own state comes first.
CURLM* new_multi() {
  libcurl::api().global_init(CURL_GLOBAL_DEFAULT);
  return libcurl::api().multi_init();
}

}  // namespace

class HttpClient::Thread {
 public:
  Thread(HttpClientOptions options, Deliver deliver)
      : options_(std::move(options)), deliver_(std::move(deliver)), multi_(new_multi()) {
    III_ASSERT(multi_ != nullptr, "libcurl starts");
    // As many connections as requests: nothing is multiplexed.
    libcurl::api().multi_setopt(multi_, CURLMOPT_PIPELINING, long{CURLPIPE_NOTHING});
    libcurl::api().multi_setopt(
        multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.idle_connections_max)
    );
    thread_ = std::thread([this] { run(); });
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() {
    is_stopping_ = true;
    libcurl::api().multi_wakeup(multi_);
    thread_.join();
    for (auto& [easy, transfer] : transfers_) {
      libcurl::api().multi_remove_handle(multi_, easy);
    }
    transfers_.clear();
    libcurl::api().multi_cleanup(multi_);
  }

  void send(HttpRequest request) {
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(std::move(request));
    }
    libcurl::api().multi_wakeup(multi_);
  }

 private:
  void run() {
    // They are the program's; and a connection that ends while TLS writes to it is no reason to.
    sigset_t all{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (!is_stopping_) {
      start_requests();
      int running = 0;
      libcurl::api().multi_perform(multi_, &running);
      finish_transfers();
      // libcurl wakes for its own deadlines.
      libcurl::api().multi_poll(multi_, nullptr, 0, std::numeric_limits<int>::max(), nullptr);
    }
  }

  void start_requests() {
    std::vector<HttpRequest> requests;
    {
      const std::scoped_lock lock(mutex_);
      requests.swap(requests_);
    }
    for (HttpRequest& request : requests) {
      auto transfer = std::make_unique<HttpTransfer>(options_, held_bytes_, std::move(request));
      CURL* easy = transfer->easy();
      const bool has_started = easy != nullptr && transfer->has_started() &&
                               libcurl::api().multi_add_handle(multi_, easy) == CURLM_OK;
      if (has_started) {
        transfers_.emplace(easy, std::move(transfer));
      } else {
        deliver_(transfer->outcome(CURLE_FAILED_INIT));
      }
    }
  }

  void finish_transfers() {
    int left = 0;
    while (const CURLMsg* message = libcurl::api().multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) {
        continue;
      }
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto found = transfers_.find(easy);
      HttpOutcome outcome = found->second->outcome(code);
      libcurl::api().multi_remove_handle(multi_, easy);
      transfers_.erase(found);
      deliver_(std::move(outcome));
    }
  }

  HttpClientOptions options_;
  Deliver deliver_;
  CURLM* multi_;
  std::mutex mutex_;
  std::vector<HttpRequest> requests_;  // guarded by the mutex
  std::atomic<bool> is_stopping_ = false;
  // Of the thread alone.
  std::unordered_map<CURL*, std::unique_ptr<HttpTransfer>> transfers_;
  std::size_t held_bytes_ = 0;
  std::thread thread_;
};

HttpClient::HttpClient(HttpClientOptions options, Deliver deliver)
    : thread_(std::make_unique<Thread>(std::move(options), std::move(deliver))) {
}

HttpClient::~HttpClient() = default;

void HttpClient::send(HttpRequest request) {
  thread_->send(std::move(request));
}

}  // namespace iii::net
