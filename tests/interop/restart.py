"""The engine ends and starts again on the same port while calls and channels are under way.

After SIGTERM it lets them end: every call has its result, every channel all its bytes. After
SIGKILL they are lost: each of them ends all the same, and what the functions answer later harms
nobody.
"""

import signal

import scenarios
import web
from harness import LIMIT_SECONDS, Worker, ring

GENTLY = "Item100_restart after SIGTERM"
HARD = "Item100_restart after SIGKILL"
# How long the official packages, which do not notice that the engine is gone, wait for a result.
PATIENCE_MS = 3000


def run(matrix, title, how):
    checks = [f"{title} {what}" for what in ("call", "trigger", "1000 functions")]
    checks += [f"{title} {what}" for what in ("call under way", "channel under way")]
    requests = list(web.selected(matrix, {f"{title} http": web.request}))
    if not matrix.has(*checks) and not requests:
        return
    if requests:
        matrix.add_routes()
    bindings = bind(matrix, f"{title} trigger")
    matrix.register_many(f"{title} 1000 functions")
    seen = {worker.name: len(worker.events) for worker in matrix.workers}
    calls = hold_calls(matrix, f"{title} call under way", how)
    channels = hold_channels(matrix, f"{title} channel under way", how)
    matrix.engine.signal(how)
    if how == signal.SIGTERM:
        matrix.engine.wait_deaf()
        let_end(matrix, calls, channels)
    status = matrix.engine.wait()
    expected_status = 0 if how == signal.SIGTERM else -how
    matrix.check(f"{title}: status", scenarios.expect, status, expected_status, "engine status")
    matrix.engine.start()
    matrix.together(Worker.wait_ready, matrix.workers)
    if how != signal.SIGTERM:
        let_be_lost(matrix, calls, channels)
    for name, caller, callee in matrix.pairs(f"{title} call"):
        matrix.check(name, scenarios.call, caller, callee)
    matrix.check_together(requests)
    matrix.call_many(f"{title} 1000 functions")
    for name, *binding in bindings:
        matrix.check(name, bound_again, seen, *binding)


def bind(matrix, title):
    bindings = []
    for name, caller, callee in matrix.pairs(title):
        config = {"token": scenarios.new_token(caller, callee)}
        scenarios.bind(caller, callee, config)
        bindings.append((name, caller, callee, config, scenarios.bound(caller, callee, config)))
    return bindings


def bound_again(seen, caller, callee, config, trigger):
    again = scenarios.bound(caller, callee, config, since=seen[callee.name])
    scenarios.expect(again, trigger, "trigger id after the restart")
    scenarios.fire(caller, callee, trigger, config)
    scenarios.expect_bound_once(caller, callee, config, since=seen[callee.name])


def patience_of(caller, how):
    is_patient = how == signal.SIGTERM or scenarios.notices_lost_calls(caller)
    return LIMIT_SECONDS * 1000 if is_patient else PATIENCE_MS


def hold_calls(matrix, title, how):
    calls = []
    for name, caller, callee in matrix.pairs(title):
        token, future = scenarios.hold(caller, callee, timeout_ms=patience_of(caller, how))
        calls.append((name, caller, callee, token, future))
    return calls


def hold_channels(matrix, title, how):
    """Two channels between each worker and the next one, one in each direction."""
    channels = []
    for caller, callee in ring(matrix.workers):
        name = matrix.pair(title, caller, callee)
        if name:
            for command in ("send", "receive"):
                timeout_ms = patience_of(caller, how)
                token, future = scenarios.stream(caller, callee, command, timeout_ms=timeout_ms)
                channels.append((name, callee, token, future))
    return channels


def let_end(matrix, calls, channels):
    for _, _, callee, token, _ in calls:
        callee.ask("release", token=token)
    for _, callee, token, _ in channels:
        callee.ask("release", token=token)
    for name, _, _, token, future in calls:
        matrix.check(name, scenarios.expect_result, future, token)
    for name, _, _, future in channels:
        matrix.check(name, expect_complete, future)


def expect_complete(future):
    scenarios.expect_complete(future.result(LIMIT_SECONDS))


def let_be_lost(matrix, calls, channels):
    for name, caller, _, _, future in calls:
        matrix.check(name, scenarios.expect_lost, caller, future)
    for name, _, _, future in channels:
        matrix.check(name, scenarios.expect_broken, future)
    for _, _, callee, token, _ in calls:
        callee.ask("release", token=token)
    for _, callee, token, _ in channels:
        callee.ask("release", token=token)
