"""A real client of an AWS service whose calls are answered by a script, without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast
from urllib.parse import urlencode

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.hooks import BaseEventHooks

from fsm_adapters._aws.clients import AwsClients

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sqs.client import SQSClient

_CLIENTS = AwsClients("us-east-1", credentials=("key", "secret"))
"""Shared by all tests of a process: to make a client takes a while."""


class Refusal(Exception):
    """An error that the service answers with."""

    def __init__(self, code: str, message: str = "", status: int = 400, **fields: object) -> None:
        super().__init__(code)
        self.status = status
        self.answer = {"Error": {"Code": code, "Message": message}, **fields}


Answer: TypeAlias = Exception | Mapping[str, object]
"""What a call meets: an error, or the fields of an answer."""

OK: Mapping[str, object] = {}


def refused() -> Exception:
    return EndpointConnectionError(endpoint_url="http://localhost:1")


def silent() -> Exception:
    return ReadTimeoutError(endpoint_url="http://localhost:1")


class Script:
    """Answers one after the other, the last of them again and again; keeps what was asked."""

    def __init__(self, events: BaseEventHooks) -> None:
        self.answers: list[Answer] = [OK]
        self.asked: list[tuple[str, dict[str, object]]] = []
        """Operation and parameters of each call."""
        self.bodies: list[int] = []
        """Bytes of each request, uncompressed."""
        events.register("provide-client-params", self._ask)
        # What a handler answers stands for the call; the stubs do not know that.
        events.register("before-call", cast("Callable[..., None]", self._answer))

    def begin(self, *answers: Answer) -> Script:
        """For a new test."""
        self.answers, self.asked, self.bodies = list(answers) or [OK], [], []
        return self

    def now(self, *answers: Answer) -> None:
        """From now on these answers."""
        self.answers = list(answers)

    def of(self, operation: str) -> list[dict[str, object]]:
        """The parameters of each call of one operation."""
        return [parameters for name, parameters in self.asked if name == operation]

    def _ask(self, params: dict[str, object], model: _Operation, **_: object) -> None:
        self.asked.append((model.name, json.loads(json.dumps(params, default=str))))

    def _answer(self, params: Mapping[str, object], **_: object) -> tuple[AWSResponse, Mapping[str, object]]:
        body = params["body"]
        assert isinstance(body, bytes | str | dict)  # a mapping, where the service takes forms
        text = urlencode(cast("dict[str, str]", body)) if isinstance(body, dict) else body
        self.bodies.append(len(text))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Refusal):
            return _response(answer.status), {**answer.answer, **_metadata(answer.status)}
        if isinstance(answer, Exception):
            raise answer
        return _response(200), {**answer, **_metadata(200)}


class _Operation(Protocol):
    name: str


def _response(status: int) -> AWSResponse:
    return AWSResponse("http://localhost:1", status, HTTPHeaders(), None)


def _metadata(status: int) -> dict[str, object]:
    return {"ResponseMetadata": {"HTTPStatusCode": status}}


def cloudwatch(*answers: Answer) -> tuple[Callable[[], CloudWatchClient], Script]:
    """A client, and the script by which its calls are answered from now on."""
    make = _CLIENTS.cloudwatch()
    return make, _script(make().meta.events).begin(*answers)


def ecs(*answers: Answer) -> tuple[Callable[[], ECSClient], Script]:
    """A client, and the script by which its calls are answered from now on."""
    make = _CLIENTS.ecs()
    return make, _script(make().meta.events).begin(*answers)


def sns(*answers: Answer) -> tuple[Callable[[], SNSClient], Script]:
    """A client, and the script by which its calls are answered from now on."""
    make = _CLIENTS.sns()
    return make, _script(make().meta.events).begin(*answers)


def sqs(*answers: Answer) -> tuple[Callable[[], SQSClient], Script]:
    """A client, and the script by which its calls are answered from now on."""
    make = _CLIENTS.sqs()
    return make, _script(make().meta.events).begin(*answers)


@cache
def _script(events: BaseEventHooks) -> Script:
    return Script(events)
