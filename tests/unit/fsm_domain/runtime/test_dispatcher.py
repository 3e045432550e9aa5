"""The happy path, retries and failures of a delivered message."""

from __future__ import annotations

import datetime
from typing import Any, Literal

import pytest

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.runtime.limits import Limits
from fsm_ports.errors import PortError
from fsm_ports.history_log import Happened
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import ACK, NACK, Message, Outgoing, Unreadable
from tests.unit.fsm_domain.runtime.world import Context, DoAction, World, line, says


def fails(times: int, event: str = "next", error: type[BaseException] = RuntimeError) -> DoAction:
    """An action that raises in its first `times` runs."""
    left = [times]

    def action(context: Context, step: Step) -> str:
        context["spoilt"] = True
        if left[0]:
            left[0] -= 1
            raise error("not today")
        del context["spoilt"]
        return event

    return action


def test_a_machine_runs_from_start_to_end_one_commit_a_step() -> None:
    world = World(line(says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    world.run()
    record = world.read("a")
    assert (record.status, record.state, record.step) == (Status.COMPLETED, "end", 3)
    assert record.context == '{"trail":[0,1]}'
    assert [entry.step for entry in world.told("a")] == [0, 1, 2, 3]


def test_a_batch_takes_one_call_a_phase_and_answers_in_order() -> None:
    world = World(line(says("next")))
    for n in range(5):
        world.client.start("line", {}, correlation_id=f"a{n}")
    assert list(world.work()) == [ACK] * 5
    assert [world.read(f"a{n}").step for n in range(5)] == [1] * 5


def test_an_action_that_raises_is_tried_again_later_with_the_untouched_context() -> None:
    world = World(line(fails(2)))
    world.client.start("line", {"n": 1}, correlation_id="a")
    world.run()
    record = world.read("a")
    assert (record.status, record.context) == (Status.COMPLETED, '{"n":1}')
    retries = [entry for entry in world.told("a") if entry.happened is Happened.RETRY]
    assert [(entry.retries, entry.note) for entry in retries] == [
        (1, "RuntimeError: not today"),
        (2, "RuntimeError: not today"),
    ]


def test_a_retry_waits_for_its_backoff() -> None:
    world = World(line(fails(1), retry=RetryPolicy(base=10.0, cap=10.0)))
    world.client.start("line", {}, correlation_id="a")
    world.work()
    assert world.receive() == []
    world.clock.advance(10.0)
    assert len(world.receive()) == 1


@pytest.mark.parametrize("max_retries", [0, 1, 3])
def test_a_machine_fails_after_max_retries_and_keeps_its_step(max_retries: int) -> None:
    world = World(line(fails(99), retry=RetryPolicy(max_retries=max_retries)))
    world.client.start("line", {}, correlation_id="a")
    world.run()
    record = world.read("a")
    assert (record.status, record.step, record.error) == (Status.FAILED, 0, "RuntimeError: not today")
    assert sum(entry.happened is Happened.RETRY for entry in world.told("a")) == max_retries


def test_an_exception_that_is_never_retried_fails_at_once() -> None:
    world = World(line(fails(99, error=KeyError), retry=RetryPolicy(never=(LookupError,))))
    world.client.start("line", {}, correlation_id="a")
    world.work()
    assert world.read("a").status is Status.FAILED


def test_an_action_that_exits_the_process_counts_as_a_failure_and_its_neighbour_goes_on() -> None:
    world = World(line(fails(1, error=SystemExit)))
    world.client.start("line", {}, correlation_id="a")
    world.client.start("line", {}, correlation_id="b")
    world.run()
    assert {world.read("a").status, world.read("b").status} == {Status.COMPLETED}


def test_the_last_failure_becomes_the_event_that_the_state_keeps_for_it() -> None:
    def charge(context: Context, step: Step) -> Literal["paid", "declined"]:
        raise TimeoutError("bank")

    state, final = State[str, Context], FinalState[str, Context]
    machine = Machine[str, Context](
        "shop", dict, initial="charge", retry=RetryPolicy(max_retries=1),
        states=[state("charge").on("paid", "ok").on("declined", "off").do(charge, on_exhausted="declined"),
                final("ok"), final("off")],
    )  # fmt: skip
    world = World(machine)
    world.client.start("shop", {}, correlation_id="a")
    world.run()
    assert (world.read("a").status, world.read("a").state) == (Status.COMPLETED, "off")


def test_an_undeclared_event_fails_the_machine_before_anything_is_emitted_and_it_can_be_redriven() -> None:
    events = ["nonsense", "next"]

    def action(context: Context, step: Step) -> str:
        return events.pop(0)

    world = World(line(action))
    world.client.start("line", {}, correlation_id="a")
    world.run(10.0)
    failed = world.read("a")
    assert failed.status is Status.FAILED
    assert "nonsense" in (failed.error or "")
    assert "next" in (failed.error or "")
    world.operator.redrive("a")
    world.run(10.0)
    assert world.read("a").status is Status.COMPLETED


@pytest.mark.parametrize(
    ("value", "path"), [(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), "$.when"), (float("nan"), "$.when")]
)
def test_a_context_that_is_no_json_fails_the_machine_and_names_the_field(value: object, path: str) -> None:
    def action(context: Context, step: Step) -> str:
        context["when"] = value
        return "next"

    world = World(line(action))
    world.client.start("line", {}, correlation_id="a")
    world.work()
    record = world.read("a")
    assert record.status is Status.FAILED
    assert path in (record.error or "")


def test_a_machine_that_never_ends_stops_at_max_steps() -> None:
    state = State[str, Context]
    loop = Machine[str, Context](
        "loop", dict, initial="a", max_steps=10,
        states=[state("a").on("next", "b").on("stop", "end").do(says("next")),
                state("b").on("next", "a").do(says("next")), FinalState[str, Context]("end")],
    )  # fmt: skip
    world = World(loop)
    world.client.start("loop", {}, correlation_id="a")
    world.run(60.0)
    record = world.read("a")
    assert (record.status, record.step) == (Status.FAILED, 10)
    assert "max_steps" in (record.error or "")


def quarantined(world: World, message: Message) -> Message:
    """Send a message, handle it beside a good one, and return what the dead-letter queue got."""
    world.client.start("line", {}, correlation_id="neighbour")
    world.queue.send([Outgoing(message)])
    world.run(120.0)
    assert world.read("neighbour").status is Status.COMPLETED
    letters = world.dead.receive(10, world.clock.now() + 1)
    assert not isinstance(letters, PortError)
    return letters[0].message


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "s9"}, "no state 's9'"),
        ({"event": "jump"}, "does not handle 'jump'"),
        ({"correlation_id": "nobody"}, "no record"),
    ],
)
def test_what_names_nothing_known_is_quarantined_with_its_reason_and_the_others_go_on(
    change: dict[str, Any], reason: str
) -> None:
    world = World(line(says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    assert isinstance(delivery.message, Instance)
    message = delivery.message._replace(state="s0", event="next")._replace(**change)
    world.queue.settle([delivery], [ACK])
    letter = quarantined(world, message)
    assert isinstance(letter, Instance)
    assert reason in (letter.error or "")


def test_the_record_of_a_quarantined_message_is_marked_failed() -> None:
    world = World(line(says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    world.with_runtime(machines={})
    world.run(120.0)
    record = world.read("a")
    assert record.status is Status.FAILED
    assert "no machine is called 'line'" in (record.error or "")


def test_what_cannot_be_read_is_quarantined_whole() -> None:
    letter = quarantined(World(line(says("next"))), Unreadable("{broken", "broken JSON"))
    assert isinstance(letter, Unreadable)
    assert letter.text == "{broken"


def test_a_machine_of_another_definition_is_delivered_again_while_a_deploy_rolls_out() -> None:
    machine = line(says("next"), says("next"))
    world = World(machine)
    world.client.start("line", {}, correlation_id="a")
    world.with_runtime(machines={})
    world.run(30.0)
    assert world.read("a").status is Status.RUNNING
    world.with_runtime(machines={"line": machine})
    world.run(30.0)
    assert world.read("a").status is Status.COMPLETED


def test_a_delivery_that_comes_too_late_in_the_invocation_is_given_back_unrun() -> None:
    runs: list[int] = []

    def action(context: Context, step: Step) -> str:
        runs.append(step.number)
        return "next"

    world = World(line(action))
    world.client.start("line", {}, correlation_id="a")
    deliveries = world.receive()
    assert list(world.dispatcher.handle(deliveries, world.clock.now() + 0.5)) == [NACK]
    assert runs == []


def test_a_chain_runs_several_transitions_on_one_delivery_and_emits_only_the_last() -> None:
    world = World(line(says("next"), says("next"), says("next")), limits=Limits(chain=10))
    world.client.start("line", {}, correlation_id="a")
    assert list(world.work()) == [ACK]
    assert world.read("a").status is Status.COMPLETED
    assert world.receive() == []


def test_a_poison_that_kills_its_process_every_time_comes_to_rest_and_blames_no_neighbour() -> None:
    runs: list[str] = []

    class Died(BaseException):
        """The process ends here: nothing after it runs."""

    def action(context: Context, step: Step) -> str:
        runs.append(step.correlation_id)
        if step.correlation_id == "poison":
            raise Died
        return "next"

    world = World(line(action, retry=RetryPolicy(max_retries=2)))
    for name in ("a", "poison", "b"):
        world.client.start("line", {}, correlation_id=name)
    for _ in range(20):
        try:
            world.work()
        except Died:
            world.assemble()
        world.clock.advance(world.claim)
    assert world.read("poison").status is Status.FAILED
    assert "died" in (world.read("poison").error or "")
    assert runs.count("poison") <= 2 + 3
    assert {world.read(name).status for name in ("a", "b")} == {Status.COMPLETED}
