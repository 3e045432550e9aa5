"""One function for everything that Lambda may invoke it with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fsm_adapters.aws_lambda.records import Record
from fsm_bootstrap.application import App
from fsm_bootstrap.serverless.handler import Handler
from fsm_bootstrap.serverless.requests import RequestError
from fsm_bootstrap.wire import encode
from fsm_ports import Message, PortError
from tests.unit.fsm_adapters.aws_lambda import events
from tests.unit.fsm_bootstrap.serverless.shop import shop

Json = dict[str, Any]  # Any: JSON
SCHEDULED: Json = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


class Invocation:
    def __init__(self, seconds: float = 60.0) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def no_image(record: Record) -> Message | None:
    return None


@pytest.fixture
def app() -> App:
    return shop()


@pytest.fixture
def handler(app: App) -> Handler:
    return Handler(app, no_image)


def texts(app: App) -> list[str]:
    """What is under way, as a queue would deliver it."""
    (source,) = app.sources
    deliveries = source.receive(10, app.clock.now() + 30.0)
    assert not isinstance(deliveries, PortError)
    return [encode(one.message) for one in deliveries]


def test_records_are_handled_and_answered(app: App, handler: Handler) -> None:
    handler({"start": {"machine": "orders", "id": "o-1"}}, Invocation())
    records = [events.sqs(text, sent_at=app.clock.now()) for text in texts(app)]
    records.append(events.sqs("{", "spoilt", sent_at=app.clock.now()))
    assert handler({"Records": records}, Invocation()) == {"batchItemFailures": []}
    assert app.client.get("o-1").state == "ask"


def test_nothing_is_begun_without_time(app: App, handler: Handler) -> None:
    handler({"start": {"machine": "orders", "id": "o-1"}}, Invocation())
    (text,) = texts(app)
    answer = handler({"Records": [events.sqs(text, sent_at=app.clock.now())]}, Invocation(0.5))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert app.client.get("o-1").step == 0


def test_a_message_of_the_original_starts_its_machine(app: App, handler: Handler) -> None:
    payload: Json = {
        "version": "0.1", "user_context": {"n": 1},
        "system_context": {
            "machine_name": "orders", "correlation_id": "o-1", "steps": 0, "retries": 0,
            "current_state": "pseudo_init", "current_event": "pseudo_init",
        },
    }  # fmt: skip
    assert handler(payload, Invocation()) == handler(payload, Invocation())
    assert json.loads(app.client.get("o-1").context or "") == {"n": 1}


def test_a_message_of_a_later_step_is_handled(app: App, handler: Handler) -> None:
    handler({"start": {"machine": "orders", "id": "o-1"}}, Invocation())
    (text,) = texts(app)
    later: Json = json.loads(text)
    later["system_context"]["steps"] = 1
    answer = handler(later, Invocation())
    assert isinstance(answer, dict)
    assert answer["step"] == 0


@pytest.mark.parametrize("event", [{}, {"source": "aws.s3"}, {"Records": "none"}])
def test_an_event_of_no_kind_is_refused_with_what_there_is(handler: Handler, event: Json) -> None:
    with pytest.raises(RequestError, match="it is to be"):
        handler(event, Invocation())


def test_a_schedule_recovers_what_has_not_moved_for_too_long(app: App, handler: Handler) -> None:
    handler({"start": {"machine": "orders", "id": "o-1"}}, Invocation())
    texts(app)
    assert handler(SCHEDULED, Invocation()) == {"moved": True, "recovered": 0}
    app.clock.sleep(100_000.0)
    assert handler(SCHEDULED, Invocation()) == {"moved": True, "recovered": 1}
