"""What a sharded stream offers to its readers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from fsm_ports.errors import PortError
from fsm_ports.messages import Message


class Shard(NamedTuple):
    """A part of a stream, which keeps its own order."""

    id: str
    parents: tuple[str, ...] = ()
    """The shards that a resharding made it of: they are read to their end first."""


class Record(NamedTuple):
    """One record of a shard."""

    sequence: str
    """Its place in the shard: opaque, of varying length."""
    sent_at: float
    """Epoch seconds, on the stream's clock; 0: not known."""
    message: Message | None
    """None: something that is no message of ours."""


class Page(NamedTuple):
    """Records in order, perhaps none."""

    records: Sequence[Record]
    drained: bool = False
    """The shard is closed, and nothing comes after these records."""


class ShardReader(Protocol):
    """A stream.

    * `shards` lists all that can still be read, the closed ones included; a parent that is not listed is past reading.
    * `read` gives at most `limit` records that come after the sequence number `after`; None: from the oldest that is
      kept.  An empty page says nothing about what is still to come, unless it is `drained`.
    * Where the stream no longer knows `after`, it is read from the oldest record that is kept.
    * Several threads do not call one reader at a time.
    """

    name: str
    """Begins every position: such as ``kinesis:orders``."""

    @abstractmethod
    def shards(self) -> Sequence[Shard] | PortError: ...

    @abstractmethod
    def read(self, shard: str, after: str | None, limit: int) -> Page | PortError: ...

    @abstractmethod
    def forget(self, shard: str) -> None:
        """The shard is not read any more by this process, or not from where it stood."""
