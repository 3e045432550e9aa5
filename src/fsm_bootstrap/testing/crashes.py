"""Deaths of the worker process that a test asks for, and the ports through which they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal, TypeVar, get_args

from fsm_ports.checkpoint_store import CheckpointStore, InstanceQuery, Page
from fsm_ports.codec import ContextCodec
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance
from fsm_ports.message_source import MessageSource
from fsm_ports.messages import Delivery, Outcome, Outgoing
from fsm_ports.results import CommitResult, Sent
from fsm_ports.retry_scheduler import RetryScheduler
from fsm_ports.writes import Commit, Mark

T = TypeVar("T")

Point = Literal[
    "after_receive", "action", "before_commit", "after_commit", "before_send", "after_send", "before_acknowledge"
]
POINTS: Final[tuple[Point, ...]] = get_args(Point)


class WorkerDied(BaseException):
    """The worker process is dead.  Not an `Exception`, so that no code under test survives it.

    A fake inside an action may raise it, to die at a point of its own.
    """


class Crashes:
    """Where the worker is to die, and how often."""

    def __init__(self) -> None:
        self._planned: Counter[Point] = Counter()

    def add(self, point: Point, times: int) -> None:
        self._planned[point] += times

    @property
    def left(self) -> dict[str, int]:
        """Deaths still to come."""
        return {point: times for point, times in self._planned.items() if times}

    def at(self, point: Point) -> None:
        """Die here, if that is planned."""
        if self._planned[point]:
            self._planned[point] -= 1
            raise WorkerDied(point)


class MortalSource(MessageSource):
    """A source whose worker may die after receiving and before settling."""

    def __init__(self, source: MessageSource, crashes: Crashes) -> None:
        self._source, self._crashes = source, crashes

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        received = self._source.receive(limit, visible_until)
        if not isinstance(received, PortError) and received:
            self._crashes.at("after_receive")
        return received

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        return self._source.extend(deliveries, visible_until)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        self._crashes.at("before_acknowledge")
        return self._source.settle(deliveries, outcomes)


class MortalCodec(ContextCodec):
    """The worker decodes the context right before the first action of a step."""

    def __init__(self, codec: ContextCodec, crashes: Crashes) -> None:
        self._codec, self._crashes = codec, crashes

    def decode(self, type: type[T], text: str) -> T:
        self._crashes.at("action")
        return self._codec.decode(type, text)

    def encode(self, context: object) -> str:
        return self._codec.encode(context)


class MortalStore(CheckpointStore):
    """A store whose writer may die around a commit."""

    def __init__(self, store: CheckpointStore, crashes: Crashes) -> None:
        self.emits, self.can_hold, self.keeps_history = store.emits, store.can_hold, store.keeps_history
        self._store, self._crashes = store, crashes

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        self._crashes.at("before_commit")
        results = self._store.commit(commits)
        self._crashes.at("after_commit")
        return results

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return self._store.mark(marks)

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return self._store.read(correlation_ids, homes)

    def find(self, query: InstanceQuery) -> Page | PortError:
        return self._store.find(query)


class MortalRoad(RetryScheduler):
    """A road whose sender may die around a send."""

    def __init__(self, road: RetryScheduler, crashes: Crashes) -> None:
        self.max_bytes, self.max_delay = road.max_bytes, road.max_delay
        self._road, self._crashes = road, crashes

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        self._crashes.at("before_send")
        sent = self._road.send(messages)
        self._crashes.at("after_send")
        return sent
