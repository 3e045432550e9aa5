"""The least that a process has to be allowed: action by action, resource by resource.

Batch calls need the permission of the single call (``SendMessageBatch``: ``sqs:SendMessage``; ``PublishBatch``:
``sns:Publish``).  What Lambda asks for to read a source on a function's behalf is in its Developer Guide, in the
section "Execution role permissions" of each event source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from fsm_bootstrap.resources.topic import queue_of
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.uses import Purpose, Use, uses


class Role(Enum):
    """Who is to be allowed."""

    FUNCTION = "function"
    """A Lambda function, for which Lambda reads the sources, and which a timer invokes."""
    WORKER = "worker"
    """``fsm worker``, which reads them itself."""
    CONTAINER = "container"
    """``fsm container-run``, in a task of ECS or anywhere else."""
    OPERATOR = "operator"
    """People with ``fsm start``, ``list``, ``show``, ``send``, ``abort`` and so on."""


class Statement(NamedTuple):
    """Actions, each with its service's prefix, on resources."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Mapping[str, Mapping[str, str]] = {}


class Started(NamedTuple):
    """What a container source may start; where nothing is named, whatever the account has."""

    tasks: tuple[str, ...] = ()
    """Task definitions: families, ``family:revision`` or ARNs."""
    roles: tuple[str, ...] = ()
    """Their task roles and execution roles: names or ARNs."""


ANYTHING: Final = Started()

_QUERIES: Final = frozenset(
    {
        (Role.FUNCTION, Purpose.WAITING), (Role.WORKER, Purpose.WAITING),
        (Role.FUNCTION, Purpose.RECORDS), (Role.WORKER, Purpose.RECORDS), (Role.OPERATOR, Purpose.RECORDS),
    }
)  # fmt: skip
"""Who asks which index: for what is due, for what has not moved (a timer, or ``fsm recover``), for what people seek."""
_RUNNING: Final = frozenset({Role.FUNCTION, Role.WORKER})
Policy: TypeAlias = dict[str, object]

_SEND: Final = {
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "kinesis": ("kinesis:PutRecords",),
    "dynamodb": ("dynamodb:BatchWriteItem",),
}
_FOR_ALL: Final[Mapping[Purpose, Mapping[str, tuple[str, ...]]]] = {
    Purpose.MESSAGES: _SEND,
    Purpose.WAITING: _SEND,
    Purpose.RECORDS: {"dynamodb": ("dynamodb:BatchGetItem", "dynamodb:UpdateItem")},
    Purpose.HISTORIES: {"dynamodb": ("dynamodb:BatchWriteItem", "dynamodb:Query")},
}
_FOR_RUNNING: Final[Mapping[Purpose, Mapping[str, tuple[str, ...]]]] = {
    # What is due is claimed, and deleted when it is on its way.
    Purpose.WAITING: {"dynamodb": ("dynamodb:DeleteItem", "dynamodb:UpdateItem")},
    Purpose.DEAD_LETTERS: _SEND,
    Purpose.LEASES: {"dynamodb": ("dynamodb:UpdateItem",)},
    Purpose.ENVIRONMENTS: {"dynamodb": ("dynamodb:PutItem",)},
}
_INDEXES: Final = {Purpose.WAITING: "retries", Purpose.RECORDS: "find"}
_FOR_LAMBDA: Final = {
    "sqs": ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
    "kinesis": (
        "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
        "kinesis:ListShards", "kinesis:ListStreams", "kinesis:SubscribeToShard",
    ),
    "dynamodb": (
        "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
    ),
}  # fmt: skip
_FOR_POLLING: Final = {
    "sqs": ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"),
    "kinesis": ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"),
    "dynamodb": (
        "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
    ),
}  # fmt: skip


def policy(settings: Settings, role: Role, started: Started = ANYTHING) -> Policy:
    """An IAM policy document.

    Raises:
        PortMisconfigured: as `Settings.checkpoint`.
    """
    allowed = [document(statement) for statement in statements(settings, role, started)]
    return {"Version": "2012-10-17", "Statement": allowed}


def document(statement: Statement) -> dict[str, object]:
    """A statement as IAM writes it."""
    written: dict[str, object] = {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": list(statement.actions),
        "Resource": list(statement.resources),
    }
    if statement.condition:
        written["Condition"] = {test: dict(values) for test, values in statement.condition.items()}
    return written


def statements(settings: Settings, role: Role, started: Started = ANYTHING) -> list[Statement]:
    """One for each source in each of its purposes, and what one purpose needs of another service."""
    found: list[Statement] = []
    for use in uses(settings):
        found += _statements(use, role, started)
    return list(_once(found))


