"""A Step Functions task: one transition an invocation, the state machine's memory is Step Functions' own.

As the original has it: the payload is a message with ``"step_function": true`` beside, and so is the answer, with the
next event, or null at the end.  Nothing is stored or sent, and retries are Step Functions' business.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from fsm_bootstrap.application import App
from fsm_bootstrap.serverless.requests import RequestError
from fsm_bootstrap.wire import decode, encode
from fsm_domain.machine import Step
from fsm_domain.machine.advance import advance
from fsm_domain.runtime.registry import known
from fsm_ports.instance import Instance, Status, as_message
from fsm_ports.messages import Unreadable

MARK: Final = "step_function"


def is_task(event: Mapping[str, object]) -> bool:
    return event.get(MARK) is True


def run_task(app: App, event: Mapping[str, object], invocation: object, deadline: float) -> dict[str, object] | None:
    """The message of the next step; None: this was the last one.

    Raises:
        RequestError: the payload is no message.
        UnknownMachine, ContextError, and whatever the action raises: Step Functions retries by its own rules.
    """
    message = decode(json.dumps({name: value for name, value in event.items() if name != MARK}))
    if isinstance(message, Unreadable):
        raise RequestError(f"the payload is no message: {message.reason}")
    machine = known(app.machines, message.machine)
    step = Step(
        machine=message.machine, correlation_id=message.correlation_id, number=message.step, work=message.step,
        retries=message.retries, deadline=deadline, record=event, lambda_context=invocation, now=app.clock.now,
    )  # fmt: skip
    context = app.codec.decode(machine.context, message.context or "{}")
    advanced = advance(machine, message.state, message.event or "", context, step, app.waiter)
    if advanced.event is None:
        return None
    after = _after(message, advanced.state, advanced.event, app.codec.encode(context))
    answer: dict[str, object] = {**json.loads(encode(after)), MARK: True}
    return answer


def _after(message: Instance, state: str, event: str, context: str) -> Instance:
    return as_message(message)._replace(
        step=message.step + 1, status=Status.RUNNING, state=state, event=event, context=context, retries=0
    )
