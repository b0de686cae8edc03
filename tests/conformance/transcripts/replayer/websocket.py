"""A WebSocket client that shows each frame of the engine and does nothing behind the test's back,
except that it answers Pings and Closes."""

import asyncio
import base64
import hashlib
import os
import struct

from .placeholders import Mismatch

_ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_BARRIER = b"barrier "

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class UpgradeRefused(Exception):
    def __init__(self, status, body):
        super().__init__(f"the upgrade was answered {status}: {body}")
        self.status, self.body = status, body


async def read_response(reader, method="GET"):
    """Status, header fields (lower-case names) and body of an HTTP/1.1 response."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split()[1])
    fields = []
    for line in head[1:-2]:
        name, _, value = line.partition(":")
        fields.append((name.strip().lower(), value.strip()))
    if status in (101, 204, 304) or method == "HEAD":
        return status, fields, b""
    if dict(fields).get("transfer-encoding") == "chunked":
        return status, fields, await _read_chunks(reader)
    length = dict(fields).get("content-length")
    body = await (reader.read() if length is None else reader.readexactly(int(length)))
    return status, fields, body


async def _read_chunks(reader):
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return body


class WebSocket:
    """One connection. What arrives is in `arrived`: ("text", str), ("binary", bytes),
    ("pong", str), and last ("closed", code)."""

    def __init__(self):
        self.arrived = asyncio.Queue()
        self.is_ended = False
        self._answered_pings = set()
        self._awaited_pongs = {}
        self._barriers = 0
        self._has_sent_close = False
        self._task = None

    async def open(self, port, path, headers=()):
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        key = base64.b64encode(os.urandom(16)).decode()
        head = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
            *(f"{name}: {value}" for name, value in headers),
        ]
        self._writer.write(("\r\n".join(head) + "\r\n\r\n").encode("latin-1"))
        status, fields, body = await read_response(self._reader)
        if status != 101:
            self._writer.close()
            raise UpgradeRefused(status, body.decode("utf-8", "replace"))
        digest = hashlib.sha1((key + _ACCEPT_GUID).encode()).digest()
        if dict(fields).get("sec-websocket-accept") != base64.b64encode(digest).decode():
            raise Mismatch("Sec-WebSocket-Accept does not fit the key")
        self._task = asyncio.create_task(self._read())

    async def send(self, opcode, payload):
        self._has_sent_close |= opcode == CLOSE
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            head = struct.pack(">BB", 0x80 | opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack(">BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack(">BBQ", 0x80 | opcode, 0x80 | 127, size)
        key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        masked = (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")
        try:
            self._writer.write(head + mask + masked)
            await self._writer.drain()
        except OSError:
            pass  # the reading side tells how the connection ended

    async def close(self, code=None):
        await self.send(CLOSE, b"" if code is None else struct.pack(">H", code))

    def drop(self):
        if self._task:
            self._task.cancel()
        self._writer.transport.abort()
        self.is_ended = True

    async def barrier(self):
        """Returns when the engine has read all that was sent here before, or has ended it."""
        self._barriers += 1
        payload = _BARRIER + str(self._barriers).encode()
        done = self._awaited_pongs[payload] = asyncio.get_running_loop().create_future()
        if not self.is_ended:
            await self.send(PING, payload)
            await done

    async def _read(self):
        code = 1006
        try:
            code = await self._read_frames()
        except (asyncio.IncompleteReadError, OSError):
            pass
        except (Mismatch, UnicodeDecodeError) as problem:
            self.arrived.put_nowait(("bad frame", str(problem)))
        self._end(code)

    def _end(self, code):
        self.is_ended = True
        self.arrived.put_nowait(("closed", code))
        for waiting in self._awaited_pongs.values():
            if not waiting.done():
                waiting.set_result(None)
        self._writer.transport.abort()

    async def _read_frames(self):
        kind, message = None, b""
        while True:
            is_final, opcode, payload = await self._read_frame()
            if opcode == CLOSE:
                if not self._has_sent_close:
                    await self.send(CLOSE, payload[:2])
                return struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
            if opcode == PING:
                await self.send(PONG, payload)
            elif opcode == PONG:
                self._on_pong(payload)
            else:
                if (opcode == CONTINUATION) != (kind is not None):
                    raise Mismatch(f"opcode {opcode} does not fit the frames before")
                kind, message = kind or opcode, message + payload
                if is_final:
                    is_text = kind == TEXT
                    item = ("text", message.decode()) if is_text else ("binary", message)
                    self.arrived.put_nowait(item)
                    kind, message = None, b""

    async def _read_frame(self):
        first, second = await self._reader.readexactly(2)
        opcode, size = first & 0x0F, second & 0x7F
        if first & 0x70 or second & 0x80 or opcode not in (0, 1, 2, 8, 9, 10):
            raise Mismatch(f"a server may not send a frame with head {first:02x} {second:02x}")
        if opcode >= CLOSE and (size > 125 or not first & 0x80):
            raise Mismatch(f"control frame {opcode} is too long or not final")
        if size == 126:
            size = struct.unpack(">H", await self._reader.readexactly(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", await self._reader.readexactly(8))[0]
        return bool(first & 0x80), opcode, await self._reader.readexactly(size)

    def _on_pong(self, payload):
        if payload.startswith(_BARRIER):
            waiting = self._awaited_pongs.get(payload)
            if waiting and not waiting.done():
                waiting.set_result(None)
            return
        # A second Pong for the same Ping is allowed.
        if payload not in self._answered_pings:
            self._answered_pings.add(payload)
            self.arrived.put_nowait(("pong", payload.decode("latin-1")))
