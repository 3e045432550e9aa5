"""A stream on kinesalite, with all its works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.system.clock import VirtualClock
from tests.backends.backend import Backend
from tests.contract.kinesis_streams import a_stream, shared_clients
from tests.unit.fsm_adapters.kinesis.story import Story

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient


@pytest.fixture
def client(kinesalite: Backend) -> Callable[[], KinesisClient]:
    return shared_clients(kinesalite).kinesis()


@pytest.fixture
def clock(kinesalite: Backend) -> VirtualClock:
    return VirtualClock(kinesalite.clock.now())


@pytest.fixture
def story(client: Callable[[], KinesisClient], clock: VirtualClock) -> Iterator[Story]:
    with a_stream(client(), shards=2) as name:
        yield Story(client, name, clock)
