"""Where a machine, its states and its events stand in the Python that defines them.

A machine that was made does not know its lines.  They are looked up in the text, by name; what is made in loops or
has its names in variables is placed where the machine is made.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fsm_bootstrap.definitions import shown

_ROLES = ("on", "after", "do", "do_or_wait")
_OF_A_STATE = re.compile(r"^(?:machine '[^']*': )?state '(?P<state>[^']*)'(?:: (?P<rest>.*))?")


class Place(NamedTuple):
    """A line of a file, as the user would write it."""

    file: str
    line: int


class _Text(NamedTuple):
    """A file that was parsed."""

    file: str
    calls: tuple[ast.Call, ...]
    enums: dict[str, str]
    """``Light.RED``: its value."""


class Places:
    """Looks things up in some files."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._texts = [text for file in files if (text := _parsed(file)) is not None]

    def of(self, machine: str, state: str = "", event: str = "") -> Place | None:
        """Of the machine, of a state of it, or of the transition on an event; of the machine where that is all that
        can be found, None where there is no such machine."""
        for text in self._texts:
            for call in text.calls:
                if _is_machine(call) and _said(_first(call), text.enums) == machine:
                    return _inside(text, call, state, event)
        return None

    def blamed(self, file: str, line: int, problem: str) -> Place:
        """Where in the machine that is made in that line the problem stands."""
        here = Place(file, line)
        for text in self._texts:
            around = [c for c in text.calls if _is_machine(c) and c.lineno <= line <= (c.end_lineno or 0)]
            if text.file == file and around:
                return _of_a_problem(text, around[-1], problem) or here
        return here


def _parsed(file: Path) -> _Text | None:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):  # it cannot be imported either, which has been said
        return None
    calls = tuple(node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return _Text(shown(file), calls, dict(_members(tree)))


def _members(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for owner in (line for line in tree.body if isinstance(line, ast.ClassDef)):
        for line in owner.body:
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                for target in line.targets:
                    yield f"{owner.name}.{ast.unparse(target)}", str(line.value.value)


def _is_machine(call: ast.Call) -> bool:
    made = call.func.value if isinstance(call.func, ast.Subscript) else call.func
    return isinstance(made, ast.Name | ast.Attribute) and ast.unparse(made).rpartition(".")[2] == "Machine"


def _first(call: ast.Call) -> ast.expr | None:
    named = (keyword.value for keyword in call.keywords if keyword.arg in ("name", "event"))
    return call.args[0] if call.args else next(named, None)


def _said(node: ast.expr | None, enums: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return enums.get(ast.unparse(node)) if isinstance(node, ast.Attribute) else None


def _role(call: ast.Call) -> str:
    """Which method of a state is called; empty for any other call."""
    is_method = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call)
    return call.func.attr if is_method and isinstance(call.func, ast.Attribute) and call.func.attr in _ROLES else ""


def _root(call: ast.Call) -> ast.Call:
    """The call that makes the state."""
    while _role(call) and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
        call = call.func.value
    return call


def _inside(text: _Text, machine: ast.Call, state: str, event: str) -> Place:
    found = _state(text, machine, state) if state else None
    if found is None:
        return Place(text.file, machine.lineno)
    wanted = "after" if event.startswith("@") else "on"
    for call in text.calls:
        is_event = wanted == "after" or _said(_first(call), text.enums) == event
        if event and _role(call) == wanted and is_event and _root(call) is found:
            return Place(text.file, call.args[0].lineno if call.args else call.lineno)
    return Place(text.file, found.lineno)


def _state(text: _Text, machine: ast.Call, state: str) -> ast.Call | None:
    """Inside the machine; or else the only one of that name beside it."""
    made = [
        call
        for call in text.calls
        if not _role(call) and not _is_machine(call) and _said(_first(call), text.enums) == state
    ]
    inside = [call for call in made if machine.lineno <= call.lineno <= (machine.end_lineno or 0)]
    return inside[-1] if inside else made[0] if len(made) == 1 else None


def _of_a_problem(text: _Text, machine: ast.Call, problem: str) -> Place | None:
    if "the initial state" in problem:
        return next((Place(text.file, k.value.lineno) for k in machine.keywords if k.arg == "initial"), None)
    named = _OF_A_STATE.match(problem)
    if named is None:
        return None
    rest = named["rest"] or ""
    if rest.startswith(("its action", "on_exhausted")):
        found = _state(text, machine, named["state"])
        acting = (c for c in text.calls if _role(c).startswith("do") and c.args and _root(c) is found)
        return next((Place(text.file, call.args[0].lineno) for call in acting), None)
    event = re.match(r"on '([^']*)'", rest) or re.match(r"'([^']*)' is handled", rest)
    return _inside(text, machine, named["state"], event[1] if event else "")
