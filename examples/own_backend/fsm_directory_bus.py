"""A back end of one's own: every message is a file ``DUE.ID.RECEIVED`` of a directory.

A message is due at the time in its name; whoever claims it renames it to the end of the claim.  A rename has one
winner, so that is all the locking there is.  ``PRIMARY_STREAM_SOURCE=dir:///var/spool/fsm`` chooses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import fsm_ports as ports
from fsm_bootstrap.registry import Stream
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_bootstrap.wire import decode, encode


@dataclass
class Claim:
    file: Path


class DirectoryBus(ports.RetryScheduler, ports.MessageSource):
    max_bytes = 1_000_000
    max_delay = float("inf")

    def __init__(self, directory: Path, clock: ports.Clock, random: ports.Random) -> None:
        self._directory, self._clock, self._random = directory, clock, random

    def send(self, messages: Sequence[ports.Outgoing]) -> Sequence[ports.Sent]:
        return [self._send(outgoing) for outgoing in messages]

    def receive(self, limit: int, visible_until: float) -> Sequence[ports.Delivery] | ports.PortError:
        try:
            due = sorted(f for f in self._directory.glob("*.*.*") if int(f.name[:16]) <= self._clock.now() * 1e6)
            suspects = [file for file in due if not file.name.endswith(".0")]
            # What was received before may have killed its holder: it comes alone, and blames no neighbour.
            claims = map(Claim, suspects[:1] or due[:limit])
            return [self._delivery(c) for c in claims if self._move(c, visible_until, 1) is None]
        except OSError as error:
            return ports.PortUnavailable(str(error), f"dir://{self._directory}")

    def extend(self, deliveries: Sequence[ports.Delivery], visible_until: float) -> Sequence[ports.Sent]:
        return [self._move(delivery.receipt, visible_until) for delivery in deliveries]

    def settle(self, deliveries: Sequence[ports.Delivery], outcomes: Sequence[ports.Outcome]) -> Sequence[ports.Sent]:
        return [self._settle(d.receipt, outcome) for d, outcome in zip(deliveries, outcomes, strict=True)]

    def _send(self, outgoing: ports.Outgoing) -> ports.Sent:
        text = encode(outgoing.message).encode()
        if len(text) > self.max_bytes:
            return ports.PortRejected(f"a message of {len(text)} bytes is larger than {self.max_bytes}")
        try:
            draft = self._directory / self._random.id()  # a name without dots: nobody takes it for a message yet
            draft.write_bytes(text)
            due = max(outgoing.not_before, self._clock.now())
            draft.rename(draft.with_name(f"{int(due * 1e6):016}.{draft.name}.0"))
        except OSError as error:
            return ports.PortUnavailable(str(error), f"dir://{self._directory}")
        return None

    def _delivery(self, claim: Claim) -> ports.Delivery:
        _, name, received = claim.file.name.split(".")
        message = decode(claim.file.read_text())
        return ports.Delivery(message, claim, f"dir:{name}", int(received), int(received) > 1, can_defer=True)

    def _settle(self, claim: object, outcome: ports.Outcome) -> ports.Sent:
        if outcome is ports.ACK and isinstance(claim, Claim):
            claim.file.unlink(missing_ok=True)  # gone: the claim has passed on, and the message with it
            return None
        return self._move(claim, outcome.until if isinstance(outcome, ports.Defer) else self._clock.now())

    def _move(self, claim: object, due: float, receives: int = 0) -> ports.Sent:
        if not isinstance(claim, Claim):
            return ports.PortRejected("a delivery of another source")
        _, name, received = claim.file.name.split(".")
        try:
            claim.file = claim.file.rename(
                claim.file.with_name(f"{int(due * 1e6):016}.{name}.{int(received) + receives}")
            )
        except FileNotFoundError:
            return ports.PortRejected("the claim has passed on")
        return None


def stream(source: Source, supplies: Supplies) -> Stream:
    """What the entry point leads to: the bus, where a worker polls, and the road that holds what has to wait."""
    directory = Path(source.removeprefix("dir://"))
    directory.mkdir(parents=True, exist_ok=True)
    bus = DirectoryBus(directory, supplies.clock, supplies.random)
    return Stream(bus, bus, bus)
