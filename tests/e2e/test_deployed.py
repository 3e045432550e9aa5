"""A deployed zip behind real event source mappings, on ministack, over every bus.

What the emulator does not honour, partial answers on streams, is tested behind the real runtime client (test_lambda).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from fsm_ports import Status
from tests.backends.aws import shared_clients
from tests.backends.backend import Backend
from tests.e2e.deployed import PROJECT, bundle, deployed
from tests.e2e.long.machines import STEPS
from tests.e2e.services import BUSES, DEAD_LETTERS, settings

LONG: Final = Path(__file__).parent / "long"
ORDERS, TRACER = PROJECT / "examples" / "orders", PROJECT / "examples" / "tracer"
EVERY_BUS: Final = ("sqs", "sns", "kinesis", "dynamodb", "commit-is-emit")
# The tracer fails at every second action: 40 s a bus.
TRACED: Final = EVERY_BUS if os.environ.get("FSM_TEST_FULL") else ("commit-is-emit",)

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("deployed")]


@pytest.fixture(scope="module")
def code() -> bytes:
    return bundle(ORDERS, TRACER, LONG)


@pytest.mark.parametrize("bus", EVERY_BUS)
def test_over_a_hundred_transitions_and_their_neighbours(bus: str, ministack: Backend, code: bytes) -> None:
    """An action that always raises ends in a failed machine, which a redrive sets going; its neighbours complete."""
    chosen = settings(ministack, primary_stream_source=BUSES[bus], dead_letter_source=DEAD_LETTERS, history=False)
    with deployed(ministack, chosen, code, LONG, f"long-{bus}") as function:
        app = function.app
        app.client.start("counting", {}, correlation_id="c")
        app.client.start("stubborn", {}, correlation_id="s")
        app.client.start("stubborn", {"mended": 1}, correlation_id="n")
        expected = [Status.COMPLETED, Status.FAILED, Status.COMPLETED]
        assert function.until_rest("c", "s", "n") == expected
        assert app.client.get("c").step == STEPS + 1
        assert "it always fails" in (app.client.get("s").error or "")
        app.operator.redrive("s", "mended")
        assert function.until_rest("s") == [Status.COMPLETED]


@pytest.mark.parametrize("bus", EVERY_BUS)
def test_orders_complete_and_what_nobody_can_read_is_with_the_dead_letters(
    bus: str, ministack: Backend, code: bytes
) -> None:
    chosen = settings(ministack, primary_stream_source=BUSES[bus], dead_letter_source=DEAD_LETTERS, history=False)
    with deployed(ministack, chosen, code, ORDERS, f"orders-{bus}") as function:
        ids = [f"o-{number}" for number in range(5)]
        for name in ids:
            function.app.client.start("orders", {"id": name}, correlation_id=name)
        if bus != "commit-is-emit":  # a record that cannot be read is no message
            litter(ministack, bus)
        assert function.until_rest(*ids) == [Status.COMPLETED] * len(ids)
        if bus != "commit-is-emit":
            assert "no JSON" in dead_letter(ministack)


def litter(backend: Backend, bus: str) -> None:
    """Put something unreadable where messages travel."""
    made, name = shared_clients(backend), BUSES[bus].rpartition("/" if "/" in BUSES[bus] else ":")[2]
    text = "{ this is no JSON"
    if bus == "sqs":
        sqs = made.sqs()()
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=text)
    elif bus == "sns":
        made.sns()().publish(TopicArn=BUSES[bus], Message=text)
    elif bus == "kinesis":
        made.kinesis()().put_record(StreamName=name, Data=text.encode(), PartitionKey="p")
    else:
        made.dynamodb()().put_item(TableName=name, Item={"correlation_id": {"S": "x"}, "payload": {"S": text}})


def dead_letter(backend: Backend) -> str:
    sqs = shared_clients(backend).sqs()()
    url = sqs.get_queue_url(QueueName=DEAD_LETTERS.rpartition(":")[2])["QueueUrl"]
    for _ in range(20):
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        if found:
            return str(found[0].get("Body"))
    raise AssertionError("there is no dead letter")


@pytest.mark.parametrize("bus", TRACED)
def test_the_tracer_completes(bus: str, ministack: Backend, code: bytes) -> None:
    chosen = settings(ministack, primary_stream_source=BUSES[bus], dead_letter_source=DEAD_LETTERS, history=False)
    with deployed(ministack, chosen, code, TRACER, f"tracer-{bus}") as function:
        function.app.client.start("tracer", {}, correlation_id="t")
        assert function.until_rest("t") == [Status.COMPLETED]
        assert function.app.client.get("t").step > 100
