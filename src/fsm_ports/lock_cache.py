"""Port: leases that keep two runs of one step apart."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Protocol

from fsm_ports.results import LeaseResult


class LockCache(Protocol):
    """Exclusion with an end.  Nothing's correctness rests on it: losing a lease costs a run, never a step.

    * `acquire` gives each key to one owner until `until` (epoch seconds); others meet `Busy` until then.
    * It is idempotent for one owner: asking again renews the lease and keeps the fence.
    * The fence of a key grows whenever the key changes hands, also after a release and after an expiry.
    * One result an item, in order; one key's failure does not fail another.
    * `release` is best effort and never raises: it frees what this owner holds, and nothing that another holds.
    """

    @abstractmethod
    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]: ...

    @abstractmethod
    def release(self, keys: Collection[str], owner: str) -> None: ...
