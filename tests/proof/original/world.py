"""One simulation of the original framework, as its package on PyPI has it, in the kernel that also simulates ours."""

from __future__ import annotations

import base64
import importlib
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from fsm_adapters.memory import MemoryQueue, MemoryStream
from fsm_bootstrap.simulation.faults import CALM, PRIMARY, SECONDARY, Faults, Place
from fsm_bootstrap.simulation.kernel import START, Crash, Kernel
from fsm_bootstrap.simulation.people import echo, outages
from fsm_bootstrap.simulation.ports import WiredBus, WiredSource
from fsm_bootstrap.simulation.simulation import QUIET
from fsm_bootstrap.simulation.trace import Call, Crashed, RunBegan, RunEnded, Trace
from fsm_bootstrap.simulation.wire import Wire
from fsm_ports import ACK, Delivery, PortError, Unreadable
from tests.proof.original.actions import Work
from tests.proof.original.caches import Cache, DynamodbCache, MemcachedClient, RedisClient
from tests.proof.original.services import Line, RoadClient, Table

HERE = Path(__file__).parent
LAST = 8
"""Step of the final state."""
LONGEST = 2.0
"""Seconds that an action takes at most."""
TICK = 60.0
"""Seconds between two looks of its timer at the retries."""
IDLE, SELDOM = 30.0, 1800.0
"""Longest pause of who finds nothing, in seconds: as a rule, and where nothing happens for a day."""
TURNS, SECONDS = 200_000, 30 * 3600.0

