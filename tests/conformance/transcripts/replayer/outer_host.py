"""The HTTP server that engines call out to: keeps what was asked, answers what it is told to."""

import asyncio


class OuterHost:
    def __init__(self):
        self.requests = asyncio.Queue()  # (method, target, fields, body)
        self.replies = asyncio.Queue()  # events `extreply`
        self._server = None
        self._writers = []

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    def stop(self):
        if self._server:
            self._server.close()
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader, writer):
        self._writers.append(writer)
        try:
            while True:
                await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.close()

    async def _answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        fields = [tuple(part.strip() for part in line.split(":", 1)) for line in head[1:-2]]
        fields = [(name.lower(), value) for name, value in fields]
        body = await reader.readexactly(int(dict(fields).get("content-length", 0)))
        reply = await self.replies.get()
        self.requests.put_nowait((method, target, fields, body.decode()))
        await asyncio.sleep(reply.get("delay_ms", 0) / 1000)
        body = reply["body"].encode()
        lines = [f"HTTP/1.1 {reply['status']} -"]
        lines += [f"{name}: {value}" for name, value in reply["headers"]]
        if reply["status"] != 204:
            lines.append(f"content-length: {len(body)}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
