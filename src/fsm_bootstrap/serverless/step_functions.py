"""A Step Functions task: one transition an invocation, the state machine's memory is Step Functions' own.

As the original has it: the payload is a message with ``"step_function": true`` beside, and so is the answer, with the
next event, or null at the end.  Nothing is stored or sent, and retries are Step Functions' business.  So nothing can be
waited for here: there is no record to which an event, a deadline or a container's report could come.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Final

from fsm_bootstrap.application import App
from fsm_bootstrap.builders import build_limit
from fsm_bootstrap.serverless.requests import RequestError
from fsm_bootstrap.wire import decode, encode
from fsm_domain.machine import Step
from fsm_domain.machine.advance import Rest, advance
from fsm_domain.machine.container import Work
from fsm_domain.runtime.registry import known
from fsm_ports.instance import Instance, Status, as_message
from fsm_ports.messages import Unreadable

MARK: Final = "step_function"


class CannotWait(Exception):
    """The machine came to a state where it waits; the name is what a ``Catch`` of the state machine looks for."""

    def __init__(self, step: Step) -> None:
        super().__init__(
            f"state {step.state!r} of machine {step.machine!r} waits, for an event, a deadline or a container, and a "
            "task of Step Functions keeps no record that one of these could reach: start the machine over its stream "
            "source, or give the state an action that returns an event, and let the state machine do the waiting"
        )


def is_task(event: Mapping[str, object]) -> bool:
    return event.get(MARK) is True


def run_task(app: App, event: Mapping[str, object], invocation: object, deadline: float) -> dict[str, object] | None:
    """The message of the next step; None: this was the last one.

    Raises:
        RequestError: the payload is no message.
        CannotWait: the machine does not end here and does not go on by itself either.
        UnknownMachine, ContextError, and whatever the action raises: Step Functions retries by its own rules.
    """
    message = decode(json.dumps({name: value for name, value in event.items() if name != MARK}))
    if isinstance(message, Unreadable):
        raise RequestError(f"the payload is no message: {message.reason}")
    machine = known(app.machines, message.machine)
    step = Step(
        machine=message.machine, correlation_id=message.correlation_id, number=message.step, work=message.step,
        retries=message.retries, deadline=deadline, record=event, lambda_context=invocation, now=app.clock.now,
        limit=build_limit(app.clock), containers=_start_nothing,
    )  # fmt: skip
    context = app.codec.decode(machine.context, message.context or "{}")
    with nullcontext() if app.surround is None else app.surround(step):
        advanced = advance(machine, message.state, message.event or "", context, step, app.waiter)
    if advanced.rest is Rest.WAITING:
        raise CannotWait(step)
    if advanced.event is None:
        return None
    after = _after(message, advanced.state, advanced.event, app.codec.encode(context))
    answer: dict[str, object] = {**json.loads(encode(after)), MARK: True}
    return answer


def _start_nothing(step: Step, work: Work) -> None:
    """A container would report to a record that is not there."""
    raise CannotWait(step)


def _after(message: Instance, state: str, event: str, context: str) -> Instance:
    return as_message(message)._replace(
        step=message.step + 1, status=Status.RUNNING, state=state, event=event, context=context, retries=0
    )
