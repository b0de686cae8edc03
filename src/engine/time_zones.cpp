#include "engine/time_zones.hpp"

#include "workers/cron/clock_time.hpp"
#include "workers/cron/zone.hpp"

#include <date/date.h>
#include <date/tz.h>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace iii::engine {

namespace cron = workers::cron;

namespace {

class DatabaseZone final : public cron::Zone {
 public:
  explicit DatabaseZone(const date::time_zone& zone) : zone_(zone) {}

  [[nodiscard]] cron::ZonePeriod period_at(cron::Instant time) const override {
    const date::sys_info info = zone_.get_info(date::sys_seconds(time.time_since_epoch()));
    return {
        cron::Instant(info.begin.time_since_epoch()),
        cron::Instant(info.end.time_since_epoch()),
        info.offset
    };
  }

 private:
  const date::time_zone& zone_;  // of the library's database, which lives as long as the process
};

// nullptr: there is none, or its file cannot be read, which shows at the first question.
std::unique_ptr<cron::Zone> read_zone(const std::string& name) {
  try {
    auto zone = std::make_unique<DatabaseZone>(*date::locate_zone(name));
    (void)zone->period_at(cron::first_instant);
    return zone;
  } catch (const std::exception&) {
    return nullptr;
  }
}

}  // namespace

const cron::Zone* TimeZones::find(std::string_view name) {
  if (const auto known = found_.find(name); known != found_.end()) {
    return known->second.get();
  }
  auto zone = read_zone(std::string(name));
  if (zone == nullptr) {
    return nullptr;
  }
  return found_.emplace(name, std::move(zone)).first->second.get();
}

}  // namespace iii::engine
