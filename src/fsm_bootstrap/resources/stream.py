"""Kinesis data streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fsm_bootstrap.resources.resource import Difference, done, found, wait
from fsm_bootstrap.source import Source
from fsm_ports.clock import Clock
from fsm_ports.errors import PortError

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient

MISSING: Final = frozenset({"ResourceNotFoundException"})


@dataclass(frozen=True)
class DataStream:
    """A stream of one shard, which a person may split: a shard takes 1,000 messages, or 1 MB, a second."""

    source: Source
    purpose: str
    variables: tuple[str, ...]
    client: Callable[[], KinesisClient] = field(repr=False)
    clock: Clock = field(repr=False)

    def describe(self) -> str:
        return "data stream of 1 shard, kept for 24 hours"

    def look(self) -> Sequence[Difference] | PortError | None:
        status = self._status()
        if status is None or isinstance(status, PortError):
            return status
        if status in ("ACTIVE", "UPDATING"):
            return []
        return [Difference(f"its status is {status}", "wait until it is ACTIVE")]

    def create(self) -> PortError | None:
        return done(
            self.source, lambda: self.client().create_stream(StreamName=self.source.name, ShardCount=1)
        ) or wait(self.source, self.clock, self._is_active)

    def _is_active(self) -> bool | PortError:
        status = self._status()
        return status if isinstance(status, PortError) else status == "ACTIVE"

    def _status(self) -> str | PortError | None:
        return found(
            self.source,
            lambda: str(
                self.client().describe_stream_summary(StreamName=self.source.name)["StreamDescriptionSummary"][
                    "StreamStatus"
                ]
            ),
            MISSING,
        )
