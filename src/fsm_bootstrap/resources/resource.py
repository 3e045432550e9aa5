"""One thing in AWS that a source names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from fsm_adapters._aws.errors import code_of, port_error
from fsm_bootstrap.source import Source
from fsm_ports.clock import Clock
from fsm_ports.errors import PortError, PortUnavailable

T = TypeVar("T")

_PATIENCE = 300.0
"""Seconds that a new table or stream is waited for."""
_PAUSE = 1.0


class Difference(NamedTuple):
    """Something about it that is not as it should be."""

    what: str
    remedy: str = ""
    """What a person can do, where nothing here mends it."""
    mend: Callable[[], PortError | None] | None = None
    """Puts it right without harm to what is stored."""


class Resource(Protocol):
    """A table, a queue, a topic or a stream."""

    @property
    def source(self) -> Source:
        """Its ARN."""
        ...

    @property
    def purpose(self) -> str:
        """What it is for, such as ``messages``."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """The settings that name it."""
        ...

    def describe(self) -> str:
        """What would be made, in a few words."""
        ...

    def look(self) -> Sequence[Difference] | PortError | None:
        """What is wrong with it; None: there is no such thing."""
        ...

    def create(self) -> PortError | None:
        """Make it, and wait until it can be used.  None: done."""
        ...


def found(source: str, call: Callable[[], T], missing: Collection[str]) -> T | PortError | None:
    """What `call` answers; None where the service says, by one of the codes `missing`, that there is no such thing."""
    try:
        return call()
    except (BotoCoreError, ClientError, ValueError) as error:
        if isinstance(error, ClientError) and code_of(error) in missing:
            return None
        return port_error(error, source)


def done(source: str, *calls: Callable[[], object]) -> PortError | None:
    """The first error among these calls, made in order; None: all is done."""
    for call in calls:
        answer = found(source, call, ())
        if isinstance(answer, PortError):
            return answer
    return None


def wait(source: str, clock: Clock, ready: Callable[[], bool | PortError]) -> PortError | None:
    """Ask until it is ready, five minutes at most."""
    until = clock.now() + _PATIENCE
    while (answer := ready()) is not True:
        if isinstance(answer, PortError):
            return answer
        if clock.now() >= until:
            return PortUnavailable("it is being made, and was not ready in five minutes: look again later", source)
        clock.sleep(_PAUSE)
    return None
