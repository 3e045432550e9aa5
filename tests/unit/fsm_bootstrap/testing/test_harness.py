"""The harness: starting, sending, operating and looking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from fsm_bootstrap.testing import Harness
from fsm_domain import MachineError
from fsm_domain.runtime.errors import Conflict, NotFound, UnknownEvent, UnknownMachine
from fsm_ports.codec import ContextError
from fsm_ports.history_log import Happened
from tests.unit.fsm_bootstrap.testing.machines import Question, Work, approval, commits, line


@pytest.fixture
def harness() -> Iterator[Harness]:
    with Harness([line(), approval()]) as made:
        yield made


def test_a_machine_runs_only_when_it_is_let(harness: Harness) -> None:
    name = harness.start(line(), Work())
    assert (harness.status(name), harness.states(name)) == ("running", [])
    harness.run_until_rest()
    assert (harness.status(name), harness.state(name)) == ("completed", "done")
    assert harness.states(name) == ["one", "two", "done"]
    assert harness.context(name) == Work(seen=["one", "two"])
    assert commits(harness.history(name)) == [0, 1, 2, 3]


def test_a_machine_is_started_by_its_name_and_under_an_id_of_ones_own(harness: Harness) -> None:
    assert harness.start("line", {"failures": 0, "seen": []}, "l-1") == "l-1"
    assert harness.start("line", {"failures": 0, "seen": []}, correlation_id="l-1") == "l-1"
    with pytest.raises(Conflict, match="l-1"):
        harness.start("line", Work(failures=3), "l-1")


def test_one_machine_alone_needs_no_list() -> None:
    with Harness(line()) as harness:
        harness.start("line", Work())
        harness.run_until_rest()


def test_the_data_of_an_event_reaches_the_action(harness: Harness) -> None:
    name = harness.start(approval(), Question())
    harness.run_until_rest()
    assert (harness.status(name), harness.state(name)) == ("waiting", "asked")
    assert harness.send(name, "yes", {"by": "Ada"}) == "taken"
    harness.run_until_rest(name)
    assert (harness.state(name), harness.context(name).answer) == ("approved", "Ada")


@pytest.mark.parametrize("data", [0, 1.5, "text", True, [1, {"a": None}], {"x": []}])
def test_any_json_may_be_sent(harness: Harness, data: object) -> None:
    name = harness.start(approval(), Question())
    harness.run_until_rest()
    harness.send(name, "no", data)
    assert harness.instance(name).data is not None


def test_what_is_no_json_cannot_be_sent(harness: Harness) -> None:
    name = harness.start(approval(), Question())
    with pytest.raises(ContextError):
        harness.send(name, "yes", float("nan"))


def test_an_event_before_its_wait_is_kept_and_a_repeated_one_is_known(harness: Harness) -> None:
    name = harness.start(approval(), Question())
    assert harness.send(name, "yes", event_id="e-1") == "inbox"
    assert harness.send(name, "yes", event_id="e-1") == "seen"
    harness.run_until_rest(name)
    assert harness.states(name) == ["asked", "approved"]
    assert harness.context(name).answer == "nobody"


def test_pause_and_resume(harness: Harness) -> None:
    name = harness.start(line(), Work())
    harness.pause(name, "lunch")
    harness.run_until_rest(name)
    assert (harness.status(name), harness.states(name)) == ("running", ["one"])  # its message was under way
    harness.resume(name)
    harness.run_until_rest(name)
    assert harness.status(name) == "completed"
    assert [(e.happened, e.note) for e in harness.history(name) if e.happened is Happened.PAUSED] == [
        (Happened.PAUSED, "lunch")
    ]


def test_abort(harness: Harness) -> None:
    name = harness.start(approval(), Question())
    harness.abort(name, "not needed")
    harness.run_until_rest()
    assert (harness.status(name), harness.instance(name).error) == ("aborted", "not needed")


def test_redrive(harness: Harness) -> None:
    name = harness.start(line(), Work(failures=6))
    harness.run_until_rest()
    assert harness.status(name) == "failed"
    assert harness.errors(name) == [*(f"TimeoutError: attempt {n}" for n in range(5)), "TimeoutError: attempt 5"]
    harness.redrive(name, "mended")
    harness.run_until_rest()
    assert harness.status(name) == "failed"
    assert len(harness.errors(name)) == 12


def send_yes(harness: Harness, name: str) -> object:
    return harness.send(name, "yes")


ON_AN_ID: list[Callable[[Harness, str], object]] = [
    Harness.instance, Harness.status, Harness.state, Harness.states, Harness.errors, Harness.context, Harness.history,
    Harness.run_until_rest, Harness.abort, Harness.pause, Harness.resume, Harness.redrive, send_yes,
]  # fmt: skip


@pytest.mark.parametrize("look", ON_AN_ID)
def test_an_unknown_id_is_told_with_the_known_ones(look: Callable[[Harness, str], object], harness: Harness) -> None:
    with pytest.raises(NotFound, match=r"'x'; known: none, nothing has been started"):
        look(harness, "x")
    harness.start("line", Work(), "l-1")
    with pytest.raises(NotFound, match=r"'x'; known: l-1"):
        look(harness, "x")
    with pytest.raises(NotFound, match=r"'l-2'; did you mean 'l-1'\?"):
        look(harness, "l-2")


def test_of_many_known_ids_a_few_are_told(harness: Harness) -> None:
    for n in range(12):
        harness.start("line", Work(), f"line-{n:02}")
    with pytest.raises(NotFound, match="line-09 and 2 more"):
        harness.status("x")


def test_an_unknown_machine_and_an_unknown_event_are_told(harness: Harness) -> None:
    with pytest.raises(UnknownMachine, match="did you mean 'line'"):
        harness.start("lime", Work())
    with pytest.raises(UnknownEvent, match="did you mean 'yes'"):
        harness.send(harness.start(approval(), Question()), "yess")


def test_two_machines_of_one_name_are_an_error_and_block_nothing() -> None:
    with pytest.raises(MachineError, match="line"):
        Harness([line(), line()])


def test_time_begins_where_it_is_said_to() -> None:
    start = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    with Harness([line()], start_at=start) as harness:
        assert harness.now == start
        harness.advance(hours=1, minutes=30)
        assert harness.now == start + timedelta(minutes=90)
        assert harness.instance(harness.start("line", Work())).started_at == harness.clock.now()


def test_a_start_without_a_time_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Harness([line()], start_at=datetime(2030, 1, 1))  # noqa: DTZ001 - the mistake at hand


def test_the_same_seed_gives_the_same_run_to_the_last_bit() -> None:
    def history(seed: int) -> object:
        with Harness([line()], seed=seed) as harness:
            name = harness.start("line", Work(failures=3))
            harness.run_until_rest()
            return harness.history(name)

    assert history(1) == history(1) != history(2)


def test_a_closed_harness_can_be_read_and_no_more() -> None:
    with Harness([line()]) as harness:
        name = harness.start("line", Work())
        harness.run_until_rest()
    harness.close()
    assert harness.status(name) == "completed"
    for act in (harness.run_until_rest, harness.advance, lambda: harness.start("line", Work())):
        with pytest.raises(RuntimeError, match="this harness is closed"):
            act()
