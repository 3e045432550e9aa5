"""Where a cache is, read from what ElastiCache, or a settings file, says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, cast
from urllib.parse import quote

from fsm_ports.errors import PortMisconfigured

Engine: TypeAlias = Literal["redis", "memcached"]
"""The protocol that a cache speaks; Valkey speaks that of Redis."""

_ENGINES: Final[Mapping[object, Engine]] = {"redis": "redis", "valkey": "redis", "memcached": "memcached"}
_DEFAULT_PORTS: Final[Mapping[str, Engine]] = {"6379": "redis", "6380": "redis", "11211": "memcached"}


@dataclass(frozen=True, slots=True)
class CacheEndpoint:
    """Which kind of client a cache takes, and the URL to make it from."""

    engine: Engine
    url: str = field(repr=False)
    """It may hold a password."""


def written_endpoint(arn: str, text: str, password: str) -> CacheEndpoint:
    """The endpoint that somebody wrote down for an ARN: a URL, or host:port.

    Raises:
        PortMisconfigured: neither, or the engine cannot be told from it.
    """
    scheme, separator, rest = text.rpartition("://")
    if not separator:
        port = rest.rpartition(":")[2]
        engine = "redis" if ":replicationgroup:" in arn else _DEFAULT_PORTS.get(port)
        scheme = engine or ""
    if scheme == "memcached":
        return CacheEndpoint("memcached", f"memcached://{rest}")
    if scheme not in {"redis", "rediss"}:
        form = "redis://host:6379, rediss://host:6379, redis://host:6379?cluster=true or memcached://host:11211"
        raise PortMisconfigured(f"ELASTICACHE_ENDPOINTS of {arn}: the engine cannot be told; write {form}")
    return CacheEndpoint("redis", f"{scheme}://{'' if '@' in rest else _login(password)}{rest}")


def described_endpoint(arn: str, cache: Mapping[str, object], password: str) -> CacheEndpoint:
    """The endpoint of a cache as ElastiCache describes it: a cache cluster, a replication group or a serverless cache.

    `password`: of the cache, or ``user:password``; empty where it asks for none.

    Raises:
        PortMisconfigured: no node can be reached yet, an engine that nobody knows, a password is missing.
    """
    engine = "redis" if "NodeGroups" in cache else _ENGINES.get(cache.get("Engine", "redis"))
    if engine is None:
        raise PortMisconfigured(
            f"{arn}: the engine {cache.get('Engine')} is not one of {', '.join(map(str, _ENGINES))}: name another cache"
        )
    nodes = _nodes(cache, engine)
    if not nodes:
        status = cache.get("CacheClusterStatus") or cache.get("Status") or "unknown"
        raise PortMisconfigured(f"{arn}: it has no node with an address (status {status}): wait until it is available")
    serverless = "ServerlessCacheName" in cache
    tls = serverless or bool(cache.get("TransitEncryptionEnabled"))
    if engine == "memcached":
        return CacheEndpoint(engine, f"memcached://{','.join(nodes)}{'?tls=true' if tls else ''}")
    if cache.get("AuthTokenEnabled") and not password:
        raise PortMisconfigured(f"{arn}: it asks for a password: set ELASTICACHE_PASSWORDS to one for this ARN")
    several = serverless or bool(cache.get("ClusterEnabled")) or len(_list(cache, "NodeGroups")) > 1
    scheme, suffix = "rediss" if tls else "redis", "?cluster=true" if several else ""
    return CacheEndpoint(engine, f"{scheme}://{_login(password)}{nodes[0]}{suffix}")


def _nodes(cache: Mapping[str, object], engine: Engine) -> list[str]:
    """Where to connect: all servers of a memcached, as each key has its own, one place for Redis.

    The configuration endpoint of a memcached leads to any of its servers, so it will do only where no server is named.
    """
    named = [_address(node, "Endpoint") for node in _list(cache, "CacheNodes")]
    groups = [_address(group, "PrimaryEndpoint") for group in _list(cache, "NodeGroups")]
    whole = [_address(cache, "Endpoint"), _address(cache, "ConfigurationEndpoint")]
    if engine == "memcached" and any(named):
        return list(dict.fromkeys(filter(None, named)))
    return list(filter(None, [*whole, *groups, *named]))[:1]


def _address(holder: Mapping[str, object], name: str) -> str:
    """host:port, or nothing."""
    endpoint = holder.get(name)
    if not isinstance(endpoint, Mapping):
        return ""
    given = cast("Mapping[str, object]", endpoint)
    host, port = given.get("Address"), given.get("Port")
    if not host or not port:
        return ""
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"


def _list(holder: Mapping[str, object], name: str) -> Sequence[Mapping[str, object]]:
    found = holder.get(name)
    return cast("Sequence[Mapping[str, object]]", found) if isinstance(found, list) else []


def _login(password: str) -> str:
    """``user:password@``; ElastiCache's own tokens hold no colon."""
    if not password:
        return ""
    user, colon, secret = password.partition(":")
    return f"{quote(user, safe='')}:{quote(secret, safe='')}@" if colon else f":{quote(user, safe='')}@"
