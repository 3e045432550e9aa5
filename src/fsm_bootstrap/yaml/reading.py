"""From plain data to the declared keys: everything that does not fit becomes a problem, the rest goes on.

What is wrong is cut out and the remainder is read again, until it fits: so one look finds the problems of all parts,
also those that only show between parts.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fsm_bootstrap.definitions import Problem, nearest
from fsm_bootstrap.yaml.keys import FileKeys, ImportKeys, Keys, MachineKeys, RetryKeys, StateKeys, TransitionKeys
from fsm_bootstrap.yaml.nodes import Broken, Date, Document, Listing, Mapping

_PARTS: dict[str, type[Keys]] = {"states": StateKeys, "transitions": TransitionKeys, "retry": RetryKeys}
_FORMER = {
    "stream": "PRIMARY_STREAM_SOURCE",
    "table": "PRIMARY_RETRY_SOURCE",
    "topic": "PRIMARY_STREAM_SOURCE",
    "metrics": "PRIMARY_METRICS_SOURCE",
}
"""Keys of a machine that old files still have, and the settings that took their place."""
_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
}


class Read(NamedTuple):
    """What could be read of a file."""

    keys: FileKeys | None
    problems: tuple[Problem, ...]


def read(document: Document, file: str) -> Read:
    """Read the keys of a file."""
    data = document.data if document.data is not None else Mapping(1)
    if not isinstance(data, Mapping):
        wrong = f"the file must have the key 'machines' with a list of machines; it is {_kind(data)}"
        return Read(None, (*document.problems, Problem(file, document.line, wrong)))
    reader = _Reader(file, data)
    keys = reader.keys()
    return Read(keys, (*document.problems, *reader.problems))


_Step: TypeAlias = tuple[Mapping | Listing, str | int]


class _Found(NamedTuple):
    """Where an error is."""

    trail: list[_Step]
    """Each part on the way with the key or number that leads on; the last one leads to what is wrong."""
    model: type[Keys]
    """What the last part should be, or for an item of a list the item."""


class _Reader:
    def __init__(self, file: str, data: Mapping) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._data = data

    def keys(self) -> FileKeys | None:
        while True:  # each time there is less
            try:
                return FileKeys.model_validate(self._data)
            except ValidationError as errors:
                found = [(error, _find(self._data, error)) for error in errors.errors(include_url=False)]
            found.sort(key=lambda each: each[0]["type"] != "extra_forbidden")  # first what may explain a missing key
            for error, place in found:
                self._report(error, place)
            wrong = [_wrong(error, place) for error, place in found]
            if [] in wrong:  # the file itself
                return None
            _cut(wrong)

    def _report(self, error: ErrorDetails, found: _Found) -> None:
        part, key = found.trail[-1]
        lost = isinstance(part, Mapping) and key in part.lost
        problem = self._problem(error, found)
        if error["input"] is not Broken.BROKEN and not lost:
            self.problems.append(problem)
        if isinstance(part, Mapping):
            part.lost.update((str(key), problem.suggestion))

    def _problem(self, error: ErrorDetails, found: _Found) -> Problem:
        part, key = found.trail[-1]
        line = part.lines.get(str(key), part.line) if isinstance(part, Mapping) else part.lines[_number(key)]
        if error["type"] == "extra_forbidden":
            return self._unknown(str(key), line, found.model)
        return Problem(self._file, line, _said(error, key, found.model))

    def _unknown(self, key: str, line: int, model: type[Keys]) -> Problem:
        if model is MachineKeys and key in _FORMER:
            message = f"key {key!r} is no longer read: the setting {_FORMER[key]} took its place; remove it"
            return Problem(self._file, line, message)
        near = nearest(key, model.known())
        known = "" if near else f"; its keys are {', '.join(model.known())}"
        return Problem(self._file, line, f"{model.noun} has no key {key!r}{known}", near)


def _wrong(error: ErrorDetails, found: _Found) -> list[_Step]:
    """What has to go: the value, or the whole part where that cannot do without it."""
    whole = error["type"] == "missing" or found.trail[-1][1] == "import"
    return found.trail[:-1] if whole else found.trail


def _cut(trails: list[list[_Step]]) -> None:
    items: dict[int, tuple[Listing, set[int]]] = {}
    for trail in trails:
        part, key = trail[-1]
        if isinstance(part, Mapping):
            part.pop(str(key), None)
            continue
        items.setdefault(id(part), (part, set()))[1].add(_number(key))
        above, name = trail[-2]
        if isinstance(above, Mapping):
            above.lost.add(str(name))
    for listing, numbers in items.values():
        for number in sorted(numbers, reverse=True):
            del listing[number], listing.lines[number]


def _inside(part: Mapping | Listing, step: str | int) -> object:
    return part.get(str(step)) if isinstance(part, Mapping) else part[_number(step)]


def _number(key: str | int) -> int:
    return int(key)


def _find(data: Mapping, error: ErrorDetails) -> _Found:
    """Follow the error's location; what is no key or number there names a branch of a union, and is passed over."""
    trail: list[_Step] = []
    model: type[Keys] = FileKeys
    at: object = data
    for step in error["loc"]:
        if step in ("<machine>", "<import>"):
            model = MachineKeys if step == "<machine>" else ImportKeys
        elif isinstance(at, Mapping | Listing):
            model = _PARTS.get(str(trail[-1][1]), model) if trail else model
            trail.append((at, step))
            at = _inside(at, step)
    return _Found(trail, model)


def _said(error: ErrorDetails, key: str | int, model: type[Keys]) -> str:
    kind, value = error["type"], cast("object", error["input"])
    subject = model.noun if isinstance(key, int) else repr(key)
    if kind == "missing":
        return f"{model.noun} needs the key {key!r}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        if key == "renamed":
            return f"'renamed' must be a mapping of old names to new ones; it is {_kind(value)}"
        known = ", ".join(_PARTS.get(str(key), model).known())
        return f"{subject} must be a mapping with the keys {known}; it is {_kind(value)}"
    if kind in _WANTED:
        quote = "; quote it" if kind == "string_type" and not isinstance(value, Mapping | Listing) else ""
        return f"{subject} must be {_WANTED[kind]}; it is {_kind(value)}{quote}"
    if kind in ("string_too_short", "too_short"):
        return f"{subject} must not be empty"
    if kind == "string_pattern_mismatch":
        return f"{value!r} is no name; use letters, digits and _ . - and begin with a letter"
    if kind == "greater_than":
        return f"{subject} must be above {error.get('ctx', {}).get('gt')}, not {value}"
    if kind == "greater_than_equal":
        return f"{subject} must be at least {error.get('ctx', {}).get('ge')}, not {value}"
    return f"{subject} {error['msg'][:1].lower()}{error['msg'][1:]}"


def _kind(value: object) -> str:
    """The value's kind in the words of someone who writes YAML."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false to YAML (as are yes, no, on and off)"
        case Date():
            return "a date to YAML"
        case int() | float():
            return "a number"
        case str():
            return f"the text {value!r}"
        case list():
            return "a list"
        case _:
            return "a mapping"
