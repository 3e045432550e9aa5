"""Where a back end is: the value of a `*_SOURCE` setting."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S*", re.ASCII)
_ARN = re.compile(
    r"arn:(?P<partition>[\w-]+):(?P<service>[a-z0-9-]+):(?P<region>[\w-]*):(?P<account>\d*):(?P<resource>\S+)", re.ASCII
)
_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "sqs": (r"[\w-]{1,80}(\.fifo)?", "arn:aws:sqs:REGION:ACCOUNT:QUEUE"),
    "sns": (r"[\w-]{1,256}(\.fifo)?", "arn:aws:sns:REGION:ACCOUNT:TOPIC"),
    "kinesis": (r"stream/[\w.-]{1,128}", "arn:aws:kinesis:REGION:ACCOUNT:stream/NAME"),
    "dynamodb": (r"table/[\w.-]{3,255}", "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME"),
    "elasticache": (
        r"(cluster|replicationgroup|serverlesscache):[\w-]+",
        "arn:aws:elasticache:REGION:ACCOUNT:cluster:NAME, ...:replicationgroup:NAME or ...:serverlesscache:NAME",
    ),
    "ecs": (r"cluster/[\w-]{1,255}", "arn:aws:ecs:REGION:ACCOUNT:cluster/NAME"),
}
"""What the resource of an ARN looks like, and how the whole is written, for services of which more than one kind of
resource has an ARN (a table's stream, a subscription, a task) or whose names are easily mistaken."""
_EXAMPLES = (
    "write a URL such as sqlite:///.fsm/fsm.db or memory://, or an ARN such as arn:aws:sqs:us-east-1:ACCOUNT:QUEUE"
)

EMBEDDED = frozenset({"memory", "sqlite"})
"""Schemes of back ends that live in this process or in one file beside it."""


def masked(text: str) -> str:
    """Without what may be a user and a password, also where a slash is missing or one of them stands unescaped."""
    return text if text.startswith("sqlite:") else re.sub(r"^([\w+.-]*:/*|).*@", r"\1***@", text)


class Source(str):
    """A URL (``sqlite:///.fsm/fsm.db``, ``memory://``) or an ARN (``arn:aws:sqs:...``) that names one back end.

    A string, so that settings read it from the environment as it stands.

    Raises:
        ValueError: neither a URL nor an ARN, a SQLite URL without a path, or an ARN without a region or of another
            kind of resource than serves here; the message says what to write instead.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Source:
        if not _URL.fullmatch(text) and not _ARN.fullmatch(text):
            raise ValueError(f"neither a URL nor an ARN; {_EXAMPLES}")
        source = super().__new__(cls, text)
        if source.kind == "sqlite":
            _ = source.path
        source._check_resource()
        return source

    def _check_resource(self) -> None:
        arn = _ARN.fullmatch(self)
        if arn is None or arn["service"] not in _FORMS:
            return
        pattern, form = _FORMS[arn["service"]]
        if not re.fullmatch(pattern, arn["resource"], re.ASCII):
            raise ValueError(f"{arn['resource']!r} is not the resource that serves here; write {form}")
        if not arn["region"]:
            raise ValueError(f"its region is missing; write {form}")

    @property
    def kind(self) -> str:
        """The scheme of a URL or the service of an ARN: what the table of adapters is asked for."""
        arn = _ARN.fullmatch(self)
        return arn["service"] if arn else self.partition("://")[0]

    @property
    def embedded(self) -> bool:
        """It lives in this process or in a file: one machine, no network."""
        return self.kind in EMBEDDED

    @property
    def path(self) -> Path:
        """The file of a SQLite URL; three slashes: relative to the working directory, four: absolute.

        Raises:
            ValueError: the URL names no file, or a host.
        """
        url = urlsplit(self)
        if url.netloc or url.path in ("", "/"):
            raise ValueError("names no file; write sqlite:///relative/fsm.db or sqlite:////absolute/fsm.db")
        return Path(url.path[1:])

    @property
    def region(self) -> str | None:
        """Of an ARN, where it names one."""
        arn = _ARN.fullmatch(self)
        return (arn["region"] or None) if arn else None

    @property
    def account(self) -> str | None:
        """Of an ARN, where it names one."""
        arn = _ARN.fullmatch(self)
        return (arn["account"] or None) if arn else None

    @property
    def resource(self) -> str:
        """What follows the account in an ARN; of a URL, what follows ``://`` without query."""
        arn = _ARN.fullmatch(self)
        return arn["resource"] if arn else self.partition("://")[2].partition("?")[0]

    @property
    def name(self) -> str:
        """The last part of the resource: a queue, a table, a stream, a cluster."""
        return re.split(r"[/:]", self.resource)[-1]

    @property
    def shown(self) -> str:
        """For messages and logs: without user and password."""
        return masked(self)

    @property
    def identity(self) -> str:
        """Equal for two spellings of one back end; a SQLite file is named by its absolute path."""
        return f"sqlite:{os.path.realpath(self.path)}" if self.kind == "sqlite" else str(self)

    @property
    def register(self) -> str:
        """Equal for whatever keeps one and the same record: the replicas of a DynamoDB table are one register.

        A global table has one name in all its regions, and one account.
        """
        arn = _ARN.fullmatch(self)
        if arn is None or arn["service"] != "dynamodb":
            return self.identity
        return f"arn:{arn['partition']}:dynamodb::{arn['account']}:{arn['resource']}"

    @property
    def anchored(self) -> Source:
        """The same back end for a process in another working directory."""
        if self.kind != "sqlite":
            return self
        _, _, query = self.partition("?")
        return Source(f"sqlite:///{self.path.resolve()}" + (f"?{query}" if query else ""))

    @classmethod
    def __get_pydantic_core_schema__(cls, _type: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's own signature
        """A plain string in settings, checked by the constructor."""
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema(strip_whitespace=True))


DEFAULT_SOURCE = Source("sqlite:///.fsm/fsm.db")
"""Where everything lives when nothing is set and this is not Lambda."""
