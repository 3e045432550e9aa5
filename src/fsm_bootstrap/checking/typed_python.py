"""An fsm.yaml's machines as typed Python, for mypy; each line knows where in the YAML it comes from.

    _state_4 = (
        State[_names_1, _context_1](
            "charge",
        )
        .on(
            "paid",
            "ship",
        )
        .do_or_wait(
            _action_7,
        )
    )

What is different from a machine that a user writes: every action may wait, as the original's could; what entry, exit
and transition actions return is not looked at, as nothing does when they run; an action class of the original's is
called for its ``execute``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from keyword import iskeyword
from typing import NamedTuple

from fsm_bootstrap.yaml.building import Parts
from fsm_bootstrap.yaml.files import Source
from fsm_bootstrap.yaml.keys import Keys, MachineKeys, StateKeys, TransitionKeys
from fsm_domain.machine.declared import returns_any_text

FILE = "fsm_check_machines.py"

_HEAD = """\
# mypy: disallow-any-expr=False, disallow-any-explicit=False, disallow-any-generics=False, disallow-any-decorated=False
# mypy: disallow-any-unimported=False, warn-unused-ignores=False, ignore-errors=False
from collections.abc import Callable as _Callable
from datetime import timedelta as _timedelta
from typing import Any as _Any, Literal as _Literal, Protocol as _Protocol, TypeVar as _TypeVar
from fsm_domain import Action as _Action, FinalState as _FinalState, Machine as _Machine, State as _State, Step as _Step
_C = _TypeVar("_C")
_R = _TypeVar("_R")
_C_contra = _TypeVar("_C_contra", contravariant=True)
_R_co = _TypeVar("_R_co", covariant=True)
class _Executable(_Protocol[_C_contra, _R_co]):
    def execute(self, context: _C_contra, obj: dict[str, _Any], /) -> _R_co: ...
def _of_class(action: _Executable[_C, _R]) -> _Callable[[_C, _Step], _R]:
    raise NotImplementedError
def _unseen(action: _Callable[[_C, _Step], object]) -> _Action[_C, None]:
    raise NotImplementedError
def _any_event(action: _Callable[[_C, _Step], object]) -> _Callable[[_C, _Step], _Any]:
    raise NotImplementedError
"""
# Only where it is needed: mypy reads the whole loader for it.
_FOR_DICTS = """\
from fsm_bootstrap.yaml.legacy_context import Context as _LegacyContext
def _of_dict(action: _Executable[_LegacyContext, _R]) -> _Callable[[dict[str, _Any], _Step], _R]:
    raise NotImplementedError
"""


class Kind(Enum):
    """What a line of the Python is there for."""

    NAME = "name"
    """mypy is to see what the path leads to."""
    CONTEXT = "context"
    """The action takes this machine's context."""
    EVENTS = "events"
    """The action returns what the state handles."""
    REST = "rest"


class Origin(NamedTuple):
    """Where in the YAML a line of the Python comes from."""

    kind: Kind
    file: str
    line: int
    machine: MachineKeys
    state: StateKeys | None = None
    path: str = ""
    """Of the action."""


class TypedPython(NamedTuple):
    """The module, and where each of its lines, from 1, comes from."""

    text: str
    origins: dict[int, Origin]
    unseen: tuple[str, ...]
    """Paths of actions that no Python module can name."""


