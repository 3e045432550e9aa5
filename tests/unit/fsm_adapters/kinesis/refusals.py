"""Refusals of a service, made on a real client."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient


class Refusals:
    """The next answers to one operation become this refusal."""

    def __init__(self, client: KinesisClient, operation: str) -> None:
        self._codes: list[str] = []
        client.meta.events.register(f"after-call.kinesis.{operation}", self._spoil)

    def refuse(self, code: str, times: int = 1) -> None:
        self._codes += [code] * times

    @property
    def left(self) -> int:
        """How many have not been met."""
        return len(self._codes)

    def _spoil(self, parsed: dict[str, object], http_response: object, **_: object) -> None:
        if self._codes:
            parsed["Error"] = {"Code": self._codes.pop(), "Message": "no"}
            vars(http_response)["status_code"] = 400
