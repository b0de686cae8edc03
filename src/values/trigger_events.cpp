#include <iii/describe.hpp>
#include <iii/trigger_events.hpp>

namespace iii::inline v0 {

III_DEFINE_DESCRIBED(CronCallRequest, (trigger, defaulted), job_id, scheduled_time, actual_time)
III_DEFINE_DESCRIBED_ENUM(
    StateEventType,
    (created, renamed("state:created")),
    (updated, renamed("state:updated")),
    (deleted, renamed("state:deleted"))
)
III_DEFINE_DESCRIBED(
    StateCallRequest, (type, defaulted), event_type, scope, key, old_value, (new_value, defaulted)
)
III_DEFINE_DESCRIBED((StreamCreated, tagged("type", "create")), (data, defaulted))
III_DEFINE_DESCRIBED((StreamUpdated, tagged("type", "update")), (data, defaulted))
III_DEFINE_DESCRIBED((StreamDeleted, tagged("type", "delete")), (data, defaulted))
III_DEFINE_DESCRIBED(StreamMessage, type, (data, defaulted))
III_DEFINE_DESCRIBED((StreamSent, tagged("type", "event")), event)
III_DEFINE_DESCRIBED(
    StreamCallRequest,
    (type, defaulted),
    timestamp,
    (stream_name, renamed("streamName")),
    (group_id, renamed("groupId")),
    id,
    event
)
III_DEFINE_DESCRIBED(
    StreamSubscriptionCallRequest, subscription_id, stream_name, group_id, id, context
)
III_DEFINE_DESCRIBED(
    (LogCallRequest, defaulted),
    timestamp_unix_nano,
    observed_timestamp_unix_nano,
    severity_number,
    severity_text,
    body,
    attributes,
    trace_id,
    span_id,
    resource,
    service_name,
    instrumentation_scope_name,
    instrumentation_scope_version
)
III_DEFINE_DESCRIBED((FunctionsAvailableCallRequest, defaulted), event, functions)
III_DEFINE_DESCRIBED(WorkersAvailableCallRequest, event, worker_id)

}  // namespace iii::inline v0
