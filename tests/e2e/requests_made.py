"""What clients of AWS ask for, as IAM sees it: an action on a resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple, cast

from botocore.client import BaseClient

from fsm_bootstrap.deploy.permissions import Statement
from tests.backends.hooks import Hook, service_of

PLACE = "us-east-1:000000000000"
_SINGLE = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "PublishBatch": "Publish",
}
"""A batch needs the permission of its single call."""


_CONDITIONS = {"cluster": "ecs:cluster", "Namespace": "cloudwatch:namespace"}
"""Parameters that are keys of conditions."""


class Request(NamedTuple):
    """An action on a resource; without a resource where the request does not name one, as an iterator."""

    action: str
    resource: str = ""
    keys: frozenset[tuple[str, str]] = frozenset()
    """What conditions are compared with."""


class Requests:
    """Hears of each request of the clients that it is attached to."""

    def __init__(self, passed: Mapping[str, Sequence[str]] | None = None) -> None:
        """`passed`: by task definition, the roles that whoever runs it hands to it."""
        self.made = set[Request]()
        self._passed = passed or {}

    def hooks(self, client: BaseClient) -> Mapping[str, Hook]:
        return {f"provide-client-params.{service_of(client)}": self._note}

    def _note(self, event_name: str, **told: object) -> None:
        params = cast("Mapping[str, object]", told["params"])
        _, service, operation = event_name.split(".")
        action = f"{service.removesuffix('-streams').removesuffix('streams')}:{_SINGLE.get(operation, operation)}"
        if service.startswith("dynamodb") and service != "dynamodb":
            self.made.add(Request(action))
            return
        keys = frozenset((key, str(params[name])) for name, key in _CONDITIONS.items() if name in params)
        # Of these IAM knows no resource.
        resources = (
            [""] if operation.startswith("Describe") and service in ("ecs", "elasticache") else _resources(params)
        )
        for resource in resources or [""]:
            self.made.add(Request(action, resource, keys))
        if operation == "RunTask":
            to = frozenset({("iam:PassedToService", "ecs-tasks.amazonaws.com")})
            roles = self._passed.get(str(params["taskDefinition"]), ())
            self.made |= {Request("iam:PassRole", role, to) for role in roles}

    def not_allowed(self, statements: Sequence[Statement]) -> set[Request]:
        return {one for one in self.made if not any(_allows(statement, one) for statement in statements)}

    def unused(self, statements: Sequence[Statement]) -> set[tuple[str, str]]:
        """Actions of a statement, by its Sid, that nobody asked for."""
        return {
            (statement.sid, action)
            for statement in statements
            for action in statement.actions
            if not any(one.action == action and _allows(statement, one) for one in self.made)
        }


def _allows(statement: Statement, request: Request) -> bool:
    if request.action not in statement.actions:
        return False
    if any(pair not in request.keys for values in statement.condition.values() for pair in values.items()):
        return False
    return not request.resource or any(fnmatchcase(request.resource, each) for each in statement.resources)


def _resources(params: Mapping[str, object]) -> list[str]:
    if "RequestItems" in params:
        return [_table(name) for name in cast("Mapping[str, object]", params["RequestItems"])]
    if "TableName" in params:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        return [_table(str(params["TableName"])) + index]
    if "QueueUrl" in params:
        return [f"arn:aws:sqs:{PLACE}:{str(params['QueueUrl']).rpartition('/')[2].rpartition(':')[2]}"]
    if "StreamName" in params:
        return [f"arn:aws:kinesis:{PLACE}:stream/{params['StreamName']}"]
    if "taskDefinition" in params:
        name = str(params["taskDefinition"])  # a family stands for its newest revision
        return [f"arn:aws:ecs:{PLACE}:task-definition/{name if ':' in name else name + ':1'}"]
    return [str(params[name]) for name in ("StreamARN", "TopicArn") if name in params]


def _table(name: str) -> str:
    return name if name.startswith("arn:") else f"arn:aws:dynamodb:{PLACE}:table/{name}"
