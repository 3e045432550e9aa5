"""Messages as the entries of batch calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pytest

from fsm_adapters._aws.posting import post, told
from fsm_contract import samples
from fsm_ports import Instance, OutcomeUnknown, Outgoing, PortError, PortRejected, PortUnavailable, Sent
from tests.unit.fsm_adapters._aws.sized import of_size

LIMIT = 10_000


class Entry(NamedTuple):
    number: int
    text: str


def _entry(number: int, outgoing: Outgoing, text: str) -> Entry:
    return Entry(number, text)


class Service:
    """Answers each call with the next answer, or that all went well."""

    def __init__(self, *answers: Mapping[str, object] | PortError) -> None:
        self.answers, self.calls = list(answers), list[list[str]]()

    def post(self, *messages: Instance) -> list[Sent]:
        outgoing = [Outgoing(message) for message in messages]
        return post(outgoing, _entry, self._call, LIMIT, "s")

    def _call(self, entries: Sequence[Entry]) -> Mapping[str, object] | PortError:
        assert [entry.number for entry in entries] == list(range(len(entries)))
        assert sum(len(entry.text.encode()) for entry in entries) <= LIMIT
        self.calls.append([entry.text for entry in entries])
        if self.answers:
            return self.answers.pop(0)
        return {"Successful": [{"Id": str(entry.number)} for entry in entries]}


def kinds(results: Sequence[Sent]) -> list[type | None]:
    return [None if result is None else type(result) for result in results]


def test_nothing_takes_no_call() -> None:
    service = Service()
    assert service.post() == []
    assert service.calls == []


def test_a_call_has_ten_entries_at_most() -> None:
    service = Service()
    assert service.post(*(samples.record(f"m-{n}", 1.0) for n in range(21))) == [None] * 21
    assert [len(call) for call in service.calls] == [10, 10, 1]


def test_message_of_exactly_the_limit_goes_and_one_byte_more_does_not() -> None:
    service = Service()
    results = service.post(of_size(LIMIT), of_size(LIMIT + 1), of_size(LIMIT))
    assert kinds(results) == [None, PortRejected, None]
    assert [len(text) for call in service.calls for text in call] == [LIMIT, LIMIT]
    assert f"{LIMIT + 1} bytes are more than the {LIMIT}" in str(results[1])


def test_a_call_has_exactly_as_many_bytes_as_the_limit_and_no_more() -> None:
    service = Service()
    service.post(of_size(LIMIT // 2), of_size(LIMIT // 2), of_size(LIMIT // 2), of_size(LIMIT // 2 + 1))
    assert [len(call) for call in service.calls] == [2, 1, 1]


def test_bytes_are_counted_not_characters() -> None:
    service = Service()
    assert kinds(service.post(samples.record("a", 1.0)._replace(context=f'"{"漢" * (LIMIT // 3)}"'))) == [PortRejected]
    assert service.calls == []


def test_entries_that_failed_are_told_one_by_one_in_their_places() -> None:
    failed = [{"Id": "0", "Code": "Throttled", "Message": "slow"}, {"Id": "2", "Code": "InvalidMessageContents"}]
    service = Service({"Successful": [{"Id": "1"}], "Failed": failed})
    results = service.post(of_size(500), of_size(LIMIT + 1), of_size(500), of_size(500), of_size(500))
    assert kinds(results) == [PortUnavailable, PortRejected, None, PortRejected, OutcomeUnknown]
    assert str(results[0]) == "s: Throttled: slow"


def test_refused_call_is_the_answer_to_each_of_its_entries_and_the_next_call_is_made() -> None:
    service = Service(PortUnavailable("throttled", "s"))
    results = service.post(*(samples.record(f"m-{n}", 1.0) for n in range(12)))
    assert kinds(results) == [PortUnavailable] * 10 + [None] * 2


def test_after_a_time_out_no_further_call_is_made() -> None:
    service = Service(OutcomeUnknown("time-out", "s"))
    results = service.post(*(samples.record(f"m-{n}", 1.0) for n in range(25)))
    assert kinds(results) == [OutcomeUnknown] * 10 + [PortUnavailable] * 15
    assert len(service.calls) == 1


def test_entries_of_a_rejected_call_are_sent_one_by_one() -> None:
    """The service does not say which of them it was."""
    one = {"Successful": [{"Id": "0"}]}
    service = Service(PortRejected("no", "s"), one, PortRejected("no", "s"), one)
    assert kinds(service.post(*(of_size(500, name) for name in "abc"))) == [None, PortRejected, None]
    assert [len(call) for call in service.calls] == [3, 1, 1, 1]


def test_time_out_among_those_ends_it() -> None:
    service = Service(PortRejected("no", "s"), OutcomeUnknown("time-out", "s"))
    assert kinds(service.post(*(of_size(500, name) for name in "abc"))) == [
        OutcomeUnknown, PortUnavailable, PortUnavailable,
    ]  # fmt: skip
    assert len(service.calls) == 2


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Successful": []},
        {"Successful": [{}, {"Id": "x"}, {"Id": "7"}, {"Id": "-1"}]},
        {"Failed": [{}, {"Id": "99", "Code": "Throttled"}]},
    ],
)
def test_entry_that_the_answer_does_not_name_may_have_been_taken(answer: Mapping[str, object]) -> None:
    assert kinds(told(answer, 2, "s")) == [OutcomeUnknown, OutcomeUnknown]


def test_failure_without_a_code_may_have_been_taken() -> None:
    assert kinds(told({"Failed": [{"Id": "0"}]}, 1, "s")) == [OutcomeUnknown]
