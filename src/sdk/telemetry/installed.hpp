// The recorders of the clients that live in this process. Work outside of any call goes to the
// oldest of them, so that telemetry goes on when another client shuts down. Any thread.
#pragma once

#include "sdk/telemetry/recorder.hpp"

#include <iii/context.hpp>

#include <memory>

namespace iii::telemetry {

void install(std::shared_ptr<Recorder> recorder);
void uninstall(const std::shared_ptr<Recorder>& recorder);

// nullptr: telemetry is off.
[[nodiscard]] std::shared_ptr<Recorder> installed_recorder();

// That of the context's span, else the installed one.
[[nodiscard]] std::shared_ptr<Recorder> recorder_of(const Context& context);

}  // namespace iii::telemetry
