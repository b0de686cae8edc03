// A strand of a user's executor, as an executor that is one pointer in size: any_io_executor then
// holds it without a counter of its own, whose fences ThreadSanitizer does not know.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>

#include <memory>
#include <utility>

namespace iii::sdk {

class DriverStrand {
 public:
  // No constructor of one argument: Asio would ask whether a copy could be made with it.
  [[nodiscard]] static DriverStrand of(const boost::asio::any_io_executor& executor) {
    return DriverStrand(std::make_shared<Strand>(executor));
  }

  [[nodiscard]] bool runs_on_this_thread() const { return strand_->running_in_this_thread(); }
  // What the strand was made of.
  [[nodiscard]] boost::asio::any_io_executor inner() const { return strand_->get_inner_executor(); }

  // --- What Asio asks of an executor ---
  template <class F>
  void execute(F&& function) const {
    boost::asio::post(*strand_, std::forward<F>(function));
  }
  [[nodiscard]] boost::asio::execution_context& query(boost::asio::execution::context_t
  ) const noexcept {
    return boost::asio::query(*strand_, boost::asio::execution::context);
  }
  [[nodiscard]] static constexpr boost::asio::execution::blocking_t query(
      boost::asio::execution::blocking_t
  ) noexcept {
    return boost::asio::execution::blocking.never;
  }
  [[nodiscard]] DriverStrand require(boost::asio::execution::blocking_t::never_t) const noexcept {
    return *this;
  }
  friend bool operator==(const DriverStrand&, const DriverStrand&) noexcept = default;

 private:
  using Strand = boost::asio::strand<boost::asio::any_io_executor>;
  explicit DriverStrand(std::shared_ptr<Strand> strand) : strand_(std::move(strand)) {}

  std::shared_ptr<Strand> strand_;
};

}  // namespace iii::sdk
