"""The handler behind the real runtime client of AWS Lambda, on real back ends."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from unittest.mock import ANY

import pytest

from fsm_bootstrap.application import App, build_application
from fsm_bootstrap.loading import load_machines
from fsm_bootstrap.wire import decode, encode
from fsm_domain.failover.post import Parcel, Road
from fsm_ports import ACK, Delivery, Instance, Outgoing, PortError, Status, Unreadable
from fsm_ports.instance import as_message
from tests.backends.aws import shared_clients
from tests.backends.backend import Backend
from tests.e2e.dying_machine import CODE, GRIEF, MENDED, RUNS
from tests.e2e.runtime_api import Answered, Function, function
from tests.e2e.services import BUSES, DEAD_LETTERS, RECORDS, RETRIES, make_resources, settings

ORDERS = Path(__file__).parents[2] / "examples" / "orders"
DYING = Path(__file__).with_name("dying_machine.py")
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
    with build_application(chosen, load_machines(str(ORDERS)).machines) as app:
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
    return {"Records": [sqs_record(name, body) for name, body in bodies.items()]}


def sqs_record(name: str, body: str, handle: str = "handle", received: int = 1) -> dict[str, object]:
    return {
        "messageId": name, "receiptHandle": handle, "body": body,
        "attributes": {"ApproximateReceiveCount": str(received), "SentTimestamp": "1700000000000"},
        "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": BUSES["sqs"], "awsRegion": "us-east-1",
    }  # fmt: skip


def delivered(deliveries: Sequence[Delivery]) -> dict[str, object]:
    """What an event source mapping makes of what it has received."""
    records: list[object] = []
    for delivery in deliveries:
        message = cast("Mapping[str, str]", delivery.record)
        name, handle = message["MessageId"], message["ReceiptHandle"]
        records.append(sqs_record(name, message["Body"], handle, delivery.received))
    return {"Records": records}


def kinesis_record(number: str, text: str, arrived: float) -> dict[str, object]:
    data = base64.b64encode(text.encode()).decode()
    return {
        "eventID": f"shardId-000000000000:{number}", "eventSource": "aws:kinesis", "eventSourceARN": BUSES["kinesis"],
        "kinesis": {
            "sequenceNumber": number, "partitionKey": "p", "data": data, "approximateArrivalTimestamp": arrived,
        },
    }  # fmt: skip


def work_off(outside: App, running: Function, *ids: str) -> None:
    """What an event source mapping and a timer do, until the machines are at rest."""
    end = time.monotonic() + 30.0
    while any(outside.client.get(name).status is Status.RUNNING for name in ids or ("o-1",)):
        assert time.monotonic() < end, running.lines()
        deliveries = received(outside)
        if not deliveries:
            running.invoke(TICK)
            time.sleep(0.05)
            continue
        answer = running.invoke(delivered(deliveries))
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
    buried = dead_letters(ministack)
    assert [(one.text, "no JSON" in one.reason) for one in buried] == [("{not json", True)]


def dead_letters(backend: Backend) -> list[Unreadable]:
    """What a dead-letter queue holds."""
    client = shared_clients(backend).sqs()()
    url = client.get_queue_url(QueueName=DEAD_LETTERS.rpartition(":")[2])["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    messages = [decode(message.get("Body", "")) for message in found]
    return [message for message in messages if isinstance(message, Unreadable)]


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


def test_of_a_stream_s_records_the_one_that_failed_is_named_and_comes_again_with_those_after_it(
    ministack: Backend, tmp_path: Path
) -> None:
    """Lambda delivers again from the lowest sequence number in the answer; what was done after it is not done twice."""
    ids = ["o-1", "o-2", "o-3"]
    with dying(ministack) as outside:
        for name in ids:
            outside.client.start("dying", {}, correlation_id=name)
        texts: dict[str, str] = {}
        for delivery in received(outside):
            assert isinstance(delivery.message, Instance)
            texts[delivery.message.correlation_id] = encode(delivery.message)
        numbers = dict(
            zip(ids, ("49590338271490256608559692538361571095921575989136588898", "100", "101"), strict=True)
        )
        arrived = time.time() + 60.0  # however long the cold start takes, they are no old records
        records = {name: kinesis_record(numbers[name], texts[name], arrived) for name in ids}
        with deployed(ministack, tmp_path, PRIMARY_STREAM_SOURCE=BUSES["kinesis"], **of("refuse o-2")) as running:
            answer = running.invoke({"Records": list(records.values())})
            assert answer.payload == {"batchItemFailures": [{"itemIdentifier": "100"}]}
            assert [outside.client.get(name).step for name in ids] == [1, 0, 1]
            (tmp_path / MENDED).touch()
            again = running.invoke({"Records": [records["o-2"], records["o-3"]]})
            assert again.payload == {"batchItemFailures": []}
        assert [outside.client.get(name).step for name in ids] == [1, 1, 1]
        assert sorted(runs(tmp_path)) == ["o-1", "o-2", "o-2", "o-3"]  # the commit of o-2 failed, and not its action


@contextmanager
def dying(backend: Backend) -> Generator[App]:
    """The back ends of the machine that comes to grief."""
    chosen = settings(backend, dead_letter_source=DEAD_LETTERS)
    make_resources(chosen, backend)
    with build_application(chosen, load_machines(str(DYING)).machines) as app:
        yield app


def of(grief: str) -> dict[str, str]:
    return {"FSM_MACHINES": str(DYING), GRIEF: grief, "PYTHONPATH": str(DYING.parents[2])}


def runs(folder: Path) -> list[str]:
    """Whose action ran, in order."""
    return (folder / RUNS).read_text(encoding="utf-8").split()


@pytest.mark.parametrize(
    ("grief", "ended", "expected"),
    [
        ("action", Answered("exited", CODE), {2, 3}),
        ("hang", Answered("timed out", None), {2, 3}),
        ("UpdateItem", Answered("exited", CODE), {1}),
        ("SendMessageBatch", Answered("exited", CODE), {1}),
    ],
)
def test_what_a_process_that_died_had_in_hand_is_done_by_the_next_delivery(
    ministack: Backend, tmp_path: Path, grief: str, ended: Answered, expected: set[int]
) -> None:
    """In mid-action, at the time-out, between the commit and its message, and between that and the acknowledgement."""
    ids = ["o-1", "o-2"] if grief in {"action", "hang"} else ["o-1"]
    with dying(ministack) as outside, deployed(ministack, tmp_path, **of(grief)) as running:
        for name in ids:
            outside.client.start("dying", {}, correlation_id=name)
        first = received(outside)
        assert len(first) == len(ids)
        assert running.invoke_to_the_end(delivered(first), 3.0 if grief == "hang" else 30.0) == ended
        assert received(outside) == ([] if grief != "SendMessageBatch" else ANY)
        ministack.clock.sleep(31.0)  # nobody acknowledged: the queue shows them again
        work_off(outside, running, *ids)
        assert [outside.client.get(name).status for name in ids] == [Status.COMPLETED] * len(ids)
        ran = runs(tmp_path)
        assert set(ran) == set(ids)
        assert len(ran) in expected


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
    due, later = time.time() - 1.0, time.time() + 3600.0
    for name, when in (("o-1", due), ("o-2", due), ("o-3", later)):
        message = as_message(outside.client.start("orders", {}, correlation_id=name))._replace(retries=1)
        received(outside)
        assert outside.post.send([Parcel(Outgoing(message, when), Road.LATER)]) == [None]
    assert received(outside) == []
    with deployed(ministack, tmp_path) as running:
        assert running.invoke(TICK).payload == {"moved": True, "recovered": 0}
    moved = [delivery.message for delivery in received(outside)]
    assert sorted(one.correlation_id for one in moved if isinstance(one, Instance)) == ["o-1", "o-2"]
    assert [one.retries for one in moved if isinstance(one, Instance)] == [1, 1]
    (retries,) = outside.retry_sources
    assert retries.receive(10, time.time() + 30.0) == []


def test_log_lines_are_json_and_hold_no_payload(ministack: Backend, outside: App, tmp_path: Path) -> None:
    with deployed(ministack, tmp_path) as running:
        running.invoke({"start": {"machine": "orders", "context": {"card": CANARY}, "id": "o-1"}})
        work_off(outside, running)
        lines = running.lines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert {"machine": "orders", "correlation_id": "o-1"}.items() <= told[0].items()
    assert CANARY not in "\n".join(lines)
