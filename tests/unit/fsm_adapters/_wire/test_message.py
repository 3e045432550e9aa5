"""The 0.1 JSON: what is written, and that it comes back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm_adapters._wire.message import decode, encode
from fsm_ports import Attempt, InboxEvent, Instance, Status, Unreadable

drawn = settings(deadline=None, database=None, print_blob=True)

# Text of every plane; UTF-8 cannot hold surrogates, and no back end takes them.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
TIMES = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
COUNTS = st.integers(min_value=0, max_value=2**53 - 1)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)
CONTEXTS = st.builds(json.dumps, ANY_JSON, indent=st.sampled_from([None, 1]), ensure_ascii=st.booleans())
MESSAGES = st.builds(
    Instance,
    machine=TEXT,
    correlation_id=TEXT.filter(bool),
    definition=TEXT,
    step=COUNTS,
    status=st.sampled_from(Status),
    paused=st.booleans(),
    state=TEXT,
    event=st.none() | TEXT,
    context=st.none() | CONTEXTS,
    data=st.none() | TEXT,
    retries=COUNTS,
    work=COUNTS,
    run_id=TEXT,
    position=TEXT,
    not_before=TIMES,
    deadline=TIMES,
    home=TEXT,
    started_at=TIMES,
    updated_at=TIMES,
    error=st.none() | TEXT,
    attempts=st.just(()),
    inbox=st.just(()),
    seen=st.just(()),
)
ASCII = st.text(st.characters(min_codepoint=0, max_codepoint=0x7F))
TODAY = st.floats(min_value=1e9, max_value=2e9)
USUAL = st.builds(
    Instance,
    machine=ASCII,
    correlation_id=ASCII.filter(bool),
    definition=ASCII,
    step=COUNTS,
    status=st.sampled_from(Status),
    paused=st.just(False),
    state=ASCII,
    event=ASCII,
    context=CONTEXTS,
    retries=COUNTS,
    work=COUNTS,
    run_id=ASCII,
    started_at=TODAY,
    updated_at=TODAY,
    data=st.none(),
    position=st.just(""),
    not_before=st.just(0.0),
    deadline=st.just(0.0),
    home=st.just(""),
    error=st.none(),
    attempts=st.just(()),
    inbox=st.just(()),
    seen=st.just(()),
)
"""Messages of plain steps, and what is nearly one."""
MESSAGE = Instance(
    machine="orders",
    correlation_id="o-1",
    definition="d-1",
    step=7,
    status=Status.RUNNING,
    paused=False,
    state="charge",
    event="paid",
    context='{"cents": 5}',
    work=6,
    run_id="r-1",
    started_at=1.5e9,
    updated_at=1.5e9 + 2,
)


@drawn
@given(MESSAGES | USUAL)
def test_message_comes_back_as_it_was(message: Instance) -> None:
    assert decode(encode(message)) == message


@drawn
@given(MESSAGES)
def test_message_is_standard_json(message: Instance) -> None:
    content = json.loads(encode(message))
    assert content["version"] == "0.1"
    if message.context is None:
        assert "user_context" not in content
    else:
        assert content["user_context"] == json.loads(message.context)


@drawn
@given(
    (MESSAGES | USUAL).filter(lambda message: message.context is not None), st.booleans(), st.sampled_from([None, 2])
)
def test_message_that_somebody_wrote_anew_is_the_same(message: Instance, sort: bool, indent: int | None) -> None:
    anew = json.dumps(json.loads(encode(message)), sort_keys=sort, indent=indent)
    back = decode(anew)
    assert isinstance(back, Instance)
    assert json.loads(back.context or "") == json.loads(message.context or "")
    assert back._replace(context=None) == message._replace(context=None)


@pytest.mark.parametrize(
    "context",
    [
        '{ "a" :1.10, "a": 2e0,\n"b":"\\u017e" }',
        '{"text": "}, \\"user_context\\": {"}',
        '{"version": "0.2", "system_context": {}, "user_context": {}}',
        '"\\ud83d\\ude80 \U0001f680 \u2028"',
        "[]",
        "null",
        " 1 ",
        "",
    ],
)
def test_context_is_not_touched(context: str) -> None:
    message = MESSAGE._replace(context=context, data='{"user_context": 1}', error=', "user_context": {')
    assert decode(encode(message)) == message


def test_context_stands_last_and_is_not_parsed() -> None:
    """A context that is no JSON is the codec's to refuse, with the machine's name at hand."""
    message = MESSAGE._replace(context='{"cents": }')
    assert encode(message).endswith(', "user_context": {"cents": }}')
    assert decode(encode(message)) == message


def test_message_of_a_plain_step_is_not_parsed_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*_: object) -> None:
        raise AssertionError("parsed")

    text = encode(MESSAGE)
    monkeypatch.setattr("json.JSONDecoder.raw_decode", parse)
    assert decode(text) == MESSAGE


@drawn
@given(st.text(max_size=20), st.text(max_size=20))
def test_unreadable_comes_back_as_it_was(text: str, reason: str) -> None:
    unreadable = Unreadable(text, reason)
    assert decode(encode(unreadable)) == unreadable
    assert decode(encode(Unreadable(encode(unreadable), "again"))) == Unreadable(encode(unreadable), "again")


def test_what_belongs_to_the_record_stays_there() -> None:
    record = MESSAGE._replace(attempts=(Attempt("r", 1.0),), inbox=(InboxEvent("i", "paid", "{}"),), seen=("i",))
    assert decode(encode(record)) == MESSAGE


def test_thin_message_has_no_user_context() -> None:
    assert "user_context" not in json.loads(encode(MESSAGE._replace(context=None)))


def test_new_names_stand_only_inside_the_system_context() -> None:
    full = MESSAGE._replace(
        paused=True, data="1", position="p", not_before=1.0, deadline=2.0, home="2", error="e", retries=1
    )
    content = json.loads(encode(full))
    assert list(content) == ["version", "system_context", "user_context"]
    assert content["system_context"] == {
        "machine_name": "orders",
        "current_state": "charge",
        "current_event": "paid",
        "correlation_id": "o-1",
        "steps": 7,
        "retries": 1,
        "started_at": 1.5e9,
        "updated_at": 1.5e9 + 2,
        "definition": "d-1",
        "status": "running",
        "work": 6,
        "run_id": "r-1",
        "context_length": 12,
        "paused": True,
        "position": "p",
        "not_before": 1.0,
        "deadline": 2.0,
        "home": "2",
        "data": "1",
        "error": "e",
    }


def test_error_that_utf8_cannot_hold_does_not_spoil_the_message() -> None:
    """The name of a file, in an exception, may hold such text."""
    back = decode(encode(MESSAGE._replace(error="no file \udcff")))
    assert back == MESSAGE._replace(error="no file \\udcff")


@pytest.mark.parametrize("field", ["started_at", "updated_at", "not_before", "deadline"])
@pytest.mark.parametrize("time", [float("inf"), float("nan")])
def test_time_that_json_does_not_know_is_a_bug_of_the_caller(field: str, time: float) -> None:
    with pytest.raises(ValueError, match="is no time"):
        encode(MESSAGE._replace(**{field: time}))  # type: ignore[arg-type]  # each of these fields is a float
