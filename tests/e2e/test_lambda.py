"""The handler behind the real runtime client of AWS Lambda, on real back ends."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from fsm_bootstrap.application import App, build_application
from fsm_bootstrap.loading import load_machines
from fsm_bootstrap.wire import encode
from fsm_ports import ACK, Delivery, PortError, Status
from tests.backends.backend import Backend
from tests.e2e.runtime_api import Function, function
from tests.e2e.services import BUSES, DEAD_LETTERS, RECORDS, RETRIES, make_resources, settings

ORDERS = Path(__file__).parents[2] / "examples" / "orders"
HANDLER = "fsm_bootstrap.lambda_app.handler"
CANARY = "canary-5c1f"
TICK: Mapping[str, object] = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


def environment(backend: Backend, **more: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": backend.endpoint,
        "FSM_MACHINES": str(ORDERS),
        "PRIMARY_STREAM_SOURCE": BUSES["sqs"],
        "PRIMARY_CHECKPOINT_SOURCE": RECORDS,
        "PRIMARY_RETRY_SOURCE": RETRIES["dynamodb"],
        "DEAD_LETTER_SOURCE": DEAD_LETTERS,
        "RETRY_SHARDS": "2",
        **more,
    }


@pytest.fixture
def outside(ministack: Backend) -> Iterator[App]:
    """The same back ends, for a test to look at and to receive from."""
    chosen = settings(ministack, dead_letter_source=DEAD_LETTERS)
    make_resources(chosen, ministack)
    with build_application(chosen, load_machines(str(ORDERS)).machines, clock=ministack.clock) as app:
        yield app


@contextmanager
def deployed(backend: Backend, folder: Path, **more: str) -> Generator[Function]:
    with function(HANDLER, environment(backend, **more), folder) as running:
        yield running


def received(app: App) -> list[Delivery]:
    got = app.sources[0].receive(10, app.clock.now() + 30)
    assert not isinstance(got, PortError)
    return list(got)


def sqs_event(bodies: Mapping[str, str]) -> dict[str, object]:
    """What Lambda makes of messages, by their ids."""
    return {"Records": [
        {
            "messageId": name, "receiptHandle": f"handle-{name}", "body": body,
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1700000000000"},
            "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": BUSES["sqs"], "awsRegion": "us-east-1",
        }
        for name, body in bodies.items()
    ]}  # fmt: skip


def work_off(outside: App, running: Function) -> None:
    """What an event source mapping and a timer do, until the machine is at rest."""
    end = time.monotonic() + 30.0
    while outside.client.get("o-1").status is Status.RUNNING:
        assert time.monotonic() < end, running.lines()
        deliveries = received(outside)
        if not deliveries:
            running.invoke(TICK)
            time.sleep(0.05)
            continue
        bodies = {str(number): encode(delivery.message) for number, delivery in enumerate(deliveries)}
        answer = running.invoke(sqs_event(bodies))
        assert (answer.kind, answer.payload) == ("response", {"batchItemFailures": []})
        outside.sources[0].settle(deliveries, [ACK] * len(deliveries))


def test_orders_complete_from_a_cold_start(ministack: Backend, outside: App, tmp_path: Path) -> None:
    with deployed(ministack, tmp_path) as running:
        started = running.invoke({"start": {"machine": "orders", "context": {}, "id": "o-1"}})
        assert started.kind == "response"
        assert started.payload["status"] == "running"
        work_off(outside, running)
        shown = running.invoke({"get": {"id": "o-1"}})
        assert (shown.payload["status"], shown.payload["state"]) == ("completed", "shipped")
    assert outside.client.get("o-1").status is Status.COMPLETED


def test_a_poison_record_goes_to_the_dead_letters_and_its_neighbours_are_done(
    ministack: Backend, outside: App, tmp_path: Path
) -> None:
    outside.client.start("orders", {}, correlation_id="o-1")
    (delivery,) = received(outside)
    with deployed(ministack, tmp_path) as running:
        answer = running.invoke(sqs_event({"good": encode(delivery.message), "poison": "{not json"}))
    assert (answer.kind, answer.payload) == ("response", {"batchItemFailures": []})
    assert outside.client.get("o-1").step == 1


def test_a_batch_that_cannot_be_committed_is_delivered_again(ministack: Backend, outside: App, tmp_path: Path) -> None:
    outside.client.start("orders", {}, correlation_id="o-1")
    (delivery,) = received(outside)
    down = json.dumps({RECORDS: "http://127.0.0.1:1"})
    with deployed(ministack, tmp_path, ENDPOINTS=down) as running:
        answer = running.invoke(sqs_event({"m-1": encode(delivery.message)}))
    assert answer.payload == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert outside.client.get("o-1").step == 0


def test_what_would_not_end_in_time_is_left_for_the_next_invocation(
    ministack: Backend, outside: App, tmp_path: Path
) -> None:
    outside.client.start("orders", {}, correlation_id="o-1")
    (delivery,) = received(outside)
    event = sqs_event({"m-1": encode(delivery.message)})
    with deployed(ministack, tmp_path) as running:
        answer = running.invoke(event, seconds=0.2)
        assert answer.payload == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
        assert running.invoke(event).payload == {"batchItemFailures": []}


def test_records_of_a_stream_are_answered_by_their_sequence_numbers(
    ministack: Backend, outside: App, tmp_path: Path
) -> None:
    outside.client.start("orders", {}, correlation_id="o-1")
    (delivery,) = received(outside)
    data = base64.b64encode(encode(delivery.message).encode()).decode()
    record = {
        "eventID": "shardId-000000000000:1", "eventSource": "aws:kinesis", "eventSourceARN": BUSES["kinesis"],
        "kinesis": {"sequenceNumber": "49", "partitionKey": "o-1", "data": data, "approximateArrivalTimestamp": 1.7e9},
    }  # fmt: skip
    down = json.dumps({RECORDS: "http://127.0.0.1:1"})
    with deployed(ministack, tmp_path, PRIMARY_STREAM_SOURCE=BUSES["kinesis"], ENDPOINTS=down) as running:
        answer = running.invoke({"Records": [record]})
    assert answer.payload == {"batchItemFailures": [{"itemIdentifier": "49"}]}


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PRIMARY_STREAM_SOURCE", "orders", "PRIMARY_STREAM_SOURCE=orders: neither a URL nor an ARN"),
        ("PRIMARY_CHECKPOINT_SOURCE", "", "PRIMARY_CHECKPOINT_SOURCE is not set"),
        ("FSM_MACHINES", "", "FSM_MACHINES is not set"),
        ("DEAD_LETTER_SOURCE", BUSES["sqs"], "is PRIMARY_STREAM_SOURCE as well"),
        ("CHAOS", '{"PRIMARY_STREAM_SOURCE": {"unavailable": 0.5}}', "CHAOS_ALLOW"),
    ],
)
def test_wrong_settings_fail_the_start(
    ministack: Backend, tmp_path: Path, variable: str, value: str, said: str
) -> None:
    with deployed(ministack, tmp_path, **{variable: value}) as running:
        answer = running.answer()
    assert answer.kind == "init/error"
    assert said in answer.payload["errorMessage"]


def test_a_tick_moves_what_is_due(ministack: Backend, outside: App, tmp_path: Path) -> None:
    with deployed(ministack, tmp_path) as running:
        answer = running.invoke(TICK)
    assert answer.payload == {"moved": True, "recovered": 0}


def test_log_lines_are_json_and_hold_no_payload(ministack: Backend, outside: App, tmp_path: Path) -> None:
    with deployed(ministack, tmp_path) as running:
        running.invoke({"start": {"machine": "orders", "context": {"card": CANARY}, "id": "o-1"}})
        work_off(outside, running)
        lines = running.lines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert {"machine": "orders", "correlation_id": "o-1"}.items() <= told[0].items()
    assert CANARY not in "\n".join(lines)
