"""Where each shard is being read: the iterators of a service, renewed when they end."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from fsm_adapters._shards.reader import Page, Record, ShardReader
from fsm_ports.errors import OutcomeUnknown, PortError

_log = logging.getLogger(__name__)


class IteratorEnded(Exception):
    """The service does not honour this iterator any more."""


class PlaceLost(Exception):
    """The service does not know the sequence number, or not any more."""


class Fetched(NamedTuple):
    """What an iterator gave."""

    records: Sequence[Record]
    iterator: str | None
    """Where to go on; None: the shard is closed, and this was all of it."""
    is_tip: bool = False
    """There was nothing newer in the shard."""


class _Place(NamedTuple):
    after: str | None
    """The record after which the iterator stands."""
    iterator: str


class IteratorReader(ShardReader):
    """The half of a `ShardReader` that services with iterators have in common.

    An iterator is kept for each shard: an empty page moves it on too, and it costs no call of its own.
    """

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        self._source = source
        self._places: dict[str, _Place] = {}

    @abstractmethod
    def open_iterator(self, shard: str, after: str | None) -> str | PortError:
        """An iterator that begins after the record, or with the oldest (None).

        Raises:
            PlaceLost: there is no such place.
        """

    @abstractmethod
    def fetch(self, shard: str, iterator: str, limit: int) -> Fetched | PortError:
        """The next records.

        Raises:
            IteratorEnded: open another.
            PlaceLost: what comes next there is past the stream's retention.
        """

    def forget(self, shard: str) -> None:
        self._places.pop(shard, None)

    def read(self, shard: str, after: str | None, limit: int) -> Page | PortError:
        place = self._places.pop(shard, None)
        if place is not None and place.after == after:
            try:
                return self._page(shard, place, limit)
            except IteratorEnded:
                _log.debug("%s: the iterator of %s has ended; opening another", self._source, shard)
            except PlaceLost:
                return self._from_oldest(shard, after, limit)
        try:
            return self._opened(shard, after, after, limit)
        except IteratorEnded:
            return OutcomeUnknown(f"a new iterator of {shard} has ended at once", self._source)
        except PlaceLost:
            return self._from_oldest(shard, after, limit)

    def _from_oldest(self, shard: str, after: str | None, limit: int) -> Page | PortError:
        _log.warning(
            "%s: %s does not know the record %s any more (it is past the retention, or the stream was made anew); "
            "reading on from the oldest record that is kept", self._source, shard, after,
        )  # fmt: skip
        try:
            return self._opened(shard, None, after, limit)
        except (IteratorEnded, PlaceLost):
            return OutcomeUnknown(f"a new iterator of {shard} has ended at once", self._source)

    def _opened(self, shard: str, begin: str | None, after: str | None, limit: int) -> Page | PortError:
        iterator = self.open_iterator(shard, begin)
        return iterator if isinstance(iterator, PortError) else self._page(shard, _Place(after, iterator), limit)

    def _page(self, shard: str, place: _Place, limit: int) -> Page | PortError:
        fetched = self.fetch(shard, place.iterator, limit)
        if isinstance(fetched, PortError):
            return fetched  # the place is forgotten: the next read opens an iterator after the last record it knows
        if fetched.iterator is None:
            return Page(fetched.records, drained=True)
        after = fetched.records[-1].sequence if fetched.records else place.after
        self._places[shard] = _Place(after, fetched.iterator)
        return Page(fetched.records)
