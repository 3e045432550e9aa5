"""AWS and its caches, as the original's clients see them: each call goes over a wire of the simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import redis
from botocore.exceptions import ClientError, EndpointConnectionError

from fsm_bootstrap.simulation.kernel import Crash, Kernel
from fsm_bootstrap.simulation.wire import Wire
from fsm_ports import EventBus, Outgoing, PortError, Unreadable

R = TypeVar("R")
Item = Mapping[str, Mapping[str, str]]
"""DynamoDB's JSON."""
OF_THE_ORIGINAL = "of the original"
_KEYS = ("partition", "correlation_id_steps", "correlation_id")


class Line:
    """The way to one back end, for processes that may die.

    A dead process calls no more: what it would still do by ``finally`` does not happen in the world.
    """

    def __init__(self, wire: Wire, dead: set[str], *, connection: bool) -> None:
        self._wire, self._dead, self._connection = wire, dead, connection

    @property
    def kernel(self) -> Kernel:
        return self._wire.kernel

    def aws(self, operation: str, item: object, do: Callable[[], R]) -> R:
        """One call; raises what boto3 raises."""
        answer = self.ask(operation, item, do)
        if isinstance(answer, PortError):
            raise self.error(operation)
        return answer

    def ask(self, operation: str, item: object, do: Callable[[], R]) -> R | PortError:
        """One call."""
        return self.alive(lambda: self._wire.call(operation, [item], lambda _: [do()])[0])

    def alive(self, call: Callable[[], R]) -> R:
        """What the call says, unless the process is dead or dies of it."""
        if self.kernel.current in self._dead:
            raise Crash
        try:
            return call()
        except Crash:
            self._dead.add(self.kernel.current)
            raise

    def error(self, operation: str) -> Exception:
        """A connection that failed, or an error that the service answered with."""
        if self._connection:
            return EndpointConnectionError(endpoint_url="https://simulated")
        return ClientError({"Error": {"Code": "InternalFailure", "Message": "simulated"}}, operation)


class RoadClient:
    """Of SQS and Kinesis, as far as it is asked to send; `bus` is wired already."""

    def __init__(self, line: Line, bus: EventBus) -> None:
        self._line, self._bus = line, bus

    def get_queue_url(self, **_: object) -> Mapping[str, str]:
        return {"QueueUrl": "simulated"}

    def send_message(self, *, MessageBody: str, DelaySeconds: float = 0, **_: object) -> Mapping[str, str]:  # noqa: N803 - boto3's names
        return self._send("SendMessage", MessageBody, DelaySeconds)

    def put_record(self, *, Data: str, **_: object) -> Mapping[str, str]:  # noqa: N803 - boto3's names
        return self._send("PutRecord", Data, 0)

    def send_message_batch(self, *, Entries: list[Mapping[str, Any]], **_: object) -> Mapping[str, Any]:  # noqa: N803 - boto3's names; Any: its JSON
        """An entry that is refused is told of in the answer, which is no error."""
        refused = [entry for entry in Entries if not self._accepts(entry["MessageBody"])]
        return {"Failed": refused}

    def put_records(self, *, Records: list[Mapping[str, Any]], **_: object) -> Mapping[str, Any]:  # noqa: N803 - boto3's names; Any: its JSON
        return {"FailedRecordCount": sum(not self._accepts(record["Data"]) for record in Records)}

    def _accepts(self, text: str) -> bool:
        try:
            return bool(self._send("batch", text, 0))
        except (ClientError, EndpointConnectionError):
            return False

    def _send(self, operation: str, text: str, delay: float) -> Mapping[str, str]:
        outgoing = Outgoing(Unreadable(text, OF_THE_ORIGINAL), not_before=self._line.kernel.now + delay)
        if self._line.alive(lambda: self._bus.send([outgoing])[0]) is not None:
            raise self._line.error(operation)
        return {"MessageId": "1", "SequenceNumber": "1"}


class Table:
    """Of DynamoDB, as far as the original asks; the index of retries is read as it stands."""

    def __init__(self, line: Line, items: dict[tuple[str, ...], Item]) -> None:
        self._line, self._items = line, items

    def put_item(self, *, Item: Item, **_: object) -> object:  # noqa: N803 - boto3's names
        return self._line.aws("put_item", Item, lambda: self._items.update({_key(Item): Item}))

    def delete_item(self, *, Key: Item, **_: object) -> object:  # noqa: N803 - boto3's names
        return self._line.aws("delete_item", Key, lambda: self._items.pop(_key(Key), None))

    def query(self, *, KeyConditions: Mapping[str, Any], Limit: int, **_: object) -> Mapping[str, list[Item]]:  # noqa: N803 - boto3's names; Any: its JSON
        asked = {name: float(wanted["AttributeValueList"][0]["N"]) for name, wanted in KeyConditions.items()}

        def due() -> list[Item]:
            found = [item for item in self._items.values() if float(item["partition"]["N"]) == asked["partition"]]
            return [item for item in found if float(item["run_at"]["N"]) < asked["run_at"]][:Limit]

        if not due():  # most of 16 partitions; a turn for each would only take time
            return {"Items": []}
        return {"Items": self._line.aws("query", asked, due)}


class Cache:
    """What a cache server holds, each until some time."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, float]] = {}

    def at(self, key: str, now: float) -> str | None:
        value, until = self._held.get(key, (None, 0.0))
        return value if now < until else None

    def put(self, key: str, value: str, until: float) -> bool:
        self._held[key] = value, until
        return True

    def forget(self) -> None:
        self._held.clear()


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


def _key(item: Item) -> tuple[str, ...]:
    return tuple(value for name in _KEYS if name in item for value in item[name].values())


def _or(answer: R | PortError, otherwise: R) -> R:
    return otherwise if isinstance(answer, PortError) else answer
