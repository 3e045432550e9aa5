"""What is no message is kept whole, with the reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fsm_adapters._wire.message import decode, encode
from fsm_ports import Instance, Status, Unreadable

drawn = settings(deadline=None, database=None, print_blob=True)

MESSAGE = Instance(
    "orders", "o-1", "d-1", 7, Status.RUNNING, False, "charge", "paid", '{"cents": 5}', run_id="r-1", started_at=1.5e9
)  # fmt: skip
TEXT = encode(MESSAGE)
MISSING = object()


def _with(name: str, value: object, *, top: bool = False) -> str:
    """The message with one field changed, as another program writes it."""
    content = json.loads(TEXT)
    fields = content if top else content["system_context"]
    if value is MISSING:
        del fields[name]
    else:
        fields[name] = value
    return json.dumps(content)


def _reason(text: str) -> str:
    found = decode(text)
    assert isinstance(found, Unreadable), found
    assert found.text == text
    return found.reason


@pytest.mark.parametrize("text", ["", " ", "{", "nonsense", TEXT[:-1], TEXT[:40], TEXT + "x", TEXT.replace(":", ";")])
def test_broken_json(text: str) -> None:
    assert "no JSON" in _reason(text)


@pytest.mark.parametrize("text", ["null", "[]", "7", '"text"'])
def test_json_that_is_no_object(text: str) -> None:
    assert "not an object" in _reason(text)


@pytest.mark.parametrize("version", ["0.2", "", "1.0"])
def test_another_version_is_named(version: str) -> None:
    assert _reason(_with("version", version, top=True)) == f"version is {version!r}, not '0.1'"


@pytest.mark.parametrize("name", ["machine_name", "current_state", "current_event", "correlation_id", "steps"])
def test_missing_key_is_named(name: str) -> None:
    assert _reason(_with(name, MISSING)) == f"{name} is missing"


@pytest.mark.parametrize("name", ["version", "system_context"])
def test_missing_part_is_named(name: str) -> None:
    assert _reason(_with(name, MISSING, top=True)) == f"{name} is missing"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("machine_name", 7, "machine_name is the number 7, not text"),
        ("machine_name", None, "machine_name is null, not text"),
        ("correlation_id", "", "correlation_id is empty"),
        ("correlation_id", "\ud800", "correlation_id holds half of a surrogate pair, which UTF-8 cannot hold"),
        ("current_state", ["a"], "current_state is an array, not text"),
        ("current_event", {}, "current_event is an object, not text"),
        ("steps", "7", "steps is text, not a count"),
        ("steps", 7.0, "steps is the number 7.0, not a count"),
        ("steps", True, "steps is true, not a count"),
        ("steps", -1, "steps is the number -1, not a count"),
        ("steps", 10**30, "steps is a huge number, not a count"),
        ("retries", None, "retries is null, not a count"),
        ("work", "7", "work is text, not a count"),
        ("status", "resting", "status is 'resting', none of running, waiting, completed, failed, aborted"),
        ("status", 1, "status is the number 1, not text"),
        ("paused", "no", "paused is text, not true or false"),
        ("started_at", "now", "started_at is text, not seconds since the epoch"),
        ("not_before", True, "not_before is true, not seconds since the epoch"),
        ("deadline", 10**400, "deadline is a huge number, not seconds since the epoch"),
        ("data", {"a": 1}, "data is an object, not text"),
        ("error", 5, "error is the number 5, not text"),
        ("home", 5, "home is the number 5, not text"),
    ],
)
def test_value_of_a_wrong_type_is_named(name: str, value: object, reason: str) -> None:
    assert _reason(_with(name, value)) == reason


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_number_that_is_none(number: str) -> None:
    _reason(TEXT.replace('"started_at": 1500000000.0', f'"started_at": {number}'))
    _reason(json.dumps(json.loads(TEXT)).replace('{"cents": 5}', f'{{"cents": {number}}}'))


def test_nesting_without_end() -> None:
    assert "nested too deeply" in _reason("[" * 100_000)
    assert "nested too deeply" in _reason('{"version": "0.1", "user_context": ' + "[" * 100_000)


def test_system_context_that_is_no_object() -> None:
    assert _reason(_with("system_context", [], top=True)) == "system_context is an array, not an object"


@pytest.mark.parametrize("envelope", [{"unreadable": 5, "reason": "r"}, {"unreadable": "t"}])
def test_envelope_of_an_unreadable_that_is_itself_broken(envelope: dict[str, object]) -> None:
    _reason(json.dumps({"version": "0.1", **envelope}))


def test_reason_shows_nothing_of_the_users_data() -> None:
    secret = json.dumps({"version": "0.1", "system_context": {}, "user_context": {"card": "4242"}})
    assert "4242" not in _reason(secret)
    assert "4242" not in _reason(secret[:-1])


def test_context_length_that_does_not_fit_is_not_believed() -> None:
    """A writer that copies our names but changes the context."""
    longer = TEXT.replace('{"cents": 5}', '{"cents": 55}')
    assert decode(longer) == MESSAGE._replace(context='{"cents":55}')
    more = f'{TEXT[:-1]}, "extra": {{"a": 1}}}}'
    assert decode(more) == MESSAGE._replace(context='{"cents":5}')


@drawn
@given(st.text())
@example("\x00")
def test_any_text_is_a_message_or_unreadable(text: str) -> None:
    assert isinstance(decode(text), Instance | Unreadable)


@drawn
@given(st.integers(0, len(TEXT)), st.integers(0, 10), st.text(max_size=5))
def test_damaged_message_is_a_message_or_unreadable(at: int, gone: int, put: str) -> None:
    damaged = TEXT[:at] + put + TEXT[at + gone :]
    found = decode(damaged)
    assert isinstance(found, Instance | Unreadable)
    if isinstance(found, Instance):
        assert isinstance(decode(encode(found)), Instance)


def _in_full(text: str) -> Instance | Unreadable:
    """What the text says to one who parses all of it: nothing that was written here begins with a space."""
    return decode(f" {text}")


@pytest.mark.parametrize(
    "number", ["007.5", "00.5", "0123456789.5", "7.", ".5", "7.5e3", "-7.5", "+7.5", "0.5", "\u0667.5"]
)
def test_number_is_read_as_the_whole_would_be(number: str) -> None:
    odd = TEXT.replace('"started_at": 1500000000.0', f'"started_at": {number}')
    assert odd != TEXT
    assert type(decode(odd)) is type(_in_full(odd))


@drawn
@given(
    st.integers(0, TEXT.index(', "user_context"')),
    st.integers(0, 3),
    st.text('0123456789.-eE",:{} \\a\u0667\x00', max_size=3),
)
def test_damaged_head_says_what_the_whole_would_say(at: int, gone: int, put: str) -> None:
    damaged = TEXT[:at] + put + TEXT[at + gone :]
    found, whole = decode(damaged), _in_full(damaged)
    if isinstance(found, Instance) and isinstance(whole, Instance):
        assert found._replace(context=None) == whole._replace(context=None)
    assert type(found) is type(whole)
