"""What every operation of every AWS adapter answers to each error that AWS calls can meet."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, cast

import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
    ReadTimeoutError,
    ResponseStreamingError,
    SSLError,
    TokenRetrievalError,
)

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters._aws.errors import Misconfigured, ask, port_error, refusal
from fsm_ports import OutcomeUnknown, PortError, PortRejected, PortUnavailable
from tests.backends.answers import GARBAGE, refused, response
from tests.backends.hooks import Hook, attached, service_of
from tests.unit.fsm_adapters._aws.operations import OPERATIONS, SOURCE, Operation, Results

Met: TypeAlias = Callable[[BaseClient], AWSResponse]
"""What a request meets: an answer, or an exception."""

_URL: Final = "http://localhost:1"


def _raising(error: Exception) -> Met:
    def met(client: BaseClient) -> AWSResponse:
        raise error

    return met


def _code(code: str, message: str = "no", status: int = 400) -> Met:
    return lambda client: refused(client, code, message, status)


def _body(body: bytes, status: int = 200) -> Met:
    return lambda client: response(status, body)


class Row(NamedTuple):
    """One of the table."""

    met: Met
    answer: type[PortError]


_NO_ANSWER: Final[Mapping[str, Exception]] = {
    "ReadTimeoutError": ReadTimeoutError(endpoint_url=_URL),
    "ConnectionClosedError": ConnectionClosedError(endpoint_url=_URL),
    "SSLError": SSLError(endpoint_url=_URL, error=OSError("UNEXPECTED_EOF_WHILE_READING")),
    "ResponseStreamingError": ResponseStreamingError(error="cut"),
    "HTTPClientError": HTTPClientError(error="x"),
}
_NO_CONNECTION: Final[Mapping[str, Exception]] = {
    "EndpointConnectionError": EndpointConnectionError(endpoint_url=_URL),
    "ConnectTimeoutError": ConnectTimeoutError(endpoint_url=_URL),
    "ProxyConnectionError": ProxyConnectionError(proxy_url=_URL),
}
_NEVER_SENT: Final[Mapping[str, BotoCoreError]] = {
    "NoCredentialsError": NoCredentialsError(),
    "PartialCredentialsError": PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
    "bad certificate": SSLError(endpoint_url=_URL, error=OSError("CERTIFICATE_VERIFY_FAILED")),
    "TokenRetrievalError": TokenRetrievalError(provider="sso", error_msg="expired"),
}
_THROTTLED: Final = (
    "ThrottlingException", "Throttling", "Throttled", "ProvisionedThroughputExceededException", "RequestThrottled",
    "AWS.SimpleQueueService.RequestThrottled", "RequestLimitExceeded", "TransactionConflictException",
    "ReplicatedWriteConflictException", "KMSThrottling", "KMS.ThrottlingException", "LimitExceededException",
    "OverLimit",
)  # fmt: skip
_FOR_A_PERSON: Final = (
    "ResourceNotFoundException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "NotFound",
    "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnrecognizedClientException",
    "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "ExpiredTokenException", "KMSAccessDenied",
    "KMS.DisabledException", "KMSNotFoundException", "KmsInvalidState", "OptInRequired",
)  # fmt: skip
_REJECTED: Final = (
    "ValidationException", "BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong",
    "InvalidMessageContents", "InvalidParameter", "InvalidParameterValue", "InvalidArgumentException",
)  # fmt: skip
_WRONG_TABLE: Final = (
    "One or more parameter values were invalid: Missing the key ckey in the item",
    "The provided key element does not match the schema",
    "The table does not have the specified index: find",
)

TABLE: Final[Mapping[str, Row]] = {
    **{name: Row(_raising(error), PortUnavailable) for name, error in _NO_CONNECTION.items()},
    **{code: Row(_code(code), PortUnavailable) for code in _THROTTLED},
    "HTTP 429": Row(_code("SomethingNew", status=429), PortUnavailable),
    **{name: Row(_raising(error), OutcomeUnknown) for name, error in _NO_ANSWER.items()},
    **{f"HTTP {status}": Row(_body(b"", status), OutcomeUnknown) for status in (500, 502, 503, 504)},
    "HTTP 500 with garbage": Row(_body(b'{"\xff', 500), OutcomeUnknown),
    "InternalServerError": Row(_code("InternalServerError", status=500), OutcomeUnknown),
    "a code of tomorrow": Row(_code("SomethingNew"), OutcomeUnknown),
    **{code: Row(_code(code), Misconfigured) for code in _FOR_A_PERSON},
    **{name: Row(_raising(error), Misconfigured) for name, error in _NEVER_SENT.items()},
}
"""For every operation."""
OF_WRITES: Final[Mapping[str, Row]] = {
    **{code: Row(_code(code, "too large"), PortRejected) for code in _REJECTED},
    "HTTP 413": Row(_code("SomethingNew", status=413), PortRejected),
    **{f"garbage: {name}": Row(_body(body), OutcomeUnknown) for name, body in GARBAGE.items()},
}
"""For operations that change something."""
OF_TABLES: Final[Mapping[str, Row]] = {
    message: Row(_code("ValidationException", message), Misconfigured) for message in _WRONG_TABLE
}
"""For operations on tables."""


class _Meeting:
    """All requests meet this; and they are counted."""

    def __init__(self, met: Met) -> None:
        self._met, self.requests = met, 0

    def hooks(self, client: BaseClient) -> Mapping[str, Hook]:
        return {f"before-send.{service_of(client)}": cast("Hook", partial(self._meet, client))}

    def _meet(self, client: BaseClient, **_: object) -> AWSResponse:
        self.requests += 1
        return self._met(client)


@cache
def _clients() -> AwsClients:
    return AwsClients("us-east-1", credentials=("key", "secret"), endpoint_url=_URL)


def _meet(operation: Operation, meeting: _Meeting) -> Results:
    clients = _clients()
    client: BaseClient = getattr(clients, operation.service)()()
    run = operation.ready(clients)
    with attached(meeting, client):
        return run()


def _rows(operation: Operation) -> Mapping[str, Row]:
    of_writes = OF_WRITES if operation.is_write else {}
    return {**TABLE, **of_writes, **(OF_TABLES if operation.service == "dynamodb" else {})}


@pytest.mark.parametrize(
    ("name", "row"), [(name, row) for name, operation in OPERATIONS.items() for row in _rows(operation)]
)
def test_operation_answers_with_the_port_error_of_the_table(
    name: str, row: str, caplog: pytest.LogCaptureFixture
) -> None:
    operation = OPERATIONS[name]
    met, expected = _rows(operation)[row]
    results = _meet(operation, _Meeting(met))
    assert [type(result) for result in results] == [expected] * len(results)
    assert all(isinstance(result, PortError) and result.source and result.reason for result in results)
    is_told = any(record.levelno >= logging.ERROR for record in caplog.records)
    assert is_told is (expected is Misconfigured)


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if not operation.is_write])
def test_reading_garbage_finds_nothing_or_says_that_it_cannot_be_read(name: str, garbage: str) -> None:
    results = _meet(OPERATIONS[name], _Meeting(_body(GARBAGE[garbage])))
    told = [OutcomeUnknown] * len(results)
    # An answer of SQS without messages is that of an empty queue; what it may have hidden comes back.
    assert [type(result) for result in results] == told or (name == "sqs receive" and results == [[]])


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_time_out_costs_no_more_than_a_few_others(name: str) -> None:
    """However many items there are: what is written at the same time, or the four questions of `positions`."""
    meeting = _Meeting(_raising(ReadTimeoutError(endpoint_url=_URL)))
    _meet(OPERATIONS[name], meeting)
    assert 1 <= meeting.requests <= 4


def test_request_that_the_service_does_not_know_is_a_bug_of_ours_and_raises() -> None:
    client = _clients().sqs()()
    with pytest.raises(ParamValidationError):
        ask(SOURCE, lambda: client.delete_message(QueueUrl="q", ReceiptHandle=None))  # type: ignore[arg-type]  # the bug


@pytest.mark.parametrize("error", [KeyError("x"), AttributeError("x"), TypeError("x"), ZeroDivisionError("x")])
def test_bug_of_an_adapter_is_not_taken_for_an_answer(error: Exception) -> None:
    def call() -> Mapping[str, object]:
        raise error

    with pytest.raises(type(error)):
        ask(SOURCE, call)


def test_answer_has_what_is_expected_or_is_of_unknown_outcome() -> None:
    assert ask(SOURCE, lambda: {"a": 1, "b": 2}, "a", "b") == {"a": 1, "b": 2}
    lacking = ask(SOURCE, lambda: {"a": 1}, "a", "b", "c")
    assert isinstance(lacking, OutcomeUnknown)
    assert "b, c" in str(lacking)


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A process that knows no account and no region."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize(
    ("clients", "said"),
    [
        (AwsClients("us-east-1"), "NoCredentialsError"),
        (AwsClients(credentials=("key", "secret")), "NoRegionError"),
        (AwsClients("us-east-1", endpoint_url="localhost", credentials=("key", "secret")), "Invalid endpoint"),
        (AwsClients("us east", credentials=("key", "secret")), "InvalidRegionError"),
    ],
    ids=["credentials", "region", "endpoint", "region's name"],
)
@pytest.mark.usefixtures("nobody")
def test_what_a_process_lacks_is_named(clients: AwsClients, said: str) -> None:
    answer = ask(SOURCE, lambda: clients.sqs()().list_queues())
    assert isinstance(answer, Misconfigured)
    assert said in str(answer)


@pytest.mark.usefixtures("nobody")
def test_half_of_the_credentials_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    answer = ask(SOURCE, lambda: AwsClients("us-east-1").sqs()().list_queues())
    assert isinstance(answer, Misconfigured)
    assert "PartialCredentialsError" in str(answer)


def test_item_without_a_reason_is_told_by_its_code() -> None:
    assert refusal("Throttled", "", SOURCE).reason == "Throttled"
    assert str(refusal("Throttled", "slow down", SOURCE)) == f"{SOURCE}: Throttled: slow down"


def test_refusal_names_what_the_service_said() -> None:
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "you may not"}}, "SendMessage")
    assert port_error(error, SOURCE).reason == "AccessDenied: you may not"
