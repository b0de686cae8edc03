// The time zone database of this machine, for the cron worker. Read when the first zone is asked
// for; a machine without one (package tzdata) has no zones. Later changes of the database are not
// seen. It knows changes of the clocks until the end of 2037; after that each zone stays as it is
// then.
#pragma once

#include "workers/cron/zone.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace iii::engine {

class TimeZones final : public workers::cron::Zones {
 public:
  [[nodiscard]] const workers::cron::Zone* find(std::string_view name) override;

 private:
  std::map<std::string, std::unique_ptr<workers::cron::Zone>, std::less<>> found_;
};

}  // namespace iii::engine
