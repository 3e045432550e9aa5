"""Whole applications on real servers, chosen by nothing but settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from fsm_adapters.system.random import SeededRandom, SystemRandom
from fsm_adapters.worker.worker import Worker
from fsm_bootstrap.application import App, build_application, build_worker
from fsm_bootstrap.resources.plan import resources
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports import Instance, PortError, Status
from tests.backends.backend import Backend

T = TypeVar("T")

_PLACE: Final = "us-east-1:000000000000"

BUSES: Final[Mapping[str, str]] = {
    "sqs": f"arn:aws:sqs:{_PLACE}:orders",
    "fifo": f"arn:aws:sqs:{_PLACE}:orders.fifo",
    "sns": f"arn:aws:sns:{_PLACE}:orders",
    "kinesis": f"arn:aws:kinesis:{_PLACE}:stream/orders",
    "dynamodb": f"arn:aws:dynamodb:{_PLACE}:table/messages",
    "commit-is-emit": f"arn:aws:dynamodb:{_PLACE}:table/records",
}
"""Stream sources, by a name for tests."""
RETRIES: Final[Mapping[str, str]] = {
    "dynamodb": f"arn:aws:dynamodb:{_PLACE}:table/retries",
    "sqs": f"arn:aws:sqs:{_PLACE}:retries",
    "kinesis": f"arn:aws:kinesis:{_PLACE}:stream/retries",
    "sns": f"arn:aws:sns:{_PLACE}:retries",
}
RECORDS: Final = f"arn:aws:dynamodb:{_PLACE}:table/records"
LEASES: Final = f"arn:aws:dynamodb:{_PLACE}:table/leases"
HISTORY: Final = f"arn:aws:dynamodb:{_PLACE}:table/history"
DEAD_LETTERS: Final = f"arn:aws:sqs:{_PLACE}:dead-letters"

PATIENCE: Final = 60.0
"""Seconds within which everything comes to an end."""


def settings(backend: Backend, **more: object) -> ExplicitSettings:
    """DynamoDB for whatever is not given; time-outs are short, so that outages are."""
    given: dict[str, object] = {
        "primary_stream_source": BUSES["sqs"],
        "primary_retry_source": RETRIES["dynamodb"],
        "primary_checkpoint_source": RECORDS,
        "positions_source": "memory://",
        "poll_seconds": 0,
        "aws_connect_seconds": 0.3,
        "aws_read_seconds": 1.0,
        "retry_shards": 2,
        "claim_seconds": 2,
        "endpoints": dict.fromkeys(("sqs", "sns", "kinesis", "dynamodb", "cloudwatch", "ecs"), backend.endpoint),
        **more,
    }
    return ExplicitSettings.model_validate(given)


def make_resources(chosen: ExplicitSettings, backend: Backend) -> None:
    """Everything that the settings name in AWS."""
    supplies = Supplies(chosen, backend.clock, SystemRandom())
    for resource in resources(supplies):
        looked = resource.look()
        assert not isinstance(looked, PortError), looked
        if looked is None:
            error = resource.create()
            assert error is None, error
    supplies.close()


@dataclass(frozen=True)
class Running:
    """An application and a worker, whose sleep moves the server's clock."""

    app: App
    worker: Worker
    backend: Backend

    def start(self, machine: str, context: object, *ids: str) -> None:
        for correlation_id in ids:
            self.app.client.start(machine, context, correlation_id=correlation_id)

    def until_rest(self, *ids: str) -> list[Status]:
        """Work until none of them runs any more; their statuses."""
        end = time.monotonic() + PATIENCE
        while True:
            statuses = self.statuses(*ids)
            if Status.RUNNING not in statuses or time.monotonic() > end:
                return statuses
            self.work()

    def until_end(self, correlation_id: str) -> Instance:
        """Work until it waits for nothing any more; its record."""
        end = time.monotonic() + PATIENCE
        while True:
            found = self.insist(lambda: self.app.client.get(correlation_id))
            if found.status not in (Status.RUNNING, Status.WAITING) or time.monotonic() > end:
                return found
            self.work()

    def insist(self, act: Callable[[], T]) -> T:
        """Who asks a back end that fails at times asks again, as people do."""
        for _ in range(20):
            try:
                return act()
            except PortError:
                self.backend.clock.sleep(1.0)
        return act()

    def work(self) -> None:
        """One turn; where there is nothing to do, half a second passes."""
        if not self.worker.run_once():
            self.backend.clock.sleep(0.5)

    def statuses(self, *ids: str) -> list[Status]:
        return [self.insist(partial(self.app.client.get, correlation_id)).status for correlation_id in ids]


@contextmanager
def running(chosen: ExplicitSettings, backend: Backend, *machines: AnyMachine, seed: int = 1) -> Generator[Running]:
    with build_application(chosen, machines, clock=backend.clock, random=SeededRandom(seed)) as app:
        yield Running(app, build_worker(app), backend)


def source(name: str) -> Source:
    return Source(BUSES[name])
