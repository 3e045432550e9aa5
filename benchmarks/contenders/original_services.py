"""What the original framework calls, as dicts and lists: no time passes in them that could be saved."""

from __future__ import annotations

from typing import Any


class Queue:
    """Of SQS, as far as it is asked to send."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send_message(self, *, MessageBody: str, **_: object) -> dict[str, str]:  # noqa: N803 - boto3's names
        self.bodies.append(MessageBody)
        return {"MessageId": "1"}


class Table:
    """Of DynamoDB, as far as it is asked to put: the last item of each machine."""

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}

    def put_item(self, *, Item: dict[str, dict[str, str]], **_: object) -> dict[str, str]:  # noqa: N803 - boto3's names
        self.items[Item["correlation_id"]["S"]] = Item
        return {}


class Caches:
    """Of memcached: nothing ever has to be swept, because the benchmark is short."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.cas_ids: dict[str, int] = {}

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def gets(self, key: str) -> str | None:
        return self.values.get(key)

    def add(self, key: str, value: str, time: float = 0) -> bool:
        return self.values.setdefault(key, value) is value

    def set(self, key: str, value: str, time: float = 0) -> bool:
        self.values[key] = value
        return True

    def cas(self, key: str, value: str, time: float = 0) -> bool:
        self.values[key] = value
        return True
