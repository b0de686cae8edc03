"""Transcripts as data: reading them, and changing them where iiid deviates on purpose."""

import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
DATA = HERE / "data"
DEVIATIONS = HERE / "deviations.jsonl"
WAITING = HERE / "waiting.txt"
REASONS = HERE.parent.parent.parent / "docs" / "compatibility.md"

# The built-in workers that iiid has and that a configuration names.
AVAILABLE = {"iii-worker-manager", "iii-cron", "iii-http", "iii-http-functions"}

# The versions that were recorded, and how iiid is asked for each of them.
LINES = {"0.11.6": ["--compat", "0.11"], "0.22.1": []}


class Refused(Exception):
    """The data of this folder contradicts itself."""


def read_lines(path):
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


class Transcript:
    """One recorded conversation, to be played for one version."""

    def __init__(self, path, version):
        self.name = f"{path.parent.name}/{path.stem}"
        self.version = version
        self.events = []
        for number, event in enumerate(read_lines(path), 1):
            event["where"] = f"event {number}"
            self.events.append([event])

    @property
    def title(self):
        return f"{self.name} for {self.version}"

    def first(self, kind):
        return next(event for events in self.events for event in events if event["t"] == kind)

    def apply(self, deviation):
        for number in deviation["events"]:
            if not 1 <= number <= len(self.events):
                raise Refused(f"{self.name}: a deviation names event {number}, which is not there")
            recorded = self.events[number - 1][0]
            if not deviation["recorded"].items() <= recorded.items():
                raise Refused(
                    f"{self.name} event {number}: a deviation is about {deviation['recorded']}, "
                    f"but recorded is {str(recorded)[:200]}"
                )
            self.events[number - 1] = _deviated(recorded, deviation)

    def play_list(self):
        return [event for events in self.events for event in events]


def _deviated(recorded, deviation):
    where = f"{recorded['where']} (deviation {deviation['reason']})"
    ours = [event | {"where": where} for event in deviation.get("ours", ())]
    match deviation["what"]:
        case "replace":
            return ours
        case "drop":
            return []
        case "insert":
            return [recorded, *ours]
        case "rows":
            event = recorded | {"where": where}
            for rows in deviation.get("absent", ()):
                event = _without_rows(event, rows)
            for rows in deviation.get("present", ()):
                event = _with_rows(event, rows)
            return [event]
    raise Refused(f"a deviation cannot '{deviation['what']}'")


def _without_rows(event, absent):
    """The event without the rows that iiid does not have yet, and must not have."""

    def is_kept(row):
        return row[absent["key"]] not in absent["rows"]

    event = _with_listings(event, absent["at"], lambda rows: list(filter(is_kept, rows)))
    return event | {"absent": [*event.get("absent", ()), absent]}


def _with_rows(event, present):
    """The event with more rows. Where they stand among the others is not said."""
    event = _with_listings(event, present["at"], lambda rows: rows + present["rows"])
    return event | {"sets": [*event.get("sets", ()), present["at"]]}


def _with_listings(event, name, change):
    """The event with every array under the member `name` changed."""

    def walk(value):
        if isinstance(value, list):
            return [walk(entry) for entry in value]
        if isinstance(value, dict):
            return {k: change(v) if k == name else walk(v) for k, v in value.items()}
        return value

    text = json.dumps(walk(json.loads(event["text"])))
    if json.loads(text) == json.loads(event["text"]):
        raise Refused(f"{event['where']}: the deviation changes nothing")
    return event | {"text": text}


def read_deviations():
    reasons = set(re.findall(r"^### (\S+)$", REASONS.read_text(encoding="utf-8"), re.MULTILINE))
    deviations = []
    for number, deviation in enumerate(read_lines(DEVIATIONS), 1):
        if deviation["reason"] not in reasons:
            raise Refused(
                f"{DEVIATIONS.name}:{number}: {REASONS.name} has no heading '### "
                f"{deviation['reason']}'"
            )
        deviations.append(deviation)
    return deviations


def read_waiting():
    """The transcripts that cannot be played yet, with the built-in worker that each waits for."""
    lines = WAITING.read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def read_all():
    """Every transcript, once for each version it was recorded from, with its deviations."""
    transcripts = []
    for path in sorted(DATA.glob("*/*.jsonl")):
        versions = next(read_lines(path))["versions"]
        transcripts += [Transcript(path, version) for version in versions]
    for deviation in read_deviations():
        concerned = [
            t
            for t in transcripts
            if t.name == deviation["transcript"] and t.version in deviation["versions"]
        ]
        if len(concerned) != len(deviation["versions"]):
            raise Refused(f"a deviation is about {deviation['transcript']}, which is not there")
        for transcript in concerned:
            transcript.apply(deviation)
    check_waiting(transcripts, read_waiting())
    return transcripts


def check_waiting(transcripts, waiting):
    known = {transcript.name for transcript in transcripts}
    for name in waiting.keys() - known:
        raise Refused(f"{WAITING.name}: there is no transcript {name}")
    for transcript in transcripts:
        workers = re.findall(r"^  - name: (\S+)$", transcript.first("config")["yaml"], re.MULTILINE)
        others = set(workers) - AVAILABLE
        worker = waiting.get(transcript.name)
        if (worker is None and others) or (worker is not None and worker not in others):
            raise Refused(
                f"{WAITING.name}: {transcript.name} needs {', '.join(sorted(others)) or 'nothing'}"
            )
