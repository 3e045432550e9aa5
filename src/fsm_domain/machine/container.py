"""States whose work runs in a container."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeVar, overload

from fsm_domain.machine.action import Action, Step

C = TypeVar("C")

Reported = Literal["done", "fail"]
"""What a container's end is told as: its command's exit code was 0, or it was not."""


class Work(NamedTuple):
    """What to run in a container for one piece of work."""

    image: str
    """Image, task definition or executable, as the container source understands it."""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}


@overload
def container(
    image: str, command: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Action[Any, Reported | None]: ...  # Any: a start that looks at no context serves every machine
@overload
def container(
    image: str,
    command: Sequence[str] | Callable[[C], Sequence[str]] = (),
    environment: Mapping[str, str] | Callable[[C], Mapping[str, str]] | None = None,
) -> Action[C, Reported | None]: ...
def container(
    image: str,
    command: Sequence[str] | Callable[[C], Sequence[str]] = (),
    environment: Mapping[str, str] | Callable[[C], Mapping[str, str]] | None = None,
) -> Action[C, Reported | None]:
    """An action that starts a container and leaves the machine waiting for ``done`` or ``fail``.

    Give it to `State.do_or_wait` of a state that handles both; a type checker insists.  `command` and `environment` may
    be functions of the context.  Inside, ``fsm container-run -- COMMAND`` runs the command and reports its end, with
    ``{"exit_code": N, "result": ...}`` as the event's data.  A run that is tried again starts with the same token, so
    that the container source can tell; a container that runs twice moves the machine once.

    >>> state = State[str, dict]("convert").on("done", "deliver").on("fail", "apologize").do_or_wait(
    ...     container("converter:3", environment=lambda film: {"FILM": film["name"]}))
    """

    def start(context: C, step: Step) -> None:
        step.start_container(
            Work(
                image,
                _words(command(context) if callable(command) else command),
                dict(environment(context) if callable(environment) else environment or {}),
            )
        )

    start.__qualname__ = f"container({image})"
    return start


def _words(command: Sequence[str]) -> tuple[str, ...]:
    if isinstance(command, str):
        raise TypeError("the command is one text: write a list of words")
    return tuple(command)
