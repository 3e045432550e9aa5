"""A function as ``fsm deploy template`` describes it, on ministack: zip, settings and event source mappings."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from fsm_adapters._aws.clients import AwsClients
from fsm_bootstrap.application import App, build_application
from fsm_bootstrap.deploy.function import function
from fsm_bootstrap.deploy.mappings import mappings
from fsm_bootstrap.deploy.sam import Options, Plan
from fsm_bootstrap.loading import load_machines
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_ports import Status
from tests.backends.aws import CREDENTIALS, REGION
from tests.backends.backend import Backend
from tests.e2e.services import make_resources

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

PROJECT: Final = Path(__file__).parents[2]
_OWN: Final = ("fsm_ports", "fsm_domain", "fsm_adapters", "fsm_bootstrap")
_LIBRARIES: Final = (
    "annotated_types", "dependency_injector", "dotenv", "pydantic", "pydantic_core", "pydantic_settings",
    "typing_extensions", "typing_inspection", "yaml",
)  # fmt: skip
"""What the handler imports; boto3 is there."""
PATIENCE: Final = 90.0
TICK: Final[Mapping[str, object]] = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


def bundle(*projects: Path) -> bytes:
    """The zip: our packages, what they need, and the files of these folders."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in (*_OWN, *_LIBRARIES):
            for file, place in _files(name):
                archive.write(file, place)
        for project in projects:
            for file in sorted(project.glob("*.*")):
                archive.write(file, f"machines_of/{project.name}/{file.name}")
    return buffer.getvalue()


def _files(name: str) -> Iterable[tuple[Path, str]]:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    origin = Path(spec.origin)
    if spec.submodule_search_locations is None:
        return [(origin, origin.name)]
    root = origin.parent
    return [(file, str(file.relative_to(root.parent))) for file in root.rglob("*") if _is_code(file)]


def _is_code(file: Path) -> bool:
    return file.is_file() and file.suffix in (".py", ".so", ".txt", ".json", ".typed")


@dataclass(frozen=True)
class Deployed:
    """A function, and the same back ends for a test to look at."""

    app: App
    client: LambdaClient
    name: str

    def tick(self) -> None:
        """What the timer does, without the minute that it takes."""
        answer = self.client.invoke(FunctionName=self.name, Payload=json.dumps(TICK).encode())
        assert "FunctionError" not in answer, answer["Payload"].read()

    def until_rest(self, *ids: str, patience: float = PATIENCE) -> list[Status]:
        """Their statuses, once none of them runs; the timer ticks whenever nothing moves."""
        end, before = time.monotonic() + patience, list[int]()
        while True:
            found = [self.app.client.get(name) for name in ids]
            if all(one.status is not Status.RUNNING for one in found) or time.monotonic() > end:
                return [one.status for one in found]
            steps = [one.step for one in found]
            if steps == before:
                self.tick()
            before = steps
            time.sleep(0.02)


@contextmanager
def deployed(backend: Backend, chosen: ExplicitSettings, code: bytes, project: Path, name: str) -> Generator[Deployed]:
    """With the machines of a folder that is in the zip."""
    make_resources(chosen, backend)
    region = Source(chosen.checkpoint).region or ""
    plan = Plan(chosen, Options(makes=False), region, f"machines_of/{project.name}")
    made = patient(backend)
    client: LambdaClient = made.function()()
    properties = cast("dict[str, Any]", function(plan)["Function"])["Properties"]  # Any: as YAML has it
    client.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/fsm",
        Handler=properties["Handler"],
        Timeout=properties["Timeout"],
        Code={"ZipFile": code},
        Environment={"Variables": {**properties["Environment"]["Variables"], **_reaching(backend)}},
    )
    for mapping in cast("dict[str, Any]", mappings(plan)).values():  # Any: as above
        asked: dict[str, Any] = {**mapping["Properties"], "FunctionName": name}  # Any: as above
        if isinstance(asked["EventSourceArn"], dict):
            asked["EventSourceArn"] = _stream_of(made, chosen)
        client.create_event_source_mapping(**asked)
    try:
        with build_application(chosen, load_machines(str(project)).machines) as app:
            yield Deployed(app, client, name)
    finally:
        for mapping in client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
            client.delete_event_source_mapping(UUID=mapping.get("UUID", ""))
        client.delete_function(FunctionName=name)


@cache
def patient(backend: Backend) -> AwsClients:
    """A cold start takes seconds."""
    return AwsClients(REGION, read_timeout=60.0, endpoint_url=backend.endpoint, credentials=CREDENTIALS)


def _reaching(backend: Backend) -> dict[str, str]:
    return {"AWS_ENDPOINT_URL": backend.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def _stream_of(made: Any, chosen: ExplicitSettings) -> str:  # noqa: ANN401 - the clients of an emulator
    table = made.dynamodb()().describe_table(TableName=chosen.stream.name)["Table"]
    return str(table.get("LatestStreamArn"))
