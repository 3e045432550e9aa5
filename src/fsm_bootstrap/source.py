"""Where a back end is: the value of a `*_SOURCE` setting."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S*", re.ASCII)
_ARN = re.compile(r"arn:[\w-]+:(?P<service>[a-z0-9-]+):[\w-]*:\d*:\S+", re.ASCII)
_EXAMPLES = "write a URL such as sqlite:///.fsm/fsm.db or memory://, or an ARN"

EMBEDDED = frozenset({"memory", "sqlite"})
"""Schemes of back ends that live in this process or in one file beside it."""


class Source(str):
    """A URL (``sqlite:///.fsm/fsm.db``, ``memory://``) or an ARN (``arn:aws:sqs:...``) that names one back end.

    A string, so that settings read it from the environment as it stands.

    Raises:
        ValueError: neither a URL nor an ARN, or a SQLite URL without a path; the message says what to write instead.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Source:
        if not _URL.fullmatch(text) and not _ARN.fullmatch(text):
            raise ValueError(f"neither a URL nor an ARN; {_EXAMPLES}")
        source = super().__new__(cls, text)
        if source.kind == "sqlite":
            _ = source.path
        return source

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
    def identity(self) -> str:
        """Equal for two spellings of one back end; a SQLite file is named by its absolute path."""
        return f"sqlite:{os.path.realpath(self.path)}" if self.kind == "sqlite" else str(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, _type: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's own signature
        """A plain string in settings, checked by the constructor."""
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema(strip_whitespace=True))


DEFAULT_SOURCE = Source("sqlite:///.fsm/fsm.db")
"""Where everything lives when nothing is set and this is not Lambda."""
