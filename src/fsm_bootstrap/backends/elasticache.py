"""``arn:aws:elasticache:...``: a cache cluster, a replication group or a serverless cache."""

from __future__ import annotations

from collections.abc import Mapping

from fsm_adapters.elasticache.endpoint import CacheEndpoint
from fsm_adapters.elasticache.lock_cache import ElastiCacheLockCache
from fsm_adapters.elasticache.resolve import cache_endpoint
from fsm_bootstrap.aws import clients
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.errors import PortError
from fsm_ports.lock_cache import LockCache


def cache(source: Source, supplies: Supplies) -> LockCache:
    return ElastiCacheLockCache(
        lambda: endpoint(source, supplies), lambda found: _locks(found, source, supplies), source=source
    )


def endpoint(source: Source, supplies: Supplies) -> CacheEndpoint | PortError:
    """Where the cache is.

    Raises:
        PortMisconfigured: as `cache_endpoint`.
    """
    settings = supplies.settings
    return cache_endpoint(
        source,
        clients(source, supplies).elasticache(source.region),
        endpoints=_written(source, settings),
        passwords=settings.elasticache_passwords,
    )


def _written(source: Source, settings: Settings) -> Mapping[str, object]:
    """`elasticache_endpoints`; host and port of the original's `ENDPOINTS`, too, but a URL there is the API's."""
    written = settings.endpoint(source)
    if source in settings.elasticache_endpoints or written is None or "://" in written:
        return settings.elasticache_endpoints
    return {source: written}


def _locks(found: CacheEndpoint, source: Source, supplies: Supplies) -> LockCache:
    if found.engine == "memcached":
        from fsm_bootstrap.backends import memcached

        return memcached.locks(found.url, supplies, source)
    from fsm_bootstrap.backends import redis

    return redis.locks(found.url, supplies, source)
