"""What a definition makes of a record that another one wrote, case by case."""

from __future__ import annotations

import pytest

from fsm_domain.machine.fingerprint import graph_of
from fsm_domain.machine.state import DEADLINE
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.taking_up import is_signed, is_strange, next_look, taken_up, was_an_event
from fsm_ports.instance import InboxEvent, Instance, Status
from tests.unit.fsm_domain.runtime.test_two_definitions import RENAMED, earlier, later

NOW = 10_000.0
WAITS = Instance("orders", "a", "written-by-another", 3, Status.WAITING, False, "ask", None, "{}", run_id="r")
RUNS = WAITS._replace(status=Status.RUNNING, event="yes")


@pytest.mark.parametrize(
    ("state", "event", "now"),
    [
        ("ask", "yes", ("inquire", "accept")),
        ("ask", None, ("inquire", None)),
        ("inquire", "yes", ("inquire", "accept")),
        ("ask", "accept", ("inquire", "accept")),
        ("inquire", "accept", ("inquire", "accept")),
        ("wrap", "packed", ("wrap", "packed")),
        ("pseudo_init", "pseudo_init", ("pseudo_init", "pseudo_init")),
        ("lost", "found", ("lost", "found")),
    ],
)
def test_names_are_those_that_the_machine_has_now(state: str, event: str | None, now: tuple[str, str | None]) -> None:
    record = RUNS._replace(state=state, event=event)
    taken = taken_up(record, later(RENAMED))
    assert taken == record._replace(state=now[0], event=now[1])
    if now == (state, event):
        assert taken is record


def test_what_was_never_renamed_or_is_our_own_is_left_as_it_is() -> None:
    own = later(RENAMED)
    assert taken_up(RUNS, later()) is RUNS
    ours = RUNS._replace(definition=own.fingerprint)
    assert taken_up(ours, own) is ours
    begins = RUNS._replace(state="pseudo_init", event="yes")
    assert taken_up(begins, own) is begins


def test_a_record_is_signed_by_the_definition_whose_names_it_has() -> None:
    machine = later(RENAMED)
    assert is_signed(RUNS._replace(definition=machine.fingerprint), machine) is True
    assert is_signed(RUNS._replace(definition=graph_of(machine.fingerprint)), machine) is True
    assert is_signed(RUNS, machine) is False


def test_an_event_that_had_another_name_is_known() -> None:
    assert was_an_event(later(RENAMED), "yes") is True
    assert was_an_event(later(RENAMED), "accept") is False
    assert was_an_event(later(), "yes") is False


YES, ACCEPT, OTHER = InboxEvent("e1", "yes"), InboxEvent("e2", "accept"), InboxEvent("e3", "other")


@pytest.mark.parametrize(
    ("record", "strange"),
    [
        (WAITS, False),
        (WAITS._replace(inbox=(YES, ACCEPT)), False),
        (WAITS._replace(inbox=(YES, OTHER)), True),
        (WAITS._replace(inbox=(OTHER, YES)), True),
        (WAITS._replace(deadline=9.0), False),
        (WAITS._replace(state="lost"), False),
        (WAITS._replace(state="lost", deadline=9.0), True),
        (WAITS._replace(state="lost", inbox=(YES,)), True),
        (WAITS._replace(state="bill", deadline=9.0), True),
        (WAITS._replace(state="bill", inbox=(ACCEPT,)), False),
        (WAITS._replace(state="bill"), False),
    ],
)
def test_a_wait_is_strange_that_only_another_definition_can_end(record: Instance, strange: bool) -> None:
    assert is_strange(record, later(RENAMED)) is strange


@pytest.mark.parametrize(
    ("record", "strange"),
    [(WAITS, False), (WAITS._replace(deadline=9.0), True), (WAITS._replace(inbox=(YES,)), True)],
)
def test_without_the_machine_whatever_may_end_a_wait_is_strange(record: Instance, strange: bool) -> None:
    assert is_strange(record, None) is strange


def test_a_deadline_that_the_state_no_longer_has_is_strange() -> None:
    assert ("ask", DEADLINE) not in earlier().edges
    assert is_strange(WAITS._replace(deadline=9.0), earlier()) is True
    assert is_strange(WAITS._replace(deadline=9.0), earlier(timed=True)) is False


@pytest.mark.parametrize(
    ("times", "wait"),
    [
        ({"updated_at": NOW - 100.0}, 10.0),
        ({"updated_at": NOW - 10.0}, 6.0),
        ({"updated_at": NOW - 9999.0}, 900.0),
        ({"updated_at": NOW - 100.0, "not_before": NOW - 80.0}, 8.0),
        ({"updated_at": NOW - 500.0, "deadline": NOW - 90.0}, 9.0),
        ({"updated_at": NOW - 500.0, "deadline": NOW}, 6.0),
        ({"updated_at": NOW - 500.0, "deadline": NOW + 20.0}, 20.0),
        ({"updated_at": NOW - 500.0, "deadline": NOW + 70.0}, 50.0),
    ],
)
def test_it_is_looked_at_again_after_a_tenth_of_its_age_and_at_its_deadline(
    times: dict[str, float], wait: float
) -> None:
    assert next_look(WAITS._replace(**times), NOW, Limits()) == NOW + wait  # type: ignore[arg-type]  # times only
