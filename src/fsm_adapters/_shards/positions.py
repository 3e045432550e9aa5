"""Who reads which shard of a stream until when, and how far it has been read."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from fsm_ports.errors import PortError
from fsm_ports.results import Busy, Sent


class ShardState(NamedTuple):
    """What is stored of a shard."""

    owner: str
    """Empty: nobody's; it was released."""
    until: float
    """Epoch seconds: the end of the owner's lease."""
    fence: int
    """Grows whenever the shard changes hands, or is taken again after a release."""
    position: str | None = None
    """The sequence number of the last record of those that are done with from the start on; None: there is none."""
    finished: bool = False
    """It is closed, and all of it is done with."""


class ShardLease(NamedTuple):
    """The shard is held by the owner who asked."""

    fence: int
    position: str | None
    finished: bool
    taken_over: bool
    """Another owner had it and did not release it: it may have died in mid-work."""


class ShardPositions(Protocol):
    """The readers' common memory.  Every operation may be repeated.  Time is that of the store's clock port.

    * `acquire` gives a shard that is nobody's, whose lease has ended, or that is the owner's already (whose lease then
      ends at `until`, and whose fence stays); else it answers `Busy`.
    * `store` writes how far a shard has been read IF the owner holds it under that fence, whether or not the lease's
      time is up; else `PortRejected`, and nothing changes.  A `finished` shard stays finished.
    * `release` makes shards nobody's, where the owner holds them; what they hold stays.  Best effort.
    * `join` says that a reader of the stream is there until a time, and answers all who are; `leave` ends that.
    * `look` answers the state of each shard named that has one.
    * What is lost is read again from the oldest record: harmless, so nothing here needs a backup.
    """

    @abstractmethod
    def join(self, stream: str, owner: str, until: float) -> frozenset[str] | PortError: ...

    @abstractmethod
    def leave(self, stream: str, owner: str) -> None: ...

    @abstractmethod
    def look(self, stream: str, shards: Sequence[str]) -> Mapping[str, ShardState] | PortError: ...

    @abstractmethod
    def acquire(self, stream: str, shard: str, owner: str, until: float) -> ShardLease | Busy | PortError: ...

    @abstractmethod
    def store(
        self, stream: str, shard: str, owner: str, fence: int, position: str | None, *, finished: bool = False
    ) -> Sent: ...

    @abstractmethod
    def release(self, stream: str, shards: Sequence[str], owner: str) -> None: ...
