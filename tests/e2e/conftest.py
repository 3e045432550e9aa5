"""Fixtures of the tests of whole applications."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import lock_servers


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that the settings make find these; nothing reaches AWS."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with lock_servers.started(lock_servers.redis(tmp_path_factory.mktemp("redis"))) as server:
        yield f"redis://127.0.0.1:{server.port}"


@pytest.fixture(scope="session")
def memcached_url() -> Iterator[str]:
    with lock_servers.started(lock_servers.memcached()) as server:
        yield f"memcached://127.0.0.1:{server.port}"
