"""Names in transcripts for what an engine chooses: $worker1, $ts, $any, ... (see README.md)."""

import re

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

# Kinds whose first value in a received text is kept under its numbered name.
_NAMED = {
    "worker": _UUID,
    "token": _UUID,
    "inv": _UUID,
    "receipt": _UUID,
    "uuid": _UUID,
    "chan": _UUID,
    "key": _UUID,
    "trace": r"[0-9a-f]{32}",
    "span": r"[0-9a-f]{16}",
}

# Kinds that accept every value of a form.
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_FREE = {
    "ts": _NUMBER,
    "num": _NUMBER,
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)",
    "hex": r"[0-9a-f]+",
    "version": r"[0-9A-Za-z.+-]+",
    "any": r"(?s:.*)",
}

PORTS = ("wsport2", "wsport", "httpport", "streamport", "extport")

_PATTERN = re.compile(
    r"\$(?:(?P<named>(?P<kind>%s)\d+)|(?P<free>%s)|pad(?P<pad>\d+)|(?P<given>%s|dir))"
    r"(?![A-Za-z0-9])" % ("|".join(_NAMED), "|".join(_FREE), "|".join(PORTS))
)


class Mismatch(Exception):
    """The engine did something else than the transcript says."""


class Bindings:
    """The values of names, given from outside or learnt from what the engine sent."""

    def __init__(self, given=None):
        self._values = dict(given or {})

    def copy(self):
        return Bindings(self._values)

    def take(self, other):
        self._values = other._values

    def set(self, name, value):
        self._values[name] = value

    def fill(self, text):
        """`text` with every placeholder replaced, as a client sends it."""

        def value(found):
            if found["pad"]:
                return "x" * int(found["pad"])
            name = found["named"] or found["given"] or found["free"]
            if name not in self._values:
                raise Mismatch(f"${name} has no value yet")
            return str(self._values[name])

        return _PATTERN.sub(value, text)

    def match(self, expected, actual, path):
        """Compares a string of the transcript with a value, and learns the names it meets."""
        whole = _PATTERN.fullmatch(expected)
        if whole and self._match_whole(whole, actual, path):
            return
        if self._is_settled(expected):  # also because a pattern with megabytes of $pad is slow
            if self.fill(expected) != actual:
                raise Mismatch(f"{path}: expected {expected}, got {shortened(actual)}")
            return
        pattern, learnt = self._pattern_of(expected)
        found = re.fullmatch(pattern, actual) if isinstance(actual, str) else None
        if not found:
            raise Mismatch(f"{path}: expected {expected}, got {shortened(actual)}")
        for group, (name, kind) in learnt.items():
            self._learn(name, kind, found[group], path)

    def _match_whole(self, placeholder, actual, path):
        """True: decided. A placeholder that stands alone may also stand for a number."""
        free = placeholder["free"]
        if free == "any":
            return True
        if free in ("ts", "num"):
            if isinstance(actual, bool) or not isinstance(actual, (int, float)):
                raise Mismatch(f"{path}: expected a number, got {shortened(actual)}")
            return True
        given = placeholder["given"]
        return given is not None and str(self._values.get(given)) == str(actual)

    def _is_settled(self, expected):
        """Whether only one text can match."""
        return all(
            found["pad"] or (found["named"] or found["given"]) in self._values
            for found in _PATTERN.finditer(expected)
        )

    def _pattern_of(self, expected):
        pattern, learnt, end = "", {}, 0
        for found in _PATTERN.finditer(expected):
            pattern += re.escape(expected[end : found.start()])
            end = found.end()
            name = found["named"] or found["given"]
            if found["pad"]:
                pattern += re.escape("x" * int(found["pad"]))
            elif found["free"]:
                pattern += f"(?:{_FREE[found['free']]})"
            elif name in self._values:
                pattern += re.escape(str(self._values[name]))
            elif found["named"]:
                group = f"name{len(learnt)}"
                learnt[group] = (name, found["kind"])
                pattern += f"(?P<{group}>{_NAMED[found['kind']]})"
            else:
                raise Mismatch(f"${name} has no value yet")
        return pattern + re.escape(expected[end:]), learnt

    def _learn(self, name, kind, value, path):
        if self._values.setdefault(name, value) != value:
            raise Mismatch(f"{path}: ${name} has two values in one text")
        for other, known in self._values.items():
            if other != name and known == value and re.fullmatch(kind + r"\d+", other):
                raise Mismatch(f"{path}: ${name} and ${other} have the same value {value}")


def shortened(value, characters_max=400):
    text = str(value)
    if len(text) <= characters_max:
        return text
    return f"{text[:characters_max]}... ({len(text)} characters)"
