// simulate: runs seeds and reports the first that breaks a rule.
#include "simulation/planted_bug.hpp"
#include "simulation/simulation.hpp"

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace {

using iii::simulation::PlantedBug;
using iii::simulation::RunOptions;
using iii::simulation::RunOutcome;

struct Wishes {
  std::uint64_t count = 1'000;
  std::uint64_t first = 1;
  std::optional<std::uint64_t> only;
  std::string list;
  std::string planted;
  bool is_verbose = false;
  bool keeps_going = false;
};

// For the abort of a failed assertion inside the core.
std::uint64_t current_seed = 0;

extern "C" void tell_seed(int signal_number) {
  const std::string line = "seed " + std::to_string(current_seed) + " aborted\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

// A line of the list is a seed and, after it, what it once found. Empty: there is no such list.
std::vector<std::uint64_t> seeds_of(const std::string& path) {
  std::vector<std::uint64_t> seeds;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::uint64_t seed = 0;
    if (words >> seed) {
      seeds.push_back(seed);
    }
  }
  return seeds;
}

void report(std::uint64_t seed, PlantedBug bug, const std::string& violation) {
  constexpr std::size_t last_lines = 80;
  const RunOutcome again =
      iii::simulation::run({.seed = seed, .bug = bug, .journal_lines = last_lines});
  std::cerr << again.journal << "seed " << seed << " breaks the rule: " << violation << '\n';
  if (again.violation != violation) {
    std::cerr << "and is not reproducible: " << again.violation.value_or("kept") << '\n';
  }
}

int run_seeds(const Wishes& wishes, PlantedBug bug) {
  std::vector<std::uint64_t> seeds;
  if (!wishes.list.empty()) {
    seeds = seeds_of(wishes.list);
    if (seeds.empty()) {
      std::cerr << wishes.list << " has no seeds\n";
      return EXIT_FAILURE;
    }
  }
  for (std::uint64_t i = 0; i < wishes.count; ++i) {
    seeds.push_back(wishes.first + i);
  }
  std::uint64_t events = 0;
  std::uint64_t calls = 0;
  std::uint64_t violations = 0;
  for (const std::uint64_t seed : seeds) {
    current_seed = seed;
    const RunOutcome outcome = iii::simulation::run({.seed = seed, .bug = bug});
    if (outcome.violation) {
      if (bug != PlantedBug::none) {
        std::cout << wishes.planted << ": caught by seed " << seed << ": " << *outcome.violation
                  << '\n';
        return EXIT_SUCCESS;
      }
      ++violations;
      if (!wishes.keeps_going) {
        report(seed, bug, *outcome.violation);
        break;
      }
      std::cout << "seed " << seed << " breaks the rule: " << *outcome.violation << '\n';
    }
    events += outcome.events;
    calls += outcome.calls;
  }
  std::cout << seeds.size() << " seeds, " << events << " events, " << calls << " calls\n";
  if (bug != PlantedBug::none) {
    std::cerr << wishes.planted << ": not caught\n";
    return EXIT_FAILURE;
  }
  return violations == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_one(std::uint64_t seed, PlantedBug bug, bool is_verbose) {
  constexpr std::size_t all_lines = 1'000'000;
  current_seed = seed;
  const RunOutcome outcome =
      iii::simulation::run({.seed = seed, .bug = bug, .journal_lines = is_verbose ? all_lines : 0});
  std::cout << outcome.journal;
  if (outcome.violation) {
    std::cout << "seed " << seed << " breaks the rule: " << *outcome.violation << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "seed " << seed << ": " << outcome.events << " events, " << outcome.calls
            << " calls, no rule broken\n";
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  Wishes wishes;
  CLI::App app("Runs the engine's core against scripted workers, faults and a virtual clock.");
  app.add_option("--seeds", wishes.count, "How many seeds to run");
  app.add_option("--from", wishes.first, "The first of them");
  app.add_option("--seed", wishes.only, "Run this one alone");
  app.add_option("--list", wishes.list, "A file of seeds to run before them");
  app.add_option("--planted", wishes.planted, "Give the engine this bug; success is to catch it");
  app.add_flag("--keep-going", wishes.keeps_going, "Name every seed that breaks a rule, in a line");
  app.add_flag("--verbose", wishes.is_verbose, "With --seed: print what happens");
  CLI11_PARSE(app, argc, argv);

  PlantedBug bug = PlantedBug::none;
  if (!wishes.planted.empty()) {
    const auto named = iii::simulation::planted_bug_named(wishes.planted);
    if (!named) {
      std::cerr << "unknown bug '" << wishes.planted << "'; known are:";
      for (const auto& entry : iii::simulation::planted_bug_names) {
        std::cerr << ' ' << entry.name;
      }
      std::cerr << '\n';
      return EXIT_FAILURE;
    }
    bug = *named;
  }
  std::signal(SIGABRT, tell_seed);
  return wishes.only ? run_one(*wishes.only, bug, wishes.is_verbose) : run_seeds(wishes, bug);
}
