"""What is checked between a caller and a callee: a function per check, which fails by raising."""

import base64
import hashlib
import hmac
import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import LIMIT_SECONDS, SECRET, Refused

CPP = ("cpp", "embedded")
CHANNEL_BYTES = 10 * 1024 * 1024
LARGE_BYTES = 2 * 1024 * 1024
FRAGMENTED_BYTES = 17 * 1024 * 1024  # more than the largest frame
LARGEST_BYTES = 60 * 1024 * 1024
MANY = 1000

# Numbers, texts and shapes that survive JSON in every language.
PAYLOAD = {
    "text": "größer, 日本, \U0001f680, \"quoted\" \\ \u0001 \u2028",
    "numbers": [0, -1, 9007199254740991, -9007199254740991, 0.1, 1.5e300, 1e-7],
    "nested": {"a": [{}, [], [[True, False, None]]], "": "empty key"},
    "long": "x" * 200_000,
}

tokens = itertools.count(1)


def new_token(caller, callee):
    return f"{caller.name}>{callee.name}#{next(tokens)}"


def expect(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: {str(actual)[:300]} instead of {str(expected)[:300]}")


def expect_refusal(call_it, what):
    try:
        result = call_it()
    except Refused as refused:
        return refused
    raise AssertionError(f"{what}: no error but {str(result)[:300]}")


def knows_metadata(worker):
    return worker.line >= (0, 22)


# Calls.


def call(caller, callee):
    answer = caller.call(f"{callee.name}::echo", PAYLOAD)
    expect(answer["by"], callee.name, "served by")
    data = dict(answer["data"])
    caller_id = data.pop("_caller_worker_id", "")
    # A program with the engine inside is no worker that could be asked back.
    length = 0 if caller.language == "embedded" else 36
    expect(len(caller_id), length, "length of _caller_worker_id")
    expect(data, PAYLOAD, "payload")


def takes_one_mebibyte(worker):
    """Python packages before 0.24.5 close their connection at more; the engine spares them that."""
    return worker.language == "python" and worker.line < (0, 25)


def large_call(caller, callee):
    """2 MiB there and back."""
    if takes_one_mebibyte(caller) or takes_one_mebibyte(callee):
        refused = expect_refusal(lambda: echo_text(caller, callee, LARGE_BYTES), "large call")
        expect(refused.code, "payload_too_large", "code")
        call(caller, callee)
    else:
        echo_text(caller, callee, LARGE_BYTES)


def sends_fragments(worker):
    """Others send each message as one frame, of which engines take up to 16 MiB."""
    return worker.line >= (0, 25)


def echo_text(caller, callee, size):
    text = "".join(f"{number:07} " for number in range(size // 8))  # swapped pieces would show
    timeout_ms = LIMIT_SECONDS * 1000
    answer = caller.call(f"{callee.name}::echo", {"text": text}, timeout_ms=timeout_ms)
    expect(len(answer["data"]["text"]), size, "length")
    expect(answer["data"]["text"] == text, True, "the text is the same")


def values(caller, callee):
    """A payload that is no object arrives untouched; Python leaves a null one out of the frame."""
    for payload in ("text", 12.5, True, [1, "two", None], [], None):
        answer = caller.call(f"{callee.name}::echo", payload)
        expect(answer["data"], payload, "payload")
    expect(caller.call(f"{callee.name}::nothing", {}), None, "result")


def error(caller, callee):
    token = new_token(caller, callee)
    refused = expect_refusal(lambda: caller.call(f"{callee.name}::fail", {"token": token}), "fail")
    expect(refused.code, "invocation_failed", "code")
    expect(refused.message.endswith(f"boom {token}"), True, f"message {refused.message!r}")
    # An exception of C++ knows no stacktrace.
    expect(bool(refused.stacktrace), callee.language not in CPP, "has a stacktrace")
    if callee.language in ("node", "python"):
        expect(f"boom {token}" in refused.stacktrace, True, "stacktrace names the error")


def own_code(caller, callee):
    """Only Rust and C++ let a function choose its error code and stacktrace."""
    token = new_token(caller, callee)
    refused = expect_refusal(
        lambda: caller.call(f"{callee.name}::refuse", {"token": token}), "refuse"
    )
    chooses = callee.language in (*CPP, "rust")
    expect(refused.code, "interop_refused" if chooses else "invocation_failed", "code")
    # The Node package puts the code in front of every message it throws.
    prefix = f"{refused.code}: " if caller.language == "node" else ""
    expect(refused.message, f"{prefix}refused {token}", "message")
    if chooses:
        expect(refused.stacktrace, "line 7 of the policy", "stacktrace")


def absent(caller, callee):
    function_id = f"{callee.name}::absent"
    refused = expect_refusal(lambda: caller.call(function_id, {}), "absent")
    expect(refused.code, "function_not_found", "code")
    expect(function_id in refused.message, True, f"message {refused.message!r} names the function")


def void(caller, callee):
    token = new_token(caller, callee)
    answer = caller.ask("void", function_id=f"{callee.name}::note", payload={"token": token})
    expect(answer, None, "result of a void call")
    callee.wait_event("noted", token=token)


def metadata(caller, callee):
    """Metadata of a call exists from 0.22 on: 0.11 neither sends nor hands it to a function."""
    sent = {"tenant": new_token(caller, callee), "deep": [1, {"two": None}]}
    answer = caller.call(f"{callee.name}::metadata", {}, metadata=sent)
    expected = sent if knows_metadata(caller) and knows_metadata(callee) else None
    expect(answer, {"metadata": expected}, "metadata")


# Triggers: the callee provides the type, the caller binds a function of its own.


def bind(caller, callee, config):
    number = next(tokens)
    caller.ask(
        "bind",
        binding=number,
        type=f"{callee.name}::type",
        function_id=f"{caller.name}::fired",
        config=config,
        metadata={"for": config["token"]},
    )
    return number


def bound(caller, callee, config, since=0):
    event = callee.wait_event("bound", since, config=config)
    expect(event["function"], f"{caller.name}::fired", "function of the binding")
    expect(event["metadata"], {"for": config["token"]}, "metadata of the binding")
    return event["trigger"]


def fire(caller, callee, trigger, config):
    """0.11 providers do not pass the metadata on, 0.11 functions do not get it."""
    token = new_token(caller, callee)
    answer = callee.ask("fire", trigger=trigger, payload={"token": token})
    expect(answer, {"seen": token}, "answer to the provider")
    delivered = {"for": config["token"]}
    expected = delivered if knows_metadata(caller) and knows_metadata(callee) else None
    caller.wait_event("fired", token=token, metadata=expected)
    # What the engine had sent twice would be there before the answer to a later call.
    callee.call(f"{caller.name}::nothing", {})
    expect(caller.count_events("fired", token=token), 1, "times that the function was called")


def registrations_max(worker):
    """Rust 0.11 may register everything twice on its first connection, its trigger type too."""
    return 2 if worker.language == "rust" and worker.line < (0, 22) else 1


def expect_bound_once(caller, callee, config, since=0, registrations=1):
    """The provider has not been told of the binding more often than it registered its type."""
    caller.call(f"{callee.name}::nothing", {})
    told = callee.count_events("bound", since, config=config)
    if not 1 <= told <= registrations:
        expect(told, registrations, "times that the provider was told of the binding")


def trigger(caller, callee):
    config = {"token": new_token(caller, callee), "path": "/hook", "list": [1, None]}
    number = bind(caller, callee, config)
    trigger_id = bound(caller, callee, config)
    fire(caller, callee, trigger_id, config)
    caller.ask("unbind", binding=number)
    if callee.line >= (0, 22):
        callee.wait_event("unbound", trigger=trigger_id)
        return
    # A 0.11 provider ignores the notice. Messages keep their order: after this call it was sent.
    caller.call(f"{callee.name}::echo", {})
    unbound = [event for event in callee.events if event["event"] == "unbound"]
    expect(unbound, [], "events of a 0.11 provider")


def schedule(worker):
    """The engine's cron worker calls a function every second, until the trigger is removed."""
    token = new_token(worker, worker)
    number = next(tokens)
    worker.ask(
        "bind",
        binding=number,
        type="cron",
        function_id=f"{worker.name}::fired",
        config={"expression": "* * * * * *", "timezone": "Europe/Berlin"},
        metadata={"for": token},
    )
    metadata = {"for": token} if knows_metadata(worker) else None
    since = len(worker.events)
    for _ in range(2):
        worker.wait_event("fired", since, metadata=metadata)
        since = len(worker.events)
    worker.ask("unbind", binding=number)


class _Host(BaseHTTPRequestHandler):
    """Answers with what it was asked, and whether that was signed as it should be."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        signed = self.headers["x-iii-timestamp"].encode() + b":" + base64.b64encode(body)
        digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        answer = {
            "function": self.headers["x-iii-function-path"],
            "custom": self.headers["x-custom"],
            "is_signed": self.headers["x-iii-signature"] == f"sha256={digest}",
            "data": json.loads(body),
        }
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def function_by_url(owner, caller):
    """A function that is a URL: the engine sends a signed request, for whoever calls it."""
    host = ThreadingHTTPServer(("127.0.0.1", 0), _Host)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    function_id = f"{owner.name}::url{next(tokens)}"
    owner.ask(
        "register_url",
        function_id=function_id,
        invocation={
            "url": f"http://127.0.0.1:{host.server_port}/hook",
            "method": "PUT",
            "headers": {"x-custom": "v"},
            "auth": {"type": "hmac", "secret_key": "INTEROP_SECRET"},
        },
    )
    try:
        owner.call(f"{owner.name}::nothing", {})  # the registration has arrived
        result = caller.call(function_id, {"text": PAYLOAD["text"]})
    finally:
        host.shutdown()
        host.server_close()
    data = result.pop("data")
    expect(data.pop("_caller_worker_id", None) is not None, True, "the caller is named")
    expect(data, {"text": PAYLOAD["text"]}, "payload")
    expect(result, {"function": function_id, "custom": "v", "is_signed": True}, "request")


def rejected_trigger(caller, callee):
    """The provider refuses a binding: from 0.22 on the requester logs why (Rust by `tracing`)."""
    reason = f"path taken: {new_token(caller, callee)}"
    number = bind(caller, callee, {"token": reason, "reject": reason})
    if caller.line >= (0, 22) and caller.language != "rust":
        caller.wait_log(reason)
    caller.ask("unbind", binding=number)
    caller.call(f"{callee.name}::echo", {})
    if caller is not callee and caller.line < (0, 22):
        expect([line for line in caller.log if reason in line], [], "log of a 0.11 requester")


# Channels.


CHANNEL_FUNCTIONS = {"send": "sink", "receive": "source"}


def begin_transfer(caller, callee, command, **fields):
    return caller.begin(
        command,
        function_id=f"{callee.name}::{CHANNEL_FUNCTIONS[command]}",
        bytes=CHANNEL_BYTES,
        seed=next(tokens),
        text=new_token(caller, callee),
        **fields,
    )


def expect_complete(answer):
    """`sent` and `received` are what the two ends say, or the error that ended them."""
    expect(answer["sent"].get("error"), None, "error of the writer")
    expect(answer["sent"]["bytes"], CHANNEL_BYTES, "bytes sent")
    expect(answer["received"], answer["sent"], "received")


def channel_to_callee(caller, callee):
    expect_complete(begin_transfer(caller, callee, "send").result(LIMIT_SECONDS))


def channel_to_caller(caller, callee):
    expect_complete(begin_transfer(caller, callee, "receive").result(LIMIT_SECONDS))


def stream(caller, callee, command, timeout_ms=None):
    """Starts a transfer whose end at the callee stops halfway."""
    pause = {"token": new_token(caller, callee), "after": CHANNEL_BYTES // 2}
    future = begin_transfer(caller, callee, command, pause=pause, timeout_ms=timeout_ms)
    callee.wait_event("halfway", token=pause["token"])
    return pause["token"], future


def expect_broken(future):
    """The connections of both ends broke: the call has no result, and both have come to an end."""
    answer = future.result(LIMIT_SECONDS)
    errors = [end for end in ("sent", "received") if "error" in answer[end]]
    expect(errors != [], True, "an end has an error")
    return answer


def reader_is_gone(caller, future):
    """Maybe everything was on its way already: the writer need not have an error."""
    answer = expect_broken(future)
    expect(answer["received"]["error"]["code"], "invocation_stopped", "code of the call")
    call(caller, caller)


def writer_is_gone(caller, future):
    """What was written arrives, but for what the writer's process still had."""
    answer = expect_broken(future)
    expect(answer["sent"]["error"]["code"], "invocation_stopped", "code of the call")
    received = answer["received"]
    expect(received.get("error"), None, "error of the reader")
    expect(received["bytes"] <= CHANNEL_BYTES // 2, True, f"{received['bytes']} bytes are too many")
    expect(received["bytes"] > CHANNEL_BYTES // 4, True, f"{received['bytes']} bytes are too few")
    call(caller, caller)


# Of all pairs of workers, the C++ one among them. The number is the item of the SDK's checklist.
PAIR_SCENARIOS = {
    "Item99_call": call,
    "Item99_values": values,
    "Item99_error": error,
    "Item99_own code": own_code,
    "Item99_absent function": absent,
    "Item99_void": void,
    "Item99_metadata": metadata,
    "trigger": trigger,
    "rejected trigger": rejected_trigger,
    "Item76_channel to callee": channel_to_callee,
    "Item76_channel to caller": channel_to_caller,
}


# A thousand functions: together, the callers call every one of them.


def register_many(worker):
    worker.ask("register", count=MANY)
    numbers = [0, MANY - 1]
    answer = worker.ask("calls", prefix=f"{worker.name}::many::", numbers=numbers)
    expect(answer, numbers, "results")


def call_many(caller, callee, callers):
    numbers = list(range(MANY))[callers.index(caller) :: len(callers)]
    answer = caller.ask("calls", prefix=f"{callee.name}::many::", numbers=numbers)
    expect(answer, numbers, "results")


# A worker, or the engine, disappears during a call.


def hold(caller, callee, timeout_ms=None):
    """Starts a call that stays open at the callee."""
    token = new_token(caller, callee)
    future = caller.begin(
        "call",
        function_id=f"{callee.name}::hold",
        payload={"token": token},
        timeout_ms=timeout_ms,
    )
    callee.wait_event("held", token=token)
    return token, future


def expect_result(future, token):
    expect(future.result(LIMIT_SECONDS), token, "result")


def expect_stopped(future):
    refused = expect_refusal(lambda: future.result(LIMIT_SECONDS), "call of a lost worker")
    expect(refused.code, "invocation_stopped", "code")


def notices_lost_calls(worker):
    return worker.language == "cpp"


def expect_lost(caller, future):
    """The connection broke: C++ says so at once, the others wait until the call's time is up."""
    refused = expect_refusal(lambda: future.result(LIMIT_SECONDS), "call over a lost connection")
    if notices_lost_calls(caller):
        expect(refused.code, "not_connected", "code")
