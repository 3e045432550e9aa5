"""URLs of memcached, and which server has a key."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from fsm_adapters.memcached.client import memcached_client
from fsm_ports import PortMisconfigured

KEYS = [f"key-{n}" for n in range(3000)]


@pytest.mark.parametrize(
    "url",
    [
        "redis://host",
        "memcached://",
        "memcached://host,",
        "memcached://host:port",
        "memcached://:11211",
        "memcached://host/0",
        "memcached://user:hidden@host",
        "memcached://host?tls=perhaps",
        "memcached://host?timeout=3",
        "memcached://host?tls=true&ca=/no/such/file",
    ],
)
def test_url_that_will_not_do_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(PortMisconfigured, match=r"write memcached://host:11211") as refused:
        memcached_client(url)
    assert "hidden" not in str(refused.value)


def _home(url: str) -> dict[str, str]:
    servers = memcached_client(url)()
    return {key: servers.node(key).name for key in KEYS}


def test_port_may_be_left_out_and_a_host_may_be_an_address() -> None:
    assert set(_home("memcached://host").values()) == {"host:11211"}
    assert set(_home("memcached://[::1]:7").values()) == {"::1:7"}


def test_client_is_made_once(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    make = memcached_client(f"memcached://host?tls=false&ca={authority}")
    assert make() is make()


def test_keys_are_spread_evenly_the_same_for_everybody() -> None:
    home = _home("memcached://a,b,c")
    assert all(850 < count < 1150 for count in Counter(home.values()).values())
    assert _home("memcached://c:11211,a,b") == home


def test_server_that_is_added_takes_its_share_and_no_other_key_moves() -> None:
    before, after = _home("memcached://a,b,c"), _home("memcached://a,b,c,d")
    moved = [key for key in KEYS if before[key] != after[key]]
    assert {after[key] for key in moved} == {"d:11211"}
    assert 600 < len(moved) < 900
