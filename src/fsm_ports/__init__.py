"""Ports of lambda-fsm: the protocols that adapters implement, and the values that cross them."""

from fsm_ports.checkpoint_store import CheckpointStore, InstanceQuery, Page
from fsm_ports.clock import Clock, Random
from fsm_ports.codec import ContextCodec, ContextError
from fsm_ports.container_runner import ContainerHandle, ContainerRunner, ContainerTask
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.errors import OutcomeUnknown, PortError, PortMisconfigured, PortRejected, PortUnavailable
from fsm_ports.event_bus import EventBus
from fsm_ports.event_handler import EventHandler
from fsm_ports.history_log import Happened, HistoryEntry, HistoryLog
from fsm_ports.instance import Attempt, InboxEvent, Instance, Status
from fsm_ports.lock_cache import LockCache
from fsm_ports.message_source import MessageSource
from fsm_ports.messages import ACK, NACK, Defer, Delivery, Message, Outcome, Outgoing, Unreadable
from fsm_ports.metrics_sink import MetricsSink
from fsm_ports.results import Busy, CommitResult, Committed, Lease, LeaseResult, Refused, Sent
from fsm_ports.retry_scheduler import RetryScheduler
from fsm_ports.writes import Commit, Mark

__all__ = [
    "ACK",
    "NACK",
    "Attempt",
    "Busy",
    "CheckpointStore",
    "Clock",
    "Commit",
    "CommitResult",
    "Committed",
    "ContainerHandle",
    "ContainerRunner",
    "ContainerTask",
    "ContextCodec",
    "ContextError",
    "Defer",
    "Delivery",
    "EnvironmentStore",
    "EventBus",
    "EventHandler",
    "Happened",
    "HistoryEntry",
    "HistoryLog",
    "InboxEvent",
    "Instance",
    "InstanceQuery",
    "Lease",
    "LeaseResult",
    "LockCache",
    "Mark",
    "Message",
    "MessageSource",
    "MetricsSink",
    "Outcome",
    "OutcomeUnknown",
    "Outgoing",
    "Page",
    "PortError",
    "PortMisconfigured",
    "PortRejected",
    "PortUnavailable",
    "Random",
    "Refused",
    "RetryScheduler",
    "Sent",
    "Status",
    "Unreadable",
]
