#include "core/effects.hpp"

#include "protocol/to_worker.hpp"

#include <ostream>
#include <variant>

namespace iii::core {
namespace {

struct Printer {
  std::ostream& out;

  void operator()(const SendTo& effect) const {
    out << "send to " << effect.to << ": " << protocol::encode(effect.message);
  }
  void operator()(const SendChannelMessage& effect) const {
    out << "send " << (effect.is_text ? "text" : "binary") << " to " << effect.to << ": "
        << effect.bytes;
  }
  void operator()(const CloseConnection& effect) const {
    out << "close " << effect.connection << " " << effect.ending;
  }
  void operator()(const PauseReading& effect) const { out << "pause " << effect.connection; }
  void operator()(const ResumeReading& effect) const { out << "resume " << effect.connection; }
  void operator()(const Note& effect) const {
    out << "note " << effect.event;
    for (const auto& [key, value] : effect.fields) {
      out << " " << key << "=" << value;
    }
  }
};

}  // namespace

std::ostream& operator<<(std::ostream& out, Ending ending) {
  switch (ending) {
    case Ending::dropped:
      return out << "without a Close frame";
    case Ending::without_code:
      return out << "without a code";
    case Ending::cut_off:
      return out << "without a code, cut off";
    case Ending::going_away:
      return out << "with 1001";
    case Ending::restarting:
      return out << "with 1012";
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const Effect& effect) {
  std::visit(Printer{out}, effect);
  return out;
}

}  // namespace iii::core
