"""AWS, as the original's clients see it: each call goes over a wire of the simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

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


def _key(item: Item) -> tuple[str, ...]:
    return tuple(value for name in _KEYS if name in item for value in item[name].values())