def _statements(use: Use, role: Role, started: Started) -> Iterator[Statement]:
    kind, purpose, sid = use.source.kind, use.purpose, _sid(use.variable)
    if purpose is Purpose.METRICS:
        yield from _of_metrics(use, sid)
    elif purpose is Purpose.CONTAINERS:
        yield from _of_tasks(use, sid, started) if kind == "ecs" and role in _RUNNING else ()
    elif purpose is Purpose.LEASES and kind == "elasticache":
        yield from [Statement(sid, _describing(use.source), ("*",))] if role in _RUNNING else []
    else:
        actions = _actions(use, role)
        if actions:
            yield Statement(sid, tuple(sorted(actions)), (use.source,))
        if kind == "dynamodb" and (role, purpose) in _QUERIES:
            yield Statement(f"{sid}Index", ("dynamodb:Query",), (f"{use.source}/index/{_INDEXES[purpose]}",))
        if role in _RUNNING:
            yield from _of_reading(use, sid, _FOR_LAMBDA if role is Role.FUNCTION else _FOR_POLLING)


def _actions(use: Use, role: Role) -> set[str]:
    """On the source itself."""
    kind, purpose = use.source.kind, use.purpose
    # Where a commit is the message the table's own statement has it.
    actions = set[str]() if use.is_record_too else set(_FOR_ALL.get(purpose, {}).get(kind, ()))
    if role in _RUNNING:
        actions |= set(_FOR_RUNNING.get(purpose, {}).get(kind, ()))
    elif purpose is Purpose.ENVIRONMENTS and kind == "dynamodb" and role is Role.CONTAINER:
        actions = {"dynamodb:GetItem"}
    elif purpose is Purpose.RECORDS and role is Role.OPERATOR:
        actions |= {"dynamodb:Scan"}
    if purpose is Purpose.POSITIONS and kind == "dynamodb" and role is Role.WORKER:
        actions |= {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"}
    return actions


def _of_reading(use: Use, sid: str, actions: Mapping[str, tuple[str, ...]]) -> Iterator[Statement]:
    """Messages are read from streams and queues; what waits is read as well, but for a table's entries."""
    kind, source = use.source.kind, use.source
    if use.purpose is Purpose.WAITING and kind == "dynamodb":
        return
    if use.purpose not in (Purpose.MESSAGES, Purpose.WAITING):
        return
    if kind == "sns":
        yield Statement(f"{sid}Queue", actions["sqs"], (queue_of(source),))
        if actions is _FOR_POLLING:
            yield Statement(f"{sid}Subscription", ("sns:ListSubscriptionsByTopic",), (source,))
    elif kind == "dynamodb":
        yield Statement(f"{sid}Stream", actions[kind], (f"{source}/stream/*",))
    elif kind in actions:
        yield Statement(f"{sid}Read", actions[kind], (source,))


def _of_metrics(use: Use, sid: str) -> Iterator[Statement]:
    if use.source.kind == "cloudwatch":
        namespace = {"StringEquals": {"cloudwatch:namespace": use.source.resource}}
        yield Statement(sid, ("cloudwatch:PutMetricData",), ("*",), namespace)


def _of_tasks(use: Use, sid: str, started: Started) -> Iterator[Statement]:
    """On this cluster.  A machine may choose its task definition as it runs, so settings do not say which there are."""
    prefix = f"{use.source.partition(':cluster/')[0]}:task-definition/"
    on_cluster = {"ArnEquals": {"ecs:cluster": str(use.source)}}
    yield Statement(sid, ("ecs:RunTask",), tuple(_task(prefix, each) for each in started.tasks or ("*",)), on_cluster)
    yield Statement(f"{sid}Names", ("ecs:DescribeTaskDefinition",), ("*",))
    prefix = f"arn:{_partition(use.source)}:iam::{use.source.account}:role/"
    roles = tuple(each if each.startswith("arn:") else prefix + each for each in started.roles or ("*",))
    to_tasks = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    yield Statement(f"{sid}Roles", ("iam:PassRole",), roles, to_tasks)


def _task(prefix: str, name: str) -> str:
    """Permissions are for revisions: of a family, for all."""
    arn = name if name.startswith("arn:") else prefix + name
    return arn if name == "*" or ":" in arn.rpartition("/")[2] else f"{arn}:*"


def _describing(source: Source) -> tuple[str, ...]:
    what = source.resource.partition(":")[0]
    return {
        # A node of a replication group stands for its group, and old settings name a group so.
        "cluster": ("elasticache:DescribeCacheClusters", "elasticache:DescribeReplicationGroups"),
        "replicationgroup": ("elasticache:DescribeReplicationGroups",),
        "serverlesscache": ("elasticache:DescribeServerlessCaches",),
    }.get(what, ())


def _partition(source: Source) -> str:
    return source.split(":")[1]


def _sid(variable: str) -> str:
    """``PRIMARY_STREAM_SOURCE`` as ``PrimaryStream``: a Sid has letters and digits alone."""
    return "".join(word.capitalize() for word in variable.removesuffix("_SOURCE").split("_"))


def _once(found: Iterable[Statement]) -> Iterator[Statement]:
    """Statements of one action list on one resource once; a Sid is unique."""
    seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for statement in found:
        what = (statement.actions, statement.resources)
        if what not in seen:
            seen.add(what)
            yield statement
