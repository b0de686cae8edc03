"""Compares what the engine sent with what was recorded."""

import json

from .placeholders import Mismatch, shortened

# Events that the engine fires itself; their payload is the engine's own, not some worker's.
_ENGINE_EVENTS = {
    "functions_changed",
    "worker_connected",
    "worker_disconnected",
    "worker_metadata_updated",
}

# The members by which rows of listings are told apart.
ROW_IDS = ("function_id", "id", "name")


class Rules:
    """The modifiers of one event."""

    def __init__(self, event):
        self.ignored = set(event.get("ignore", ()))
        self.unordered = set(event.get("sets", ()))
        self.optional = set(event.get("optional", ()))
        self.is_loose = event.get("loose", False)


def match_text(event, actual, bindings):
    """Compares a received text message with the event's `text`."""
    try:
        expected = json.loads(event["text"])
    except ValueError:
        bindings.match(event["text"], actual, "text")
        return
    try:
        message = json.loads(actual)
    except ValueError:
        raise Mismatch(f"expected JSON, got {shortened(actual)}") from None
    rules = Rules(event)
    if rules.is_loose:
        expected, message = outline(expected), outline(message)
    # What workers send each other arrives as it was sent. Members may be added only to the envelope
    # and to what the engine itself says.
    additions = "anywhere" if is_from_engine(message) else "at the top"
    match(expected, message, bindings, rules, additions, "$")
    for absent in event.get("absent", ()):
        check_absent(message, absent)


def outline(message):
    """What a loose comparison looks at: kind, ids, and whether there is a result or an error."""
    kept = {k: v for k, v in message.items() if k == "type" or k == "id" or k.endswith("_id")}
    return kept | {k: "present" for k in ("result", "error") if k in message}


def is_from_engine(message):
    if not isinstance(message, dict):
        return False
    data = message.get("data")
    if message.get("type") == "invokefunction" and isinstance(data, dict):
        return data.get("event") in _ENGINE_EVENTS
    function_id = message.get("function_id", "")
    return message.get("type") == "invocationresult" and str(function_id).startswith("engine::")


def match(expected, actual, bindings, rules, additions, path):
    if isinstance(expected, str):
        bindings.match(expected, actual, path)
    elif isinstance(expected, dict):
        _match_object(expected, actual, bindings, rules, additions, path)
    elif isinstance(expected, list):
        _match_list(expected, actual, bindings, rules, additions, path)
    elif isinstance(expected, bool) or expected is None or isinstance(actual, bool):
        if expected is not actual:
            raise Mismatch(f"{path}: expected {expected}, got {shortened(actual)}")
    elif not isinstance(actual, (int, float)) or expected != actual:
        raise Mismatch(f"{path}: expected {expected}, got {shortened(actual)}")


def _match_object(expected, actual, bindings, rules, additions, path):
    if not isinstance(actual, dict):
        raise Mismatch(f"{path}: expected an object, got {shortened(actual)}")
    below = additions if additions == "anywhere" else "nowhere"
    for name, value in expected.items():
        if name in rules.ignored:
            continue
        here = f"{path}.{name}"
        if name not in actual:
            if name in rules.optional:
                continue
            raise Mismatch(f"{here} is missing, expected {shortened(value)}")
        found = actual[name]
        if name == "baggage" and isinstance(value, str) and isinstance(found, str):
            bindings.match(_in_order(value), _in_order(found), here)
        elif name in rules.unordered and isinstance(value, list):
            _match_unordered(value, found, bindings, rules, below, here)
        else:
            match(value, found, bindings, rules, below, here)
    if additions == "nowhere":
        for name in actual.keys() - expected.keys() - rules.ignored:
            raise Mismatch(f"{path}.{name} is not in the recording: {shortened(actual[name])}")


def _in_order(baggage):
    return ",".join(sorted(entry.strip() for entry in baggage.split(",")))


def _match_list(expected, actual, bindings, rules, additions, path):
    if additions == "anywhere" and isinstance(actual, list):
        actual = _without_added_rows(expected, actual)
    if not isinstance(actual, list) or len(expected) != len(actual):
        raise Mismatch(f"{path}: expected {len(expected)} elements, got {shortened(actual)}")
    for at, (value, found) in enumerate(zip(expected, actual)):
        match(value, found, bindings, rules, additions, f"{path}[{at}]")


def _without_added_rows(expected, actual):
    """`actual` without the rows about built-ins that the reference system does not have."""
    known = {_row_ids(row) for row in expected}
    return [row for row in actual if _row_ids(row) in known or not _is_builtin_row(row)]


def _row_ids(row):
    return tuple(str(row.get(name)) for name in ROW_IDS) if isinstance(row, dict) else None


def _match_unordered(expected, actual, bindings, rules, additions, path):
    if not isinstance(actual, list):
        raise Mismatch(f"{path}: expected an array, got {shortened(actual)}")
    left = assign(
        expected,
        actual,
        bindings,
        lambda value, found, trial: match(value, found, trial, rules, additions, path),
    )
    for row in left:
        if additions != "anywhere" or not _is_builtin_row(row):
            raise Mismatch(f"{path}: a row that is not in the recording: {shortened(row)}")


def _is_builtin_row(row):
    """Whether a row of a listing describes something of the engine itself."""
    return any(str(value).startswith(("engine::", "iii-")) for value in _row_ids(row) or ())


def assign(expected, actual, bindings, match_one):
    """Gives every expectation a value of its own and returns the values left over."""
    if not expected:
        return actual
    first_problem = None
    for at, found in enumerate(actual):
        trial = bindings.copy()
        try:
            match_one(expected[0], found, trial)
            left = assign(expected[1:], actual[:at] + actual[at + 1 :], trial, match_one)
        except Mismatch as problem:
            # The problem that goes deepest says most.
            if first_problem is None or len(str(problem)) > len(str(first_problem)):
                first_problem = problem
            continue
        bindings.take(trial)
        return left
    nearest = f" (nearest: {first_problem})" if first_problem else ""
    raise Mismatch(f"nothing matches {shortened(expected[0])}{nearest}")


def check_absent(message, absent):
    """Fails when a row is there that a deviation says the engine does not have."""
    for row in rows_of(message, absent["at"]):
        if row.get(absent["key"]) in absent["rows"]:
            raise Mismatch(
                f"the row {row[absent['key']]} is there: the deviation no longer applies"
            )


def rows_of(value, name):
    """The objects in every array under the member `name`, at any depth."""
    children = value.values() if isinstance(value, dict) else value
    rows = []
    if isinstance(value, dict) and isinstance(value.get(name), list):
        rows += [row for row in value[name] if isinstance(row, dict)]
    for child in children:
        if isinstance(child, (dict, list)):
            rows += rows_of(child, name)
    return rows
