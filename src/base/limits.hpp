// Every limit of the engine in one place, with its unit and its reason. docs/limits.md lists them
// for users.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace iii::base::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;

// --- WebSocket (spec: wire-protocol §2.2) ---

// What the official engines accept; workers of line 0.25 split larger messages into fragments.
inline constexpr std::size_t frame_bytes_max = 16 * mib;
inline constexpr std::size_t message_bytes_max = 64 * mib;
// What Python SDKs up to 0.24.4 take before they close the connection (spec: line-0.25 §14).
inline constexpr std::size_t old_python_message_bytes_max = 1 * mib;
static_assert(frame_bytes_max <= message_bytes_max);

// A request head: browsers send a few kilobytes of cookies, proxies add a little.
inline constexpr std::size_t request_head_bytes_max = 16 * kib;
inline constexpr auto handshake_timeout = 10s;

// --- JSON ---

// Deeper nesting is refused, as the official engines do (spec: wire-protocol §3).
inline constexpr std::size_t json_depth_max = 128;

// --- Delivery ---

// One read of a socket; large enough for some hundred small messages in a turn, small enough for
// the second-level cache.
inline constexpr std::size_t read_bytes = 256 * kib;
// What a turn of the loop reads from all its sockets together, as long as each one's share is worth
// a system call. Who sends little waits for one such turn of those who send much.
inline constexpr std::size_t turn_read_bytes = 1 * mib;
inline constexpr std::size_t read_bytes_min = 8 * kib;
static_assert(read_bytes_min < read_bytes && read_bytes < turn_read_bytes);
// What the system takes of a socket's output and has not sent yet. It would take megabytes for each
// slow reader, in memory that no outbox counts. A writer is woken at half of it.
inline constexpr std::size_t socket_unsent_bytes = 128 * kib;

// A connection with this much unsent output takes no further invocations: its callers get
// `worker_overloaded`.
inline constexpr std::size_t outbox_refuse_bytes = 16 * mib;
// Answers and control messages are still queued up to here; then the connection is closed as a slow
// consumer.
inline constexpr std::size_t outbox_close_bytes = outbox_refuse_bytes + 2 * message_bytes_max;
static_assert(outbox_close_bytes >= outbox_refuse_bytes + message_bytes_max);
// Memory of an outbox that is kept for reuse while the connection is busy; above it the memory is
// given back at once.
inline constexpr std::size_t outbox_keep_bytes = 1 * mib;
// Emptied outboxes that are kept for the next connection that sends: as many as send in one turn.
inline constexpr std::size_t pooled_outboxes_max = 64;
// Requests of an embedding program that wait for the engine's thread.
inline constexpr std::size_t mailbox_tasks_max = 65'536;

// --- Registries (per connection unless said otherwise) ---

inline constexpr std::size_t id_bytes_max = 4 * kib;
// What a message that the engine makes is taken to need beside its payload, generously: ids, trace
// context.
inline constexpr std::size_t envelope_bytes = 2 * id_bytes_max;
static_assert(envelope_bytes < old_python_message_bytes_max);
inline constexpr std::size_t functions_max = 65'536;
inline constexpr std::size_t triggers_max = 65'536;
inline constexpr std::size_t trigger_types_max = 4'096;
// Functions refused because built-in ones have their ids that a worker is told about once it has
// named its features: enough for every mistake that is not an attack.
inline constexpr std::size_t refused_functions_max = 64;
inline constexpr std::size_t services_max = 65'536;  // in the engine
// Descriptions, schemas, configurations and metadata of everything a worker has registered; as much
// again for what belongs to nobody. A thousand functions with large schemas need some megabytes.
inline constexpr std::size_t registered_bytes_max = 64 * mib;
// Input of a function that the engine serves itself. It is read into a tree of values, of up to
// some twenty times its size, while everything else waits.
inline constexpr std::size_t engine_input_bytes_max = 1 * mib;
// Functions that one engine::functions::info may ask for (spec: engine-core §17).
inline constexpr std::size_t function_details_max = 32;
// A provider's reason for refusing a trigger, as far as it is kept for listings.
inline constexpr std::size_t pending_reason_bytes_max = 1 * kib;
// Calls a worker may have in flight. At 256 bytes an entry this bounds what one caller can occupy
// to 64 MiB.
inline constexpr std::size_t invocations_max = 262'144;
inline constexpr std::size_t worker_text_characters_max =
    280;  // name and description (spec: wire-protocol §5.3)

