"""A message source over all shards of a stream."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from threading import Lock
from typing import Final

from fsm_adapters._shards.holding import SLACK, Holding
from fsm_adapters._shards.open_shard import OpenShard, Receipt
from fsm_adapters._shards.positions import ShardPositions
from fsm_adapters._shards.reader import ShardReader
from fsm_ports import Clock, Delivery, MessageSource, Outcome, PortError, PortRejected, Random, Sent

PAGE: Final = 100
"""Records that are read at a time at least; what a batch leaves of them waits in memory."""


class ShardSource(MessageSource):
    """Reads the shards that are this reader's share, each like a queue of which one batch at a time is out.

    * A batch ends when all of it is settled, or its time is up; then its shard goes on from the first record that was
      not acknowledged, and delivers all after it again.  After a failure it waits `nack_wait` seconds.
    * How far a shard has been read is stored once a settled batch.  A reader that dies loses its shards at the end of
      their leases, at most 10 s after its claims.
    * No receive count, no `Defer`.  A record may have killed an earlier holder where it was delivered before, is older
      than 5 s, or was there when its shard was taken over.
    * An empty shard is left alone for `rest` seconds.
    """

    def __init__(
        self,
        reader: ShardReader,
        positions: ShardPositions,
        *,
        source: str,
        clock: Clock,
        random: Random,
        rest: float = 0.2,
        nack_wait: float = 1.0,
    ) -> None:
        self._reader, self._source, self._clock = reader, source, clock
        self._holding = Holding(reader, positions, clock, random)
        self._rest, self._nack_wait = rest, nack_wait
        self._turns, self._lock = itertools.count(1), Lock()

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        with self._lock:
            failed = self._holding.survey()
            deliveries: list[Delivery] = []
            for shard in self._holding.shards():
                got = self._receive(shard, limit - len(deliveries), visible_until)
                if isinstance(got, PortError):
                    failed = got
                elif got:
                    deliveries += got
                    self._holding.put_last(shard)
                if len(deliveries) >= limit:
                    break
            return deliveries if deliveries or failed is None else failed

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        with self._lock:
            return [self._extend(delivery, visible_until) for delivery in deliveries]

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        with self._lock:
            touched = [self._settle(*settled) for settled in zip(deliveries, outcomes, strict=True)]
            ended = {id(shard): self._end(shard) for shard in touched if shard is not None and shard.is_settled}
            return [ended.get(id(shard)) for shard in touched]

    def close(self) -> None:
        """Give every shard of which no batch is out to whoever wants it; receiving takes shards again."""
        with self._lock:
            self._holding.close()

    def _receive(self, shard: OpenShard, limit: int, visible_until: float) -> list[Delivery] | PortError:
        now = self._clock.now()
        if now < shard.busy_until:
            return []
        shard.end_batch()
        reads = shard.wants_more(limit) and now >= shard.rest_until
        failed = self._read(shard, now, limit) if reads else None
        if shard.is_finished:
            failed = self._holding.finish(shard)
        if shard.is_empty:
            return _unless_lost(failed)
        failed = self._holding.keep(shard, visible_until)
        if failed is not None:
            return _unless_lost(failed)
        return shard.deliver(limit, now, visible_until, next(self._turns), f"{self._reader.name}:{shard.id}:")

    def _read(self, shard: OpenShard, now: float, limit: int) -> PortError | None:
        if shard.until <= now:
            kept = self._holding.keep(shard, now + SLACK)
            if kept is not None:
                return kept
        page = self._reader.read(shard.id, shard.after(), max(limit, PAGE))
        if isinstance(page, PortError):
            self._holding.look_again()  # the shard may be there no more
            return page
        if not page.records:
            shard.rest_until = now + self._rest
        shard.add(page)
        return None

    def _extend(self, delivery: Delivery, visible_until: float) -> Sent:
        shard = self._held(delivery)
        if shard is None:
            return PortRejected("the claim is lost", self._source)
        failed = self._holding.keep(shard, visible_until)
        if failed is None:
            shard.busy_until = visible_until
        return failed

    def _settle(self, delivery: Delivery, outcome: Outcome) -> OpenShard | None:
        shard = self._held(delivery)
        if shard is not None and isinstance(delivery.receipt, Receipt):
            shard.settle(delivery.receipt, outcome)
        return shard

    def _end(self, shard: OpenShard) -> Sent:
        shard.busy_until = self._clock.now() + self._nack_wait if shard.has_failed else 0.0
        shard.end_batch()
        return self._holding.store(shard)

    def _held(self, delivery: Delivery) -> OpenShard | None:
        """The shard, if the delivery belongs to the batch of it that is out."""
        receipt = delivery.receipt
        shard = self._holding.get(receipt.shard) if isinstance(receipt, Receipt) else None
        return shard if isinstance(receipt, Receipt) and shard is not None and shard.holds(receipt) else None


def _unless_lost(failed: PortError | None) -> list[Delivery] | PortError:
    """A shard that has passed to another reader is no failure: it just has nothing to deliver here."""
    return failed if failed is not None and not isinstance(failed, PortRejected) else []
