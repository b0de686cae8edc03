"""What the programs in this folder share: starting engines and the load generator, reading what the
kernel says about a process, and printing tables of results."""

import json
import os
import pathlib
import platform
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARIES = ROOT / "build" / "release" / "bin"
START_SECONDS_MAX = 10
STOP_SECONDS_MAX = 10


class Failure(Exception):
    """A run that produced no figures."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def engine_command(path, port):
    """relayfloor takes its port as a plain argument, an engine as an option."""
    is_floor = pathlib.Path(path).name == "relayfloor"
    return [str(path), str(port)] if is_floor else [str(path), "--port", str(port)]


class Engine:
    """A running engine (or floor) in a folder of its own; leaves with the `with` block."""

    def __init__(self, path, pinning=()):
        self.port = free_port()
        self.command = [*pinning, *engine_command(path, self.port)]

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="iii-bench-")
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+b")
        self._prepare()
        self.process = subprocess.Popen(
            self.command, cwd=self.folder.name, stdout=self.log, stderr=self.log
        )
        try:
            self._wait_until_listening()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _prepare(self):
        """What has to be in the folder when the engine starts."""

    def _wait_until_listening(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while not is_listening(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.log.seek(0)
                said = self.log.read().decode(errors="replace")
                raise Failure(f"{self.command[0]} does not listen:\n{said}")
            time.sleep(0.01)

    def __exit__(self, *_):
        stop(self.process)
        self.log.close()
        self.folder.cleanup()

    @property
    def pid(self):
        return self.process.pid


HTTP_CONFIGURATION = """workers:
  - name: iii-worker-manager
    config:
      port: {port}
  - name: iii-http
    config:
      port: {http_port}
"""


class HttpEngine(Engine):
    """An engine with the HTTP worker; `keys` are more lines of its configuration."""

    def __init__(self, path, pinning=(), keys=""):
        super().__init__(path, pinning)
        self.http_port = free_port()
        text = HTTP_CONFIGURATION.format(port=self.port, http_port=self.http_port)
        self.configuration = text + keys
        self.command = [*pinning, str(path), "--config", "engine.yaml"]

    def _prepare(self):
        (pathlib.Path(self.folder.name) / "engine.yaml").write_text(self.configuration)


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run_load(path, port, options, pinning=()):
    """The figures of one run of iiiload; lost calls and errors are among them."""
    command = [*pinning, str(path), "--port", str(port), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise Failure(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


class HeldConnections:
    """Connections that only exist, in an iiiload of their own."""

    def __init__(self, path, port, workers, seconds):
        self.command = [str(path), "--port", str(port), "--idle", "--callers", "0"]
        self.command += ["--workers", str(workers), "--seconds", str(seconds)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline():
            raise Failure(f"{' '.join(self.command)}: exit {self.process.wait()}")
        return self

    def __exit__(self, *_):
        stop(self.process)
        self.process.stdout.close()


def resident_kib(pid, name="VmRSS"):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise Failure(f"process {pid} has ended")


def cpu_seconds(pid):
    """Of all threads; from schedstat, because the ticks of stat are 10 ms."""
    threads = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def first_line(*command):
    """Of what the command prints; empty when it prints nothing or does not exist."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    except FileNotFoundError:
        return ""
    return (done.stdout.splitlines() or [""])[0]


def circumstances():
    """Where and with what the figures were taken."""
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    changes = first_line("git", "status", "--porcelain", "--untracked-files=no")
    return {
        "machine": f"{os.cpu_count()} x {model}, Linux {platform.release()}",
        "compiler": first_line("g++", "--version"),
        "commit": first_line("git", "rev-parse", "--short=12", "HEAD")
        + (" with changes" if changes else ""),
        "date": time.strftime("%Y-%m-%d"),
    }


def pinning(core):
    return [] if core is None else ["taskset", "-c", str(core)]


def note(text):
    """Where the run is, for those who watch."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def program(name):
    """Of the system."""
    found = shutil.which(name)
    return found or sys.exit(f"{name} is not installed; `make setup` does it")


def add_common_arguments(parser):
    parser.add_argument("--engine", default=BINARIES / "iiid", help="the engine's binary")
    parser.add_argument("--load", default=BINARIES / "iiiload", help="the load generator")
    parser.add_argument(
        "--realtime",
        action="store_true",
        help="take precedence over everything else on a busy machine; wants root",
    )
    parser.add_argument("--json", metavar="FILE", help="write all figures to FILE")
    parser.add_argument(
        "--markdown", action="store_true", help="print for docs/benchmarks.md, with circumstances"
    )


def prepare(arguments, *paths):
    """After parsing: what the programs need that are to be started."""
    for path in paths:
        if not os.access(path, os.X_OK):
            sys.exit(f"{path} is not there; `make build` makes it")
    _, files_max = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_max, files_max))
    if arguments.realtime:
        # Whatever is started from here on inherits it.
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def print_table(head, rows, as_markdown):
    """The first column is text, the others are figures."""
    if as_markdown:
        rows = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
        print("\n".join("| " + " | ".join(row) + " |" for row in rows))
        print()
        print("; ".join(f"{name}: {value}" for name, value in circumstances().items()))
        return
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells))


def write_json(path, results):
    if path:
        text = json.dumps({**circumstances(), "results": results}, indent=2)
        pathlib.Path(path).write_text(text + "\n")
