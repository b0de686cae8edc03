#include "simulation/setting.hpp"

#include "core/connection.hpp"
#include "simulation/chance.hpp"

#include <cstddef>

namespace iii::simulation {
namespace {

std::size_t sometimes(Chance& chance, std::size_t most) {
  return chance.one_in(2) ? 0 : chance.between(1, most);
}

unsigned sometimes_percent(Chance& chance, unsigned most) {
  return static_cast<unsigned>(sometimes(chance, most));
}

void draw_load(Chance& chance, Setting& setting) {
  setting.workers = chance.between(1, 6);
  setting.sdk_workers = sometimes(chance, 3);
  setting.actions = chance.between(10, 60);
  setting.action_interval_max = chance.one_in(3)
                                    ? milliseconds(chance.between(1, 30))
                                    : chance.between(milliseconds(100), milliseconds(4'000));
  setting.functions = chance.between(2, 10);
  setting.channel_percent = sometimes_percent(chance, 20);
  setting.has_in_process_worker = chance.one_in(2);
  setting.has_in_process_queue = chance.one_in(3);
}

void draw_network(Chance& chance, Setting& setting) {
  setting.delay_max =
      chance.one_in(3) ? milliseconds(2) : chance.between(milliseconds(5), milliseconds(1'500));
  setting.cuts = sometimes(chance, 5);
  setting.half_opens = sometimes(chance, 3);
  setting.worker_restarts = sometimes(chance, 3);
  setting.engine_crashes = chance.one_in(3) ? chance.between(1, 2) : 0;
  setting.engine_stops = chance.one_in(4) ? 1 : 0;
  setting.slow_reader_percent = sometimes_percent(chance, 60);
  setting.reattach_percent = chance.one_in(3) ? 0 : chance.one_in(2) ? 100 : 50;
}

void draw_misbehaviour(Chance& chance, Setting& setting) {
  setting.late_percent = sometimes_percent(chance, 50);
  setting.never_percent = sometimes_percent(chance, 20);
  setting.twice_percent = sometimes_percent(chance, 15);
  setting.garbage_percent = sometimes_percent(chance, 10);
  setting.nested_percent = sometimes_percent(chance, 30);
  setting.forgery_percent = sometimes_percent(chance, 10);
  setting.malformed_percent = sometimes_percent(chance, 8);
}

}  // namespace

Setting draw_setting(Chance& chance) {
  Setting setting;
  draw_load(chance, setting);
  draw_network(chance, setting);
  draw_misbehaviour(chance, setting);
  setting.outbox_refuse_bytes = chance.one_in(3) ? 1'000'000 : chance.between(600, 6'000);
  setting.outbox_close_bytes = setting.outbox_refuse_bytes + chance.between(4'000, 20'000);
  setting.channel_outbox_bytes = chance.between(50, 1'000);
  setting.options.default_line = chance.one_in(4) ? core::Line::v0_11 : core::Line::v0_22;
  setting.options.engine_version = "simulated";
  setting.options.invocation_deadline = chance.between(milliseconds(5'000), milliseconds(60'000));
  setting.options.invocations_max = chance.one_in(4) ? chance.between(1, 5) : 1'000;
  return setting;
}

}  // namespace iii::simulation
