"""Whatever comes from outside ends in what is documented: a value, or an error of the kind that is documented."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm_adapters._wire.message import encode
from fsm_adapters.dynamodb.items import EMIT, item_of
from fsm_bootstrap.definitions import DefinitionError
from fsm_bootstrap.yaml.nodes import parse
from fsm_bootstrap.yaml.reading import read as read_keys
from fsm_ports import Instance, Status
from tests.fuzz import targets
from tests.fuzz.mutations import ANYTHING, FULL, bent, executions, torn
from tests.fuzz.targets import CORPUS
from tests.unit.fsm_adapters.aws_lambda import events

pytestmark = pytest.mark.timeout(1800 if FULL else 120)
PROJECT = Path(__file__).parents[2]
RUNNING = Instance("orders", "o-1", "d", 3, Status.RUNNING, False, "pack", "done", '{"n": [1, "x"]}', run_id="r")
THIN = RUNNING._replace(context=None, position="p", not_before=1.5, deadline=2.5, data='"x"', error="e")
ENVELOPES = [encode(one).encode() for one in (RUNNING, THIN)]
FOREIGN = (
    b'{"version": "0.1", "system_context": {"machine_name": "m", "current_state": "s", "current_event": "e", '
    b'"correlation_id": "c", "steps": 2, "retries": 1, "lease_primary": true}, "user_context": null}'
)
RECORDS: list[object] = [
    events.sqs(ENVELOPES[0].decode()),
    events.sqs(json.dumps({"Type": "Notification", "Message": ENVELOPES[0].decode()})),
    events.kinesis(ENVELOPES[0].decode()),
    events.sns(ENVELOPES[0].decode()),
    events.dynamodb({"payload": {"S": ENVELOPES[0].decode()}}),
    events.dynamodb(cast("dict[str, object]", {**item_of(RUNNING), EMIT: {"S": "fresh"}})),
    events.dynamodb(cast("dict[str, object]", {**item_of(RUNNING), EMIT: {"S": 'fresh ["p", 1.5, null]'}})),
]
MACHINES = [path.read_bytes() for path in sorted(PROJECT.glob("examples/*/*.yaml"))] + [
    path.read_bytes() for path in targets.corpus("yaml")
]
SOURCES = [
    b"arn:aws:sqs:eu-west-1:123456789012:orders.fifo", b"arn:aws:dynamodb:eu-west-1:123456789012:table/records",
    b"redis://user:secret@host:6379/0?cluster=true", b"sqlite:///.fsm/fsm.db", b"memory://a",
]  # fmt: skip


@executions(300, 20_000)
@given(torn([*ENVELOPES, FOREIGN]))
def test_an_envelope(text: bytes) -> None:
    targets.envelope(text)


@executions(300, 20_000)
@given(bent([json.loads(text) for text in (*ENVELOPES, FOREIGN)]))
def test_an_envelope_of_other_values(document: object) -> None:
    targets.envelope(json.dumps(document).encode())


@executions(300, 20_000)
@given(bent(RECORDS))
def test_a_record_of_lambda(document: object) -> None:
    targets.record(document)


@executions(150, 5_000)
@given(torn(MACHINES))
def test_a_yaml_file(raw: bytes) -> None:
    targets.yaml(raw)


HARMFUL = [CORPUS / "yaml" / f"{name}.yaml" for name in ("aliases", "code", "itself", "merges", "nested_without_end")]


@pytest.mark.parametrize("path", HARMFUL, ids=lambda path: str(path.stem))
def test_a_yaml_file_that_means_harm(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It is told of, within little memory, and none of it runs."""
    tracemalloc.start()
    try:
        try:
            problems = list(read_keys(parse(path.read_bytes(), path.name), path.name).problems)
        except DefinitionError as error:
            problems = list(error.problems)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert problems
    assert most < 50_000_000
    assert "gotcha" not in capfd.readouterr().out


def test_a_yaml_file_that_is_nested_without_end() -> None:
    with pytest.raises(DefinitionError, match="nested too deeply"):
        read_keys(parse(b"machines: " + b"[" * 100_000, "fsm.yaml"), "fsm.yaml")


@executions(500, 20_000)
@given(torn(SOURCES))
def test_a_source(text: bytes) -> None:
    targets.source(text)


SETTINGS = (
    "CHAOS", "ENDPOINTS", "RETRY_SHARDS", "CLAIM_SECONDS", "HISTORY", "PRIMARY_STREAM_SOURCE", "ELASTICACHE_PASSWORDS",
    "LOG_LEVEL", "CONTAINER_OPTIONS",
)  # fmt: skip


@executions(150, 10_000)
@given(st.sampled_from(SETTINGS), ANYTHING)
def test_a_setting(name: str, value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    targets.setting(f"{name}={text}".encode(errors="surrogatepass"))
