"""Runs a script on many keys, in one round trip for each server that has some of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, cast

from redis import RedisCluster
from redis.exceptions import AskError, ConnectionError, NoScriptError, TimeoutError

from fsm_adapters.redis.client import RedisClient
from fsm_adapters.redis.errors import TRANSLATED
from fsm_adapters.redis.scripts import Script


class Call(NamedTuple):
    """The script's one key, and its arguments."""

    key: bytes
    arguments: tuple[bytes | int, ...]


class _Cluster(Protocol):
    """What is used of redis-py's ``RedisCluster``, some of whose methods have no types.

    Not its pipeline: where one node is down that fails as a whole, and where one hangs it waits for each command anew.
    """

    @property
    def nodes_manager(self) -> _Topology: ...

    def get_node_from_key(self, key: bytes) -> object: ...

    def get_redis_connection(self, node: object) -> RedisClient: ...

    def execute_command(self, *command: object) -> object: ...


class _Topology(Protocol):
    def initialize(self) -> None: ...


def run(client: RedisClient, script: Script, calls: Sequence[Call]) -> list[object]:
    """What the script answers to each call, or the exception that stands for it."""
    if isinstance(client, RedisCluster):
        return _run_on_cluster(cast("_Cluster", client), script, calls)
    return _run_on_server(client, script, calls)


def _run_on_server(server: RedisClient, script: Script, calls: Sequence[Call]) -> list[object]:
    answers = _send(server, "EVALSHA", script.name, calls)
    # It has never seen the script, as it has just started, or took over.
    new = [n for n, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
    for n, answer in zip(new, _send(server, "EVAL", script.text, [calls[n] for n in new]), strict=True):
        answers[n] = answer
    return answers


def _send(server: RedisClient, name: str, script: str, calls: Sequence[Call]) -> list[object]:
    if not calls:
        return []
    try:
        pipeline = server.pipeline(transaction=False)
        for call in calls:
            pipeline.execute_command(name, script, 1, call.key, *call.arguments)
        return list(pipeline.execute(raise_on_error=False))
    except TRANSLATED as error:
        return [error] * len(calls)


def _run_on_cluster(cluster: _Cluster, script: Script, calls: Sequence[Call]) -> list[object]:
    """A node that fails takes its own keys with it; where they live from now on is asked before the next call."""
    answers: list[object] = [None] * len(calls)
    groups: dict[int, tuple[object, list[int]]] = {}
    for n, call in enumerate(calls):
        try:
            node = cluster.get_node_from_key(call.key)
        except TRANSLATED as error:
            answers[n] = error
        else:
            groups.setdefault(id(node), (node, []))[1].append(n)
    for node, numbers in groups.values():
        server = cluster.get_redis_connection(node)
        for n, answer in zip(numbers, _run_on_server(server, script, [calls[n] for n in numbers]), strict=True):
            # The key has moved: redis-py goes after it, and remembers where to.
            answers[n] = _follow(cluster, script, calls[n]) if isinstance(answer, AskError) else answer
    if any(isinstance(answer, ConnectionError | TimeoutError) for answer in answers):
        _refresh(cluster)
    return answers


def _follow(cluster: _Cluster, script: Script, call: Call) -> object:
    try:
        return cluster.execute_command("EVAL", script.text, 1, call.key, *call.arguments)
    except TRANSLATED as error:
        return error


def _refresh(cluster: _Cluster) -> None:
    try:
        cluster.nodes_manager.initialize()
    except TRANSLATED:
        return  # as before; the next call that fails asks again