// --- Conditions of triggers ---

// Events that wait for the answer of a condition, in the engine.
inline constexpr std::size_t conditions_max = 16'384;
inline constexpr std::size_t conditions_bytes_max = 64 * mib;
inline constexpr auto condition_deadline = 30s;

// --- Cron ---

// A list of every second, minute and year has about 1 KiB.
inline constexpr std::size_t cron_expression_bytes_max = 4 * kib;
// Runs of one job at a time with `overlap: allow`, and ticks that wait with `overlap: queue`.
inline constexpr std::size_t cron_runs_max = 64;
inline constexpr std::size_t cron_queue_max = 64;
inline constexpr auto cron_jitter_max = std::chrono::milliseconds(1h);
// Runs that are started in one turn of the loop: a hundred thousand jobs at midnight must let
// sockets be served in between.
inline constexpr std::size_t cron_starts_per_turn_max = 256;
// The wall clock is looked at this often while there are jobs: it may be set at any time.
inline constexpr auto cron_clock_check_interval = 60s;
// A clock that moves by more than this beside the passing of time was wrong before.
inline constexpr auto cron_clock_step_max = 1h;
static_assert(cron_clock_check_interval < cron_clock_step_max);
inline constexpr std::size_t cron_preview_times_default = 5;
inline constexpr std::size_t cron_preview_times_max = 1000;

// --- Log ---

// A text in a log line: identifiers fit, payloads do not belong there.
inline constexpr std::size_t log_text_bytes_max = 1 * kib;
// Lines about the same event within a second; what is more is counted and reported by one line.
inline constexpr std::size_t log_lines_max = 20;

// --- Channels (spec: wire-protocol §11) ---

inline constexpr std::size_t channels_max = 65'536;  // in the engine
inline constexpr std::size_t channel_messages_default = 64;
inline constexpr std::size_t channel_messages_max = 1024;
// Bytes waiting in one channel before its writer is no longer read. One message may exceed it.
inline constexpr std::size_t channel_bytes_max = 4 * mib;
inline constexpr auto channel_unclaimed_max = 300s;
// A channel's reader is fed until this much waits for its socket, and again once half of it is
// gone.
inline constexpr std::size_t channel_outbox_bytes = 256 * kib;
static_assert(channel_outbox_bytes < outbox_close_bytes);
static_assert(channel_outbox_bytes >= 2 * socket_unsent_bytes);
// channel_bytes_max once the reader is there: what fills its outbox again while the writer is asked
// for more.
inline constexpr std::size_t channel_ahead_bytes = channel_outbox_bytes / 2;
// A reader that takes nothing of the rest of its channel for this long is given up. Long, because
// one that works slowly must not lose the end.
inline constexpr auto reader_stall_max = 10min;

// --- Channel ends of the SDK (spec: sdk §11.3) ---

// What readers of all SDKs expect in a binary frame.
inline constexpr std::size_t channel_frame_bytes_max = 64 * kib;
// Operations of one end that wait. Programs that await each of theirs have few.
inline constexpr std::size_t channel_operations_max = 1024;
// Bytes of a writer's operations that wait. One operation may exceed it.
inline constexpr std::size_t channel_waiting_bytes_max = 64 * mib;
// One write of an end, and how many ends write in a turn of the executor: together, what other
// messages of the worker wait for.
inline constexpr std::size_t channel_write_bytes = 64 * kib;
inline constexpr std::size_t channel_writes_per_turn = 4;
// What a message costs its reader beside its bytes.
inline constexpr std::size_t channel_message_overhead_bytes = 64;
// How long the engine gets to confirm the end: as long as it may make a writer wait for its reader.
inline constexpr auto channel_close_timeout = std::chrono::milliseconds(reader_stall_max);
// Above this, a connection that takes nothing is given up: answers cannot be refused as calls are.
// Far beyond OfflineQueue::bytes_max, with room for the largest message.
inline constexpr std::size_t sdk_outbox_close_bytes = outbox_close_bytes;
// A connection of the SDK that has been silent this long is probed by the system, so often, and
// given up after some nine probes: in three to four minutes.
inline constexpr auto keep_alive_idle = 60s;
inline constexpr auto keep_alive_interval = 15s;
// Finished runs of functions that are kept with their memory: as many as usually run at once, and
// none with a longer text, so that they do not matter. At most 1.8 MB.
inline constexpr std::size_t spare_runs_max = 64;
inline constexpr std::size_t spare_run_text_bytes_max = 4 * kib;
// What channel ends get to say goodbye when the rest of a client took all its time to shut down.
inline constexpr auto channel_farewell_min = std::chrono::milliseconds(100);

