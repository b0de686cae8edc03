"""Extra workers die while everybody calls them, serves them, streams from and to them, and is bound
to their trigger types. Then they come back under their names, and leave in the regular way.
"""

import scenarios

CALLEE = "callee killed during a call"
CALLER = "caller killed during a call"
READER = "reader killed midway"
WRITER = "writer killed midway"
PROVIDER = "Item64_provider killed and back"
LEFT = "left during a call"


def run(matrix):
    if not matrix.has(CALLEE, CALLER, READER, WRITER, PROVIDER, LEFT):
        return
    bindings = []
    for victim in matrix.start_workers(suffix="-victim"):
        bindings += kill(matrix, victim)
    if not matrix.has(PROVIDER, LEFT):
        return
    back = matrix.start_workers(suffix="-victim")
    come_back(matrix, back, bindings)
    for victim in back:
        leave(matrix, victim)


def pairs(matrix, title, victim):
    for worker in matrix.workers:
        name = matrix.pair(title, worker, victim)
        if name:
            yield name, worker


def kill(matrix, victim):
    """Returns the bindings that wait for its return."""
    calls = hold_calls(matrix, CALLEE, victim)
    served = []
    for worker in matrix.workers:
        name = matrix.pair(CALLER, victim, worker)
        if name:
            served.append((name, worker, scenarios.hold(victim, worker)))
    streams = start_streams(matrix, victim)
    bindings = bind(matrix, victim)
    victim.kill()
    for name, future in calls:
        matrix.check(name, scenarios.expect_stopped, future)
    for name, worker, (token, _) in served:
        worker.ask("release", token=token)
        matrix.check(name, scenarios.call, worker, worker)
    for name, worker, ended, future in streams:
        matrix.check(name, ended, worker, future)
    for _, worker in pairs(matrix, PROVIDER, victim):
        bindings.append(begin_binding(worker, victim, "made while the provider is away"))
    return bindings


def hold_calls(matrix, title, victim):
    callers = pairs(matrix, title, victim)
    return [(name, scenarios.hold(worker, victim)[1]) for name, worker in callers]


def start_streams(matrix, victim):
    streams = []
    for title, command, ended in (
        (READER, "send", scenarios.reader_is_gone),
        (WRITER, "receive", scenarios.writer_is_gone),
    ):
        for name, worker in pairs(matrix, title, victim):
            _, future = scenarios.stream(worker, victim, command)
            streams.append((name, worker, ended, future))
    return streams


def begin_binding(worker, victim, kind, **config):
    config = {"token": scenarios.new_token(worker, victim), "kind": kind, **config}
    number = scenarios.bind(worker, victim, config)
    return worker, victim.name, config, number


def bind(matrix, victim):
    """One binding that the provider has accepted, one that it has not answered yet."""
    workers = [worker for _, worker in pairs(matrix, PROVIDER, victim)]
    bindings = []
    for worker in workers:
        bindings.append(begin_binding(worker, victim, "accepted"))
        scenarios.bound(worker, victim, bindings[-1][2])
    for worker in workers:
        bindings.append(
            begin_binding(worker, victim, "unanswered", hold=scenarios.new_token(worker, victim))
        )
    if workers:  # The provider may ask its handler for one at a time.
        victim.wait_for("a held binding", lambda event: "hold" in event.get("config", {}))
    return bindings


def come_back(matrix, back, bindings):
    for victim in back:
        ours = [binding for binding in bindings if binding[1] == victim.name]
        held = {config["hold"] for _, _, config, _ in ours if "hold" in config}
        while held:  # In whichever order the provider takes them.
            event = victim.wait_for(
                f"a binding of {held}", lambda event: event.get("config", {}).get("hold") in held
            )
            held.remove(event["config"]["hold"])
            victim.ask("release", token=event["config"]["hold"])
        for name, worker in pairs(matrix, PROVIDER, victim):
            configs = [config for owner, _, config, _ in ours if owner is worker]
            matrix.check(name, expect_bound, worker, victim, configs)
    for worker, _, _, number in bindings:
        worker.ask("unbind", binding=number)


def expect_bound(worker, victim, configs):
    scenarios.expect(len(configs), 3, "bindings")
    for config in configs:
        trigger = scenarios.bound(worker, victim, config)
        scenarios.fire(worker, victim, trigger, config)
    for config in configs:
        scenarios.expect_bound_once(
            worker, victim, config, registrations=scenarios.registrations_max(victim)
        )


def leave(matrix, victim):
    calls = hold_calls(matrix, LEFT, victim)
    if calls:
        victim.ask("leave")
    for name, future in calls:
        matrix.check(name, scenarios.expect_stopped, future)
