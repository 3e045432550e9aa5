"""Shard positions in a DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from fsm_adapters._aws.batches import chunks
from fsm_adapters._aws.errors import ask
from fsm_adapters._shards.positions import ShardLease, ShardPositions, ShardState
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.conditional import Unmet, ask_if
from fsm_adapters.dynamodb.shard_items import KEPT, READER, readers_key, shard_key, state_of, update_of
from fsm_adapters.dynamodb.types import HASH_KEY_BYTES, Item, key_text, number, number_at, text
from fsm_ports import Busy, Clock, PortError, PortRejected, PortUnavailable, Sent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import BatchGetItemOutputTypeDef, UpdateItemInputTypeDef


class DynamoShardPositions(ShardPositions):
    """Items of a table with the key ``ckey`` (S), such as the cache table: one a shard, and one for all readers.

    Not the table whose stream is read: every write would be a record of it.  The attribute ``timeout`` is for a TTL.
    `table` is its name or its ARN.
    """

    def __init__(self, client: Callable[[], DynamoDBClient], table: str, *, source: str, clock: Clock) -> None:
        self._client, self._table, self._source, self._clock = client, table, source, clock

    def join(self, stream: str, owner: str, until: float) -> frozenset[str] | PortError:
        values = {":until": number(until), ":ttl": number(int(until + KEPT))}
        request = update_of(self._table, readers_key(stream), "SET #reader = :until, #ttl = :ttl", values=values)
        request["ExpressionAttributeNames"] = {"#reader": f"{READER}{owner}", "#ttl": attributes.TIMEOUT}
        item = self._update(request)
        if isinstance(item, PortError | Unmet):
            return item if isinstance(item, PortError) else frozenset({owner})
        now = self._clock.now()
        ends = {name: number_at(item, name) for name in item if name.startswith(READER)}
        self._remove_readers(stream, [name for name, end in ends.items() if end <= now])
        return frozenset(name.removeprefix(READER) for name, end in ends.items() if end > now)

    def leave(self, stream: str, owner: str) -> None:
        self._remove_readers(stream, [f"{READER}{owner}"])

    def look(self, stream: str, shards: Sequence[str]) -> Mapping[str, ShardState] | PortError:
        states: dict[str, ShardState] = {}
        for part in chunks([1] * len(shards), 100, 100):
            names = {key_text(shard_key(stream, shards[n]), HASH_KEY_BYTES): shards[n] for n in part}
            answer = self._get(list(names))
            if isinstance(answer, PortError):
                return answer
            if answer.get("UnprocessedKeys"):
                return PortUnavailable("not all positions were read: the table is throttled", self._source)
            for item in [found for items in answer["Responses"].values() for found in items]:
                states[names[item[attributes.CKEY].get("S", "")]] = state_of(item)
        return states

    def acquire(self, stream: str, shard: str, owner: str, until: float) -> ShardLease | Busy | PortError:
        renewed = self._own(stream, shard, owner, until, None)
        if isinstance(renewed, PortError | ShardLease):
            return renewed
        if renewed.owner and renewed.until > self._clock.now():
            return Busy(renewed.until)
        taken = self._own(stream, shard, owner, until, renewed)
        return Busy(taken.until) if isinstance(taken, ShardState) else taken

    def store(
        self, stream: str, shard: str, owner: str, fence: int, position: str | None, *, finished: bool = False
    ) -> Sent:
        sets = ["holder = :owner"]
        values = {":owner": text(owner), ":fence": number(fence)}
        if position is not None:
            sets.append("done_up_to = :position")
            values[":position"] = text(position)
        if finished:
            sets.append("finished = :finished")
            values[":finished"] = {"BOOL": True}
        change, condition = f"SET {', '.join(sets)}", "holder = :owner AND fence = :fence"
        answer = self._update(update_of(self._table, shard_key(stream, shard), change, condition, values))
        if isinstance(answer, Unmet):
            return PortRejected(f"{shard} is another reader's", self._source)
        return answer if isinstance(answer, PortError) else None

    def release(self, stream: str, shards: Sequence[str], owner: str) -> None:
        values = {":owner": text(owner), ":nobody": text(""), ":zero": number(0)}
        change = "SET holder = :nobody, held_until = :zero"
        for shard in shards:
            self._update(update_of(self._table, shard_key(stream, shard), change, "holder = :owner", values))

    def _own(
        self, stream: str, shard: str, owner: str, until: float, found: ShardState | None
    ) -> ShardLease | ShardState | PortError:
        """Lengthen the owner's own lease (None), or take the place of the one found; else the state that was there."""
        values = {":owner": text(owner), ":until": number(until), ":ttl": number(int(until + KEPT))}
        change, condition = "SET holder = :owner, held_until = :until, #ttl = :ttl", "holder = :owner"
        if found is not None:
            change, condition = f"{change}, fence = :fence", "attribute_not_exists(fence)"
            values[":fence"] = number(found.fence + 1)
            if found.fence:
                condition = "holder = :old AND held_until = :old_until AND fence = :was"
                values |= {":old": text(found.owner), ":old_until": number(found.until), ":was": number(found.fence)}
        request = update_of(self._table, shard_key(stream, shard), change, condition, values)
        request["ExpressionAttributeNames"] = {"#ttl": attributes.TIMEOUT}
        answer = self._update(request)
        if isinstance(answer, Unmet):
            return state_of(answer.found)
        if isinstance(answer, PortError):
            return answer
        state = state_of(answer)
        taken_over = found is not None and found.owner != ""
        return ShardLease(state.fence, state.position, state.finished, taken_over)

    def _get(self, keys: Sequence[str]) -> BatchGetItemOutputTypeDef | PortError:
        wanted = [{attributes.CKEY: text(key)} for key in keys]
        return ask(
            self._source,
            lambda: self._client().batch_get_item(RequestItems={self._table: {"Keys": wanted, "ConsistentRead": True}}),
            "Responses",
        )

    def _update(self, request: UpdateItemInputTypeDef) -> Item | Unmet | PortError:
        answer = ask_if(self._source, lambda: self._client().update_item(**request), "Attributes")
        return answer if isinstance(answer, Unmet | PortError) else answer["Attributes"]

    def _remove_readers(self, stream: str, names: Sequence[str]) -> None:
        if names:
            places = [f"#n{n}" for n in range(len(names))]
            request = update_of(self._table, readers_key(stream), f"REMOVE {', '.join(places)}")
            request["ExpressionAttributeNames"] = dict(zip(places, names, strict=True))
            self._update(request)
