"""The page ``docs/reference/settings.md``."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

from pydantic.fields import FieldInfo

from fsm_bootstrap.registry import BUILT_IN, PORTS
from fsm_bootstrap.settings.aws import AwsSettings
from fsm_bootstrap.settings.sources import SourceSettings
from fsm_bootstrap.settings.work import WorkSettings

_HEAD: Final = """\
<!-- Made from the code: python -m fsm_bootstrap.reference settings > docs/reference/settings.md -->
# Settings

Each is an environment variable.  An empty one counts as unset.  `FSM_SETTINGS` may name a Python module, such as
`settings`, whose names in capitals serve where the environment leaves them open.  `fsm doctor` looks at all of them.

"""

_FORMS: Final = {
    "memory": "`memory://`, `memory://NAME`",
    "sqlite": "`sqlite:///relative/fsm.db`, `sqlite:////absolute/fsm.db`",
    "log": "`log://`",
    "sqs": "`arn:aws:sqs:REGION:ACCOUNT:QUEUE`, also `...:QUEUE.fifo`",
    "sns": "`arn:aws:sns:REGION:ACCOUNT:TOPIC`",
    "kinesis": "`arn:aws:kinesis:REGION:ACCOUNT:stream/NAME`",
    "dynamodb": "`arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`",
    "redis": "`redis://host:6379`, `redis://:PASSWORD@host:6379?cluster=true`",
    "rediss": "`rediss://user:PASSWORD@host:6379` (TLS)",
    "memcached": "`memcached://host:11211`, `memcached://a:11211,b:11211?tls=true`",
    "elasticache": "`arn:aws:elasticache:REGION:ACCOUNT:cluster:NAME`, `...:replicationgroup:NAME`, "
    "`...:serverlesscache:NAME`",
    "cloudwatch": "`cloudwatch://NAMESPACE`, `arn:aws:cloudwatch:REGION:ACCOUNT:NAMESPACE`",
    "emf": "`emf://NAMESPACE`",
    "ecs": "`arn:aws:ecs:REGION:ACCOUNT:cluster/NAME`",
    "docker": "`docker://`",
    "podman": "`podman://`",
    "subprocess": "`subprocess://`, `subprocess:///FOLDER`",
}

_TAIL: Final = """\
## From the original framework

Its settings module loads as it is: `FSM_SETTINGS=settings`.

| there | here |
|---|---|
| `PRIMARY_*_SOURCE`, `SECONDARY_*_SOURCE` | the same names and ARNs |
| `ENDPOINTS` | the same; or `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` of botocore. Host and port of a \
cache that stood there are taken, too |
| `SQS_URLS` | the same; needless where the URL follows from the ARN |
| `ELASTICACHE_ENDPOINTS` | the same; a URL (`rediss://host:6379`) is enough |
| `ELASTICACHE_PASSWORDS` | the same |
| `AWS_CHAOS` | `CHAOS`, whose odds are by setting instead of by ARN; what `AWS_CHAOS` says of an ARN is still \
taken as the odds that calls to it are refused |
| `JSON_DUMPS_ADDITIONAL_KWARGS`, `JSON_LOADS_ADDITIONAL_KWARGS` | without effect: give the context a type, whose \
fields say how they are read and written |
"""


def page() -> str:
    """The whole page."""
    return "".join([_HEAD, *_sources(), *_fields("Back ends", SourceSettings), *_fields("Work", WorkSettings),
                    *_fields("AWS, containers, faults on purpose", AwsSettings), _TAIL])  # fmt: skip


def _sources() -> Iterator[str]:
    """Which kind of source serves which port."""
    ports = [port.name for port in PORTS]
    yield "## Sources\n\n| source | written | serves |\n|---|---|---|\n"
    for kind in dict.fromkeys(kind for _, kind in BUILT_IN):
        serves = ", ".join(port.replace("_", " ") for port in ports if (port, kind) in BUILT_IN)
        yield f"| {kind} | {_FORMS[kind]} | {serves} |\n"
    yield "\nPackages add others: see `examples/own_backend`.\n\n"


def _fields(title: str, group: type[SourceSettings | WorkSettings | AwsSettings]) -> Iterator[str]:
    yield f"## {title}\n\n| variable | default | meaning |\n|---|---|---|\n"
    for name, field in group.model_fields.items():
        meaning = (field.description or "").replace("|", "\\|")
        yield f"| `{name.upper()}` | {_default(field)} | {meaning} |\n"
    yield "\n"


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None or value in ("", {}, ()):
        return "unset"
    if isinstance(value, bool):
        return "`on`" if value else "`off`"
    return f"`{value.value if isinstance(value, Enum) else value}`"
