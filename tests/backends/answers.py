"""Answers of a service, made up: refusals and bodies that cannot be read."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Final, cast

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders

GARBAGE: Final[Mapping[str, bytes]] = {
    "cut off": b'{"Succ',
    "empty": b"",
    "a page of a proxy": b"<html><head/><body>Welcome to the guests' network</body></html>",
    "no UTF-8": b'{"\xff\xfe": 1}',
    "null": b"null",
    "a list": b"[1, 2]",
    "a number": b"17",
    "other fields": b'{"hello": {"world": []}}',
}
"""Bodies that come with HTTP 200 and are no answers."""


class _Raw(io.BytesIO):
    def stream(self, **_: object) -> list[bytes]:
        return [self.read()]


def response(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> AWSResponse:
    """As it comes from the network."""
    made = HTTPHeaders()
    for name, value in (headers or {}).items():
        made[name] = value
    return AWSResponse("http://localhost:1", status, made, cast("object", _Raw(body)))


def refused(client: BaseClient, code: str, message: str, status: int = 400) -> AWSResponse:
    """In the words of the client's service."""
    protocol = client.meta.service_model.resolved_protocol
    if protocol == "query":
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        body = f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>"
        return response(status, body.encode(), {"Content-Type": "text/xml"})
    assert protocol == "json", f"{service_name(client)} speaks {protocol}"
    answer = {"__type": f"com.amazonaws.made.up#{code}", "message": message}
    return response(status, json.dumps(answer).encode(), {"Content-Type": "application/x-amz-json-1.0"})


def service_name(client: BaseClient) -> str:
    return client.meta.service_model.service_name
