"""The Python worker of the interop tests, for every version of the package.

It serves the functions that every test worker serves, and obeys the commands that arrive as JSON
lines on standard input (README.md lists both). Events and answers leave as JSON lines on standard
output; everything else goes to standard error.
"""

import asyncio
import hashlib
import json
import logging
import os
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

from iii import InitOptions, TriggerAction, register_worker
from iii.triggers import TriggerHandler

try:
    from iii.helpers import create_channel
    from iii_helpers.http import http
except ImportError:  # Up to 0.11 all is in one package, and this a method of the client.
    from iii import http

    def create_channel(client):
        return client.create_channel()


output = sys.stdout
sys.stdout = sys.stderr
output_lock = threading.Lock()


def say(message):
    with output_lock:
        output.write(json.dumps(message) + "\n")
        output.flush()


def pattern(count, seed):
    """The same bytes in every language: 251 is prime, so a lost or swapped 64 KiB piece shows."""
    return (bytes(range(251)) * (count // 251 + 2))[seed % 251 :][:count]


def checksum(data, texts):
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "texts": texts}


def failure(error):
    return {
        "code": getattr(error, "code", "local"),
        "message": getattr(error, "message", str(error)),
        "stacktrace": getattr(error, "stacktrace", None),
    }


async def outcome(awaitable):
    try:
        return await awaitable
    except Exception as error:  # Whatever went wrong belongs to the answer.
        return {"error": failure(error)}


class InteropWorker(TriggerHandler):
    def __init__(self, url, name):
        self.name = name
        self.bindings = {}  # What this worker asked for: our number -> handle.
        self.bound = {}  # What others asked of this worker's trigger type: trigger id -> binding.
        self.holds = {}
        self.callers = ThreadPoolExecutor(max_workers=32)
        self.client = register_worker(url, InitOptions(worker_name=name))
        functions = "echo nothing fail refuse note metadata sink source hold fired"
        for function in functions.split():
            self.serve(function, getattr(self, "on_" + function))
        for function in "http_echo http_download http_events http_upload".split():
            self.serve(function, http(getattr(self, "on_" + function)))
        # 0.25.0 files the handler when the type has been sent, and loses the bindings that wait for
        # it if they are faster. On the loop that receives them nothing comes between.
        asyncio.run_coroutine_threadsafe(self.offer_type(), self.client._loop).result()

    async def offer_type(self):
        self.client.register_trigger_type(
            {"id": f"{self.name}::type", "description": "A trigger type of the interop tests"}, self
        )

    def serve(self, function, handler):
        self.client.register_function(f"{self.name}::{function}", handler)

    # The functions. Up to 0.11 handlers are called without metadata.

    async def on_echo(self, data):
        return {"by": self.name, "data": data}

    async def on_nothing(self, _data):
        return None

    async def on_fail(self, data):
        raise RuntimeError("boom " + data["token"])

    async def on_refuse(self, data):
        error = RuntimeError("refused " + data["token"])
        error.code = "interop_refused"
        raise error

    async def on_note(self, data):
        say({"event": "noted", "token": data["token"]})
        return "a void caller never sees this"

    async def on_metadata(self, _data, metadata=None):
        return {"metadata": metadata}

    async def on_sink(self, data):
        return await self.read_all(data["reader"], data.get("pause"))

    async def on_source(self, data):
        return await self.write_all(data["writer"], data, data.get("pause"))

    async def on_hold(self, data):
        return await self.hold(data["token"], {"event": "held", "token": data["token"]})

    async def on_fired(self, data, metadata=None):
        say({"event": "fired", "token": data["token"], "metadata": metadata})
        return {"seen": data["token"]}

    # The functions behind `http` triggers.

    async def on_http_echo(self, request, _response):
        if "fail" in request.query_params:
            raise RuntimeError(request.query_params["fail"])
        return {
            "status_code": int(request.query_params.get("status", 200)),
            "headers": ["Set-Cookie: a=1", "Set-Cookie: b=2", "X-By: " + self.name],
            "body": {
                "by": self.name,
                "method": request.method,
                "path_params": request.path_params,
                "query_params": request.query_params,
                "token": request.headers.get("x-token"),
                "body": request.body,
            },
        }

    async def on_http_download(self, request, response):
        data = pattern(int(request.query_params["bytes"]), int(request.query_params["seed"]))
        await response.status(206)
        sha256 = checksum(data, [])["sha256"]
        await response.headers({"content-type": "application/octet-stream", "x-sha256": sha256})
        await response.writer.write(data)
        await response.writer.close_async()

    async def on_http_events(self, request, response):
        token = request.query_params["token"]
        await response.headers({"content-type": "text/event-stream"})
        await response.writer.write(b"id: 1\ndata: first\n\n")
        await self.hold(token, {"event": "held", "token": token})
        await response.writer.write(b"event: note\nid: 2\ndata: second\ndata: line\n\n")
        await response.writer.write(b"id: 3\ndata: last\n\n")
        await response.writer.close_async()

    async def on_http_upload(self, request, _response):
        received = await self.read_all(request.request_body)
        return {
            "status_code": 201,
            "body": {**received, "type": request.headers.get("content-type")},
        }

    # The trigger type.

    async def register_trigger(self, trigger):
        if trigger.config.get("reject"):
            raise RuntimeError(trigger.config["reject"])
        self.bound[trigger.id] = trigger
        event = {
            "event": "bound",
            "trigger": trigger.id,
            "function": trigger.function_id,
            "config": trigger.config,
            "metadata": trigger.metadata,
        }
        if "hold" in trigger.config:
            await self.hold(trigger.config["hold"], event)
        else:
            say(event)

    async def unregister_trigger(self, trigger):
        self.bound.pop(trigger.id, None)
        say({"event": "unbound", "trigger": trigger.id})

    # What takes its time.

    async def hold(self, token, event):
        """Waits until the token is released; prints the event once a release would be heard."""
        released = asyncio.get_running_loop().create_future()
        self.holds[token] = released
        say(event)
        return await released

    async def halfway(self, pause):
        await self.hold(pause["token"], {"event": "halfway", "token": pause["token"]})

    async def read_all(self, reader, pause=None):
        texts = []
        reader.on_message(texts.append)
        if not pause:
            return checksum(await reader.read_all(), texts)
        data = bytearray()
        async for piece in reader:
            data += piece
            if pause and len(data) >= pause["after"]:
                await self.halfway(pause)
                pause = None
        return checksum(data, texts)

    async def write_all(self, writer, what, pause=None):
        data = pattern(what["bytes"], what["seed"])
        await writer.send_message_async(what["text"])
        rest = data
        if pause:
            await writer.write(data[: pause["after"]])
            await self.halfway(pause)
            rest = data[pause["after"] :]
        await writer.write(rest)
        await writer.close_async()
        return checksum(data, [what["text"]])

    # The commands.

    def call(self, function_id, payload, metadata=None, timeout_ms=None):
        return self.client.trigger(
            {
                "function_id": function_id,
                "payload": payload,
                "metadata": metadata,
                "timeout_ms": timeout_ms,
            }
        )

    def void(self, function_id, payload):
        return self.client.trigger(
            {"function_id": function_id, "payload": payload, "action": TriggerAction.Void()}
        )

    def register(self, count):
        for i in range(count):
            self.register_number(i)

    def register_number(self, number):
        async def handler(_data):
            return number

        self.serve(f"many::{number}", handler)

    def calls(self, prefix, numbers):
        return list(self.callers.map(lambda i: self.call(f"{prefix}{i}", {}), numbers))

    def bind(self, binding, type, function_id, config, metadata):
        self.bindings[binding] = self.client.register_trigger(
            {"type": type, "function_id": function_id, "config": config, "metadata": metadata}
        )

    def unbind(self, binding):
        self.bindings.pop(binding).unregister()

    def fire(self, trigger, payload):
        binding = self.bound[trigger]
        return self.call(binding.function_id, payload, metadata=binding.metadata)

    def send(self, function_id, timeout_ms=None, pause=None, **what):
        async def transfer():
            channel = create_channel(self.client)
            payload = {"reader": channel.reader_ref.model_dump(), "pause": pause}
            answer = asyncio.to_thread(self.call, function_id, payload, timeout_ms=timeout_ms)
            sending = self.write_all(channel.writer, what)
            sent, received = await asyncio.gather(outcome(sending), outcome(answer))
            return {"sent": sent, "received": received}

        return asyncio.run(transfer())

    def receive(self, function_id, timeout_ms=None, **what):
        async def transfer():
            channel = create_channel(self.client)
            payload = {"writer": channel.writer_ref.model_dump(), **what}
            answer = asyncio.to_thread(self.call, function_id, payload, timeout_ms=timeout_ms)
            receiving = self.read_all(channel.reader)
            received, sent = await asyncio.gather(outcome(receiving), outcome(answer))
            return {"sent": sent, "received": received}

        return asyncio.run(transfer())

    def release(self, token):
        released = self.holds.pop(token)
        released.get_loop().call_soon_threadsafe(released.set_result, token)

    def leave(self):
        self.client.shutdown()

    def obey(self, request):
        answer = {"id": request.pop("id")}
        command = request.pop("command")
        try:
            answer["result"] = getattr(self, command)(**request)
        except Exception as error:  # Whatever went wrong belongs to the answer.
            answer["error"] = failure(error)
        say(answer)
        if command == "leave":
            os._exit(0)


def main():
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    worker = InteropWorker(*sys.argv[1:])
    for line in sys.stdin:
        threading.Thread(target=worker.obey, args=(json.loads(line),), daemon=True).start()


# The package keeps threads alive, so that only this ends the process.
try:
    main()
except BaseException:
    traceback.print_exc()
    os._exit(1)
os._exit(0)
