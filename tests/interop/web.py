"""curl before functions of every worker, behind triggers of the type `http`: buffered answers,
streams in both directions, and what all that costs the engine's memory.
"""

import hashlib
import json
import subprocess

import scenarios
from harness import LIMIT_SECONDS
from scenarios import expect, new_token

TRANSFER_BYTES = 100 * 1024 * 1024
CHUNKED_BYTES = 10 * 1024 * 1024
# What one transfer may add to the engine's memory: a channel and two sockets.
GROWTH_BYTES_MAX = 32 * 1024 * 1024

# Method, path below the worker's name, function; perhaps more of the configuration.
ROUTES = (
    ("GET", "items/:id", "http_echo"),
    ("POST", "items", "http_echo"),
    ("GET", "download", "http_download"),
    ("GET", "events", "http_events"),
    ("POST", "upload", "http_upload"),
)


def pattern(count, seed):
    """What the workers make, too."""
    return (bytes(range(251)) * (count // 251 + 2))[seed % 251 :][:count]


def add_routes(worker, routes=ROUTES):
    for method, path, function, *more in routes:
        config = {"api_path": f"/{worker.name}/{path}", "http_method": method}
        worker.ask(
            "bind",
            binding=next(scenarios.tokens),
            type="http",
            function_id=f"{worker.name}::{function}",
            config=config | dict(*more),
            metadata={},
        )
    # Messages keep their order: after this call the routes are served.
    worker.call(f"{worker.name}::echo", {})


class Answer:
    def __init__(self, body, head):
        self.status, headers = head.split(maxsplit=1)
        self.status = int(self.status)
        self.headers = json.loads(headers)  # name to list of values
        self.body = body

    def json(self):
        return json.loads(self.body)


def curl_command(url, *options):
    limits = ["--silent", "--show-error", "--no-buffer", "--max-time", str(LIMIT_SECONDS)]
    return ["curl", *limits, *options, url]


def curl(url, *options, data=b""):
    """`data` is curl's standard input."""
    told = ["--write-out", "%{stderr}%{http_code} %{header_json}"]
    done = subprocess.run(
        curl_command(url, *told, *options), input=data, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise AssertionError(f"curl: status {done.returncode}: {done.stderr.decode()[:300]}")
    return Answer(done.stdout, done.stderr.decode())


def address(engine, worker, path):
    return f"{engine.http_url}/{worker.name}/{path}"


# The checks.


def request(engine, worker):
    """Path, query and a header arrive; a header that is repeated comes back twice."""
    token = new_token(worker, worker)
    url = address(engine, worker, "items/a%20b?q=hello+w%C3%B6rld&q=twice&empty")
    answer = curl(url, "--header", f"X-Token: {token}")
    expect(answer.status, 200, "status")
    expect(answer.headers["set-cookie"], ["a=1", "b=2"], "cookies")
    expect(answer.headers["x-by"], [worker.name], "header of the function")
    expect(answer.headers["content-type"], ["application/json"], "content type")
    seen = {
        "by": worker.name,
        "method": "GET",
        "path_params": {"id": "a%20b"},
        "query_params": {"q": "twice", "empty": ""},
        "token": token,
        "body": None,
    }
    expect(answer.json(), seen, "what the function saw")


def json_request(engine, worker):
    body = {**scenarios.PAYLOAD, "token": new_token(worker, worker)}
    answer = curl(
        address(engine, worker, "items"),
        *("--header", "Content-Type: application/json", "--data-binary", "@-"),
        data=json.dumps(body).encode(),
    )
    expect(answer.status, 200, "status")
    expect(answer.json()["method"], "POST", "method")
    expect(answer.json()["body"], body, "body")


def errors(engine, worker):
    """A status that the function chose, and an exception."""
    answer = curl(address(engine, worker, "items/7?status=409"))
    expect(answer.status, 409, "status")
    expect(answer.json()["path_params"], {"id": "7"}, "body of the error")
    answer = curl(address(engine, worker, "items/7?fail=boom"))
    expect(answer.status, 500, "status of an exception")
    error = answer.json()["error"]
    expect(error["code"], "invocation_failed", "code of an exception")
    expect(error["message"].endswith("boom"), True, f"message {error['message']!r}")


def events(engine, worker):
    """The first event is at the client while the function has not sent the second one."""
    token = new_token(worker, worker)
    url = address(engine, worker, "events")
    command = curl_command(url, "--get", "--data-urlencode", f"token={token}")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as client:
        first = [client.stdout.readline() for _ in range(3)]
        expect(first, [b"id: 1\n", b"data: first\n", b"\n"], "first event")
        worker.wait_event("held", token=token)
        worker.ask("release", token=token)
        fields = sorted(client.stdout.read().split(b"\n\n")[0].split(b"\n"))
        expect(
            fields, [b"data: line", b"data: second", b"event: note", b"id: 2"], "second event"
        )
    expect(client.returncode, 0, "status of curl")


def frugally(engine, transfer, *arguments):
    """The transfer does not end up in the engine's memory. That of a sanitizer tells nothing, as it
    keeps what has been freed; then less is enough."""
    if engine.is_sanitized:
        transfer(*arguments, CHUNKED_BYTES)
        return
    engine.forget_peak()
    before = engine.memory_bytes("VmRSS")
    transfer(*arguments, TRANSFER_BYTES)
    growth = engine.memory_bytes("VmHWM") - before
    expect(growth <= GROWTH_BYTES_MAX, True, f"the engine grew by {growth >> 20} MiB")


def download(engine, worker):
    frugally(engine, expect_download, engine, worker)


def expect_download(engine, worker, count):
    seed = next(scenarios.tokens)
    answer = curl(address(engine, worker, f"download?bytes={count}&seed={seed}"))
    expect(answer.status, 206, "status")
    expect(answer.headers["content-type"], ["application/octet-stream"], "content type")
    sha256 = hashlib.sha256(pattern(count, seed)).hexdigest()
    expect(answer.headers["x-sha256"], [sha256], "what the function sent")
    expect(len(answer.body), count, "bytes received")
    expect(hashlib.sha256(answer.body).hexdigest(), sha256, "what curl received")


def upload(engine, worker):
    """With a length, after `100 Continue`."""
    frugally(engine, expect_upload, engine, worker, f"{worker.name}.bin")


def chunked_upload(engine, worker):
    expect_upload(engine, worker, "-", CHUNKED_BYTES)


def expect_upload(engine, worker, source, count):
    """From standard input, of which curl does not know the length, or from a file."""
    data = pattern(count, next(scenarios.tokens))
    path = "-" if source == "-" else str(engine.folder / source)
    if path != "-":
        (engine.folder / source).write_bytes(data)
    options = ["--request", "POST", "--upload-file", path]
    options += ["--header", "Content-Type: application/octet-stream"]
    answer = curl(address(engine, worker, "upload"), *options, data=data if path == "-" else b"")
    if path != "-":
        (engine.folder / source).unlink()
    expect(answer.status, 201, "status")
    received = answer.json()
    expect(received["bytes"], count, "bytes received")
    expect(received["sha256"], hashlib.sha256(data).hexdigest(), "what the function received")
    expect(received["type"], "application/octet-stream", "content type")


CHECKS = {
    "Item77_http request": request,
    "Item77_http json": json_request,
    "http errors": errors,
    "Item77_http events": events,
    "Item77_http chunked upload": chunked_upload,
}
# One at a time: each is about the engine's memory.
TRANSFERS = {"Item77_http download": download, "Item77_http upload": upload}


def run(matrix):
    checks = list(selected(matrix, CHECKS))
    transfers = list(selected(matrix, TRANSFERS))
    if checks or transfers:
        matrix.add_routes()
    matrix.check_together(checks)
    for transfer in transfers:
        matrix.check(*transfer)


def selected(matrix, checks):
    """Of each worker: name, action and arguments."""
    for title, check in checks.items():
        for worker in matrix.workers:
            name = f"{title}: {worker.sdk}"
            if matrix.selected(name):
                yield name, check, matrix.engine, worker
