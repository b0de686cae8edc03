#include "sdk/telemetry/exporter_effects.hpp"

#include "sdk/telemetry/exporter.hpp"

#include <ostream>
#include <variant>

namespace iii::telemetry {
namespace {

struct Print {
  std::ostream& out;

  void operator()(const OpenConnection& /*effect*/) const { out << "OpenConnection"; }
  void operator()(const WriteFrame& effect) const { out << "WriteFrame " << effect.bytes; }
  void operator()(const CollectMetrics& /*effect*/) const { out << "CollectMetrics"; }
  void operator()(const CloseConnection& /*effect*/) const { out << "CloseConnection"; }
  void operator()(const FlushDone& effect) const {
    out << "FlushDone " << effect.id << (effect.is_complete ? " complete" : " incomplete");
  }
  void operator()(const ShutdownDone& effect) const {
    out << "ShutdownDone" << (effect.is_complete ? " complete" : " incomplete");
  }
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const ExporterEffect& effect) {
  std::visit(Print{out}, effect);
  return out;
}

std::ostream& operator<<(std::ostream& out, ExporterState state) {
  switch (state) {
    case ExporterState::idle:
      return out << "idle";
    case ExporterState::connecting:
      return out << "connecting";
    case ExporterState::open:
      return out << "open";
    case ExporterState::waiting:
      return out << "waiting";
    case ExporterState::failed:
      return out << "failed";
    case ExporterState::closed:
      return out << "closed";
  }
  return out << "unknown";
}

}  // namespace iii::telemetry
