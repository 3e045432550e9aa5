"""Container environments over several stores."""

from __future__ import annotations

from collections.abc import Mapping

from fsm_domain.failover.breaker import Breaker
from fsm_domain.failover.first_to_accept import Source, first_to_accept, healthy_first
from fsm_ports.clock import Clock
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.errors import PortError
from fsm_ports.metrics_sink import MetricsSink


class FailoverEnvironmentStore(EnvironmentStore):
    """Put where it is first accepted; got from wherever it is.

    * A store that does not know a key may be one that was down when it was put: the next one is asked.  Absent is only
      what every store calls absent; where one of them could not be asked, that error is the answer.
    * A key that was put here and, later, there is found where it stands first.  Both say the same, since a key names
      one start.
    """

    def __init__(self, clock: Clock, *stores: EnvironmentStore, metrics: MetricsSink | None = None) -> None:
        if not stores:
            raise ValueError("a failover environment store needs at least one store")
        self._stores = [(store, Breaker(clock)) for store in stores]
        self._metrics = metrics

    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        def on(store: EnvironmentStore, breaker: Breaker) -> Source[str, PortError | None]:
            return Source(lambda keys: [store.put(key, environment, expires_at) for key in keys], breaker)

        sources = [on(store, breaker) for store, breaker in self._stores]
        return first_to_accept([key], sources, self._failed_over)[0]

    def get(self, key: str) -> Mapping[str, str] | None | PortError:
        error: PortError | None = None
        for store, breaker in healthy_first(self._stores, lambda pair: pair[1]):
            found = store.get(key)
            breaker.record([found])
            if isinstance(found, PortError):
                error = found
            elif found is not None:
                return found
        return error

    def _failed_over(self, key: str) -> None:
        if self._metrics is not None:
            self._metrics.count("failover", "")
