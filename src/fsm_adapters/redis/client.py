"""Clients of Redis, made from a URL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol, cast
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from fsm_adapters._aws.clients import Once
from fsm_ports.errors import PortMisconfigured

OPTIONS: Final = frozenset({
    "client_name", "cluster", "db", "protocol", "socket_connect_timeout", "socket_timeout", "ssl_ca_certs",
    "ssl_cert_reqs", "ssl_certfile", "ssl_check_hostname", "ssl_keyfile",
})  # fmt: skip
"""What may follow the ``?`` of a URL: ``cluster=true``, and what redis-py itself reads there."""

_FORM: Final = "write redis://host:6379/0, rediss://user:password@host:6379 (TLS) or redis://host:6379?cluster=true"
_FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class RedisPipeline(Protocol):
    """Commands that go out together."""

    def execute_command(self, *command: object) -> object:
        """Adds one."""
        ...

    def execute(self, raise_on_error: bool) -> Sequence[object]:  # noqa: FBT001 - redis-py's own signature
        """Sends them; an answer for each, or the exception that stands for it."""
        ...


class RedisClient(Protocol):
    """What is used of redis-py's ``Redis`` and ``RedisCluster``; threads may share it."""

    def pipeline(self, transaction: bool) -> RedisPipeline: ...  # noqa: FBT001 - redis-py's own signature

    def close(self) -> object: ...


class _FromUrl(Protocol):
    """What is used of redis-py's classes, some of whose parameters have no type."""

    def from_url(
        self, url: str, *, socket_connect_timeout: float, socket_timeout: float, retry: object
    ) -> RedisClient: ...


def redis_client(
    url: str, *, cluster: bool = False, connect_timeout: float = 1.0, timeout: float = 1.0
) -> Once[RedisClient]:
    """A function that makes the client when first called, and answers the same one ever after.

    `cluster`: Redis runs in cluster mode; the same as ``?cluster=true`` in the URL.  Time-outs are in seconds.  Nothing
    is sent twice: another lock cache may answer sooner.

    Raises:
        PortMisconfigured: the URL is not one of Redis; the message holds no credentials.
    """
    bare, in_url = _checked(url)
    return Once(lambda: _make(bare, connect_timeout, timeout, cluster=cluster or in_url))


def shown(url: str) -> str:
    """The URL without credentials and options, for messages."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def _make(url: str, connect_timeout: float, timeout: float, *, cluster: bool) -> RedisClient:
    """redis-py's defaults would wait 4 s for a refused connection and 37 s for a server that hangs."""
    from redis import Redis, RedisCluster
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisClusterException
    from redis.retry import Retry

    kind = cast("_FromUrl", RedisCluster if cluster else Redis)
    try:
        return kind.from_url(
            url, socket_connect_timeout=connect_timeout, socket_timeout=timeout, retry=Retry(NoBackoff(), 0)
        )
    except IndexError as error:  # redis-py 5 looks for the first of no nodes
        raise RedisClusterException("no node of the cluster serves any key") from error


def _checked(url: str) -> tuple[str, bool]:
    """The URL as redis-py reads it, and whether it asks for cluster mode."""
    parts, problem = _split(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True)) if parts else {}
    cluster = _TRUTH.get(options.pop("cluster", "false").lower())
    unknown = sorted(options.keys() - OPTIONS)
    if unknown:
        problem = f"unknown option {', '.join(unknown)}; known are {', '.join(sorted(OPTIONS))}"
    elif missing := [options[name] for name in _FILES if name in options and not Path(options[name]).is_file()]:
        problem = f"there is no file {missing[0]}"
    elif cluster is None:
        problem = "cluster is true or false"
    elif cluster and parts and parts.path not in {"", "/", "/0"}:
        problem = "a Redis in cluster mode has no database but 0: leave the number out"
    if problem or parts is None or cluster is None:
        raise PortMisconfigured(f"{shown(url)}: {problem}; {_FORM}")
    return urlunsplit(parts._replace(query=urlencode(options))), cluster


def _split(url: str) -> tuple[SplitResult | None, str]:
    """Its parts, and what is wrong with them; the reason of a ValueError may quote a password, so it is not shown."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None, "host and port cannot be read; a password is written percent-encoded (/ as %2F, @ as %40)"
    database = parts.path.strip("/")
    if parts.scheme not in {"redis", "rediss"}:
        return parts, "not a URL of Redis"
    if not parts.hostname:
        return parts, "no host"
    if database and not database.isdecimal():
        return parts, "the database is a number"
    return parts, ""
