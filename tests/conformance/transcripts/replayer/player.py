"""Plays one transcript: does what its clients did and compares what comes back.

Time decides nothing. A message may take long on a busy machine; silence is the recorded time and
then until the engine has provably read everything that was sent before.
"""

import asyncio
import base64
import json

from . import compare, websocket
from .engine import Engine
from .outer_host import OuterHost
from .placeholders import Bindings, Mismatch, shortened

# How much longer than recorded a message may take.
PATIENCE = 4
RECEIVE_MS = 8000
# Of HTTP: what belongs to the connection, to the moment, and what the worker listener adds.
UNCOMPARED_FIELDS = {
    "connection", "content-length", "transfer-encoding", "date", "x-iii-capabilities"
}


class Player:
    def __init__(self, transcript, command, folder):
        self.events = transcript.play_list()
        self.engine = Engine(command, folder)
        self.bindings = Bindings()
        self.outer_host = OuterHost()
        self.connections = {}
        self.requests = {}  # HTTP requests whose response has not been compared yet
        self.workers = {}  # the connections on /, where Pings are answered at once
        self.last_sender = None
        self.is_signalled = False

    async def play(self):
        """Raises Mismatch where the engine deviates."""
        where = "start"
        try:
            while self.events:
                event = self.events.pop(0)
                where = event["where"]
                await getattr(self, f"on_{event['t']}")(event)
            where = "end"
            await self.end()
        except Mismatch as problem:
            raise Mismatch(f"{where}: {problem}") from None
        except (OSError, asyncio.IncompleteReadError) as problem:
            raise Mismatch(f"{where}: {problem!r}; {self.engine.log_end()}") from None
        finally:
            for connection in self.connections.values():
                connection.drop()
            for response in self.requests.values():
                response.cancel()
            self.outer_host.stop()
            await self.engine.kill()

    async def end(self):
        """Nothing is left over, and the engine stops in order."""
        if self.is_signalled:
            return
        await self.settle()
        self.expect_silence(self.connections)
        for connection in self.connections.values():
            connection.drop()
        self.engine.signal("TERM")
        await self.on_exit({"code": 0})

    # --- Order between connections ---

    async def settle(self):
        """Returns when all effects of what was sent have been sent: the first round of Pings
        follows every message into the engine, the second one follows their effects out of it."""
        for _ in range(2):
            for worker in list(self.workers.values()):
                await self.in_time(worker.barrier())

    async def turn_to(self, name):
        """Lets the engine read what one connection sent before another one goes on."""
        if self.last_sender not in (None, name) and self.last_sender in self.workers:
            await self.in_time(self.workers[self.last_sender].barrier())
        self.last_sender = name

    async def in_time(self, awaitable, milliseconds=RECEIVE_MS):
        try:
            return await asyncio.wait_for(awaitable, PATIENCE * milliseconds / 1000)
        except asyncio.TimeoutError:
            raise Mismatch("nothing came") from None

    def connection(self, event):
        if event["c"] not in self.connections:
            raise Mismatch(f"connection {event['c']} is not open")
        return self.connections[event["c"]]

    # --- What transcripts are made of ---

    async def on_meta(self, event):
        pass

    async def on_note(self, event):
        pass

    async def on_config(self, event):
        if event.get("ext"):
            self.bindings.set("extport", await self.outer_host.start())
        await self.engine.start(event["yaml"], self.bindings, event.get("env", {}))

    async def on_open(self, event):
        await self.turn_to(event["c"])
        path = self.bindings.fill(event["path"])
        connection = websocket.WebSocket()
        status, body = 101, ""
        try:
            port = self.bindings.fill("$" + event.get("port", "wsport"))
            await self.in_time(connection.open(int(port), path, event.get("headers", ())))
        except websocket.UpgradeRefused as refusal:
            status, body = refusal.status, refusal.body
        if status != event.get("status", 101):
            raise Mismatch(f"the upgrade was answered {status}: {body}")
        if "body" in event:
            self.bindings.match(event["body"], body, "body")
        if status == 101:
            self.connections[event["c"]] = connection
            if path.split("?")[0] == "/":
                self.workers[event["c"]] = connection

    async def on_send(self, event):
        await self.send(event, websocket.TEXT, self.bindings.fill(event["text"]).encode())

    async def on_sendbin(self, event):
        await self.send(event, websocket.BINARY, self.bytes_of(event))

    async def on_ping(self, event):
        await self.send(event, websocket.PING, event["text"].encode())

    async def send(self, event, opcode, payload):
        await self.turn_to(event["c"])
        await self.in_time(self.connection(event).send(opcode, payload))

    def bytes_of(self, event):
        if "b64" in event:
            return base64.b64decode(event["b64"])
        return self.bindings.fill(event["text"]).encode()

    async def on_close(self, event):
        await self.turn_to(event["c"])
        await self.connection(event).close(event.get("code"))

    async def on_drop(self, event):
        await self.turn_to(event["c"])
        self.connection(event).drop()
        del self.connections[event["c"]]
        self.workers.pop(event["c"], None)

    async def on_recv(self, event):
        group = [event]
        while "u" in event and self.events and self.is_same_group(event, self.events[0]):
            group.append(self.events.pop(0))
        texts = [await self.receive(member, "text") for member in group]
        compare.assign(group, texts, self.bindings, compare.match_text)

    @staticmethod
    def is_same_group(event, other):
        return other["t"] == "recv" and all(other.get(k) == event[k] for k in ("c", "u"))

    async def on_recvbin(self, event):
        actual = await self.receive(event, "binary")
        if actual != self.bytes_of(event):
            raise Mismatch(f"expected {shortened(self.bytes_of(event))}, got {shortened(actual)}")

    async def on_pong(self, event):
        actual = await self.receive(event, "pong")
        if actual != event["text"]:
            raise Mismatch(f"expected a Pong {event['text']}, got {actual}")

    async def on_closed(self, event):
        code = await self.receive(event, "closed")
        if code != event["code"]:
            raise Mismatch(f"the connection ended with {code}, expected {event['code']}")
        del self.connections[event["c"]]
        self.workers.pop(event["c"], None)

    async def receive(self, event, kind):
        connection = self.connection(event)
        actual, value = await self.in_time(
            connection.arrived.get(), event.get("timeout_ms", RECEIVE_MS)
        )
        if actual != kind:
            raise Mismatch(f"{event['c']}: expected {kind}, got {actual} {shortened(value)}")
        return value

    async def on_quiet(self, event):
        await asyncio.sleep(event["ms"] / 1000)
        await self.settle()
        self.expect_silence(event.get("c") or self.connections)

    def expect_silence(self, names):
        for name in names:
            connection = self.connections.get(name)
            if connection and not connection.arrived.empty():
                kind, value = connection.arrived.get_nowait()
                raise Mismatch(f"{name}: expected silence, got {kind} {shortened(value)}")

    async def on_sleep(self, event):
        await asyncio.sleep(event["ms"] / 1000)

    async def on_http(self, event):
        if self.last_sender in self.workers:
            await self.in_time(self.workers[self.last_sender].barrier())
        request = event["request"]
        port = int(self.bindings.fill("$" + event.get("port", "httpport")))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = self.body_of(request)
        fields = [(name, self.bindings.fill(value)) for name, value in request["headers"]]
        if body:
            fields.append(("content-length", len(body)))
        head = [f"{request['method']} {request['target']} HTTP/1.1"]
        head += [f"{name}: {value}" for name, value in fields]
        writer.write(("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + body)
        # Whoever reads the response keeps the connection open.
        self.requests[event["id"]] = asyncio.ensure_future(
            self.read_and_close(reader, writer, request["method"])
        )
        if "response" in event:
            await self.on_httpres(event)

    def body_of(self, message):
        if "body_b64" in message:
            return base64.b64decode(message["body_b64"])
        return self.bindings.fill(message.get("body", "")).encode()

    @staticmethod
    async def read_and_close(reader, writer, method):
        try:
            return await websocket.read_response(reader, method)
        finally:
            writer.close()

    async def on_httpres(self, event):
        actual = await self.in_time(self.requests.pop(event["id"]))
        self.compare_response(event, *actual)

    def compare_response(self, event, status, fields, body):
        expected = event["response"]
        if status != expected["status"]:
            raise Mismatch(f"HTTP status {status}, expected {expected['status']}: {body}")
        ignored = UNCOMPARED_FIELDS | set(event.get("ignore_headers", ()))
        expected_fields = sorted(f for f in map(tuple, expected["headers"]) if f[0] not in ignored)
        for name, value in expected_fields:
            values = [v for n, v in fields if n == name]
            if self.bindings.fill(value) not in values:
                raise Mismatch(f"HTTP field {name}: expected {value}, got {values}")
        if not event.get("loose"):
            for name in {n for n, _ in fields} - {n for n, _ in expected_fields} - ignored:
                raise Mismatch(f"HTTP field {name} is not in the recording")
            self.compare_body(expected, body)

    def compare_body(self, expected, body):
        """JSON by its values: members keep the order in which the function wrote them."""
        if "body_b64" in expected:
            if self.body_of(expected) != body:
                raise Mismatch(f"expected {shortened(self.body_of(expected))}, got {body[:80]}")
            return
        try:
            values = json.loads(expected.get("body", "")), json.loads(body)
        except ValueError:
            self.bindings.match(expected.get("body", ""), body.decode(), "body")
            return
        compare.match(*values, self.bindings, compare.Rules({}), "nowhere", "body")

    async def on_extreply(self, event):
        self.outer_host.replies.put_nowait(event)

    async def on_extreq(self, event):
        method, target, fields, body = await self.in_time(self.outer_host.requests.get())
        expected = event["request"]
        if (method, target) != (expected["method"], self.bindings.fill(expected["target"])):
            raise Mismatch(f"the engine asked for {method} {target}")
        rules = compare.Rules({})
        # Fields of one name keep their order, those of different names do not.
        expected_fields = sorted(expected["headers"], key=lambda field: field[0])
        actual_fields = [list(field) for field in sorted(fields, key=lambda field: field[0])]
        compare.match(expected_fields, actual_fields, self.bindings, rules, "nowhere", "fields")
        values = json.loads(expected["body"]), json.loads(body)
        compare.match(*values, self.bindings, rules, "nowhere", "body")

    async def on_signal(self, event):
        self.is_signalled = True
        self.engine.signal(event["sig"])

    async def on_exit(self, event):
        code = await self.engine.exit()
        if code != event["code"]:
            raise Mismatch(f"the engine exited with {code}: {self.engine.log_end()}")
