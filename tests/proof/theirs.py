"""The original framework, put through a row, in four set-ups."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fsm_bootstrap.simulation.faults import CALM, Place
from tests.proof.oracle import Found, judge
from tests.proof.original.world import LAST, Choice, Trial, World, simulate
from tests.proof.rows import Roles, Row

TRANSITIONS = LAST + 1
_ROLES = Roles(("stream",), ("stream2",), ("lock",), ("lock2",), ("retry",), ("retry2",))
VISIBILITY = 360.0
"""Seconds: AWS asks for six times the function's time-out at least."""
BATCH_AGAIN = 10.0
"""Seconds after which a stream hands out again what a function had in hand that died."""
SET_UPS: Mapping[str, Choice] = {
    "SQS, Memcached": Choice(stream="sqs", cache="memcached", claim=VISIBILITY),
    "SQS, DynamoDB": Choice(stream="sqs", cache="dynamodb", claim=VISIBILITY),
    "Kinesis, Redis": Choice(stream="kinesis", cache="redis", claim=BATCH_AGAIN),
    "Kinesis, DynamoDB": Choice(stream="kinesis", cache="dynamodb", claim=BATCH_AGAIN),
}


def prove(row: Row, set_up: str, seed: int, package: Path) -> Found:
    """One machine of nine transitions, by errors or by connections, as the row says, or the seed."""
    among = TRANSITIONS if row.name.endswith("action") else _calls_of(set_up, package)
    connection = bool(seed % 2) if row.connection is None else row.connection
    faults = row.faults(among, _ROLES)
    trial = Trial(faults=faults, raising=row.raising, bulk=row.bulk, connection=connection)
    return _judged(simulate(SET_UPS[set_up], trial, seed, package))


@cache
def _calls_of(set_up: str, package: Path) -> int:
    """Calls by workers that a machine takes where nothing goes wrong."""
    return simulate(SET_UPS[set_up], Trial(faults=CALM), 0, package).kernel.met[Place.CALL]


def _judged(world: World) -> Found:
    return judge(world.trace, {"m0"}, LAST, sum(world.kernel.faulted.values()))
