"""Lock cache on whatever an ARN of ElastiCache leads to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from threading import Lock

from fsm_adapters.elasticache.endpoint import CacheEndpoint
from fsm_ports.errors import PortError, PortMisconfigured, PortUnavailable
from fsm_ports.lock_cache import LockCache
from fsm_ports.results import LeaseResult

_log = logging.getLogger(__name__)


class ElastiCacheLockCache(LockCache):
    """Asks where the cache is when it is first used, once; until that is known every key is unavailable.

    So an ElastiCache API that is down keeps nobody from starting, nor from going to the other lock cache.  `make` is
    given the endpoint and makes the lock cache that suits its engine.
    """

    def __init__(
        self,
        endpoint: Callable[[], CacheEndpoint | PortError],
        make: Callable[[CacheEndpoint], LockCache],
        *,
        source: str,
    ) -> None:
        self._endpoint, self._make, self._source = endpoint, make, source
        self._found: LockCache | None = None
        self._asking = Lock()

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        if not keys:
            return []
        cache = self._cache()
        return [cache] * len(keys) if isinstance(cache, PortError) else cache.acquire(keys, owner, until)

    def release(self, keys: Collection[str], owner: str) -> None:
        if self._found is not None:  # else nothing was ever acquired
            self._found.release(keys, owner)

    def _cache(self) -> LockCache | PortError:
        with self._asking:
            if self._found is None:
                try:
                    endpoint = self._endpoint()
                    if isinstance(endpoint, PortError):
                        return endpoint
                    self._found = self._make(endpoint)
                except PortMisconfigured as error:
                    _log.error("%s: %s", self._source, error)
                    return PortUnavailable(str(error), self._source)
            return self._found
