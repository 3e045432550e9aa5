"""What the chaos is let loose on: settings, and the servers that they name."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_bootstrap.resources.plan import resources
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.supplies import Supplies
from fsm_ports import PortError
from tests.e2e.chaos import servers
from tests.e2e.chaos.servers import Server
from tests.e2e.services import BUSES, HISTORY, LEASES, RECORDS, RETRIES

CLAIM: Final = 5.0
"""Seconds."""
_COMMON: Final[Mapping[str, str]] = {
    "CLAIM_SECONDS": str(CLAIM), "POLL_SECONDS": "0", "LOG_LEVEL": "WARNING",
    "AWS_CONNECT_SECONDS": "0.5", "AWS_READ_SECONDS": "2.0", "CACHE_SECONDS": "0.5",
}  # fmt: skip
_DYNAMODB: Final[Mapping[str, str]] = {
    "PRIMARY_CHECKPOINT_SOURCE": RECORDS, "PRIMARY_RETRY_SOURCE": RETRIES["dynamodb"], "RETRY_SHARDS": "1",
    "PRIMARY_HISTORY_SOURCE": HISTORY,
}  # fmt: skip


@dataclass(frozen=True)
class Setup:
    """Servers that run, and the settings for workers and callers."""

    variables: Mapping[str, str]
    servers: tuple[Server, ...]
    load: int
    """Machines on their way: as many as its servers carry within seconds."""
    whole_history: bool
    """A commit writes its history itself; elsewhere a worker may die in between."""

    @property
    def settings(self) -> ExplicitSettings:
        given: dict[str, object] = {name.lower(): value for name, value in self.variables.items()}
        if "ENDPOINTS" in self.variables:
            given["endpoints"] = json.loads(self.variables["ENDPOINTS"])
        return ExplicitSettings.model_validate(given)


@contextmanager
def sqlite(folder: Path, seed: int) -> Generator[Setup]:
    """No server at all: what can be stopped are the processes that hold its locks."""
    yield Setup({**_COMMON, "PRIMARY_STREAM_SOURCE": f"sqlite:///{folder}/fsm.db"}, (), 40, whole_history=True)


@contextmanager
def sqs(folder: Path, seed: int) -> Generator[Setup]:
    """SQS carries, DynamoDB keeps, Redis locks; three servers that fail one by one."""
    with ExitStack() as stack:
        queue = _kept(stack, servers.ministack("sqs", folder, seed))
        table = _kept(stack, servers.ministack("dynamodb", folder, seed + 1))
        lock = _kept(stack, servers.redis(folder, seed + 2))
        chosen = {"PRIMARY_STREAM_SOURCE": BUSES["sqs"], "PRIMARY_CACHE_SOURCE": f"redis://{lock.address}"}
        yield _on_aws(chosen, {"sqs": queue, "dynamodb": table}, (queue, table, lock))


@contextmanager
def kinesis(folder: Path, seed: int) -> Generator[Setup]:
    """Kinesis carries, DynamoDB keeps, a Memcached that forgets locks."""
    with ExitStack() as stack:
        stream = _kept(stack, servers.kinesis(folder, seed))
        table = _kept(stack, servers.ministack("dynamodb", folder, seed + 1))
        lock = _kept(stack, servers.memcached(folder, seed + 2))
        _make_stream(f"http://127.0.0.1:{stream.process.port}")
        chosen = {
            "PRIMARY_STREAM_SOURCE": BUSES["kinesis"], "PRIMARY_CACHE_SOURCE": f"memcached://{lock.address}",
            "POSITIONS_SOURCE": LEASES,
        }  # fmt: skip
        yield _on_aws(chosen, {"kinesis": stream, "dynamodb": table}, (stream, table, lock))


SETUPS: Final[Mapping[str, Callable[[Path, int], AbstractContextManager[Setup]]]] = {
    "sqlite": sqlite, "sqs": sqs, "kinesis": kinesis,
}  # fmt: skip


def _kept(stack: ExitStack, server: Server) -> Server:
    stack.callback(server.close)
    return server


def _on_aws(chosen: Mapping[str, str], by_service: Mapping[str, Server], all_: tuple[Server, ...]) -> Setup:
    """With every table and queue made, past the proxies."""
    direct = {service: f"http://127.0.0.1:{server.process.port}" for service, server in by_service.items()}
    variables = {**_COMMON, **_DYNAMODB, **chosen}
    patient = {**variables, "ENDPOINTS": json.dumps(direct), "AWS_READ_SECONDS": "60"}
    supplies = Supplies(Setup(patient, (), 0, False).settings, *_system())
    for resource in resources(supplies):
        looked = resource.look()
        assert not isinstance(looked, PortError), looked
        error = resource.create() if looked is None else None
        assert error is None, error
    supplies.close()
    endpoints = {service: f"http://{server.address}" for service, server in by_service.items()}
    return Setup({**variables, "ENDPOINTS": json.dumps(endpoints)}, all_, 12, whole_history=False)


def _system() -> tuple[SystemClock, SystemRandom]:
    return SystemClock(), SystemRandom()


def _make_stream(endpoint: str) -> None:
    """Of as many shards as there are workers, so that each has work."""
    client = AwsClients("us-east-1", endpoint_url=endpoint, credentials=("test", "test")).kinesis()()
    client.create_stream(StreamName="orders", ShardCount=3)
    client.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