// --- Time ---

// A peer that has been silent this long is pinged, and given up after `peer_silence_max` (spec:
// wire-protocol §22 W2).
inline constexpr auto ping_interval = 30s;
inline constexpr auto peer_silence_max = 75s;
static_assert(peer_silence_max > 2 * ping_interval);
// A silent peer that may be alive is asked about, and pinged, again and again after this.
inline constexpr auto doubt_interval = 15s;
static_assert(doubt_interval < peer_silence_max - ping_interval);
// Linux asks a peer that takes nothing for the moment at least this often whether it takes more
// (TCP_RTO_MAX, and something for the way back): the answers show that it is alive.
inline constexpr auto window_probe_max = 125s;
// After the last byte a connection waits this long for the peer to close its half.
inline constexpr auto linger_max = 2s;
static_assert(linger_max < peer_silence_max && peer_silence_max < reader_stall_max);

// The longest an invocation may take unless the configuration says otherwise: far above every SDK's
// own 30 s, so that it only ends calls that nobody waits for any more.
inline constexpr auto invocation_deadline_default = std::chrono::milliseconds(1h);
// After a reattach, calls that the old connection was executing wait this long for their answer on
// the new one.
inline constexpr auto reattach_grace = 30s;
inline constexpr auto provider_answer_timeout = 10s;  // spec: wire-protocol §9.6
// What a worker has said of its resources is shown as long (spec: engine-core §14).
inline constexpr auto worker_metrics_age_max = 120s;
// Changes of the function list within this time are reported by one event.
inline constexpr auto functions_available_delay = 250ms;
// How long a graceful stop waits for calls in flight, and then for outboxes to empty.
inline constexpr auto drain_timeout = std::chrono::milliseconds(5s);
inline constexpr auto flush_timeout = std::chrono::milliseconds(2s);

// --- HTTP worker (spec: http §12) ---