def typed_python(sources: Iterable[tuple[Source, Parts]]) -> TypedPython:
    """All machines in one module.  What could not be resolved is left out, for that has been said."""
    writer = _Writer()
    for source, parts in sources:
        if source.machine.states:
            writer.machine(source, parts)
    return TypedPython("\n".join(writer.lines) + "\n", writer.origins, tuple(writer.unseen))


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = [*_HEAD.splitlines()]
        self.origins: dict[int, Origin] = {}
        self.unseen: list[str] = []
        self._modules: dict[str, str] = {}
        self._count = 0
        self._has_dicts = False
        self._at: Origin

    def machine(self, source: Source, parts: Parts) -> None:
        keys = source.machine
        self._at = Origin(Kind.REST, source.file, keys.line("name"), keys)
        number = self._number()
        names = ", ".join(repr(state.name) for state in keys.states)
        self._write(f"_names_{number} = _Literal[{names}]")
        self._context(keys, parts, number)
        made = [self._state(state, parts, number) for state in keys.states]
        initial = next((state.name for state in keys.states if state.initial), keys.states[0].name)
        self._write(f"_Machine[_names_{number}, _context_{number}](")
        value = "dict" if parts.context is dict else f"_context_{number}"
        self._write(f"    {keys.name!r}, {value}, initial={initial!r}, states=[{', '.join(made)}],")
        self._write(")")

    def _context(self, keys: MachineKeys, parts: Parts, number: int) -> None:
        named = f"_context_{number}"
        if parts.context is not dict and (seen := self._imported(keys.context)) is not None:
            self._write(f"{named} = {seen}", keys, "context", Kind.NAME)
        elif parts.context is dict and keys.context == "builtins.dict":
            self._write(f"{named} = dict[str, _Any]")
        else:
            self._write(f"{named} = _Any")

    def _state(self, keys: StateKeys, parts: Parts, number: int) -> str:
        self._at = self._at._replace(state=keys)
        entry = self._action(keys, "entry_action", parts, number)
        leaving = self._action(keys, "exit_action", parts, number) if not keys.final else ""
        doing = self._action(keys, "do_action", parts, number)
        passing = [self._action(way, "action", parts, number) for way in keys.transitions]
        made = f"_state_{self._number()}"
        self._write(f"{made} = (")
        kind = "_FinalState" if keys.final else "_State"
        self._write(f"    {kind}[_names_{number}, _context_{number}](", keys, "name")
        self._write(f"        {keys.name!r},", keys, "name")
        if entry:
            self._write(f"        entry=_unseen({entry}),", keys, "entry_action", Kind.CONTEXT)
        if leaving:
            self._write(f"        exit=_unseen({leaving}),", keys, "exit_action", Kind.CONTEXT)
        self._write("    )")
        if not keys.final:
            for way, action in zip(keys.transitions, passing, strict=True):
                self._way(way, action)
        if doing:
            self._doing(keys, doing, parts)
        self._write(")")
        return made

    def _way(self, way: TransitionKeys, action: str) -> None:
        if way.after:
            self._write(f"    .after(_timedelta(seconds={way.after}), {way.target!r})", way, "target")
        elif way.event:
            self._write("    .on(", way, "event")
            self._write(f"        {way.event!r},", way, "event")
            self._write(f"        {way.target!r},", way, "target")
            if action:
                self._write(f"        action=_unseen({action}),", way, "action", Kind.CONTEXT)
            self._write("    )", way, "event")

    def _doing(self, keys: StateKeys, action: str, parts: Parts) -> None:
        found = parts.actions[keys.do_action]
        function = found.legacy.execute if found.legacy is not None else found.function
        written = f"_any_event({action})" if returns_any_text(function) else action
        self._write("    .do(" if keys.final else "    .do_or_wait(", keys, "do_action", Kind.EVENTS)
        self._write(f"        {written},", keys, "do_action", Kind.EVENTS)
        if keys.on_exhausted and not keys.final:
            self._write(f"        on_exhausted={keys.on_exhausted!r},", keys, "on_exhausted")
        self._write("    )", keys, "do_action", Kind.EVENTS)

    def _action(self, keys: Keys, key: str, parts: Parts, number: int) -> str:
        """A name for the action at its place; empty where there is none, or nothing can be said about it."""
        path = str(getattr(keys, key))
        if path not in parts.actions:
            return ""
        self._at = self._at._replace(path=path)
        seen = self._imported(path)
        if seen is None:
            self.unseen.append(path)
            return ""
        name = f"_action_{self._number()}"
        if parts.actions[path].legacy is None:
            self._write(f"{name} = {seen}", keys, key, Kind.NAME)
        else:
            style = self._style(parts)
            self._write(f"{name} = {style}({seen}({path!r}))", keys, key, Kind.CONTEXT)
        wanted = f"_Callable[[_context_{number}, _Step], object]"
        self._write(f"{name}_takes: {wanted} = {name}", keys, key, Kind.CONTEXT)
        return name

    def _style(self, parts: Parts) -> str:
        if parts.context is not dict:
            return "_of_class"
        if not self._has_dicts:
            self._has_dicts = True
            for line in _FOR_DICTS.splitlines():
                self._write(line)
        return "_of_dict"

    def _imported(self, path: str) -> str | None:
        """How the module names it; None where Python's grammar has no way to."""
        module, _, name = path.rpartition(".")
        if not all(part.isidentifier() and not iskeyword(part) for part in path.split(".")):
            return None
        if module not in self._modules:
            self._modules[module] = f"_module_{len(self._modules) + 1}"
            self._write(f"import {module} as {self._modules[module]}")
        return f"{self._modules[module]}.{name}"

    def _number(self) -> int:
        self._count += 1
        return self._count

    def _write(self, text: str, keys: Keys | None = None, key: str = "", kind: Kind = Kind.REST) -> None:
        self.lines.append(text)
        line = self._at.line if keys is None else keys.line(key)
        path = str(getattr(keys, key)) if keys is not None and kind is not Kind.REST else ""
        self.origins[len(self.lines)] = self._at._replace(kind=kind, line=line, path=path)
