"""What is fuzzed: each target takes any bytes, and ends in what is documented; anything else is a finding.

One file of `corpus/TARGET` is one such input.
"""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, cast

from fsm_adapters._wire.message import decode, encode
from fsm_adapters.aws_lambda.batch import records_of
from fsm_adapters.aws_lambda.records import Record, read, service_of
from fsm_adapters.dynamodb.stream_images import message_in
from fsm_bootstrap.definitions import DefinitionError
from fsm_bootstrap.settings import Settings, load_settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.yaml.nodes import parse
from fsm_bootstrap.yaml.reading import read as read_keys
from fsm_ports import Instance, PortMisconfigured, Unreadable
from tests.unit.fsm_adapters.aws_lambda import events

CORPUS: Final = Path(__file__).parent / "corpus"


def envelope(data: bytes) -> None:
    """Decoding never raises; what it understood it writes so that it reads the same."""
    message = decode(data.decode(errors="surrogateescape"))
    assert decode(encode(message)) == message if isinstance(message, Instance) else isinstance(message, Unreadable)


def event(data: bytes) -> None:
    """An event of Lambda, or what a stranger put into the body of an otherwise sound one."""
    text = data[1:].decode(errors="surrogateescape")
    wrap = _BODIES.get(data[:1])
    if wrap is not None:
        record(wrap(text))
        return
    try:
        document: object = json.loads(data)
    except (ValueError, RecursionError):
        return  # Lambda itself hands over nothing but JSON
    if isinstance(document, dict):
        whole = cast("Record", document)
        for one in records_of(whole) or [whole]:
            record(one)


def record(document: object) -> None:
    """What lacks even a name raises one of three errors; all else is a message, or told to be unreadable."""
    if not isinstance(document, dict):
        return
    one = cast("Record", document)
    service = service_of(one)
    if service is None:
        return
    with suppress(KeyError, TypeError, ValueError):
        found = read(service, one, message_in)
        assert found is None or isinstance(found.message, Instance | Unreadable)


_BODIES: Final[Mapping[bytes, Callable[[str], object]]] = {
    b"q": events.sqs,
    b"k": lambda text: _with_data(text.encode(errors="surrogateescape")),
    b"n": events.sns,
    b"d": lambda text: events.dynamodb({"payload": {"S": text}}),
}
"""By the first byte of an input."""


def _with_data(data: bytes) -> Record:
    kinesis = cast("dict[str, object]", events.kinesis("")["kinesis"])
    return {**events.kinesis(""), "kinesis": {**kinesis, "data": b64encode(data).decode()}}


def yaml(data: bytes) -> None:
    """Plain data, or problems that are told."""
    with suppress(DefinitionError):
        read_keys(parse(data, "fsm.yaml"), "fsm.yaml")


def source(data: bytes) -> None:
    """A source whose parts are texts, or refused."""
    with suppress(ValueError):
        found = Source(data.decode(errors="replace"))
        assert all(isinstance(part, str) for part in (found.kind, found.name, found.shown, found.register))


SETTINGS: Final = frozenset(name.upper() for name in Settings.model_fields)


def setting(data: bytes) -> None:
    """NAME=value: right, or refused with its name."""
    name, _, value = data.partition(b"=")
    if name.decode(errors="replace") in SETTINGS and b"\0" not in value:  # no environment holds that
        set_to(name.decode(), os.fsdecode(value))


def set_to(name: str, value: str) -> None:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        refusal = _refusal()
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
    assert refusal is None or name in refusal


def _refusal() -> str | None:
    try:
        load_settings()
    except PortMisconfigured as error:
        return str(error)
    return None


def wrong(data: bytes) -> None:
    """Shows that a finding is found."""
    if data[:1] == b"n":
        assert data[1:2] != b"o", "found"


class Target(NamedTuple):
    run: Callable[[bytes], None]
    executions: int
    """How often it is tried in the long run."""
    usual: int
    """... and in `run-tests`."""
    longest: int = 4096
    """Bytes of an input."""


TARGETS: Final[Mapping[str, Target]] = {
    "event": Target(event, 1_000_000, 20_000),
    "envelope": Target(envelope, 1_000_000, 20_000),
    "yaml": Target(yaml, 100_000, 500, 1024),
    "source": Target(source, 1_000_000, 20_000, 512),
    "setting": Target(setting, 50_000, 300, 512),
}
PLANTED: Final[Mapping[str, Target]] = {"wrong": Target(wrong, 100_000, 100_000)}


def corpus(name: str) -> list[Path]:
    """The inputs of a target that are kept: what was a finding once, and each shape that is different."""
    return sorted((CORPUS / name).glob("*"))
