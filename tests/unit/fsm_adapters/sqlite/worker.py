"""A worker on a SQLite file, for tests: it does by hand what a dispatcher does."""

from __future__ import annotations

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import Commit, Committed, Delivery, Instance, Mark, Outcome, Outgoing, PortError, Sent, Status

HOLD = 60.0


class Worker:
    """Receives, commits, sends and settles."""

    def __init__(self, store: SqliteCheckpointStore, bus: SqliteRecordBus, clock: VirtualClock) -> None:
        self.store, self.bus, self.clock = store, bus, clock

    def start(self, *names: str) -> None:
        for name in names:
            first = samples.record(name, self.clock.now())
            self.commit(first)

    def commit(self, after: Instance, *, hold: float = 0.0, expected: Status = Status.RUNNING) -> None:
        (result,) = self.store.commit([Commit(after, expected, hold and self.clock.now() + hold)])
        assert isinstance(result, Committed)

    def next(self, found: Instance, status: Status = Status.RUNNING, deadline: float = 0.0) -> Instance:
        after = samples.record(found.correlation_id, self.clock.now(), found.step + 1, status)
        return after._replace(deadline=deadline)

    def mark(self, mark: Mark) -> None:
        (result,) = self.store.mark([mark])
        assert isinstance(result, Committed)

    def take(self, limit: int = 100, hold: float = HOLD) -> list[Delivery]:
        got = self.bus.receive(limit, self.clock.now() + hold)
        assert not isinstance(got, PortError)
        return list(got)

    def one(self, hold: float = HOLD) -> Delivery:
        (delivery,) = self.take(1, hold)
        return delivery

    def message(self, delivery: Delivery) -> Instance:
        assert isinstance(delivery.message, Instance)
        return delivery.message

    def send(self, message: Instance, not_before: float = 0.0, receipt: object = None) -> Sent:
        message = message._replace(not_before=not_before)
        (result,) = self.bus.send([Outgoing(message, not_before, receipt)])
        return result

    def settle(self, delivery: Delivery, outcome: Outcome) -> None:
        assert list(self.bus.settle([delivery], [outcome])) == [None]

    def names(self, deliveries: list[Delivery]) -> list[str]:
        return sorted(self.message(delivery).correlation_id for delivery in deliveries)

    def zombie_of(self, name: str) -> tuple[Delivery, Delivery]:
        """A delivery that outlived its claim, and that of the new holder."""
        self.start(name)
        zombie = self.one(hold=10)
        self.clock.advance(10)
        return zombie, self.one()
