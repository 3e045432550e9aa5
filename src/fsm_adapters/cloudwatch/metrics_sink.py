"""The port MetricsSink on CloudWatch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

from fsm_adapters._aws.batches import chunks
from fsm_adapters._aws.errors import ask
from fsm_adapters._aws.figures import Figures, Kind, checked_namespace
from fsm_adapters.cloudwatch.data import Waiting, waiting
from fsm_ports.clock import Clock
from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable
from fsm_ports.metrics_sink import Counter, MetricsSink, Timer

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient

CALL_METRICS: Final = 1000
CALL_BYTES: Final = 1_000_000
"""What one PutMetricData takes."""
KEPT_BYTES: Final = 4_000_000
"""What is kept of figures that could not be delivered."""
_KEPT_SECONDS: Final = 13 * 86_400.0
"""CloudWatch takes figures that are at most two weeks old."""

_log = logging.getLogger(__name__)


class CloudWatchMetrics(MetricsSink):
    """PutMetricData: counters as one sum, timings as values with their counts, for each machine, state and event.

    * A flush makes one call for every 1,000 metrics or 1 MB.  Each figure bears the time of the flush that tried first.
    * What CloudWatch did not take (no connection, throttled, no permission) is kept for the next flush, up to 4 MB and
      13 days, the newest first; after a call that failed the rest waits as well, so that a flush costs one time-out.
    * A call whose outcome is unknown is not repeated: PutMetricData adds up, and a counter that reads too much raises
      alarms over what never happened, while one that reads too little for one flush is only late news.  The client is
      to be one that does not repeat calls by itself, for the same reason.
    * What is given up is told to the log, with how many figures it was.
    """

    def __init__(self, client: Callable[[], CloudWatchClient], namespace: str, *, source: str, clock: Clock) -> None:
        """Raises:
        PortMisconfigured: the namespace is none that CloudWatch takes.
        """
        self._client, self._namespace = client, checked_namespace(namespace)
        self._source, self._clock = source, clock
        self._figures, self._flushing = Figures(), Lock()
        self._kept: list[Waiting] = []

    def count(self, name: Counter, machine: str, state: str = "", event: str = "", value: int = 1) -> None:
        self._figures.count(Kind(name, machine, state, event), value)

    def time(self, name: Timer, machine: str, seconds: float, state: str = "", event: str = "") -> None:
        self._figures.time(Kind(name, machine, state, event), seconds)

    def flush(self) -> None:
        with self._flushing:
            taken, now = self._figures.take(), self._clock.now()
            if taken.unfit:
                self._say(taken.unfit, "they are no numbers that it takes")
            self._kept += waiting(taken, now)
            self._kept = self._bounded(self._deliver(self._young(now)))

    def _young(self, now: float) -> list[Waiting]:
        young = [kept for kept in self._kept if kept.since > now - _KEPT_SECONDS]
        if len(young) < len(self._kept):
            self._say(len(self._kept) - len(young), "they are older than 13 days")
        return young

    def _deliver(self, going: Sequence[Waiting]) -> list[Waiting]:
        """Those that still wait after it."""
        parts = chunks([each.bytes for each in going], CALL_METRICS, CALL_BYTES)
        for sent, numbers in enumerate(parts):
            error = self._put([going[number] for number in numbers])
            kept = parts[sent:] if isinstance(error, PortUnavailable) else parts[sent + 1 :]
            if error is not None and not isinstance(error, PortUnavailable):
                self._say(len(numbers), error.reason)
            if isinstance(error, PortUnavailable | OutcomeUnknown):
                return [going[number] for part in kept for number in part]
        return []

    def _put(self, some: Sequence[Waiting]) -> PortError | None:
        try:
            data = [each.datum for each in some]
            answer = ask(
                self._source, lambda: self._client().put_metric_data(Namespace=self._namespace, MetricData=data)
            )
        except Exception as error:  # noqa: BLE001 - no machine fails for want of a metric
            return PortError(f"{type(error).__name__}: {error}", self._source)
        return answer if isinstance(answer, PortError) else None

    def _bounded(self, undelivered: list[Waiting]) -> list[Waiting]:
        """The newest, up to what may be kept."""
        room = KEPT_BYTES
        for number in range(len(undelivered) - 1, -1, -1):
            room -= undelivered[number].bytes
            if room < 0:
                self._say(number + 1, "too much has come together since it last took any")
                return undelivered[number + 1 :]
        return undelivered

    def _say(self, count: int, why: str) -> None:
        with suppress(Exception):  # from a log handler of the user's
            _log.warning("%s: %d metrics dropped: %s", self._source, count, why)
