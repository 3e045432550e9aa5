"""A message of the original as the whole event: how its clients start machines by a direct invocation."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fsm_adapters.aws_lambda.batch import NotDone
from fsm_bootstrap.application import App
from fsm_bootstrap.serverless.requests import Answer, RequestError, shown
from fsm_bootstrap.wire import decode
from fsm_domain.runtime.registry import known
from fsm_ports.messages import ACK, Delivery, Unreadable
from fsm_ports.names import PSEUDO_INIT


def is_payload(event: Mapping[str, object]) -> bool:
    return "system_context" in event and "user_context" in event


def take_payload(app: App, event: Mapping[str, object], invocation: object, deadline: float) -> Answer:
    """A message of step 0 starts its machine; a later one is handled as if a queue had brought it.

    Raises:
        RequestError: it is no message.
        NotDone: a later message was not handled; invoke again.
        FsmError, ContextError, PortError: as `Client.start` raises them.
    """
    message = decode(json.dumps(event))
    if isinstance(message, Unreadable):
        raise RequestError(f"the payload is no message: {message.reason}")
    if message.step == 0 and message.state == PSEUDO_INIT:
        machine = known(app.machines, message.machine)
        context = app.codec.decode(machine.context, message.context or "{}")
        return shown(app.client.start(message.machine, context, correlation_id=message.correlation_id or None))
    position = f"payload:{message.correlation_id}:{message.step}"
    delivery = Delivery(message, None, position, 0, maybe_died=True, record=event, invocation=invocation)
    if app.dispatcher.handle([delivery], deadline)[0] is not ACK:
        raise NotDone(
            f"the message of step {message.step} of {message.correlation_id!r} was not handled; send it again"
        )
    return shown(app.client.get(message.correlation_id))
