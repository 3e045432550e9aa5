"""What is counted, and what it comes to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fsm_bootstrap.cost.bill import Bill, bills, monthly, others
from fsm_bootstrap.cost.prices import load_prices
from fsm_bootstrap.settings import ExplicitSettings
from fsm_domain import FinalState, Machine, State, Step
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.errors import PortMisconfigured

PLACE = "us-east-1:000000000000"
QUEUE, STREAM = f"arn:aws:sqs:{PLACE}:orders", f"arn:aws:kinesis:{PLACE}:stream/orders"
TOPIC = f"arn:aws:sns:{PLACE}:orders"
RECORDS, LEASES = f"arn:aws:dynamodb:{PLACE}:table/records", f"arn:aws:dynamodb:{PLACE}:table/leases"
RETRIES, HISTORY = f"arn:aws:dynamodb:{PLACE}:table/retries", f"arn:aws:dynamodb:{PLACE}:table/history"
STEPS = 100

state: Any = State[str, Any]  # Any: the actions here answer whatever the graph handles


def never(context: object, step: Step) -> str:
    raise AssertionError("a user's own action was run")


def looping() -> AnyMachine:
    return Machine[str, Any](
        "loop", dict, initial="ping",
        states=[
            state("ping", entry=never, exit=never).on("next", "pong", action=never).on("done", "end").do(never),
            state("pong").on("next", "ping").on("done", "end").do(never),
            FinalState[str, Any]("end").do(never),
        ],
    )  # fmt: skip


def the_bill(batch: int = 1, size: int = 1024, machine: AnyMachine | None = None, **sources: object) -> Bill:
    given = {"primary_stream_source": QUEUE, "primary_checkpoint_source": RECORDS, "primary_retry_source": RETRIES}
    settings = ExplicitSettings.model_validate({**given, **sources})
    found = bills(machine or looping(), settings, load_prices(), steps=STEPS, batches=[batch], sizes=[size])
    return found[0]


@pytest.mark.parametrize(
    ("batch", "sources", "calls"),
    [
        (1, {}, 2.0),
        (10, {}, 1.1),
        (1, {"primary_cache_source": LEASES}, 3.0),
        (10, {"primary_cache_source": LEASES}, 2.1),
        (1, {"primary_cache_source": "redis://localhost:6379"}, 3.0),
        (10, {"primary_cache_source": "redis://localhost:6379"}, 1.2),
        (1, {"primary_stream_source": RECORDS}, 1.0),
        (1, {"primary_stream_source": RECORDS, "primary_cache_source": LEASES}, 2.0),
        (1, {"max_chained_transitions": 5}, 1.2),
        (1, {"primary_history_source": HISTORY}, 3.0),
        (10, {"primary_history_source": HISTORY}, 1.2),
        (1, {"primary_metrics_source": "emf://shop"}, 2.0),
    ],
)
def test_calls_a_transition(batch: int, sources: dict[str, Any], calls: float) -> None:
    assert sum(the_bill(batch, **sources).calls.values()) == pytest.approx(calls, abs=0.03)


def test_polling_and_invocations_are_counted_apart() -> None:
    assert the_bill().polls == pytest.approx({"sqs": 2.0, "lambda": 1.0}, abs=0.01)
    assert the_bill(batch=10).polls == pytest.approx({"sqs": 0.2, "lambda": 0.1}, abs=0.01)
    assert the_bill(primary_stream_source=RECORDS).polls == pytest.approx({"lambda": 1.0}, abs=0.01)


def test_a_start_writes_the_index_once_and_an_end_twice() -> None:
    bill = the_bill()
    # The start and each step are a unit; 1 + 2 for the index, in the life of one machine.
    assert bill.units["dynamodb.write_unit"] * bill.transitions == pytest.approx(bill.transitions + 1 + 3)


@pytest.mark.parametrize(("size", "units"), [(1024, 1), (1025, 2), (4096, 4)])
def test_a_write_counts_each_kilobyte(size: int, units: int) -> None:
    bill = the_bill(size=size)
    assert bill.units["dynamodb.write_unit"] * bill.transitions == pytest.approx(units * (bill.transitions + 1) + 3)


def test_a_history_is_written_as_large_as_the_record() -> None:
    without, within = the_bill(size=4096), the_bill(size=4096, primary_history_source=HISTORY)
    more = within.units["dynamodb.write_unit"] - without.units["dynamodb.write_unit"]
    assert more == pytest.approx(4.0, abs=0.05)


@pytest.mark.parametrize(
    ("batch", "sources", "most"),
    [
        (1, {}, 2.2),
        (10, {}, 0.9),
        (1, {"primary_stream_source": RECORDS}, 1.0),
        (1, {"primary_stream_source": STREAM}, 1.0),
    ],
)
def test_a_million_transitions_cost_at_most(batch: int, sources: dict[str, Any], most: float) -> None:
    assert the_bill(batch, **sources).total < most


def test_a_topic_is_paid_to_publish_and_its_queue_to_receive() -> None:
    units = the_bill(primary_stream_source=TOPIC).units
    assert units["sns.publish"] == pytest.approx(1.0, abs=0.01)
    assert units["sqs.request"] == pytest.approx(2.0, abs=0.01)


def test_metrics_of_cloudwatch_are_a_call_an_invocation() -> None:
    bill = the_bill(primary_metrics_source="arn:aws:cloudwatch:us-east-1:000000000000:alarm:shop")
    assert bill.usd["cloudwatch"] == pytest.approx(10.0, abs=0.1)


def test_the_function_is_paid_by_memory_and_time() -> None:
    settings = ExplicitSettings.model_validate({"primary_stream_source": QUEUE, "primary_checkpoint_source": RECORDS})
    (bill,) = bills(
        looping(), settings, load_prices(), memory_mb=1024, milliseconds=500.0, steps=STEPS, batches=[1], sizes=[1024]
    )  # fmt: skip
    assert bill.usd["lambda"] == pytest.approx(0.20 + 0.5 * 16.67)


def test_a_wait_costs_its_event_and_its_deadline_its_entry() -> None:
    states = [state("asked").on("approved", "end").after(timedelta(days=3), "end"), FinalState[str, Any]("end")]
    machine = Machine[str, Any]("approval", dict, initial="asked", states=states)
    bill = the_bill(machine=machine)
    assert bill.transitions == 3  # into the wait, by the event, to the end
    # The start, the steps, the entry of the deadline; the sender reads, and so does who gets the deadline in the end.
    assert bill.calls["dynamodb"] * bill.transitions == pytest.approx(1 + 3 + 1 + 2)
    assert bill.units["dynamodb.read_unit"] * bill.transitions == pytest.approx(2)


def test_a_machine_that_only_waits_for_its_deadline_gets_there() -> None:
    states = [state("asleep").after(timedelta(days=3), "end"), FinalState[str, Any]("end")]
    bill = the_bill(machine=Machine[str, Any]("sleeper", dict, initial="asleep", states=states))
    assert bill.transitions == 3


def test_a_machine_that_cannot_end_is_left() -> None:
    only = state("on").on("more", "on").do(never)
    machine = Machine[str, Any]("forever", dict, initial="on", states=[only])
    assert the_bill(machine=machine).transitions > STEPS


def test_own_actions_are_run_when_they_are_asked_for() -> None:
    settings = ExplicitSettings.model_validate({"primary_stream_source": QUEUE, "primary_checkpoint_source": RECORDS})
    done: list[int] = []

    def act(context: object, step: Step) -> str:
        done.append(step.number)
        return "done"

    states = [state("a").on("done", "end").do(act), FinalState[str, Any]("end")]
    machine = Machine[str, Any]("once", dict, initial="a", states=states)
    bills(machine, settings, load_prices(), real_actions=True, batches=[1], sizes=[1024])
    assert done == [0]


def test_embedded_sources_cost_nothing_but_the_function() -> None:
    settings = ExplicitSettings.model_validate({"primary_stream_source": "sqlite:///fsm.db"})
    (bill,) = bills(looping(), settings, load_prices(), steps=STEPS, batches=[1], sizes=[1024])
    assert bill.usd.keys() == {"lambda"}


def test_chains_over_a_table_that_emits_are_refused() -> None:
    with pytest.raises(PortMisconfigured, match="MAX_CHAINED_TRANSITIONS=5"):
        the_bill(primary_stream_source=RECORDS, max_chained_transitions=5)


def test_what_others_ask_for() -> None:
    found = others(load_prices(), 1024, 100.0, 128, 20.0)
    assert found["step_functions_standard"] == pytest.approx(25.24, abs=0.01)
    assert found["durable_functions"] == pytest.approx(8.28, abs=0.01)
    assert found["step_functions_express"] == pytest.approx(0.27, abs=0.01)


def test_what_a_month_without_work_asks_for() -> None:
    given = {"primary_stream_source": QUEUE, "primary_checkpoint_source": RECORDS, "primary_retry_source": RETRIES}
    assert monthly(ExplicitSettings.model_validate(given), load_prices()).keys() == {"sqs", "dynamodb", "lambda"}
    assert monthly(ExplicitSettings.model_validate({"primary_stream_source": "memory://"}), load_prices()) == {}
