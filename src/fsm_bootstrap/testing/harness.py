"""The harness: start machines, let time pass, make things fail, and look at what became of it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, Self, TypeVar, overload

from fsm_adapters.system.clock import VirtualClock
from fsm_bootstrap.testing.crashes import POINTS, Point
from fsm_bootstrap.testing.faults import PORTS, Fault, PortName, chosen, counted, failure
from fsm_bootstrap.testing.motion import Motion
from fsm_bootstrap.testing.network import block_network, release_network
from fsm_bootstrap.testing.readings import Readings
from fsm_bootstrap.testing.wiring import CLAIM, Wiring
from fsm_domain.machine.machine import Machine
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.operator import Operator, Sending
from fsm_domain.runtime.recoverer import Recoverer, smallest_age
from fsm_domain.runtime.registry import AnyMachine, registry
from fsm_ports.errors import PortError, PortUnavailable

S = TypeVar("S", bound=str)
C = TypeVar("C")

_START: Final = datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


class Harness(Readings):
    """One worker, and whoever starts and operates machines, on memory adapters and a virtual clock.

    The protocol is the real one; the same seed gives the same ids and the same waits before retries.  Nothing runs
    until `advance` or `run_until_rest`.  `start`, `send`, `recover` and the operators' methods raise what they raise
    in production, port errors included; see `Client` and `Operator`.

    The network is blocked in this process until `close`, unless `allow_network`.  Close it, or use it in a `with`
    block, or take it from the pytest fixture `fsm_harness`.

    Raises:
        MachineError: two machines have one name.
        ValueError: `start_at` has no time zone.
    """

    def __init__(
        self,
        machines: AnyMachine | Iterable[AnyMachine],
        *,
        start_at: datetime | None = None,
        seed: int = 0,
        allow_network: bool = False,
    ) -> None:
        start = _START if start_at is None else start_at
        if start.tzinfo is None:
            raise ValueError(f"start_at={start_at}: give it a time zone, such as datetime.UTC")
        self.clock = VirtualClock(start.timestamp())
        """The time that everything sees.  A fake that takes its time calls ``clock.sleep(seconds)``."""
        known = registry([machines] if isinstance(machines, Machine) else machines)
        wiring = Wiring(known, self.clock, seed)
        super().__init__(wiring)
        callers = wiring.callers()
        self._client, self._operator, self._recoverer = Client(callers), Operator(callers), Recoverer(callers)
        self._motion = Motion(wiring)
        self._close = weakref.finalize(self, _close, wiring, network_blocked=not allow_network)
        if not allow_network:
            block_network()

    def close(self) -> None:
        """Give the network back; what became of the machines can still be read."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    @property
    def now(self) -> datetime:
        """The virtual time, in UTC."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    @overload
    def start(self, machine: Machine[S, C], context: C, correlation_id: str | None = None) -> str: ...

    @overload
    def start(self, machine: str, context: object, correlation_id: str | None = None) -> str: ...

    def start(self, machine: AnyMachine | str, context: object, correlation_id: str | None = None) -> str:
        """Start a machine, by itself or by its name; returns the id of the instance."""
        self._demand_open()
        name = machine.name if isinstance(machine, Machine) else machine
        return self._client.start(name, context, correlation_id=correlation_id).correlation_id

    def send(self, correlation_id: str, event: str, data: object = None, event_id: str | None = None) -> Sending:
        """Send an outside event; `data` is whatever JSON can say, and the next actions see it as ``step.data``."""
        self.instance(correlation_id)
        text = None if data is None else self._wiring.codec.encode(data)
        return self._operator.send(correlation_id, event, text, event_id)

    def advance(
        self, *, weeks: float = 0, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Let time pass.  Whatever becomes due on the way is worked off at its own time, and what follows from it too.

        Raises:
            ValueError: time does not go back.
            NotAtRest: a machine goes in a circle that takes no time.
        """
        delta = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        if delta < timedelta(0):
            raise ValueError(f"time does not go back by {-delta}")
        self._demand_open()
        self._motion.advance(delta.total_seconds())

    def run_until_rest(self, correlation_id: str | None = None, longest: timedelta = timedelta(days=1)) -> None:
        """Work until one machine, or every machine, is at rest; waits for retries and delays pass on the clock.

        A machine that waits for an event or for its deadline is at rest: its wait is not skipped over.  So is one that
        has ended, has failed or is paused.

        Raises:
            NotAtRest: it takes longer than `longest`, or nothing will ever move it; says what each machine is doing.
        """
        self._demand_open()
        if correlation_id is not None:
            self.instance(correlation_id)
        self._motion.until_rest(correlation_id, longest.total_seconds())

    def fail_next(
        self,
        port: PortName,
        times: int = 1,
        *,
        error: PortError | type[PortError] = PortUnavailable,
        happened: bool = False,
    ) -> None:
        """Let the next `times` things that are asked of a port fail, whoever asks: worker, client or operator.

        ``error=OutcomeUnknown`` leaves the caller in doubt; with `happened` it has taken place all the same.  From a
        checkpoint store only writes can fail so: reads before them pass.  The history log is asked for retries only:
        the entry of a step is one write with the step.

        Raises:
            ValueError: no such port, or `happened` with an error that denies it.
        """
        self._wiring.faults[chosen(port, PORTS, "port")].add(failure(error, happened=happened), counted(times))

    def lose_next(self, port: PortName, times: int = 1) -> None:
        """Let the event bus or the retry scheduler accept the next messages and lose them, against their promise.

        Only `recover` brings back a machine whose message, or whose timer, was lost.

        Raises:
            ValueError: no port that takes messages.
        """
        roads: tuple[PortName, ...] = ("event_bus", "retry_scheduler")
        name = chosen(port, roads, "port that takes messages")
        self._wiring.faults[name].add(Fault(None, happens=False), counted(times))

    def crash_next(self, point: Point, times: int = 1) -> None:
        """Let the worker process die when it gets to that point.

        What it had in hand comes back when its claim ends, 30 virtual seconds after it was received; the next worker
        takes it over.  ``action`` is before the first action of a step, ``before_commit`` after the last.

        Raises:
            ValueError: no such point.
        """
        self._wiring.crashes.add(chosen(point, POINTS, "point"), counted(times))

    @property
    def still_to_fail(self) -> dict[str, int]:
        """Failures and crashes that were asked for and have not come yet: a test of them asserts that it is empty."""
        left: dict[str, int] = {name: len(planned) for name, planned in self._wiring.faults.items() if len(planned)}
        left.update(self._wiring.crashes.left)
        return left

    def recover(self, age: timedelta | None = None) -> int:
        """What the recovery timer does: emit again what has not moved for `age`; returns how many that were.

        Unless it is given, the age is the smallest that is safe in production: one claim and the longest chain of
        retries.  The machines go on with the next `advance` or `run_until_rest`.
        """
        seconds = smallest_age(self._wiring.machines, CLAIM) if age is None else age.total_seconds()
        return self._recoverer.recover(seconds)

    def abort(self, correlation_id: str, reason: str = "") -> None:
        """Stop it for good."""
        self._operator.abort(self.instance(correlation_id).correlation_id, reason)

    def pause(self, correlation_id: str, reason: str = "") -> None:
        """Start nothing more of it."""
        self._operator.pause(self.instance(correlation_id).correlation_id, reason)

    def resume(self, correlation_id: str, reason: str = "") -> None:
        """Go on where it was paused."""
        self._operator.resume(self.instance(correlation_id).correlation_id, reason)

    def redrive(self, correlation_id: str, reason: str = "") -> None:
        """Try a failed one again, from the step that failed."""
        self._operator.redrive(self.instance(correlation_id).correlation_id, reason)

    def _demand_open(self) -> None:
        if not self._close.alive:
            raise RuntimeError("this harness is closed: what became of its machines can be read, but nothing runs")


def _close(wiring: Wiring, *, network_blocked: bool) -> None:
    wiring.close()
    if network_blocked:
        release_network()
