"""Starts containers for states whose work runs in one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, cast

from fsm_domain.machine.action import Step
from fsm_domain.machine.container import Work
from fsm_ports.clock import Clock
from fsm_ports.container_runner import ContainerRunner, ContainerTask
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.errors import PortError
from fsm_ports.names import CONTAINER_ENVIRONMENT_VARIABLE, CONTAINER_VARIABLE

INLINE: Final = 7_680
"""Characters of JSON up to which command and environment travel with the task: the smallest limit that is known is that
of ECS, 8,192 for these two, a pair of name and value for each variable, and a few words around them."""

KEPT: Final = 7 * 86_400.0
"""Seconds that a stored environment is kept: a container may wait long for its place."""


class Containers:
    """Starts a container under the step's idempotency key: a repeated start is the same where the runner can tell.

    `passed_on` are variables that every container gets: how it reaches the back ends to which it reports.
    """

    def __init__(
        self, clock: Clock, runner: ContainerRunner, environments: EnvironmentStore | None, passed_on: Mapping[str, str]
    ) -> None:
        self._clock, self._runner, self._environments, self._passed_on = clock, runner, environments, passed_on

    def __call__(self, step: Step, work: Work) -> None:
        """Start it.

        Raises:
            TypeError: a word of the command, or a variable, is no text.
            PortError: it did not start, as far as is known.
        """
        _check(work)
        environment = {**self._passed_on, **work.environment, CONTAINER_VARIABLE: _reporting(step)}
        if self._environments is not None and _size(work.command, environment) > INLINE:
            error = self._environments.put(step.idempotency_key, work.environment, self._clock.now() + KEPT)
            if error is not None:
                raise error
            environment = {
                **self._passed_on,
                CONTAINER_VARIABLE: _reporting(step),
                CONTAINER_ENVIRONMENT_VARIABLE: step.idempotency_key,
            }
        task = ContainerTask(work.image, tuple(work.command), environment, step.idempotency_key)
        started = self._runner.run(task)
        if isinstance(started, PortError):
            raise started


def _check(work: Work) -> None:
    """Types are promises only; and whatever a back end says of a wrong value might show it."""
    if isinstance(work.command, str):
        raise TypeError(f"{work.image}: the command is one text: write a list of words")
    for number, word in enumerate(cast("Sequence[object]", work.command)):
        if not isinstance(word, str):
            raise TypeError(f"{work.image}: word {number} of the command is {_kind(word)}, not text; write str(...)")
    for name, value in cast("Mapping[object, object]", work.environment).items():
        if not isinstance(name, str):
            raise TypeError(f"{work.image}: a variable's name is {_kind(name)}, not text; write str(...)")
        if not isinstance(value, str):
            raise TypeError(
                f"{work.image}: the variable {name} is {_kind(value)}, not text; write str(...) or json.dumps(...)"
            )


def _kind(value: object) -> str:
    return type(value).__name__


def _size(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Characters of command and environment as a task of ECS has them."""
    pairs = [{"name": name, "value": value} for name, value in environment.items()]
    return len(json.dumps({"command": command, "environment": pairs}))


def _reporting(step: Step) -> str:
    """The container reports to the wait that this step commits; the event's id makes two reports one."""
    return json.dumps(
        {"id": step.correlation_id, "expect_step": step.number + 1, "event_id": f"container:{step.idempotency_key}"}
    )
