"""Messages as the entries of batch calls whose answer names what succeeded and what failed, as SQS and SNS do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar, cast

from fsm_adapters._aws.batches import chunks, in_chunks
from fsm_adapters._aws.errors import refusal
from fsm_adapters._aws.sizes import too_large
from fsm_adapters._wire.message import encode
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected
from fsm_ports.messages import Outgoing
from fsm_ports.results import Sent

E = TypeVar("E")
Made_co = TypeVar("Made_co", covariant=True)

CALL_ENTRIES = 10
"""Entries that one batch call of SQS or SNS takes."""


class Entry(Protocol[Made_co]):
    """Makes the entry of one message; its id is its number in the call."""

    def __call__(self, number: int, outgoing: Outgoing, text: str) -> Made_co: ...


def post(
    messages: Sequence[Outgoing], entry: Entry[E], call: Callable[[Sequence[E]], Mapping[str, object] | PortError],
    max_bytes: int, source: str,
) -> list[Sent]:  # fmt: skip
    """Send each as an entry, in as few calls as bytes and number allow; a result for each, in order."""
    texts = [encode(outgoing.message) for outgoing in messages]
    sizes = [len(text.encode()) for text in texts]
    results: list[Sent] = [too_large(size, max_bytes, source) for size in sizes]
    fitting = [n for n, rejection in enumerate(results) if rejection is None]

    def send(part: Sequence[int]) -> Sequence[Sent]:
        numbers = [fitting[n] for n in part]
        entries = [entry(id_, messages[n], texts[n]) for id_, n in enumerate(numbers)]
        answer = call(entries)
        if not isinstance(answer, PortError):
            return told(answer, len(numbers), source)
        if isinstance(answer, PortRejected) and len(part) > 1:
            # The service does not say which of them it was.
            singly = [[n] for n in range(len(part))]
            return in_chunks(singly, len(part), lambda one: send([part[n] for n in one]), source)
        return [answer] * len(part)

    parts = chunks([sizes[n] for n in fitting], CALL_ENTRIES, max_bytes)
    for n, answer in zip(fitting, in_chunks(parts, len(fitting), send, source), strict=True):
        results[n] = answer
    return results


def told(answer: Mapping[str, object], count: int, source: str) -> list[Sent]:
    """What the answer says of each entry; one that it does not name may have been taken."""
    results: list[Sent] = [OutcomeUnknown("the answer does not name this entry", source)] * count
    numbers = {str(number): number for number in range(count)}
    for done in _entries(answer, "Successful"):
        if (number := numbers.get(done.get("Id", ""))) is not None:
            results[number] = None
    for failed in _entries(answer, "Failed"):
        if (number := numbers.get(failed.get("Id", ""))) is not None:
            results[number] = refusal(failed.get("Code", ""), failed.get("Message", ""), source)
    return results


def _entries(answer: Mapping[str, object], name: str) -> Sequence[Mapping[str, str]]:
    """SQS leaves a list out that would be empty."""
    return cast("Sequence[Mapping[str, str]]", answer.get(name, ()))
