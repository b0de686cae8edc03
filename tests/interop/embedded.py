"""A C++ program with the engine inside, and workers that connect to it: it serves functions of the
tests without a socket, calls those of the workers, and provides a trigger type for them.
"""

import scenarios
from harness import Worker

EMBEDDED = "embedded"
# One of each language.
SDKS = ("node-0.22.1", "python-0.25.0", "rust-0.25.0", "cpp")
LEFT = "left during a call"
AS_CALLER = tuple(title for title in scenarios.PAIR_SCENARIOS if title.startswith("Item99_"))
AS_CALLEE = (*AS_CALLER, "trigger", "rejected trigger")


def run(matrix):
    if not any(matrix.selected(name) for name in names()):
        return
    program = matrix.start_process(EMBEDDED, "127.0.0.1")
    port = program.wait_event("listening")["port"]
    workers = matrix.start_workers(url=f"ws://127.0.0.1:{port}", suffix="-connected", sdks=SDKS)
    for title in AS_CALLEE:
        pairs = [(worker, program) for worker in workers]
        if title in AS_CALLER:
            pairs += [(program, worker) for worker in workers]
        named = [(matrix.pair(title, *pair), *pair) for pair in pairs]
        scenario = scenarios.PAIR_SCENARIOS[title]
        matrix.check_together([(name, scenario, *pair) for name, *pair in named if name])
    leave(matrix, program, workers)


def names():
    for worker in SDKS:
        yield from (f"{title}: {worker} > {EMBEDDED}" for title in AS_CALLEE)
        yield from (f"{title}: {EMBEDDED} > {worker}" for title in (*AS_CALLER, LEFT))


def leave(matrix, program, workers):
    """The workers leave while the program waits for them; at last the program stops its engine."""
    for worker in workers:
        name = matrix.pair(LEFT, program, worker)
        if name:
            _, future = scenarios.hold(program, worker)
            worker.ask("leave")
            matrix.check(name, scenarios.expect_stopped, future)
    program.ask("leave")
