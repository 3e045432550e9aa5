"""Keeps the claims of a batch alive while its actions run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from fsm_ports.clock import Clock
from fsm_ports.errors import PortError, PortRejected
from fsm_ports.message_source import MessageSource
from fsm_ports.messages import Delivery

_log = logging.getLogger(__name__)


class Claims:
    """The batch in hand: whose claims, and leases, `extend` moves on.

    May be extended from any thread.  A batch is let go only between two extensions, so that none comes after its
    settlement.
    """

    def __init__(self, clock: Clock, seconds: float, renew: Callable[[float], None] | None = None) -> None:
        self._clock, self._seconds, self._renew = clock, seconds, renew
        self._lock = threading.Lock()
        self._in_hand: tuple[MessageSource, Sequence[Delivery]] | None = None

    def until(self) -> float:
        """When a claim that is made or extended now ends, in epoch seconds."""
        return self._clock.now() + self._seconds

    @contextmanager
    def hold(self, source: MessageSource, deliveries: Sequence[Delivery]) -> Generator[None]:
        """Have these deliveries in hand until the block ends."""
        with self._lock:
            self._in_hand = source, deliveries
        try:
            yield
        finally:
            with self._lock:
                self._in_hand = None

    def extend(self) -> None:
        """Move the end of every claim in hand; what goes wrong is logged: the worst that follows is a second run."""
        with self._lock:
            if self._in_hand is None:
                return
            source, deliveries = self._in_hand
            until = self.until()
            for delivery, error in zip(deliveries, source.extend(deliveries, until), strict=True):
                _report(delivery, error)
            if self._renew is not None:
                self._renew(until)


class Heartbeat:
    """Calls `beat` every so many seconds on a thread of its own, from `__enter__` to `__exit__`."""

    def __init__(self, every: float, beat: Callable[[], None]) -> None:
        self._every, self._beat = every, beat
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fsm-heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        # Real seconds, whatever clock the ports use: an action takes real time.
        while not self._over.wait(self._every):
            try:
                self._beat()
            except Exception:  # noqa: BLE001 - one bad beat must not end all later ones
                _log.exception("claims could not be extended; trying again in %.1f s", self._every)


def _report(delivery: Delivery, error: PortError | None) -> None:
    if isinstance(error, PortRejected):
        # Usual once a step is committed where bus and store are one: the claim went with the step.
        _log.debug("claim of %s is gone: %s", delivery.position, error)
    elif error is not None:
        _log.warning("claim of %s could not be extended: %s", delivery.position, error)
