#include "workers/worker.hpp"

#include "base/time.hpp"
#include "protocol/to_worker.hpp"

namespace iii::workers {

void Worker::
    on_function_registered(const protocol::to_worker::RegisterFunction&, base::Now, Outputs&) {
}

void Worker::
    on_function_unregistered(const protocol::to_worker::UnregisterFunction&, base::Now, Outputs&) {
}

void Worker::
    on_trigger_registered(const protocol::to_worker::RegisterTrigger&, base::Now, Outputs&) {
}

void Worker::
    on_trigger_unregistered(const protocol::to_worker::UnregisterTrigger&, base::Now, Outputs&) {
}

void Worker::on_result(const CallResult&, base::Now, Outputs&) {
}

void Worker::on_time(base::Now, Outputs&) {
}

}  // namespace iii::workers
