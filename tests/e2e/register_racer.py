"""One of several processes that write and read the same records: ``register_racer.py STORE NUMBER OPERATIONS``.

STORE is a SQLite file or the URL of a DynamoDB endpoint with the table as its path.  Prints a line of JSON before each
operation and one after it, with the time of a clock that all processes share, in seconds.
"""

from __future__ import annotations

import json
import random
import sys
import time

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.dynamodb.checkpoint_store import DynamoCheckpointStore
from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import CheckpointStore, Commit, Committed, Instance, PortError, Refused

KEYS = [f"m-{n}" for n in range(4)]


def _store(place: str) -> CheckpointStore:
    clock, chance = SystemClock(), SystemRandom()
    if not place.startswith("http"):
        return SqliteCheckpointStore(SqliteFile(place, clock, chance, busy_timeout=60.0))
    endpoint, _, table = place.rpartition("/")
    clients = AwsClients("us-east-1", read_timeout=5.0, endpoint_url=endpoint, credentials=("key", "secret"))
    return DynamoCheckpointStore(clients.dynamodb(), table, source=place, clock=clock, random=chance)


def _say(**line: object) -> None:
    sys.stdout.write(json.dumps({"at": time.monotonic(), **line}) + "\n")
    sys.stdout.flush()


def _read(store: CheckpointStore, key: str) -> Instance | None | PortError:
    _say(key=key, step=None, run="")
    (found,) = store.read([key])
    if isinstance(found, PortError):
        _say(error=str(found))
    else:
        _say(saw=_state(found))
    return found


def _write(store: CheckpointStore, key: str, step: int, run: str) -> None:
    _say(key=key, step=step, run=run)
    (result,) = store.commit([Commit(samples.record(key, time.time(), step)._replace(run_id=run))])
    if isinstance(result, Committed):
        _say(took_place=True)
    elif isinstance(result, Refused):
        mine = result.found is not None and result.found.run_id == run  # tried twice, and it was there
        _say(took_place=mine, saw=_state(result.found))
    else:
        _say(error=str(result))


def _state(found: Instance | None) -> list[object] | None:
    return None if found is None else [found.step, found.run_id]


def main() -> None:
    place, number, operations = sys.argv[1], sys.argv[2], int(sys.argv[3])
    store, chance, steps = _store(place), random.Random(f"racer-{number}"), dict.fromkeys(KEYS, 0)
    for n in range(operations):
        key = chance.choice(KEYS)
        if chance.random() < 0.4:
            found = _read(store, key)
            if not isinstance(found, PortError):
                steps[key] = 0 if found is None else found.step + 1
        else:
            _write(store, key, steps[key], f"{number}-{n}")
            steps[key] += 1


if __name__ == "__main__":
    main()
