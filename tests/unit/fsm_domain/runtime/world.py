"""The whole protocol over memory adapters and a virtual clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.memory.lock_cache import MemoryLockCache
from fsm_adapters.memory.metrics_sink import MemoryMetrics
from fsm_adapters.system.awaiting import AwaitRunner
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_adapters.system.time_limit import ElapsedTimeLimit
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.failover.post import Post
from fsm_domain.machine import Node
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.operator import Operator
from fsm_domain.runtime.recoverer import Recoverer
from fsm_domain.runtime.registry import registry
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import PortError
from fsm_ports.history_log import HistoryEntry
from fsm_ports.instance import Instance
from fsm_ports.messages import Delivery, Outcome

Context = dict[str, object]
DoAction = Callable[[Context, Step], Any]  # Any: an event of whatever state it is made for


def says(event: str) -> DoAction:
    """An action that adds its state's step to the context and returns `event`."""

    def action(context: Context, step: Step) -> object:
        trail = cast("list[int]", context.setdefault("trail", []))
        trail.append(step.number)
        return event

    return action


def line(*actions: DoAction, name: str = "line", retry: RetryPolicy | None = None) -> Machine[str, Context]:
    """s0 -next-> s1 -next-> ... -next-> end, with the action of each state."""
    states: list[Node[str, Context]] = []
    for n, action in enumerate(actions):
        target = f"s{n + 1}" if n + 1 < len(actions) else "end"
        node: State[str, Context, Any] = State[str, Context](f"s{n}")  # Any: the events of a made-up machine
        states.append(node.on("next", target).do(action))
    states.append(FinalState[str, Context]("end"))
    return Machine[str, Context](name, dict, initial="s0", states=states, retry=retry or RetryPolicy())


class World:
    """One worker's view of everything; `claim` is how long it may hold a delivery, in seconds."""

    def __init__(self, *machines: Machine[Any, Any], limits: Limits | None = None, lock: bool = False) -> None:
        self.claim = 30.0
        self.clock = VirtualClock()
        self.dead = MemoryQueue(self.clock, name="dead")
        self.queue = MemoryQueue(self.clock, name="queue")
        self.store = MemoryCheckpointStore()
        self.history = MemoryHistoryLog()
        self.metrics = MemoryMetrics()
        self.runtime = Runtime(
            machines=registry(machines),
            store=self.store,
            post=Post(self.clock, [self.queue], [self.queue], [self.dead]),
            codec=JsonCodec(),
            clock=self.clock,
            random=SeededRandom(7),
            wait=AwaitRunner(),
            limit=ElapsedTimeLimit(self.clock),
            metrics=self.metrics,
            history=self.history,
            lock=MemoryLockCache(self.clock) if lock else None,
            limits=limits or Limits(),
        )
        self.assemble()

    def with_runtime(self, **changes: Any) -> World:  # noqa: ANN401 - the fields of Runtime, each of its own type
        """The same world with other collaborators."""
        self.runtime = replace(self.runtime, **changes)
        self.assemble()
        return self

    def assemble(self) -> None:
        self.dispatcher = Dispatcher(self.runtime)
        self.client = Client(self.runtime)
        self.operator = Operator(self.runtime)
        self.recoverer = Recoverer(self.runtime)

    def receive(self, limit: int = 10) -> Sequence[Delivery]:
        deliveries = self.queue.receive(limit, self.clock.now() + self.claim)
        assert not isinstance(deliveries, PortError)
        return deliveries

    def work(self, limit: int = 10) -> Sequence[Outcome]:
        """One batch: receive, handle, settle."""
        deliveries = self.receive(limit)
        outcomes = self.dispatcher.handle(deliveries, self.clock.now() + self.claim)
        self.queue.settle(deliveries, outcomes)
        return outcomes

    def run(self, seconds: float = 3600.0) -> None:
        """Work until nothing is left, or until so much time has passed."""
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            if not self.work():
                due = self.queue.next_at()
                self.clock.advance(max(0.0, min(end, end if due is None else due) - self.clock.now()))

    def read(self, correlation_id: str) -> Instance:
        return self.client.get(correlation_id)

    def told(self, correlation_id: str) -> Sequence[HistoryEntry]:
        entries = self.history.read(correlation_id)
        assert not isinstance(entries, PortError)
        return entries
