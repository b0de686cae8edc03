"""One pass through the whole matrix: an engine and workers of its own, and the parts of it."""

import itertools
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import embedded
import lost
import restart
import scenarios
import web
from harness import Engine, Worker, ring

# Checks at a time: what keeps two processors busy.
TOGETHER = 4


class Run:
    def __init__(self, engine, commands, folder, only=""):
        """`commands` starts each program; `only` selects checks by their names."""
        self.only = only
        self.commands = commands
        self.sdks = [sdk for sdk in commands if sdk != embedded.EMBEDDED]
        self.folder = folder
        self.engine = Engine(engine, folder)
        self.workers = []
        self.processes = []
        self.have_many = False
        self.have_routes = False
        self.counting = threading.Lock()
        self.passed = 0
        self.failed = 0

    def selected(self, name):
        return not self.only or self.only in name

    def check(self, name, action, *arguments):
        if not self.selected(name):
            return
        passes = True
        try:
            action(*arguments)
        except Exception as error:
            passes = False
            print(f"FAILED {name}: {type(error).__name__} {error}", flush=True)
        with self.counting:
            self.passed += passes
            self.failed += not passes

    def check_together(self, checks):
        """Checks that do not disturb each other: name, action and arguments of each."""
        self.together(lambda check: self.check(*check), checks, TOGETHER)

    def pair(self, scenario, caller, callee):
        """The name of the check, or None if it is not selected."""
        name = f"{scenario}: {caller.sdk} > {callee.sdk}"
        return name if self.selected(name) and self.takes_part(caller, callee) else None

    def takes_part(self, caller, callee):
        """Sanitizers watch the engine and C++ only: with them each package calls itself, the next
        one and C++, and is called by C++."""
        languages = {caller.language, callee.language}
        if not self.engine.is_sanitized or not languages.isdisjoint(scenarios.CPP):
            return True
        steps = self.sdks.index(callee.sdk) - self.sdks.index(caller.sdk)
        return steps % len(self.sdks) in (0, 1)

    def pairs(self, scenario):
        """Ordered pairs of the workers: name of the check, caller, callee."""
        for caller in self.workers:
            for callee in self.workers:
                name = self.pair(scenario, caller, callee)
                if name:
                    yield name, caller, callee

    def has(self, *titles):
        """Whether a check of these scenarios is to be made."""
        return any(any(self.pairs(title)) for title in titles)

    def start_process(self, sdk, url, suffix=""):
        process = Worker(sdk, self.commands[sdk], sdk + suffix, url, self.folder)
        self.processes.append(process)
        return process

    def start_workers(self, suffix="", url=None, sdks=None):
        started = [
            self.start_process(sdk, url or self.engine.url, suffix) for sdk in sdks or self.sdks
        ]
        self.together(Worker.wait_ready, started)
        return started

    def together(self, action, items, threads=None):
        with ThreadPoolExecutor(threads or max(1, len(items))) as threads:
            return list(threads.map(action, items))

    def all_parts(self):
        for title, part in (
            ("start", self.start),
            ("scenarios of all pairs", self.scenarios_of_all_pairs),
            ("large calls", self.large_calls),
            ("schedules", self.schedules),
            ("functions by URL", self.functions_by_url),
            ("http", lambda: web.run(self)),
            ("1000 functions", self.many_functions),
            ("lost workers", lambda: lost.run(self)),
            ("restart gently", lambda: restart.run(self, restart.GENTLY, signal.SIGTERM)),
            ("restart hard", lambda: restart.run(self, restart.HARD, signal.SIGKILL)),
            ("embedded engine", lambda: embedded.run(self)),
        ):
            begin = time.monotonic()
            before = self.passed
            try:
                part()
            except Exception as error:  # The part could not be set up: none of its checks count.
                self.failed += 1
                print(f"FAILED {title}: {type(error).__name__} {error}", flush=True)
            seconds = time.monotonic() - begin
            print(f"{title}: {self.passed - before} passed in {seconds:.1f} s", flush=True)
        self.check("engine: ends with status 0", self.stop_engine)
        for process in self.processes:
            self.check(f"{process.name}: no report of a sanitizer", process.expect_no_report)

    def start(self):
        self.engine.start()
        self.workers = self.start_workers()

    def stop_engine(self):
        scenarios.expect(self.engine.stop(), 0, "status of the engine")

    def scenarios_of_all_pairs(self):
        for title, scenario in scenarios.PAIR_SCENARIOS.items():
            pairs = self.pairs(title)
            self.check_together([(name, scenario, *pair) for name, *pair in pairs])

    def large_calls(self):
        """They take seconds each: each worker is caller and callee of one, which arrives if it
        takes as much."""
        able = [worker for worker in self.workers if not scenarios.takes_one_mebibyte(worker)]
        large = [
            (name, scenarios.large_call, caller, callee)
            for caller, callee in {*ring(self.workers), *ring(able)}
            if (name := self.pair("large call", caller, callee))
        ]
        self.check_together(large)
        fragmenting = [worker for worker in self.workers if scenarios.sends_fragments(worker)]
        for caller, callee in ring(fragmenting):
            self.echo("fragmented call", caller, callee, scenarios.FRAGMENTED_BYTES)
        if not self.engine.is_sanitized:  # They see no more in 60 MiB than in the 17 before.
            self.echo("largest call", fragmenting[0], fragmenting[-1], scenarios.LARGEST_BYTES)

    def echo(self, title, caller, callee, size):
        name = f"{title}: {caller.sdk} > {callee.sdk}"
        self.check(name, scenarios.echo_text, caller, callee, size)

    def schedules(self):
        self.check_together(
            [
                (f"schedule: {worker.sdk}", scenarios.schedule, worker)
                for worker in self.workers
                if worker.language == "node"
            ]
        )

    def functions_by_url(self):
        self.check_together(
            [
                (f"function by URL: {a.sdk} > {b.sdk}", scenarios.function_by_url, a, b)
                for a, b in itertools.product(self.workers, self.workers)
                if a.language == "node"
            ]
        )

    def many_functions(self):
        self.register_many("1000 functions")
        self.call_many("1000 functions")

    def add_routes(self):
        if not self.have_routes:
            self.together(web.add_routes, self.workers)
            self.have_routes = True

    def register_many(self, title):
        if self.has(title) and not self.have_many:
            self.together(scenarios.register_many, self.workers)
            self.have_many = True

    def call_many(self, title):
        pairs = self.pairs(title)
        self.check_together(
            [(name, scenarios.call_many, *pair, self.workers) for name, *pair in pairs]
        )

    def end(self):
        for process in self.processes:
            process.kill()
        self.engine.kill()
