"""Messages as the entries of batch calls whose answer names what succeeded and what failed, as SQS and SNS do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar, cast

from fsm_adapters._aws.batches import chunks, in_chunks
from fsm_adapters._aws.errors import refusal
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
    fitting = [n for n, size in enumerate(sizes) if size <= max_bytes]

    def send(part: Sequence[int]) -> Sequence[Sent]:
        numbers = [fitting[n] for n in part]
        entries = [entry(id_, messages[n], texts[n]) for id_, n in enumerate(numbers)]
        answer = call(entries)
        if not isinstance(answer, PortError):
            return told(answer, len(numbers), source)
        if isinstance(answer, PortRejected) and len(part) > 1:
            return [send([n])[0] for n in part]  # the service does not say which of them it was
        return [answer] * len(part)

    results: list[Sent] = [PortRejected(f"{size} bytes are more than {max_bytes}", source) for size in sizes]
    parts = chunks([sizes[n] for n in fitting], CALL_ENTRIES, max_bytes)
    for n, answer in zip(fitting, in_chunks(parts, len(fitting), send, source), strict=True):
        results[n] = answer
    return results


def told(answer: Mapping[str, object], count: int, source: str) -> list[Sent]:
    """What the answer says of each entry; one that it does not name may have been taken."""
    results: list[Sent] = [OutcomeUnknown("the answer does not name this entry", source)] * count
    for done in cast("Sequence[Mapping[str, str]]", answer.get("Successful", ())):
        results[int(done["Id"])] = None
    for failed in cast("Sequence[Mapping[str, str]]", answer.get("Failed", ())):
        results[int(failed["Id"])] = refusal(failed["Code"], failed.get("Message", ""), source)
    return results