// The head of a request: browsers send some kilobytes of cookies, signed URLs some more.
inline constexpr std::size_t http_head_bytes_max = 64 * kib;
inline constexpr std::size_t http_headers_max = 100;
// What a configuration may ask for instead.
inline constexpr std::size_t http_head_bytes_configured_max = 1 * mib;
inline constexpr std::size_t http_headers_configured_max = 10'000;
// A chunk's size with its extensions, or all that follows the last chunk.
inline constexpr std::size_t http_chunk_line_bytes_max = 4 * kib;
// A body that is given to the function as a whole; others are streamed, and of any size.
inline constexpr std::size_t http_body_bytes_default = 16 * mib;
inline constexpr std::size_t http_body_bytes_max = 60 * mib;
static_assert(http_body_bytes_max + mib <= message_bytes_max);
// All of them together: each is kept until its request has ended.
inline constexpr std::size_t http_bodies_bytes_max = 256 * mib;
static_assert(http_bodies_bytes_max >= http_body_bytes_max);
// What is read ahead of a streamed body that no function reads yet.
inline constexpr std::size_t http_unread_bytes_max = 64 * kib;
// What is read of a body that nobody wants any more, to keep the connection for the next request.
inline constexpr std::size_t http_discarded_bytes_max = 256 * kib;
inline constexpr auto http_head_timeout = std::chrono::milliseconds(10s);
inline constexpr auto http_body_timeout = std::chrono::milliseconds(30s);   // without a byte
inline constexpr auto http_idle_timeout = std::chrono::milliseconds(75s);   // between requests
inline constexpr auto http_write_timeout = std::chrono::milliseconds(75s);  // nothing is taken
inline constexpr auto http_timeout_default = std::chrono::milliseconds(30s);
inline constexpr auto http_timeout_max = std::chrono::milliseconds(24h);
// Requests that are being answered, and those that wait for one of them to end.
inline constexpr std::size_t http_requests_default = 1024;
inline constexpr std::size_t http_requests_max = 100'000;
inline constexpr std::size_t http_waiting_max = 4096;
// Connections, of which each is a descriptor; never more than half of those of the process.
inline constexpr std::size_t http_connections_default = 10'000;
inline constexpr std::size_t http_connections_max = 1'000'000;
// What all clients together have not taken of their responses.
inline constexpr std::size_t http_unsent_bytes_max = 256 * mib;
static_assert(http_unsent_bytes_max >= 2 * message_bytes_max);
static_assert(http_unsent_bytes_max >= http_requests_default * channel_outbox_bytes);
// Memory of requests that have ended, kept for the next ones.
inline constexpr std::size_t http_spare_requests_max = 256;
// Of a route; a look-up goes as deep as the longest path.
inline constexpr std::size_t http_path_bytes_max = 4 * kib;
inline constexpr std::size_t http_path_segments_max = 128;
// Functions that run before that of a route.
inline constexpr std::size_t http_middleware_max = 32;
// JSON Schemas that bodies are checked against: so large, so many kept, so many steps for a body,
// so deep with its references. A body is read into a tree of values while everything else waits.
inline constexpr std::size_t http_schema_bytes_max = 256 * kib;
inline constexpr std::size_t http_schemas_max = 1024;
inline constexpr std::size_t http_schema_steps_max = 1'000'000;
inline constexpr std::size_t http_schema_depth_max = 512;
inline constexpr std::size_t http_checked_body_bytes_max = 4 * mib;
static_assert(http_checked_body_bytes_max <= http_body_bytes_default);
// What is known of functions is asked for again after this.
inline constexpr auto http_function_facts_age_max = 1s;
// A file is read in such pieces, while less than so much of it waits for its client.
inline constexpr std::size_t http_file_piece_bytes = 64 * kib;
inline constexpr std::size_t http_file_ahead_bytes = 256 * kib;
inline constexpr std::size_t http_folders_max = 64;
inline constexpr std::size_t http_file_name_bytes_max = 4000;  // the system takes little more
inline constexpr std::uint64_t http_max_age_seconds_max = 31'536'000;  // a year (RFC 9111 §1.2.2)
// Answers that are compressed: smaller ones do not gain by it, larger ones would hold up everything
// else. Each stream that is compressed takes some 260 KiB.
inline constexpr std::size_t http_compressed_bytes_min = 1024;
inline constexpr std::size_t http_compressed_bytes_max = 1 * mib;
inline constexpr std::size_t http_compressed_streams_max = 256;
// Routes that are counted for themselves; all others share one row.
inline constexpr std::size_t http_counted_routes_max = 2048;
// Headers that a function sets before its stream begins.
inline constexpr std::size_t http_stream_headers_bytes_max = 64 * kib;

// --- Functions behind URLs (spec: engine-core §13) ---

// The `invocation` of a function.
inline constexpr std::size_t http_function_block_bytes_max = 64 * kib;
inline constexpr auto http_function_timeout_default = std::chrono::milliseconds(30s);
inline constexpr auto http_function_timeout_max = std::chrono::milliseconds(24h);
// Requests on their way: each has a connection. To one host fewer, so that a slow one leaves some.
inline constexpr std::size_t http_function_requests_default = 256;
inline constexpr std::size_t http_function_requests_per_host_default = 64;
inline constexpr std::size_t http_function_requests_max = 10'000;
// Calls that wait for one of them to end, or to try again.
inline constexpr std::size_t http_function_waiting_default = 4096;
inline constexpr std::size_t http_function_waiting_max = 100'000;
// One response's body, and its head.
inline constexpr std::size_t http_function_response_bytes_default = 16 * mib;
inline constexpr std::size_t http_function_response_bytes_max = 60 * mib;
static_assert(http_function_response_bytes_max + mib <= message_bytes_max);
inline constexpr std::size_t http_function_head_bytes_max = 64 * kib;
// All bodies of requests that are kept; and as much again for all of responses.
inline constexpr std::size_t http_function_bytes_max = 256 * mib;
static_assert(http_function_bytes_max >= http_function_response_bytes_max);
// Connections without a request, and how long one of them is good for the next.
inline constexpr std::size_t http_function_idle_connections_max = 256;
inline constexpr auto http_function_idle_max = 50s;
// Where a function asks for it.
inline constexpr unsigned http_function_retries_max = 10;
inline constexpr auto http_function_retry_delay = 500ms;  // doubled each time
inline constexpr auto http_function_retry_delay_max = std::chrono::milliseconds(10s);

