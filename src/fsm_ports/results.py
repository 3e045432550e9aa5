"""What ports answer, one result an item, in the order of the items."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from fsm_ports.errors import PortError
from fsm_ports.instance import Instance

Sent: TypeAlias = PortError | None
"""None: accepted."""


class Committed(NamedTuple):
    """The write took place; `instance` is the record after it."""

    instance: Instance


class Refused(NamedTuple):
    """The condition did not hold; `found` is the record that was there (None: there is none)."""

    found: Instance | None


CommitResult: TypeAlias = Committed | Refused | PortError


class Lease(NamedTuple):
    """The key is held by the owner who asked."""

    fence: int
    """Fencing token: grows whenever the key changes hands."""


class Busy(NamedTuple):
    """Another owner holds the key until `until` (epoch seconds) at the latest."""

    until: float


LeaseResult: TypeAlias = Lease | Busy | PortError
