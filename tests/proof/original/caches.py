"""Caches, as the original's clients see them: each call goes over a wire of the simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

import redis
from botocore.exceptions import ClientError

from fsm_ports import PortError
from tests.proof.original.services import Item, Line

R = TypeVar("R")


class Lease(NamedTuple):
    """An item of DynamoDB."""

    holder: tuple[str, str] | None
    """Step and retries; None: it is open."""
    until: float
    fence: int


class Cache:
    """What a cache server holds, each until some time."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, float]] = {}
        self.leases: dict[str, Lease] = {}
        """As DynamoDB keeps them: with attributes."""

    def at(self, key: str, now: float) -> str | None:
        value, until = self._held.get(key, (None, 0.0))
        return value if now < until else None

    def put(self, key: str, value: str, until: float) -> bool:
        self._held[key] = value, until
        return True

    def forget(self) -> None:
        self._held.clear()
        self.leases.clear()


class MemcachedClient:
    """Like python-memcached: a server that is down answers with nothing, and nothing is raised."""

    def __init__(self, line: Line, cache: Cache) -> None:
        self._line, self._cache = line, cache
        self.cas_ids: dict[str, str | None] = {}

    def get(self, key: str) -> str | None:
        return _or(self._line.ask("get", key, lambda: self._at(key)), None)

    def gets(self, key: str) -> str | None:
        self.cas_ids[key] = _or(self._line.ask("gets", key, lambda: self._at(key)), None)
        return self.cas_ids[key]

    def set(self, key: str, value: str, time: float = 0) -> bool | int:
        return _or(self._line.ask("set", key, lambda: self._put(key, value, time)), 0)

    def add(self, key: str, value: str, time: float = 0) -> bool | int:
        return _or(self._line.ask("add", key, lambda: self._at(key) is None and self._put(key, value, time)), 0)

    def cas(self, key: str, value: str, time: float = 0) -> bool | int:
        seen = self.cas_ids.get(key)
        return _or(self._line.ask("cas", key, lambda: self._at(key) == seen and self._put(key, value, time)), 0)

    def _at(self, key: str) -> str | None:
        return self._cache.at(key, self._line.kernel.now)

    def _put(self, key: str, value: str, time: float) -> bool:
        return self._cache.put(key, value, self._line.kernel.now + time)


class RedisClient:
    """Like redis-py that decodes answers."""

    def __init__(self, line: Line, cache: Cache) -> None:
        self._line, self._cache = line, cache

    def get(self, key: str) -> str | None:
        return self.ask("get", key, lambda: self.at(key))

    def setex(self, key: str, time: float, value: str) -> bool:
        return self.ask("setex", key, lambda: self.put(key, value, time))

    def pipeline(self) -> RedisPipeline:
        return RedisPipeline(self)

    def ask(self, operation: str, item: object, do: Callable[[], R]) -> R:
        answer = self._line.ask(operation, item, do)
        if isinstance(answer, PortError):
            raise redis.ConnectionError("simulated")
        return answer

    def at(self, key: str) -> str | None:
        return self._cache.at(key, self._line.kernel.now)

    def put(self, key: str, value: str, time: float) -> bool:
        return self._cache.put(key, value, self._line.kernel.now + time)


class RedisPipeline:
    """A transaction of one write, which gives way to whoever wrote the watched key meanwhile."""

    def __init__(self, client: RedisClient) -> None:
        self._client = client
        self._watched = self._key = ""
        self._seen: str | None = None
        self._value, self._time = "", 0.0

    def __enter__(self) -> RedisPipeline:
        return self

    def __exit__(self, *_: object) -> None: ...

    def watch(self, key: str) -> None:
        self._watched = key

    def get(self, key: str) -> str | None:
        self._seen = self._client.get(key)
        return self._seen

    def multi(self) -> None: ...

    def setex(self, key: str, time: float, value: str) -> None:
        self._key, self._time, self._value = key, time, value

    def execute(self) -> None:
        def execute() -> bool:
            same = self._client.at(self._watched) == self._seen
            return same and self._client.put(self._key, self._value, self._time)

        if not self._client.ask("execute", self._key, execute):
            raise redis.WatchError


class DynamodbCache:
    """A table of leases and marks; what the original asks of it are two conditional updates, told by their values."""

    def __init__(self, line: Line, cache: Cache) -> None:
        self._line, self._cache = line, cache

    def get_item(self, *, Key: Item, **_: object) -> Mapping[str, object]:  # noqa: N803 - boto3's names
        name = _name(Key)
        value = self._line.aws("get_item", name, lambda: self._cache.at(name, self._line.kernel.now))
        return {"Item": {"value": {"S": value}, "timeout": {"N": "9999999999"}}} if value else {}

    def put_item(self, *, Item: Item, **_: object) -> object:  # noqa: N803 - boto3's names
        until = float(Item["timeout"]["N"])
        return self._line.aws("put_item", Item, lambda: self._cache.put(_name(Item), Item["value"]["S"], until))

    def update_item(self, *, Key: Item, ExpressionAttributeValues: Item, **_: object) -> Mapping[str, object]:  # noqa: N803 - boto3's names
        name, values = _name(Key), ExpressionAttributeValues
        change = self._take if ":e" in values else self._give_back
        fence = self._line.aws("update_item", name, lambda: change(name, values))
        if fence is None:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}, "UpdateItem")
        return {"Attributes": {"fence": {"N": str(fence)}}}

    def _take(self, name: str, values: Item) -> int | None:
        lease = self._cache.leases.get(name, Lease(None, 0.0, 0))
        if lease.holder is not None and lease.until >= float(values[":t"]["N"]):
            return None
        self._cache.leases[name] = Lease(_holder(values), float(values[":e"]["N"]), lease.fence + 1)
        return lease.fence + 1

    def _give_back(self, name: str, values: Item) -> int | None:
        lease, fence = self._cache.leases.get(name, Lease(None, 0.0, 0)), int(values[":f"]["N"])
        if lease.holder != _holder(values) or lease.fence != fence:
            return None
        self._cache.leases[name] = Lease(None, 0.0, fence)
        return fence


def _holder(values: Item) -> tuple[str, str]:
    return values[":s"]["N"], values[":r"]["N"]


def _name(item: Item) -> str:
    return item["ckey"]["S"]


def _or(answer: R | PortError, otherwise: R) -> R:
    return otherwise if isinstance(answer, PortError) else answer
