"""Messages as version 0.35.0 of the original wrote them: captured from it, not made up.

One machine, ``tracer``, states a and b that hand over to each other, ``max_retries: 7``.
"""

from __future__ import annotations

import json

from fsm_adapters._wire.message import decode, encode
from fsm_ports import Instance, Status

STARTED = (
    '{"system_context": {"additional_delay_seconds": 0, "correlation_id": "c0ffee00c0ffee00c0ffee00c0ffee00", '
    '"current_event": "pseudo_init", "current_state": "pseudo_init", "machine_name": "tracer", "retries": 0, '
    '"started_at": 1700000000, "steps": 0}, "user_context": {"a": null, "b": 1.5}, "version": "0.1"}'
)
"""``client.start_state_machine("tracer", {"b": 1.5, "a": None}, correlation_id=...)``"""

STARTED_WITH_NOTHING = STARTED.replace('{"a": null, "b": 1.5}', "null")
"""``client.start_state_machine("tracer", None, correlation_id=...)``"""

RETRIED = (
    '{"system_context": {"additional_delay_seconds": 0, "correlation_id": "c0ffee00c0ffee00c0ffee00c0ffee00", '
    '"current_event": "done", "current_state": "b", "lease_primary": true, "machine_name": "tracer", '
    '"max_retries": 7, "retries": 1, "started_at": 1700000000, "steps": 2}, "user_context": {"a": null, "b": 1.5, '
    '"count": 2, "text": "\\u017elu\\u0165 \\u2028 \\ud83d\\ude80"}, "version": "0.1"}'
)
"""What it scheduled after an action of step 2 had raised."""

OURS = Instance(
    machine="tracer",
    correlation_id="c0ffee00c0ffee00c0ffee00c0ffee02",
    definition="d-1",
    step=3,
    status=Status.RUNNING,
    paused=False,
    state="a",
    event="done",
    context='{"count": 2, "text": "žluť"}',
    work=3,
    run_id="r-1",
    position="p-1",
    started_at=1_700_000_000.0,
    updated_at=1_700_000_002.5,
    error="x",
)
OURS_HANDLED = (
    '{"system_context": {"context_length": 28, "correlation_id": "c0ffee00c0ffee00c0ffee00c0ffee02", '
    '"current_event": "done", "current_state": "b", "definition": "d-1", "error": "x", "lease_primary": true, '
    '"machine_name": "tracer", "max_retries": 7, "position": "p-1", "retries": 0, "run_id": "r-1", '
    '"started_at": 1700000000.0, "status": "running", "steps": 4, "updated_at": 1700000002.5, "work": 3}, '
    '"user_context": {"count": 3, "text": "\\u017elu\\u0165 \\u2028 \\ud83d\\ude80"}, "version": "0.1"}'
)
"""What it sent for the next step when it was given `OURS`."""


def test_message_of_a_start_is_a_fresh_emission() -> None:
    assert decode(STARTED) == Instance(
        machine="tracer",
        correlation_id="c0ffee00c0ffee00c0ffee00c0ffee00",
        definition="",
        step=0,
        status=Status.RUNNING,
        paused=False,
        state="pseudo_init",
        event="pseudo_init",
        context='{"a":null,"b":1.5}',
        started_at=1_700_000_000.0,
        updated_at=1_700_000_000.0,
    )


def test_start_with_nothing_is_an_empty_context() -> None:
    started = decode(STARTED_WITH_NOTHING)
    assert isinstance(started, Instance)
    assert started.context == "{}"


def test_message_of_a_retry_keeps_its_step_and_its_count() -> None:
    retried = decode(RETRIED)
    assert isinstance(retried, Instance)
    assert (retried.state, retried.event, retried.step, retried.work, retried.retries) == ("b", "done", 2, 2, 1)
    assert json.loads(retried.context or "") == {"a": None, "b": 1.5, "count": 2, "text": "žluť \u2028 \U0001f680"}


def test_message_of_ours_is_what_the_original_expects() -> None:
    """It looks up exactly these."""
    content = json.loads(encode(OURS))
    assert content["version"] == "0.1"
    assert isinstance(content["user_context"], dict)
    expected = json.loads(RETRIED)["system_context"].keys() - {
        "additional_delay_seconds",
        "lease_primary",
        "max_retries",
    }
    assert expected <= content["system_context"].keys()
    assert content["system_context"]["steps"] == 3


def test_names_of_ours_that_the_original_copied_to_its_next_step_are_not_believed() -> None:
    assert decode(OURS_HANDLED) == Instance(
        machine="tracer",
        correlation_id="c0ffee00c0ffee00c0ffee00c0ffee02",
        definition="d-1",
        step=4,
        status=Status.RUNNING,
        paused=False,
        state="b",
        event="done",
        context='{"count":3,"text":"žluť \u2028 \U0001f680"}',
        work=4,
        started_at=1_700_000_000.0,
        updated_at=1_700_000_000.0,
    )


def test_context_that_utf8_cannot_hold_stays_escaped() -> None:
    odd = decode(STARTED.replace('{"a": null, "b": 1.5}', '{"a": "\\ud800 \\u017e"}'))
    assert isinstance(odd, Instance)
    assert odd.context == '{"a": "\\ud800 \\u017e"}'
