"""An engine process of one's own, on ports that it chooses itself."""

import asyncio
import json
import os
import re
import signal

from .placeholders import PORTS, Mismatch

# Bounds of what cannot take long; generous, because the machine may be busy.
START_SECONDS = 60
EXIT_SECONDS = 60


class Engine:
    def __init__(self, command, folder):
        self.command = command
        self.folder = folder
        self.process = None
        self.log_path = folder / "engine.log"
        self.exit_code = None

    async def start(self, config, bindings, environment):
        """Starts with the configuration and binds the names of its ports."""
        bindings.set("dir", str(self.folder))
        # The ports, in the order in which the engine will report them.
        names = re.findall(r"\$(%s)\b" % "|".join(PORTS), config)
        for name in names:
            bindings.set(name, 0)
        (self.folder / "conf").mkdir(exist_ok=True)
        (self.folder / "cwd").mkdir(exist_ok=True)
        config_path = self.folder / "conf" / "engine.yaml"
        config_path.write_text(bindings.fill(config), encoding="utf-8")
        variables = {name: bindings.fill(value) for name, value in environment.items()}
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                *("--config", config_path, "--log-format", "json"),
                cwd=self.folder / "cwd",
                env=os.environ | {"III_TELEMETRY_ENABLED": "false"} | variables,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        for name, port in zip(names, await self._listening(len(names))):
            bindings.set(name, port)

    async def _listening(self, count):
        for _ in range(START_SECONDS * 100):
            ports = []
            for line in self.log_path.read_text(encoding="utf-8").splitlines(keepends=True):
                if line.startswith("{") and line.endswith("\n"):
                    event = json.loads(line)
                    if event["event"] == "listening":
                        ports.append(event["fields"]["port"])
            if len(ports) >= count:
                return ports
            if self.process.returncode is not None:
                raise Mismatch("the engine does not start: " + self.log_end())
            await asyncio.sleep(0.01)
        raise Mismatch("the engine does not listen: " + self.log_end())

    def signal(self, name):
        if self.process.returncode is None:
            self.process.send_signal(signal.Signals[f"SIG{name}"])

    async def exit(self):
        """Waits until the process has ended and returns its status."""
        try:
            return await asyncio.wait_for(self.process.wait(), EXIT_SECONDS)
        except asyncio.TimeoutError:
            raise Mismatch("the engine does not exit") from None

    async def kill(self):
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def log_end(self):
        text = self.log_path.read_text(encoding="utf-8", errors="replace")
        return "\n" + "\n".join(text.splitlines()[-20:])
