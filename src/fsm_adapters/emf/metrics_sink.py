"""The port MetricsSink as log lines that CloudWatch Logs turns into metrics."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import suppress

from fsm_adapters._aws.figures import Figures, Kind, checked_namespace
from fsm_adapters.emf.documents import documents
from fsm_ports.clock import Clock
from fsm_ports.metrics_sink import Counter, MetricsSink, Timer

_log = logging.getLogger(__name__)


def _to_standard_output(line: str) -> None:
    # Looked up at each call: a runtime may put another one in its place.
    sys.stdout.write(line)
    sys.stdout.flush()


class EmfMetrics(MetricsSink):
    """One line of CloudWatch Embedded Metric Format for each machine, state and event, at a flush; no call.

    Each line is a JSON document for itself, with its line end, handed to `write` in one piece.  Standard output is
    where AWS Lambda and the agents of CloudWatch look for it.  A line that `write` raises over may have got half out:
    it is not written again, and the log is told how many lines it was.
    """

    def __init__(self, namespace: str, *, clock: Clock, write: Callable[[str], object] = _to_standard_output) -> None:
        """Raises:
        PortMisconfigured: the namespace is none that CloudWatch takes.
        """
        self._namespace, self._clock, self._write = checked_namespace(namespace), clock, write
        self._figures = Figures()

    def count(self, name: Counter, machine: str, state: str = "", event: str = "", value: int = 1) -> None:
        self._figures.count(Kind(name, machine, state, event), value)

    def time(self, name: Timer, machine: str, seconds: float, state: str = "", event: str = "") -> None:
        self._figures.time(Kind(name, machine, state, event), seconds)

    def flush(self) -> None:
        taken = self._figures.take()
        lost = taken.unfit
        why = "they are no numbers that CloudWatch takes"
        for document in documents(taken, self._namespace, self._clock.now()):
            try:
                self._write(document + "\n")
            except Exception as error:  # noqa: BLE001 - no machine fails for want of a metric
                lost, why = lost + 1, f"{type(error).__name__}: {error}"
        if lost:
            with suppress(Exception):  # from a log handler of the user's
                _log.warning("emf://%s: %d metrics dropped: %s", self._namespace, lost, why)
