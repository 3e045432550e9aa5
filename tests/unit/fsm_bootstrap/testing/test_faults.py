"""Failures of ports that a test asks for: the machine comes through each, with one commit a step."""

from __future__ import annotations

from typing import Any, Final

import pytest

from fsm_bootstrap.testing import Harness, NotAtRest
from fsm_bootstrap.testing.faults import PORTS, PortName
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable
from fsm_ports.history_log import Happened
from tests.unit.fsm_bootstrap.testing.machines import Question, Work, approval, commits, line, ran

KINDS: Final[list[tuple[type[PortError], bool]]] = [
    (PortUnavailable, False),
    (OutcomeUnknown, False),
    (OutcomeUnknown, True),
]


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(("error", "happened"), KINDS)
@pytest.mark.parametrize("port", PORTS)
def test_a_machine_comes_through_the_failure_of_any_port(
    port: PortName, error: type[PortError], happened: bool, times: int
) -> None:
    with Harness([line()]) as harness:
        name = harness.start("line", Work(failures=2))  # its retries use the scheduler and the history log
        harness.fail_next(port, times, error=error, happened=happened)
        harness.run_until_rest(name)
        assert harness.still_to_fail == {}
        assert harness.status(name) == "completed"
        assert commits(harness.history(name)) == [0, 1, 2, 3]
        assert harness.context(name).seen == ["one", "two"]


@pytest.mark.parametrize(("happened", "kept"), [(False, 1), (True, 2)])
def test_a_retry_is_in_the_history_only_where_its_entry_was_written(happened: bool, kept: int) -> None:
    with Harness([line()]) as harness:
        name = harness.start("line", Work(failures=2))
        harness.fail_next("history_log", error=OutcomeUnknown, happened=happened)
        harness.run_until_rest(name)
        assert len(harness.errors(name)) == kept


@pytest.mark.parametrize(("happened", "copies"), [(False, 1), (True, 2)])
def test_a_message_whose_answer_was_lost_is_sent_again_and_its_step_committed_once(happened: bool, copies: int) -> None:
    with Harness([line()]) as harness:
        harness.fail_next("event_bus", error=OutcomeUnknown, happened=happened)
        name = harness.start("line", Work())
        harness.run_until_rest(name)
        assert len([key for key in ran if key.endswith(":0")]) <= copies
        assert commits(harness.history(name)) == [0, 1, 2, 3]


def test_a_caller_is_told_what_failed_and_the_machine_is_not_there() -> None:
    with Harness([line()]) as harness:
        harness.fail_next("checkpoint_store")
        with pytest.raises(PortUnavailable, match="asked for by fail_next"):
            harness.start("line", Work(), "l-1")
        assert harness.start("line", Work(), "l-1") == "l-1"


def test_a_caller_may_be_told_an_error_of_the_tests_own() -> None:
    with Harness([line()]) as harness:
        harness.fail_next("checkpoint_store", error=PortRejected("too large", "table"))
        with pytest.raises(PortRejected, match="table: too large"):
            harness.start("line", Work())


def test_an_operator_meets_the_failure_too() -> None:
    with Harness([approval()]) as harness:
        name = harness.start("approval", Question())
        harness.run_until_rest()
        harness.fail_next("checkpoint_store")
        with pytest.raises(PortUnavailable):
            harness.send(name, "no")
        assert harness.state(name) == "asked"  # looking is no call of a port
        assert harness.send(name, "no") == "taken"


@pytest.mark.parametrize("happened", [False, True])
def test_doubt_waits_for_a_write_and_the_operator_asks_again(happened: bool) -> None:
    with Harness([approval()]) as harness:
        name = harness.start("approval", Question())
        harness.run_until_rest()
        harness.fail_next("checkpoint_store", error=OutcomeUnknown, happened=happened)
        assert harness.send(name, "no") == "taken"
        harness.run_until_rest()
        assert harness.still_to_fail == {}
        assert commits(harness.history(name)) == [0, 1, 2, 3]


def test_recovery_finds_records_while_a_write_is_to_be_in_doubt() -> None:
    with Harness([line()]) as harness:
        harness.lose_next("event_bus")
        name = harness.start("line", Work())
        harness.advance(days=1)
        harness.fail_next("checkpoint_store", error=OutcomeUnknown)
        assert harness.recover() == 1
        harness.run_until_rest(name)
        harness.fail_next("checkpoint_store")
        with pytest.raises(PortUnavailable):
            harness.recover()


def test_a_start_that_was_committed_and_sent_nowhere_is_recovered() -> None:
    with Harness([line()]) as harness:
        harness.fail_next("event_bus")
        harness.fail_next("retry_scheduler")
        with pytest.raises(PortUnavailable):
            harness.start("line", Work(), "l-1")
        with pytest.raises(NotAtRest, match="l-1: in state 'pseudo_init' at step 0; no message of it is under way"):
            harness.run_until_rest("l-1")
        assert harness.recover() == 0  # for all that recovery knows it may be on its way
        harness.advance(days=1)
        assert harness.recover() == 1
        harness.run_until_rest("l-1")
        assert harness.status("l-1") == "completed"


def test_a_timer_that_was_lost_is_found_by_recovery() -> None:
    with Harness([approval()]) as harness:
        harness.lose_next("retry_scheduler")
        name = harness.start("approval", Question())
        harness.advance(days=2)
        assert (harness.still_to_fail, harness.state(name)) == ({}, "asked")
        assert harness.recover() == 1
        harness.advance(seconds=0)
        assert harness.state(name) == "reminded"
        assert Happened.RECOVERED in [entry.happened for entry in harness.history(name)]


def test_a_message_that_was_lost_is_told_and_found_by_recovery() -> None:
    with Harness([line(), approval()]) as harness:
        waiting, name = harness.start("approval", Question()), harness.start("line", Work())
        harness.run_until_rest(waiting)
        lost = harness.start("line", Work())
        harness.lose_next("event_bus")
        with pytest.raises(NotAtRest, match="no message of it is under way: it was lost"):
            harness.run_until_rest()
        assert harness.state(waiting) == "asked"  # its deadline was not waited for instead
        harness.advance(hours=1)
        assert harness.recover() == 1
        harness.run_until_rest()
        assert (harness.status(name), harness.status(lost)) == ("completed", "completed")


def test_what_has_not_failed_yet_is_told() -> None:
    with Harness([line()]) as harness:
        harness.fail_next("lock_cache", times=3)
        harness.crash_next("after_send", times=2)
        assert harness.still_to_fail == {"lock_cache": 3, "after_send": 2}


def test_mistakes_in_what_is_to_fail() -> None:
    wrong: Any = "event_buss"  # Any: what a test without types might do
    with Harness([line()]) as harness:
        with pytest.raises(ValueError, match="no port is called 'event_buss'; known: event_bus, retry_scheduler, ch"):
            harness.fail_next(wrong)
        with pytest.raises(ValueError, match="no port that takes messages is called 'lock_cache'; known: event_bus,"):
            harness.lose_next("lock_cache")
        with pytest.raises(ValueError, match="PortUnavailable says that nothing happened"):
            harness.fail_next("event_bus", happened=True)
        with pytest.raises(ValueError, match="times=0"):
            harness.fail_next("event_bus", 0)
        with pytest.raises(ValueError, match="no point is called 'event_buss'; known: after_receive, action"):
            harness.crash_next(wrong)
        assert harness.still_to_fail == {}
