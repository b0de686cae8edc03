// iiiload: a load generator that speaks the iii worker protocol over raw sockets (--help).
#include "iiiload/load.hpp"
#include "iiiload/options.hpp"
#include "iiiload/report.hpp"

#include <cstddef>
#include <span>
#include <utility>

int main(int argument_count, char** arguments) {
  const auto count = static_cast<std::size_t>(argument_count);
  const iii::bench::Options options =
      iii::bench::parse_options(std::span(arguments, count).subspan(1));
  iii::bench::Load load(options);
  if (options.is_idle) {
    load.hold();
    return 0;
  }
  iii::bench::Outcome outcome = load.run();
  const bool is_complete =
      outcome.errors == 0 && outcome.lost == 0 && (!outcome.churn || outcome.churn->lost == 0);
  iii::bench::print_report(options, std::move(outcome));
  return is_complete ? 0 : 1;
}
