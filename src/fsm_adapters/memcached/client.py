"""Clients of memcached, made from a URL."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from fsm_adapters._aws.clients import Once
from fsm_adapters.memcached.driver import connection
from fsm_adapters.memcached.node import MemcachedNode
from fsm_ports.errors import PortMisconfigured

PORT: Final = 11211
"""Where the URL names none."""

_FORM: Final = "write memcached://host:11211, memcached://host1:11211,host2:11211 or memcached://host:11211?tls=true"
_TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class MemcachedServers:
    """The servers of one cache: each key lives on one of them, the same for every caller who names the same servers.

    A server that is down takes its keys with it.  They do not move to another one: callers would not notice at the
    same time, and two of them would hold one lease.
    """

    def __init__(self, nodes: Sequence[MemcachedNode]) -> None:
        self._nodes = tuple(nodes)

    def node(self, name: str) -> MemcachedNode:
        """The server of the key: when a server is added or taken away, few keys change theirs."""
        if len(self._nodes) == 1:
            return self._nodes[0]
        return max(self._nodes, key=lambda node: sha256(f"{node.name} {name}".encode()).digest())

    def close(self) -> None:
        """Ends the connections that nobody uses."""
        for node in self._nodes:
            node.close()


class _Address(NamedTuple):
    nodes: tuple[tuple[str, int], ...]
    tls: bool
    authorities: str | None


def memcached_client(url: str, *, connect_timeout: float = 1.0, timeout: float = 1.0) -> Once[MemcachedServers]:
    """A function that makes the client when first called, and answers the same one ever after.

    ``?tls=true`` encrypts, ``&ca=path`` names a file with the certificates of those who may sign the server's.
    Time-outs are in seconds.  Of a host with several addresses pymemcache tries the first: where ``localhost`` is
    ``::1``, write 127.0.0.1 for a server that listens there.

    Raises:
        PortMisconfigured: the URL is not one of memcached.
    """
    address = _checked(url)
    return Once(lambda: _make(address, connect_timeout, timeout))


def _make(address: _Address, connect_timeout: float, timeout: float) -> MemcachedServers:
    tls = ssl.create_default_context(cafile=address.authorities) if address.tls else None
    return MemcachedServers(
        [
            MemcachedNode(f"{host}:{port}", partial(connection, (host, port), connect_timeout, timeout, tls))
            for host, port in address.nodes
        ]
    )


def _checked(url: str) -> _Address:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls, authorities = _TRUTH.get(options.pop("tls", "false").lower()), options.pop("ca", None)
    nodes = [_node(text) for text in parts.netloc.split(",")]
    found = tuple(node for node in nodes if node is not None)
    if authorities is not None and not Path(authorities).is_file():
        raise PortMisconfigured(f"{parts.scheme}://{parts.netloc}: there is no file {authorities}; {_FORM}")
    if parts.scheme != "memcached" or parts.path.strip("/") or options or tls is None or len(found) < len(nodes):
        named = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        raise PortMisconfigured(f"{named}: not a URL of memcached; {_FORM}")
    return _Address(found, tls, authorities)


def _node(text: str) -> tuple[str, int] | None:
    """host, host:port, or [IPv6]:port."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (host, port or PORT) if host and "@" not in text else None
