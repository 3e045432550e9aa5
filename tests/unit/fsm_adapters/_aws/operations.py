"""Every operation of an AWS adapter that makes a call and answers with port errors, ready to be tried."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple, TypeAlias, cast

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.dynamodb.checkpoint_store import DynamoCheckpointStore
from fsm_adapters.dynamodb.environment_store import DynamoEnvironmentStore
from fsm_adapters.dynamodb.event_bus import DynamoEventBus
from fsm_adapters.dynamodb.history_log import DynamoHistoryLog
from fsm_adapters.dynamodb.lock_cache import DynamoLockCache
from fsm_adapters.dynamodb.record_bus import DynamoRecordBus
from fsm_adapters.dynamodb.retry_claims import Receipt
from fsm_adapters.dynamodb.retry_scheduler import DynamoRetryScheduler
from fsm_adapters.dynamodb.retry_source import DynamoRetrySource
from fsm_adapters.dynamodb.shard_positions import DynamoShardPositions
from fsm_adapters.dynamodb.stream_source import DynamoStreamSource
from fsm_adapters.ecs.container_runner import EcsContainerRunner
from fsm_adapters.ecs.task_settings import TaskSettings
from fsm_adapters.kinesis.event_bus import KinesisEventBus
from fsm_adapters.kinesis.history_log import KinesisHistoryLog
from fsm_adapters.kinesis.message_source import KinesisMessageSource
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_adapters.sns.event_bus import SnsEventBus
from fsm_adapters.sns.message_source import SnsMessageSource
from fsm_adapters.sqs.event_bus import SqsEventBus
from fsm_adapters.sqs.message_source import SqsMessageSource
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import (
    ACK,
    NACK,
    Commit,
    ContainerTask,
    Defer,
    Delivery,
    Happened,
    HistoryEntry,
    InstanceQuery,
    MessageSource,
    Outcome,
    Outgoing,
    PortError,
    Status,
)
from fsm_ports.writes import Fail
from tests.backends.answers import response
from tests.backends.hooks import Hook, attached, service_of

SOURCE: Final = "arn:aws:service:us-east-1:123456789012:orders"
NOW: Final = 1_700_000_000.0
_RECORD: Final = samples.record("a", NOW)
_TWO: Final = [Outgoing(samples.record(name, NOW)) for name in "ab"]
_HELD: Final = [Delivery(_RECORD, Receipt("1", f"key-{n}", "nonce", "claim"), f"p-{n}") for n in range(2)]

Results: TypeAlias = Sequence[object]


class Operation(NamedTuple):
    """Two items where it takes many."""

    ready: Callable[[AwsClients], Callable[[], Results]]
    """Prepares it, and answers with what does it."""
    service: str
    """Whose client it uses, as `AwsClients` names it."""
    is_write: bool = True
    """What it is given may be rejected."""


def _at_once(run: Callable[[AwsClients], Results], service: str, *, is_write: bool = True) -> Operation:
    def ready(clients: AwsClients) -> Callable[[], Results]:
        return partial(run, clients)

    return Operation(ready, service, is_write)


def _sqs(clients: AwsClients) -> Results:
    return _sqs_bus(clients).send(_TWO)


def _sqs_bus(clients: AwsClients) -> SqsEventBus:
    return SqsEventBus(clients.sqs(), _QUEUE, source=SOURCE, clock=VirtualClock(NOW), random=SystemRandom())


_QUEUE: Final = "https://sqs.us-east-1.amazonaws.com/123456789012/orders"


def _sqs_receive(clients: AwsClients) -> Results:
    return [SqsMessageSource(clients.sqs(), _QUEUE, source=SOURCE, clock=VirtualClock(NOW)).receive(5, NOW + 30)]


def _sqs_held(clients: AwsClients) -> tuple[SqsMessageSource, Sequence[Delivery]]:
    """A source, and two deliveries that it made."""
    source = SqsMessageSource(clients.sqs(), _QUEUE, source=SOURCE, clock=VirtualClock(NOW))
    with attached(_Received(), clients.sqs()()):
        held = source.receive(2, NOW + 30)
    assert not isinstance(held, PortError)
    assert len(held) == 2
    return source, held


class _Received:
    """A queue with two messages."""

    def hooks(self, client: BaseClient) -> Mapping[str, Hook]:
        return {f"before-send.{service_of(client)}.ReceiveMessage": cast("Hook", self._answer)}

    def _answer(self, **_: object) -> AWSResponse:
        messages = [{"MessageId": f"m-{n}", "ReceiptHandle": f"r-{n}", "Body": "x"} for n in range(2)]
        return response(200, json.dumps({"Messages": messages}).encode())


def _sqs_extend(clients: AwsClients) -> Callable[[], Results]:
    source, held = _sqs_held(clients)
    return lambda: source.extend(held, NOW + 60)


def _sqs_settle(outcome: Outcome, clients: AwsClients) -> Callable[[], Results]:
    source, held = _sqs_held(clients)
    return lambda: source.settle(held, [outcome] * 2)


def _sns_receive(clients: AwsClients) -> Results:
    def poll(queue: str) -> MessageSource:
        raise AssertionError(queue)

    return [SnsMessageSource(clients.sns(), SOURCE, poll, source=SOURCE).receive(5, NOW + 30)]


def _kinesis_receive(clients: AwsClients) -> Results:
    clock = VirtualClock(NOW)
    source = KinesisMessageSource(
        clients.kinesis(), "orders", source=SOURCE, positions=MemoryShardPositions(clock), clock=clock,
        random=SystemRandom(),
    )  # fmt: skip
    return [source.receive(5, NOW + 30)]


def _stream_receive(clients: AwsClients) -> Results:
    clock = VirtualClock(NOW)
    source = DynamoStreamSource(
        clients.dynamodbstreams(), "orders", source=SOURCE, positions=MemoryShardPositions(clock), clock=clock,
        random=SystemRandom(),
    )  # fmt: skip
    return [source.receive(5, NOW + 30)]


def _kinesis_history(clients: AwsClients) -> Results:
    log = KinesisHistoryLog(clients.kinesis(), "orders", source=SOURCE, clock=VirtualClock(NOW))
    return [log.read("a"), log.message_at("kinesis:orders:shard-1:17")]


def _table_bus(clients: AwsClients) -> Results:
    bus = DynamoEventBus(clients.dynamodb(), "t", source=SOURCE, clock=VirtualClock(NOW), random=SystemRandom())
    return bus.send(_TWO)


def _table_retries(clients: AwsClients) -> Results:
    random, clock = SystemRandom(), VirtualClock(NOW)
    return DynamoRetryScheduler(clients.dynamodb(), "t", source=SOURCE, clock=clock, random=random).send(_TWO)


def _retries(clients: AwsClients) -> DynamoRetrySource:
    clock, random = VirtualClock(NOW), SystemRandom()
    return DynamoRetrySource(clients.dynamodb(), "t", source=SOURCE, clock=clock, random=random, owner="me")


def _store(clients: AwsClients, *, emits: bool = False) -> DynamoCheckpointStore:
    clock, random = VirtualClock(NOW), SystemRandom()
    return DynamoCheckpointStore(clients.dynamodb(), "t", source=SOURCE, clock=clock, random=random, emits=emits)


def _record_bus(clients: AwsClients) -> Results:
    clock, random = VirtualClock(NOW), SystemRandom()
    return DynamoRecordBus(clients.dynamodb(), "t", source=SOURCE, clock=clock, random=random).send(_TWO)


def _positions(clients: AwsClients) -> Results:
    kept = DynamoShardPositions(clients.dynamodb(), "t", source=SOURCE, clock=VirtualClock(NOW))
    return [
        kept.join("s", "me", NOW + 30), kept.look("s", ["a"]), kept.acquire("s", "a", "me", NOW + 30),
        kept.store("s", "a", "me", 1, "17"),
    ]  # fmt: skip


def _environments(clients: AwsClients) -> DynamoEnvironmentStore:
    return DynamoEnvironmentStore(clients.dynamodb(), "t", source=SOURCE, clock=VirtualClock(NOW))


def _history(clients: AwsClients) -> DynamoHistoryLog:
    return DynamoHistoryLog(clients.dynamodb(), "t", source=SOURCE)


def _locks(clients: AwsClients) -> Results:
    locks = DynamoLockCache(clients.dynamodb(), "t", source=SOURCE, clock=VirtualClock(NOW))
    return locks.acquire(["a", "b"], "me", NOW + 30)


def _container(clients: AwsClients, settings: TaskSettings) -> Results:
    runner = EcsContainerRunner(clients.ecs(), "orders", source=SOURCE, settings=settings)
    return [runner.run(ContainerTask("image", ("run",), {}, "token"))]


_TWO_STARTS: Final = [Commit(samples.record(name, NOW)) for name in "ab"]
_ENTRIES: Final = [HistoryEntry(n, 1, NOW, Happened.STEP, "orders", "s", "e", Status.RUNNING) for n in "ab"]

OPERATIONS: Final[Mapping[str, Operation]] = {
    "sqs send": _at_once(_sqs, "sqs"),
    "sqs receive": _at_once(_sqs_receive, "sqs", is_write=False),
    "sqs extend": Operation(_sqs_extend, "sqs"),
    "sqs acknowledge": Operation(partial(_sqs_settle, ACK), "sqs"),
    "sqs put back": Operation(partial(_sqs_settle, NACK), "sqs"),
    "sqs put off": Operation(partial(_sqs_settle, Defer(NOW + 60)), "sqs"),
    "sns publish": _at_once(
        lambda clients: SnsEventBus(clients.sns(), SOURCE, source=SOURCE, random=SystemRandom()).send(_TWO), "sns"
    ),
    "sns receive": _at_once(_sns_receive, "sns", is_write=False),
    "kinesis send": _at_once(
        lambda clients: KinesisEventBus(clients.kinesis(), "orders", source=SOURCE).send(_TWO), "kinesis"
    ),
    "kinesis receive": _at_once(_kinesis_receive, "kinesis", is_write=False),
    "kinesis history": _at_once(_kinesis_history, "kinesis", is_write=False),
    "dynamodb bus": _at_once(_table_bus, "dynamodb"),
    "dynamodb record bus": _at_once(_record_bus, "dynamodb"),
    "dynamodb stream": _at_once(_stream_receive, "dynamodbstreams", is_write=False),
    "dynamodb retries": _at_once(_table_retries, "dynamodb"),
    "dynamodb due": _at_once(lambda clients: [_retries(clients).receive(5, NOW + 30)], "dynamodb", is_write=False),
    "dynamodb extend": _at_once(lambda clients: _retries(clients).extend(_HELD, NOW + 30), "dynamodb"),
    "dynamodb acknowledge": _at_once(lambda clients: _retries(clients).settle(_HELD, [ACK, ACK]), "dynamodb"),
    "dynamodb put back": _at_once(lambda clients: _retries(clients).settle(_HELD, [NACK, NACK]), "dynamodb"),
    "dynamodb commit": _at_once(lambda clients: _store(clients).commit([Commit(_RECORD)]), "dynamodb"),
    "dynamodb commit is emit": _at_once(
        lambda clients: _store(clients, emits=True).commit(_TWO_STARTS), "dynamodb"
    ),
    "dynamodb mark": _at_once(lambda clients: _store(clients).mark([Fail("a", 0, "e", NOW)]), "dynamodb"),
    "dynamodb read": _at_once(lambda clients: _store(clients).read(["a", "b"]), "dynamodb", is_write=False),
    "dynamodb find": _at_once(
        lambda clients: [_store(clients).find(InstanceQuery()), _store(clients).find(InstanceQuery("orders"))],
        "dynamodb", is_write=False,
    ),
    "dynamodb locks": _at_once(_locks, "dynamodb"),
    "dynamodb put environment": _at_once(lambda clients: [_environments(clients).put("k", {}, NOW)], "dynamodb"),
    "dynamodb get environment": _at_once(lambda clients: [_environments(clients).get("k")], "dynamodb", is_write=False),
    "dynamodb append history": _at_once(lambda clients: _history(clients).append(_ENTRIES), "dynamodb"),
    "dynamodb read history": _at_once(lambda clients: [_history(clients).read("a")], "dynamodb", is_write=False),
    "dynamodb positions": _at_once(_positions, "dynamodb", is_write=False),
    "ecs run": _at_once(lambda clients: _container(clients, TaskSettings(container="main")), "ecs"),
    "ecs describe": _at_once(lambda clients: _container(clients, TaskSettings()), "ecs"),
}  # fmt: skip