// --- Configuration file ---

// Some thousand worker entries; larger is a wrong file. Expanded environment variables count too.
inline constexpr std::size_t config_bytes_max = 1 * mib;
inline constexpr std::size_t config_depth_max = 32;
inline constexpr std::size_t config_mistakes_max = 100;  // shown at once
// Each is a descriptor, and a port of its own. Most engines have one or two.
inline constexpr std::size_t listeners_max = 1024;
// Bounds of what a configuration may set: longer values are slips of the unit.
inline constexpr auto handshake_timeout_max = std::chrono::milliseconds(10min);
inline constexpr auto invocation_deadline_max = std::chrono::milliseconds(168h);
inline constexpr auto drain_timeout_max = std::chrono::milliseconds(10min);
static_assert(handshake_timeout <= handshake_timeout_max && drain_timeout <= drain_timeout_max);
static_assert(invocation_deadline_default <= invocation_deadline_max);

// --- Telemetry, until the observability worker takes it ---

inline constexpr std::size_t telemetry_frame_bytes_max = 4 * mib;
// In a larger one no gauges of a worker are looked for: reading it would keep everybody waiting for
// more than some milliseconds. SDKs send a few kilobytes.
inline constexpr std::size_t worker_metrics_frame_bytes_max = 1 * mib;
static_assert(worker_metrics_frame_bytes_max < telemetry_frame_bytes_max);

// --- Telemetry of a worker (spec: sdk §18.2) ---

// As the reference SDK has them. Baggage counts as header text.
inline constexpr std::size_t baggage_entries_max = 180;
inline constexpr std::size_t baggage_entry_bytes_max = 4 * kib;
inline constexpr std::size_t baggage_bytes_max = 8 * kib;
// Attributes, events and links added to one span while it runs: OpenTelemetry allows 128 of each.
inline constexpr std::size_t span_changes_max = 384;
// Records that wait for the exporter: what user threads can be ahead of the I/O thread.
inline constexpr std::size_t spans_waiting_max = 2048;
inline constexpr std::size_t logs_waiting_max = 2048;
inline constexpr std::size_t spans_batch = 512;
// Above it telemetry would cost a worker as much as its calls.
inline constexpr std::size_t spans_per_second_default = 10'000;
// A frame is closed at this size: small enough for every engine, large enough to be worth a write.
inline constexpr std::size_t telemetry_frame_bytes_target = 512 * kib;
static_assert(telemetry_frame_bytes_target < worker_metrics_frame_bytes_max);
// Frames that wait for the socket, beside their number, which is the user's.
inline constexpr std::size_t telemetry_frames_bytes_max = 16 * mib;
// A telemetry connection that ends sooner counts as refused.
inline constexpr auto telemetry_connection_stable = 5s;
// Two payloads of a call, escaped again as strings, and still within the engine's largest frame.
inline constexpr std::size_t captured_payload_bytes_max = 512 * kib;
static_assert(
    telemetry_frame_bytes_target + 4 * captured_payload_bytes_max <= telemetry_frame_bytes_max
);
// Engines read frames as JSON of json_depth_max; a level of a value takes up to four of theirs.
inline constexpr std::size_t attribute_depth_max = 24;
static_assert(4 * attribute_depth_max + 16 <= json_depth_max);
inline constexpr std::size_t instruments_max = 1024;
// Sets of attributes of one instrument; all others share one that is marked as overflow.
inline constexpr std::size_t metric_series_max = 2000;

}  // namespace iii::base::limits
