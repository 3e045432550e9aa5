"""Direct invocations: start a machine, send it an event, look at it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fsm_bootstrap.application import App
from fsm_domain.runtime.registry import known
from fsm_ports.instance import Instance

Answer: TypeAlias = dict[str, object]
Text = Annotated[str, Field(min_length=1)]


class RequestError(ValueError):
    """The invocation is none that this function knows; says what it would know."""


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Start(_Request):
    """``{"start": {"machine": "orders", "context": {...}, "id": "o-1"}}``; an id makes it repeatable."""

    machine: Text
    context: Any = Field(default_factory=dict)  # Any: whatever JSON the machine's context type takes
    id: Text | None = None


class Send(_Request):
    """``{"send": {"id": "o-1", "event": "approved", "data": {...}, "event_id": "x", "expect_step": 4}}``."""

    id: Text
    event: Text
    data: Any = None  # Any: JSON of the sender's choice
    event_id: Text | None = None
    expect_step: int | None = None


class Get(_Request):
    """``{"get": {"id": "o-1"}}``."""

    id: Text


_KINDS: dict[str, type[Start | Send | Get]] = {"start": Start, "send": Send, "get": Get}


def perform(app: App, event: Mapping[str, object]) -> Answer:
    """Do what the event asks for.

    Raises:
        RequestError: it is none of ``start``, ``send`` and ``get``, or a field is wrong; the message names it.
        FsmError, ContextError, PortError: as `Client` and `Operator` raise them.
    """
    request = _parsed(event)
    if isinstance(request, Start):
        return start(app, request)
    if isinstance(request, Send):
        return send(app, request)
    return shown(app.client.get(request.id))


def start(app: App, request: Start) -> Answer:
    """Raises: as `Client.start`."""
    machine = known(app.machines, request.machine)
    context = app.codec.decode(machine.context, json.dumps(request.context))
    return shown(app.client.start(request.machine, context, correlation_id=request.id))


def send(app: App, request: Send) -> Answer:
    """Raises: RequestError; and as `Operator.send`."""
    data = None if request.data is None else _text(request.data)
    outcome = app.operator.send(request.id, request.event, data, request.event_id, request.expect_step)
    return {"id": request.id, "event": request.event, "outcome": outcome}


def _text(data: object) -> str:
    try:
        return json.dumps(data, allow_nan=False)
    except ValueError:
        raise RequestError("data is no JSON: it holds a number that is none, or infinite") from None


def shown(record: Instance) -> Answer:
    """What a caller is told of an instance; its context is not among it."""
    return {
        "id": record.correlation_id,
        "machine": record.machine,
        "status": record.status.value,
        "paused": record.paused,
        "state": record.state,
        "step": record.step,
        "error": record.error,
    }


def _parsed(event: Mapping[str, object]) -> Start | Send | Get:
    names = [name for name in _KINDS if name in event]
    if len(names) != 1 or len(event) != 1:
        said = ", ".join(sorted(map(str, event))) or "nothing"
        raise RequestError(
            f'the event holds {said}; it is to be {{"start": {{...}}}}, {{"send": {{...}}}} or {{"get": {{...}}}}'
        )
    (name,) = names
    try:
        return _KINDS[name].model_validate(event[name])
    except ValidationError as error:
        raise RequestError(f"{name}: {problems(error)}") from None


def problems(error: ValidationError) -> str:
    """What is wrong, field by field, without the values."""
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'it'}: {one['msg']}" for one in error.errors())
