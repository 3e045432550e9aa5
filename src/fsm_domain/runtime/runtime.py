"""What the whole protocol works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from fsm_domain.failover.post import Post
from fsm_domain.machine.action import Limit, Step, Wait
from fsm_domain.machine.container import Work
from fsm_domain.runtime.definitions import Definitions
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import Machines
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.clock import Clock, Random
from fsm_ports.codec import ContextCodec
from fsm_ports.history_log import HistoryLog
from fsm_ports.lock_cache import LockCache
from fsm_ports.metrics_sink import MetricsSink


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The machines and the ports that dispatcher, client, operator and recoverer share.

    Raises:
        ValueError: chaining over a store that delivers every commit at once and cannot hold one back: each link of a
            chain would run twice.  Or a machine with deadlines or delays, and no road that can hold a message.
    """

    machines: Machines
    store: CheckpointStore
    post: Post
    codec: ContextCodec
    clock: Clock
    random: Random
    wait: Wait
    """Gets the result of an awaitable that an async action returned."""
    limit: Limit
    """Bounds the time of a plain action."""
    metrics: MetricsSink
    lock: LockCache | None = None
    history: HistoryLog | None = None
    limits: Limits = field(default_factory=Limits)
    homes: Sequence[str] = ("",)
    """Names of the checkpoint stores in which a new record may live, the primary first."""
    containers: Callable[[Step, Work], None] | None = None
    """Starts the containers of states whose work runs in one; None: no container source is set."""
    surround: Callable[[Step], AbstractContextManager[object]] | None = None
    """What a run takes place in: a log's context, a trace."""
    definitions: Definitions = field(init=False)
    """Of the machines, kept where the records are."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "definitions", Definitions(self.store, self.clock))
        if self.limits.chain > 1 and self.store.emits and not self.store.can_hold:
            raise ValueError(
                f"MAX_CHAINED_TRANSITIONS={self.limits.chain}: the checkpoint store delivers every commit at once and "
                "cannot hold one back; set it to 1, or use a stream source other than the checkpoint source"
            )
        timed = sorted(machine.name for machine in self.machines.values() if machine.keeps_time)
        if timed and not (self.post.holds or self.store.can_hold):
            raise ValueError(
                f"PRIMARY_RETRY_SOURCE: {', '.join(timed)} has deadlines or delays, and neither a stream nor a retry "
                "source can hold a message back; set it to a source that can, such as an SQS queue or a DynamoDB table"
            )
