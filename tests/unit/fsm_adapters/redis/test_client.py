"""URLs of Redis."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Protocol, cast

import pytest
from redis import Redis

from fsm_adapters.redis.client import RedisClient, redis_client, shown
from fsm_ports import PortMisconfigured


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://:hidden@host", "not a URL of Redis"),
        ("redis://:hidden@", "no host"),
        ("redis://:hidden@host/first", "the database is a number"),
        ("redis://user:hidden/den@host", "percent-encoded"),
        ("redis://:hidden@host:port", "percent-encoded"),
        ("redis://:hidden@host?cluster=perhaps", "cluster is true or false"),
        ("redis://:hidden@host/3?cluster=true", "no database but 0"),
        ("redis://:hidden@host?socket_timout=3", "unknown option socket_timout"),
        ("rediss://:hidden@host?ssl_ca_certs=/no/such/file", "there is no file /no/such/file"),
    ],
)
def test_url_that_will_not_do_is_refused_with_the_remedy_and_without_the_password(url: str, problem: str) -> None:
    with pytest.raises(PortMisconfigured) as refused:
        redis_client(url)
    assert problem in str(refused.value)
    assert "write redis://host:6379/0" in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_what_is_shown_of_a_url_holds_no_credentials_and_no_options() -> None:
    assert shown("rediss://fsm:hidden@cache.example:6380/2?ssl_cert_reqs=none") == "rediss://cache.example:6380/2"
    assert shown("redis://:a@b@host") == "redis://host"


def _options(client: RedisClient) -> dict[str, object]:
    """What redis-py makes its connections of."""
    assert isinstance(client, Redis)
    return cast("_Pooled", client).get_connection_kwargs()


class _Pooled(Protocol):
    def get_connection_kwargs(self) -> dict[str, object]: ...


def test_client_is_made_once_and_takes_what_the_url_says(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    make = redis_client(f"rediss://fsm:a%2Fb@host:6380/2?ssl_ca_certs={authority}&cluster=false", timeout=2.5)
    client = make()
    assert make() is client
    options = _options(client)
    expected = {
        "host": "host", "port": 6380, "db": 2, "username": "fsm", "password": "a/b", "socket_timeout": 2.5,
        "socket_connect_timeout": 1.0, "ssl_ca_certs": str(authority),
    }  # fmt: skip
    assert {name: options[name] for name in expected} == expected


def test_time_out_in_the_url_comes_first() -> None:
    client = redis_client("redis://host?socket_timeout=0.25")()
    options = _options(client)
    assert options["socket_timeout"] == 0.25


def test_importing_the_module_does_not_import_redis() -> None:
    """So that a URL can be checked where the extra is missing, and starting stays cheap."""
    code = "import sys, fsm_adapters.redis.client; sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
