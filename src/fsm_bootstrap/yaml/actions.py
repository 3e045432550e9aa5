"""From a dotted path in the file to what it names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

from fsm_bootstrap.definitions import Problem, nearest, shown
from fsm_bootstrap.user_code import UserCode
from fsm_bootstrap.user_errors import UserCodeError
from fsm_bootstrap.yaml.legacy import Executable, LegacyAction
from fsm_bootstrap.yaml.legacy_context import Place
from fsm_domain.machine import Action
from fsm_domain.machine.declared import declared_events

Function: TypeAlias = Action[Any, Any]  # Any: what the user's code takes and returns shows when it runs


class Unresolved(Exception):
    """The path leads to nothing that can be used here."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.message, self.suggestion = message, suggestion


class Resolved(NamedTuple):
    """What an action's path led to."""

    function: Function | None
    """A function of ours; or else an action in the original's style."""
    legacy: Executable | None = None

    def at(self, place: Place) -> Function:
        """The action as one of ours, for its place in a machine."""
        if self.legacy is not None:
            return LegacyAction(self.legacy, place)
        assert self.function is not None
        return self.function

    def events(self) -> Iterator[str]:
        """The events that it declares to return."""
        declared = declared_events(self.legacy.execute if self.legacy is not None else self.function)
        return (event for event in sorted(filter(None, declared)))


class Resolver:
    """Finds what the paths of one load mean; a path is imported once for each place that it is looked for."""

    def __init__(self) -> None:
        self._code = UserCode()
        self._known: dict[tuple[str, Sequence[Path]], Resolved | Unresolved] = {}

    def action(self, path: str, folders: tuple[Path, ...]) -> Resolved:
        """The action: an instance of a class with ``execute(context, obj)``, or a function ``(context, step)``.

        Raises:
            Unresolved: says why.
        """
        key = (path, folders)
        if key not in self._known:
            try:
                self._known[key] = _action(path, self.named(path, folders))
            except Unresolved as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, Unresolved):
            raise found
        return found

    def named(self, path: str, folders: tuple[Path, ...]) -> object:
        """The object of that dotted path.

        Raises:
            Unresolved: says whether the module is missing, the name in it, or what its code raised.
        """
        module_name, _, name = path.rpartition(".")
        try:
            module = self._code.module(module_name, folders)
        except UserCodeError as error:
            place = f"{shown(Path(error.file))}:{error.line}: " if error.file else ""
            near = f"{error.suggestion}.{name}" if error.suggestion else ""
            raise Unresolved(f"cannot import {path!r}: {place}{error.message}", near) from error
        try:
            found: object = getattr(module, name)
        except AttributeError:
            near = nearest(name, (known for known in vars(module) if not known.startswith("_")))
            where = shown(Path(module.__file__)) if module.__file__ else module_name
            message = f"cannot import {path!r}: {where} has no {name!r}"
            raise Unresolved(message, f"{module_name}.{near}" if near else "") from None
        return found


def problem_of(error: Unresolved, file: str, line: int) -> Problem:
    """The path cannot be used, in this line."""
    return Problem(file, line, error.message, error.suggestion)


def _action(path: str, found: object) -> Resolved:
    if inspect.isclass(found):
        if not callable(getattr(found, "execute", None)):
            raise Unresolved(f"class {path!r} is no action: it has no method execute(self, context, obj)")
        make = cast("Callable[[str], Executable]", found)
        try:
            action = make(path)  # the original names an action by its path
        except Exception as error:
            raise Unresolved(f"cannot make {path!r}: {type(error).__name__}: {error}") from error
        _takes_two(path, action.execute, "execute(self, context, obj)")
        return Resolved(None, action)
    if not callable(found):
        raise Unresolved(f"{path!r} is no action: it is neither a class nor a function, but {found!r}")
    _takes_two(path, found, "(context, step)")
    return Resolved(found)


def _takes_two(path: str, function: Callable[..., object], wanted: str) -> None:
    try:
        signature = inspect.signature(function)
    except ValueError:  # written in C: it does not say
        return
    try:
        signature.bind(None, None)
    except TypeError:
        raise Unresolved(f"action {path!r} must take {wanted}; it takes {signature}") from None