_SERVICES = {
    "stream": ("sqs", ""), "stream2": ("sqs", ""), "retry": ("dynamodb", "table/"), "retry2": ("dynamodb", "table/"),
    "lock": ("elasticache", "cluster:"), "lock2": ("elasticache", "cluster:"), "store": ("dynamodb", "table/"),
    "store2": ("dynamodb", "table/"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the original is set up with."""

    stream: str
    """``sqs`` or ``kinesis``."""
    cache: str
    """``memcached``, ``redis`` or ``dynamodb``."""
    claim: float
    """Seconds after which a message comes again whose function died."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What it is put through."""

    faults: Faults
    raising: float = 0.0
    """Share of the steps of which the first attempt raises."""
    bulk: bool = False
    """It is started by the call for many."""
    connection: bool = False
    """Calls fail as connections; else by an error that the service answers with."""


def simulate(choice: Choice, trial: Trial, seed: int, package: Path) -> World:
    """One machine, from its start until nothing moves any more."""
    world = World(choice, trial, seed, _modules(str(package)))
    world.run()
    return world


class World:
    """Processes, services and what goes wrong."""

    def __init__(self, choice: Choice, trial: Trial, seed: int, modules: Mapping[str, Any]) -> None:
        self.kernel, self.trace = Kernel(seed), Trace()
        self._choice, self._trial, self._modules = choice, trial, modules
        self._dead: set[str] = set()
        self._idle = SELDOM if trial.faults.echo else IDLE
        self._unstarted = True
        self._looked_at, self._moved_at = 0, START
        clock = self.kernel.clock
        make = MemoryQueue if choice.stream == "sqs" else MemoryStream
        self._roads: dict[str, MemoryQueue | MemoryStream] = {name: make(clock, name) for name in ("stream", "stream2")}
        self._tables: dict[str, dict[tuple[str, ...], Any]] = {n: {} for n in ("retry", "retry2", "store", "store2")}
        self._caches = {name: Cache() for name in ("lock", "lock2")}
        self.kernel.forgetful += [cache.forget for cache in self._caches.values()]
        self.kernel.on_crash = lambda who: self.trace.add(Crashed(self.trace.next_number, self.kernel.now, who))

    def run(self) -> None:
        kernel = self.kernel
        self._plug_in()
        for n in range(2):
            kernel.spawn(f"worker{n}", self._worker)
        kernel.spawn("timer0", self._timer)
        kernel.spawn("caller0", self._caller, mortal=False)
        if self._trial.faults.outages:
            kernel.spawn("outages", lambda: outages(kernel), mortal=False)
        if self._trial.faults.echo:
            kernel.spawn("echo", lambda: echo(kernel, self._trial.faults.echo), mortal=False)
        kernel.faults = self._trial.faults
        last, until = TURNS, kernel.now + SECONDS
        kernel.run(lambda: kernel.now > until or self._is_quiet(), last, SECONDS)
        kernel.faults = CALM
        kernel.down.clear()
        kernel.run(self._is_quiet, last, SECONDS)
        kernel.close()

    def work(self, correlation_id: str, step: int, retries: int) -> None:
        """What an action does."""
        kernel, trace = self.kernel, self.trace
        if kernel.current in self._dead:
            raise Crash
        who = kernel.current
        trace.add(RunBegan(trace.next_number, kernel.now, who, correlation_id, step, retries, kernel.now, ""))
        try:
            kernel.pause()
            kernel.strike(Place.ACTION)
            kernel.sleep(kernel.random.uniform(0.0, LONGEST))
            kernel.pause()
        except Crash:
            self._dead.add(who)
            raise
        if retries == 0 and kernel.chance(self._trial.raising):
            trace.add(RunEnded(trace.next_number, kernel.now, who, None))
            raise ValueError("of the action")
        trace.add(RunEnded(trace.next_number, kernel.now, who, "{}"))

    def _is_quiet(self) -> bool:
        """Nothing is under way any more that anything of the original's would ever look at again."""
        kernel, faults = self.kernel, self._trial.faults
        weather = max((outage.begins + outage.lasts for outage in faults.outages), default=0.0)
        if self._unstarted or kernel.now < START + weather or (faults.echo and not kernel.faulted["echo"]):
            return False
        for event in self.trace.events[self._looked_at :]:
            if not isinstance(event, Call) or event.operation != "receive" or event.effects:
                self._moved_at = event.at
        self._looked_at = len(self.trace.events)
        return kernel.now - self._moved_at > QUIET + self._choice.claim

    def _plug_in(self) -> None:
        aws = self._modules["aws"]
        self._clients = {name: self._client(name) for name in _SERVICES}
        aws.get_connection = self._connection
        aws._get_elasticache_engine_and_connection = self._engine_and_connection
        aws._local.__dict__.clear()
        for module in ("aws", "client", "handler", "fsm"):
            self._modules[module].time = SimpleNamespace(time=self.kernel.clock.now)
        self._modules["fsm"].random = self.kernel.random
        settings = sys.modules["settings"]
        for port in ("STREAM", "RETRY", "CACHE", "CHECKPOINT"):
            setattr(settings, f"PRIMARY_{port}_SOURCE", self._arn(_PORTS[port]))
            setattr(settings, f"SECONDARY_{port}_SOURCE", self._arn(_PORTS[port] + "2"))
        Work.workshop = self

    def _connection(self, arn: str, **_: object) -> object:
        return self._clients[_name(arn)]

    def _engine_and_connection(self, arn: str) -> tuple[str, object]:
        return self._choice.cache, self._clients[_name(arn)]

    def _arn(self, name: str) -> str:
        service, kind = _SERVICES[name]
        if service == "sqs" and self._choice.stream == "kinesis":
            service, kind = "kinesis", "stream/"
        if service == "elasticache" and self._choice.cache == "dynamodb":
            service, kind = "dynamodb", "table/"
        return _arn(name, service, kind)

    def _wire(self, name: str) -> Wire:
        return Wire(self.kernel, self.trace, name, SECONDARY if name.endswith("2") else PRIMARY)

    def _client(self, name: str) -> object:
        line = Line(self._wire(name), self._dead, connection=self._trial.connection)
        if name in self._roads:
            return RoadClient(line, WiredBus(self._wire(name), self._roads[name], can_delay=True))
        if name in self._caches:
            return _CACHES[self._choice.cache](line, self._caches[name])
        return Table(line, self._tables[name])

    def _caller(self) -> None:
        """Starts the machine; what fails by an exception a caller repeats, nothing else tells him."""
        client = self._modules["client"]
        while True:
            try:
                if self._trial.bulk:
                    client.start_state_machines("line", [{}], correlation_ids=["m0"])
                else:
                    client.start_state_machine("line", {}, correlation_id="m0")
            except Exception:  # noqa: BLE001 - whatever the original lets through
                self.kernel.sleep(1.0)
            else:
                self._unstarted = False
                return

    def _worker(self) -> None:
        # Lambda polls and deletes by itself: what fails in the calls of a function does not fail there.
        wires = {n: Wire(self.kernel, self.trace, f"mapping of {n}", PRIMARY, fragile=False) for n in self._roads}
        sources = {name: WiredSource(wires[name], road) for name, road in self._roads.items()}
        idle = 0.1
        while True:
            found = 0
            for name, source in sources.items():
                received = source.receive(4, self.kernel.now + self._choice.claim)
                if isinstance(received, PortError) or not received:
                    continue
                found += len(received)
                self._handle({"Records": [self._record(name, delivery) for delivery in received]})
                source.settle(received, [ACK] * len(received))
            idle = 0.1 if found else min(2 * idle, self._idle)
            self.kernel.sleep(self.kernel.random.uniform(0.0, idle))

    def _handle(self, event: Mapping[str, Sequence[object]]) -> None:
        self._modules["handler"].lambda_handler(event, None)

    def _timer(self) -> None:
        while True:
            self.kernel.sleep(max(TICK, self._idle))
            self._modules["handler"].lambda_timer_handler({}, None)

    def _record(self, name: str, delivery: Delivery) -> Mapping[str, object]:
        text = delivery.message.text if isinstance(delivery.message, Unreadable) else ""
        if self._choice.stream == "sqs":
            return {"eventSource": "aws:sqs", "eventSourceARN": self._arn(name), "body": text}
        data = base64.b64encode(text.encode()).decode()
        return {"eventSource": "aws:kinesis", "eventSourceARN": self._arn(name), "kinesis": {"data": data}}


_CACHES = {"memcached": MemcachedClient, "redis": RedisClient, "dynamodb": DynamodbCache}
_PORTS = {"STREAM": "stream", "RETRY": "retry", "CACHE": "lock", "CHECKPOINT": "store"}


def _arn(name: str, service: str, kind: str) -> str:
    return f"arn:aws:{service}:eu-central-1:123456789012:{kind}{name}"


def _name(arn: str) -> str:
    return arn.replace("/", ":").rpartition(":")[2]


@cache
def _modules(package: str) -> Mapping[str, Any]:
    """The original, once a process; its settings are a module."""
    if package not in sys.path:
        sys.path.insert(0, package)
    settings = ModuleType("settings")
    for port in ("STREAM", "RETRY", "CACHE", "CHECKPOINT", "ENVIRONMENT", "METRICS"):
        name = _PORTS.get(port, "")
        setattr(settings, f"PRIMARY_{port}_SOURCE", _arn(name, *_SERVICES[name]) if name else None)
        setattr(settings, f"SECONDARY_{port}_SOURCE", None)
    sys.modules["settings"] = settings
    logging.getLogger("aws_lambda_fsm").setLevel(logging.CRITICAL + 1)
    config = importlib.import_module("aws_lambda_fsm.config")
    config._config["fsm.yaml"] = config.load_config_from_yaml(str(HERE / "fsm.yaml"))
    names = ("aws", "client", "handler", "fsm")
    return {name: importlib.import_module(f"aws_lambda_fsm.{name}") for name in names}
