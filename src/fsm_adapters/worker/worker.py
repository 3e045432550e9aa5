"""Polls message sources and hands what they deliver to the handler."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fsm_adapters.worker.claims import Claims, Heartbeat
from fsm_ports.clock import Clock
from fsm_ports.errors import PortError, PortRejected
from fsm_ports.event_handler import EventHandler
from fsm_ports.message_source import MessageSource
from fsm_ports.messages import Delivery, Outcome

_log = logging.getLogger(__name__)

_QUICK = 0.5
"""Seconds: a batch that takes less may be followed by one of twice the size, one that takes longer by one of half."""
_SHORTEST_IDLE = 0.01
_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 30.0


@dataclass(slots=True)
class _Line:
    """One source, and how it has been doing."""

    source: MessageSource
    batch: int = 1
    failures: int = 0
    closed_until: float = 0.0


class Worker:
    """One batch at a time: receive, handle, settle; every source in its turn.

    Claims, and what `renew` renews, are extended every third of `claim_seconds` while a batch is at work inside `run`.
    Batches begin with one message and grow to at most `batch` while they stay quick, so that slow actions do not sit
    in one batch.  A source that fails is left alone for a while (0.5 s, doubling up to 30 s); the others go on.
    """

    def __init__(
        self,
        sources: Sequence[MessageSource],
        handler: EventHandler,
        clock: Clock,
        *,
        batch: int = 100,
        claim_seconds: float = 30.0,
        renew: Callable[[float], None] | None = None,
    ) -> None:
        if not sources or batch < 1 or claim_seconds <= 0:
            raise ValueError("a worker needs a source, a batch of at least 1 and a claim above 0 s")
        self._lines = [_Line(source) for source in sources]
        self._handler, self._clock, self._largest = handler, clock, batch
        self._claims = Claims(clock, claim_seconds, renew)
        self._heartbeat_every = claim_seconds / 3

    @property
    def failing(self) -> bool:
        """Some source did not answer when it was last asked."""
        return any(line.failures for line in self._lines)

    def run_once(self) -> int:
        """Ask every source once; how many deliveries were handled.  Extends no claims."""
        return sum(self._poll(line) for line in self._turn())

    def run(
        self,
        should_stop: Callable[[], bool],
        *,
        idle: float = 0.25,
        drained: Callable[[], bool] | None = None,
    ) -> None:
        """Work until asked to stop, or until nothing was received and `drained` says that nothing will come.

        The batch in hand is always finished first.  While nothing comes, polls become rarer, up to one every `idle`
        seconds.
        """
        pause = _SHORTEST_IDLE
        with Heartbeat(self._heartbeat_every, self._claims.extend):
            while not should_stop():
                handled = 0
                for line in self._turn():
                    handled += self._poll(line)
                    if should_stop():
                        return
                if handled:
                    pause = _SHORTEST_IDLE
                    continue
                if drained is not None and drained():
                    return
                self._clock.sleep(pause)
                pause = min(2 * pause, idle)

    def _turn(self) -> list[_Line]:
        """All sources, another one first each time."""
        self._lines.append(self._lines.pop(0))
        return list(self._lines)

    def _poll(self, line: _Line) -> int:
        if self._clock.now() < line.closed_until:
            return 0
        until = self._claims.until()
        received = line.source.receive(line.batch, until)
        if isinstance(received, PortError):
            self._back_off(line, "receive", received)
            return 0
        if received:
            self._work(line, received, until)
        else:
            self._recovered(line)
        return len(received)

    def _work(self, line: _Line, deliveries: Sequence[Delivery], until: float) -> None:
        began = self._clock.now()
        with self._claims.hold(line.source, deliveries):
            outcomes = self._handler.handle(deliveries, until)
        self._settle(line, deliveries, outcomes)
        quick = self._clock.now() - began < _QUICK
        if not quick:
            line.batch = max(1, line.batch // 2)
        elif len(deliveries) >= line.batch:
            line.batch = min(2 * line.batch, self._largest)

    def _settle(self, line: _Line, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> None:
        """What could not be settled is delivered again when its claim ends, and found done then."""
        errors = [error for error in line.source.settle(deliveries, outcomes) if error is not None]
        failed = [error for error in errors if not isinstance(error, PortRejected)]
        if failed:
            self._back_off(line, f"settle {len(failed)} of {len(deliveries)} messages", failed[0])
        else:
            self._recovered(line)

    def _back_off(self, line: _Line, what: str, error: PortError) -> None:
        pause = min(_FIRST_BACKOFF * 2 ** min(line.failures, 10), _LONGEST_BACKOFF)
        line.failures += 1
        line.closed_until = self._clock.now() + pause
        _log.warning("could not %s: %s; next try in %.1f s", what, error, pause)

    def _recovered(self, line: _Line) -> None:
        if line.failures:
            _log.info("a source that failed %d times answers again", line.failures)
            line.failures = 0
