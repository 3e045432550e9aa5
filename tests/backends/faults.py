"""Faults of AWS, put into real clients: requests that never arrive, answers that never come back."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from functools import partial
from itertools import cycle
from math import inf
from random import Random
from threading import Lock
from typing import Protocol, cast

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from tests.backends.answers import GARBAGE, refused, response
from tests.backends.hooks import Hook, attached, attached_to_all, service_of


class Fault(Enum):
    """What a request meets."""

    REFUSED = "connection refused"
    CONNECT_TIMEOUT = "connect time-out"
    READ_TIMEOUT = "read time-out"
    CLOSED = "connection closed"
    SERVER_ERROR = "HTTP 500"
    THROTTLED = "throttled"
    ACCESS_DENIED = "access denied"
    NOT_FOUND = "resource not found"
    GARBAGE = "HTTP 200 with garbage"
    LOST = "took effect, then read time-out"
    LOST_CLOSED = "took effect, then connection closed"
    LOST_SERVER_ERROR = "took effect, then HTTP 500"
    LOST_GARBAGE = "took effect, then garbage"


OUTAGES: Sequence[Fault] = tuple(fault for fault in Fault if not fault.name.startswith("LOST"))
"""The request does not get to the service."""
LOST_ANSWERS: Sequence[Fault] = tuple(fault for fault in Fault if fault.name.startswith("LOST"))
"""The request takes effect; its answer is lost."""


class Faults:
    """Meets a share of the requests, each attempt anew, and at most `times` of them; while it is not `on`, none.

    `operations` are names such as ``sqs.SendMessageBatch``; empty: all.  `seed` decides which requests are met; the
    `kinds` take turns, and so do those of `garbage` (names in `answers.GARBAGE`).
    """

    def __init__(
        self, *kinds: Fault, share: float = 1.0, seed: int = 0, operations: Collection[str] = (),
        times: float = inf, garbage: Sequence[str] = tuple(GARBAGE),
    ) -> None:  # fmt: skip
        self.on = True
        self.met: list[tuple[str, Fault]] = []
        """Operation and fault, in the order of the requests."""
        self._kinds, self._garbage, self._operations = cycle(kinds), cycle(garbage), operations
        self._share, self._times = share, times
        self._random, self._lock = Random(seed), Lock()

    def hooks(self, client: BaseClient) -> Mapping[str, Hook]:
        meet = partial(self._meet, client)
        return {f"before-send.{service_of(client)}": cast("Hook", meet)}

    @contextmanager
    def pause(self) -> Generator[None]:
        """The service is well meanwhile."""
        self.on = False
        try:
            yield
        finally:
            self.on = True

    def _meet(self, client: BaseClient, request: AWSPreparedRequest, event_name: str, **_: object) -> object:
        """An answer in the place of the service's own; None: the request goes on its way."""
        operation = event_name.removeprefix("before-send.")
        with self._lock:
            if not self.on or (self._operations and operation not in self._operations) or len(self.met) >= self._times:
                return None
            if self._random.random() >= self._share:
                return None
            fault = next(self._kinds)
            body = GARBAGE[next(self._garbage)] if fault in (Fault.GARBAGE, Fault.LOST_GARBAGE) else b""
            self.met.append((operation, fault))
        if fault in LOST_ANSWERS:
            _deliver(client, request)
        return _answer(fault, client, request, body)


@contextmanager
def injected(faults: Faults, *clients: BaseClient) -> Generator[Faults]:
    """The faults are met by these clients; without any, by every client that is made meanwhile."""
    with attached(faults, *clients) if clients else attached_to_all(faults):
        yield faults


def _answer(fault: Fault, client: BaseClient, request: AWSPreparedRequest, garbage: bytes) -> AWSResponse:
    """What comes back.

    Raises:
        HTTPClientError: nothing does.
    """
    url = str(request.url)
    match fault:
        case Fault.REFUSED:
            raise EndpointConnectionError(endpoint_url=url, error="injected")
        case Fault.CONNECT_TIMEOUT:
            raise ConnectTimeoutError(endpoint_url=url, error="injected")
        case Fault.READ_TIMEOUT | Fault.LOST:
            raise ReadTimeoutError(endpoint_url=url, error="injected")
        case Fault.CLOSED | Fault.LOST_CLOSED:
            raise ConnectionClosedError(endpoint_url=url, request=request, response=None, error="injected")
        case Fault.SERVER_ERROR | Fault.LOST_SERVER_ERROR:
            return response(500, b"")
        case Fault.THROTTLED:
            return refused(client, "ThrottlingException", "Rate exceeded")
        case Fault.ACCESS_DENIED:
            return refused(client, "AccessDeniedException", "not authorized", 403)
        case Fault.NOT_FOUND:
            return refused(client, "ResourceNotFoundException", "not found")
        case Fault.GARBAGE | Fault.LOST_GARBAGE:
            return response(200, garbage)


class _HttpSession(Protocol):
    def send(self, request: AWSPreparedRequest) -> AWSResponse: ...


class _Endpoint(Protocol):
    http_session: _HttpSession


def _deliver(client: BaseClient, request: AWSPreparedRequest) -> None:
    """Sends the request, as botocore is about to; the answer is for nobody."""
    endpoint = cast("_Endpoint", vars(client)["_endpoint"])
    endpoint.http_session.send(request)
