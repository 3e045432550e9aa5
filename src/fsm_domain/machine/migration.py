"""From what an earlier definition of a machine wrote to what the machine has now.

Names are translated wherever they are met.  The context is brought forward by functions, each of which runs once in a
machine instance's life: the name of the last one stands in the record beside the fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from fsm_domain.machine.errors import did_you_mean
from fsm_domain.machine.fingerprint import context_of, graph_of, signed

if TYPE_CHECKING:
    from fsm_domain.machine.machine import Machine

Migration: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any]]  # Any: JSON, as an earlier version wrote it
"""Makes of the context that an earlier version wrote, decoded JSON, the one that this version reads."""


_AGAIN = " (again)"


def by_name(migrate: Migration | Sequence[Migration]) -> dict[str, Migration]:
    """In their order; a function without a name of its own is called by what it shows itself as."""
    functions = (migrate,) if callable(migrate) else tuple(migrate)
    named: dict[str, Migration] = {}
    for function in functions:
        name = str(getattr(function, "__name__", function))
        named[name if name not in named else name + _AGAIN] = function
    return named


def problems(renamed: Mapping[str, str], migrations: Collection[str], states: Collection[str], events: Collection[str]
             ) -> Iterator[str]:  # fmt: skip
    """What is wrong with what a machine says of its past."""
    for old in renamed:
        new = _last(renamed, old)
        if new is None:
            yield f"renamed: {old!r} is renamed in a circle"
        elif new not in states and new not in events:
            hint = did_you_mean(new, [*states, *events])
            yield f"renamed: {old!r} became {new!r}, which is neither a state nor an event{hint}"
        elif old in states and new not in events:
            yield f"renamed: {old!r} is still the name of a state, so it cannot have become {new!r}"
    for name in migrations:
        if name.endswith(_AGAIN):
            yield f"migrate: two functions are called {name.removesuffix(_AGAIN)}, so records could not tell them apart"
        elif not name.isidentifier():
            yield f"migrate: {name} has no name of its own, by which records could say that it is done; use a def"


def _last(renamed: Mapping[str, str], name: str) -> str | None:
    """Where a chain of renames leads; None: round and round."""
    for _ in renamed:
        if name not in renamed:
            return name
        name = renamed[name]
    return name if name not in renamed else None


def state_now(machine: Machine[Any, Any], state: str) -> str:
    """The name that the state has now; itself where nothing is known of it."""
    renamed, name = machine.renamed, state
    for _ in renamed:
        if name in machine.nodes or name not in renamed:
            break
        name = renamed[name]
    return name if name in machine.nodes else state


def event_now(machine: Machine[Any, Any], state: str, event: str) -> str:
    """The name that the event has now, in a state of this machine; itself where the state knows it by none."""
    renamed, name = machine.renamed, event
    for _ in renamed:
        if (state, name) in machine.edges or name not in renamed:
            break
        name = renamed[name]
    return name if (state, name) in machine.edges else event


def pending(machine: Machine[Any, Any], definition: str) -> Sequence[Migration] | None:
    """What a context of this definition still has to go through; None: it went through one that this machine does not
    know, so that code which is newer than this wrote it."""
    last, names = context_of(definition), list(machine.migrations)
    if not last:
        return tuple(machine.migrations.values())
    if last not in machine.migrations:
        return None
    return tuple(machine.migrations.values())[names.index(last) + 1 :]


def stamp(machine: Machine[Any, Any], definition: str) -> str:
    """For a commit by this machine that leaves the context as one of this definition wrote it."""
    return signed(graph_of(machine.fingerprint), definition)


def migrated(functions: Sequence[Migration], text: str) -> str:
    """The context after these functions, as JSON text.

    Raises:
        TypeError: one of them gave no JSON object.
        Exception: whatever it raised.
    """
    import json

    context = cast("dict[str, Any]", json.loads(text))
    for function in functions:
        result = cast("object", function(context))
        if not isinstance(result, Mapping):
            name = getattr(function, "__name__", function)
            raise TypeError(f"migration {name} returned {type(result).__name__}, not the context")
        context = dict(cast("Mapping[str, Any]", result))
    return json.dumps(context, ensure_ascii=False, allow_nan=False)
