"""What an action may know about its step."""

from __future__ import annotations

from fsm_domain import Step


def test_idempotency_key_names_the_instance_and_the_piece_of_work() -> None:
    first = Step(machine="orders", correlation_id="o-1", number=4, work=4)
    redriven = Step(machine="orders", correlation_id="o-1", number=6, retries=2, work=4)

    assert first.idempotency_key == redriven.idempotency_key == "o-1:4"


def test_time_left_follows_the_clock() -> None:
    now = [100.0]
    step = Step(machine="orders", correlation_id="o-1", deadline=130.0, now=lambda: now[0])
    assert step.time_left() == 30.0

    now[0] = 129.5
    assert step.time_left() == 0.5


def test_without_a_deadline_there_is_always_time() -> None:
    assert Step(machine="orders", correlation_id="o-1").time_left() == float("inf")


def test_data_is_the_decoded_json_of_the_outside_event() -> None:
    step = Step(machine="orders", correlation_id="o-1", data_text='{"approved": true, "by": ["ann"]}')

    assert step.data == {"approved": True, "by": ["ann"]}


def test_data_is_none_where_no_outside_event_led_here() -> None:
    assert Step(machine="orders", correlation_id="o-1").data is None


def test_now_is_the_injected_clock() -> None:
    assert Step(machine="orders", correlation_id="o-1", now=lambda: 12.5).now() == 12.5


def test_a_step_shows_which_it_is() -> None:
    step = Step(machine="orders", correlation_id="o-1", number=3, retries=1)

    assert repr(step) == "<Step 3 of orders 'o-1', retries 1>"


def test_nothing_else_can_be_hung_on_a_step() -> None:
    assert not hasattr(Step(machine="orders", correlation_id="o-1"), "__dict__")
