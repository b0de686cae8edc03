"""Processes of the interop tests: one engine, and workers that obey commands as JSON lines.

Nothing here sleeps for a fixed time: every wait is for a condition and has a generous limit.
"""

import concurrent.futures
import functools
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

LIMIT_SECONDS = 60
POLL_SECONDS = 0.01
NEWEST_LINE = (0, 25)


def ring(workers):
    """Each with the next one."""
    return zip(workers, workers[1:] + workers[:1])


class Refused(Exception):
    """A command ended with an error of the SDK."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]
        self.message = error["message"]
        self.stacktrace = error["stacktrace"]


def free_port():
    """A loopback port below the range from which the system picks ports of outgoing connections.

    The engine must get the same port again after a restart, so no client may own it meanwhile.
    """
    ephemeral = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(ephemeral.read_text().split()[0]) if ephemeral.exists() else 32768
    while True:
        port = random.randrange(first // 2, first)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def clean_environment(folder):
    """The environment of all processes: no setting of this user reaches an SDK."""
    ours = ("III_", "OTEL_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {**kept, "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


def matches(event, expected):
    return all(name in event and event[name] == value for name, value in expected.items())


# Calls, channels and requests under way may end however slow this machine is.
CONFIGURATION = """workers:
  - name: iii-worker-manager
    config:
      port: {port}
  - name: iii-engine-functions
    config:
      drain_timeout_ms: {limit_ms}
  - name: iii-cron
  - name: iii-http-functions
    config:
      security:
        block_private_ips: false
        require_https: false
  - name: iii-http
    config:
      port: {http_port}
      default_timeout: {limit_ms}
      body_timeout_ms: {limit_ms}
"""

# What the engine signs requests with.
SECRET = "s3cr3t"


class Engine:
    def __init__(self, program, folder, http_keys=""):
        """`http_keys`: more lines of the HTTP worker's configuration."""
        self.program = program
        self.folder = folder
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        http_port = free_port()
        self.http_url = f"http://127.0.0.1:{http_port}"
        self.process = None
        configuration = CONFIGURATION.format(
            port=self.port, http_port=http_port, limit_ms=LIMIT_SECONDS * 1000
        )
        (folder / "engine.yaml").write_text(configuration + http_keys)

    def start(self):
        with open(self.folder / "engine.log", "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--config", "engine.yaml"],
                cwd=self.folder,
                env=clean_environment(self.folder) | {"INTEROP_SECRET": SECRET},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + LIMIT_SECONDS
        while not self.listens():
            if self.process.poll() is not None:
                raise RuntimeError(f"the engine ended with status {self.process.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError("the engine does not listen")
            time.sleep(POLL_SECONDS)

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def signal(self, how):
        self.process.send_signal(how)

    def wait_deaf(self):
        """Returns once a stopping engine takes no new connections."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while self.listens():
            if time.monotonic() > deadline:
                raise RuntimeError("the engine still listens")
            time.sleep(POLL_SECONDS)

    def wait(self):
        """Returns the status of an engine that ends."""
        return self.process.wait(LIMIT_SECONDS)

    @functools.cached_property
    def is_sanitized(self):
        code = Path(self.program).read_bytes()
        return b"__asan_init" in code or b"__tsan_init" in code

    def forget_peak(self):
        """From now on VmHWM is the peak since this call."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def memory_bytes(self, name):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(name + ":"))
        return int(line.split()[1]) * 1024

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Worker:
    """One worker process.

    `sdk` is a language, with a version unless it is built from this tree; `line` what the package
    knows of the protocol, a tuple such as (0, 11).
    """

    def __init__(self, sdk, command, name, url, folder):
        self.sdk = sdk
        self.language, _, version = sdk.partition("-")
        self.line = tuple(map(int, version.split(".")[:2])) if version else NEWEST_LINE
        self.name = name
        self.folder = folder
        self.changed = threading.Condition()
        self.writing = threading.Lock()
        self.events = []
        self.log = []
        self.commands = 0
        self.replies = {}
        self.gone = False
        self.process = subprocess.Popen(
            [*command, url, name],
            cwd=folder,
            env=clean_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        threading.Thread(target=self._read_output, daemon=True).start()
        threading.Thread(target=self._read_log, daemon=True).start()

    def _read_output(self):
        for line in self.process.stdout:
            message = json.loads(line)
            with self.changed:
                if "event" in message:
                    self.events.append(message)
                    self.changed.notify_all()
                    continue
                reply = self.replies.pop(message["id"])
            if "error" in message:
                reply.set_exception(Refused(message["error"]))
            else:
                reply.set_result(message["result"])
        with self.changed:
            self.gone = True
            left, self.replies = self.replies, {}
            self.changed.notify_all()
        for reply in left.values():
            reply.set_exception(RuntimeError(f"{self.name} has ended"))

    def _read_log(self):
        with open(self.folder / f"{self.name}.log", "w", encoding="utf-8") as log:
            for line in self.process.stderr:
                log.write(line)
                log.flush()
                with self.changed:
                    self.log.append(line)
                    self.changed.notify_all()

    def begin(self, command, **fields):
        """Starts a command and returns a future of its result."""
        reply = concurrent.futures.Future()
        with self.changed:
            if self.gone:
                raise RuntimeError(f"{self.name} has ended")
            self.commands += 1
            number = self.commands
            self.replies[number] = reply
        request = {"id": number, "command": command, **fields}
        # Not under the other lock: the worker may wait until its output is read.
        with self.writing:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        return reply

    def ask(self, command, **fields):
        return self.begin(command, **fields).result(LIMIT_SECONDS)

    def call(self, function_id, payload, **fields):
        return self.ask("call", function_id=function_id, payload=payload, **fields)

    def wait_event(self, kind, since=0, **fields):
        """The first event of this kind with these fields, from position `since` on."""
        expected = {"event": kind, **fields}
        return self.wait_for(expected, lambda event: matches(event, expected), since)

    def count_events(self, kind, since=0, **fields):
        """How many such events have been printed by now."""
        expected = {"event": kind, **fields}
        with self.changed:
            return sum(matches(event, expected) for event in self.events[since:])

    def wait_for(self, what, is_wanted, since=0):
        def find():
            return next((event for event in self.events[since:] if is_wanted(event)), None)

        return self._wait(find, f"{self.name} printed no event {what}")

    def wait_log(self, text):
        complaint = f"{self.name} never logged {text}"
        self._wait(lambda: any(text in line for line in self.log), complaint)

    def _wait(self, find, complaint):
        with self.changed:
            found = self.changed.wait_for(lambda: find() or self.gone, LIMIT_SECONDS)
            found = find() if found else None
        if not found:
            raise AssertionError(complaint)
        return found

    def wait_ready(self):
        """Returns once the engine routes a call of this worker to this worker."""
        # Long: when an answer comes at the moment in which its call times out, the Python packages'
        # reading task ends (set_result of a cancelled future), and they hear nothing any more.
        timeout_ms = 5000
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            try:
                return self.call(f"{self.name}::echo", {}, timeout_ms=timeout_ms)
            except Refused as refused:
                if time.monotonic() > deadline:
                    raise AssertionError(f"{self.name} is not served: {refused}") from refused
            time.sleep(POLL_SECONDS)

    def expect_no_report(self):
        reports = [line for line in self.log if "Sanitizer:" in line or "runtime error:" in line]
        if reports:
            raise AssertionError(f"{len(reports)} reports, the first: {reports[0]}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
