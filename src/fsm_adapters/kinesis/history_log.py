"""History log that is the Kinesis stream itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fsm_adapters._shards.iterators import IteratorEnded, PlaceLost
from fsm_adapters.kinesis.data import key_of
from fsm_adapters.kinesis.history_entries import History
from fsm_adapters.kinesis.shard_reader import KinesisShardReader, stream_name
from fsm_adapters.kinesis.stream_scan import pages
from fsm_ports import Clock, HistoryEntry, HistoryLog, Message, PortError, PortRejected, Sent

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient


class KinesisHistoryLog(HistoryLog):
    """Rebuilds the history of a machine instance from its messages, as far back as the stream keeps them.

    * `append` accepts everything and keeps nothing: the messages are on the stream already.
    * `read` tells of the start, the steps, the outside events that brought data, the resumes and the retries.  What
      sends no message leaves no trace: the last transition, a failure, a pause, an abort.
    * `read` goes through all that is kept in the shards where the instance's messages can be: 2 MB a second of each.
      A message that travelled by another road (a retry table, the secondary bus) is not there.
    """

    def __init__(self, client: Callable[[], KinesisClient], stream: str, *, source: str, clock: Clock) -> None:
        self._reader = KinesisShardReader(client, stream, source=source)
        self._stream, self._source, self._clock = stream_name(stream), source, clock

    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        return [None] * len(entries)

    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        history = History(correlation_id, after_step)
        for page in pages(self._reader, self._clock, key_of(correlation_id)):
            if isinstance(page, PortError):
                return page
            for record in page:
                history.add(record)
        return history.entries()[:limit]

    def message_at(self, position: str) -> Message | None | PortError:
        """The message at the position of a delivery, ``kinesis:<stream>:<shard>:<number>``; None: no longer kept.

        `PortRejected` for a position that is none in this stream.
        """
        kind, _, rest = position.partition(":")
        stream, _, place = rest.partition(":")
        shard, _, number = place.rpartition(":")
        if kind != "kinesis" or stream != self._stream or not shard or not number.isdecimal():
            return PortRejected(f"{position!r} is no position in the stream {self._stream}", self._source)
        return self._message(shard, number)

    def _message(self, shard: str, number: str) -> Message | None | PortError:
        try:
            iterator: str | None | PortError = self._reader.open_iterator_at(shard, number)
            while isinstance(iterator, str):
                fetched = self._reader.fetch(shard, iterator, 1)
                if isinstance(fetched, PortError):
                    return fetched
                for record in fetched.records:
                    return record.message if record.sequence == number else None
                iterator = None if fetched.is_tip else fetched.iterator
        except (IteratorEnded, PlaceLost):
            return None
        return iterator
