"""Everything that can be set, read once at start-up from environment variables of the same names in capitals."""

import os
import re
from enum import StrEnum

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from fsm_bootstrap.source import DEFAULT_SOURCE, Source
from fsm_ports.errors import PortMisconfigured

EMBEDDED_CHAIN = 10
"""Transitions that one delivery may run where bus and store are one embedded back end."""


class Synchronous(StrEnum):
    """SQLite's ``synchronous``."""

    NORMAL = "NORMAL"
    FULL = "FULL"


class LogLevel(StrEnum):
    """The least important log line that is written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Settings(BaseSettings):
    """Which back ends serve, and the bounds of the work.  An empty variable counts as unset.

    A source is a URL (``sqlite:///.fsm/fsm.db``, ``memory://``) or an ARN.  A secondary source takes over while its
    primary is down.  Immutable once made; `load_settings` makes one with errors for a person.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    primary_stream_source: Source | None = Field(
        default=None,
        description="Where messages travel. Unset: the checkpoint source where that is embedded, else "
        "sqlite:///.fsm/fsm.db; on Lambda it must be set.",
    )
    secondary_stream_source: Source | None = Field(
        default=None, description="Takes messages while the primary stream source does not."
    )
    primary_retry_source: Source | None = Field(
        default=None,
        description="Holds messages that have to wait, such as retries. Unset: the stream source holds them itself.",
    )
    secondary_retry_source: Source | None = Field(
        default=None, description="Holds waiting messages while the primary retry source does not."
    )
    primary_checkpoint_source: Source | None = Field(
        default=None,
        description="Keeps the record of every machine. The same as the stream source: a commit is also the next "
        "message, one write a transition. Unset: the stream source where that is embedded, else "
        "sqlite:///.fsm/fsm.db; on Lambda it must be set.",
    )
    secondary_checkpoint_source: Source | None = Field(
        default=None,
        description="Where machines without an id of their own are started while the primary checkpoint source is "
        "down; each record stays in the store where it began.",
    )
    primary_cache_source: Source | None = Field(
        default=None,
        description="Leases that keep two workers from running one step at the same time. Unset: none; a step that "
        "runs twice is still committed once.",
    )
    secondary_cache_source: Source | None = Field(
        default=None, description="Gives leases while the primary cache is down."
    )
    primary_environment_source: Source | None = Field(
        default=None, description="Keeps container environments that are too large for a task's own parameters."
    )
    secondary_environment_source: Source | None = Field(
        default=None, description="Keeps container environments while the primary does not."
    )
    primary_metrics_source: Source | None = Field(
        default=None, description="Takes counters and timings; log:// writes them to the log. Unset: none are kept."
    )
    secondary_metrics_source: Source | None = Field(
        default=None, description="Takes the same counters and timings as the primary."
    )
    primary_container_source: Source | None = Field(default=None, description="Starts containers.")
    secondary_container_source: Source | None = Field(
        default=None, description="Starts containers while the primary does not."
    )
    primary_history_source: Source | None = Field(
        default=None,
        description="Keeps what happened to each machine. Unset: the checkpoint source where that keeps history "
        "itself, else none.",
    )
    dead_letter_source: Source | None = Field(
        default=None,
        description="Takes messages that can never be handled (unreadable, unknown machine). Unset: an embedded "
        "stream source keeps them beside its messages; elsewhere the record is marked failed, and what cannot be read "
        "stays with its source.",
    )
    max_chained_transitions: int | None = Field(
        default=None,
        ge=1,
        description="Transitions that one delivery may run before a message is sent. Unset: 10 where stream and "
        "checkpoint source are one embedded back end, else 1.",
    )
    claim_seconds: float = Field(
        default=30.0,
        ge=2,
        description="Seconds for which a worker claims what it received; renewed while an action runs. What a worker "
        "had in hand when it died is taken up by another after at most this long.",
    )
    sqlite_synchronous: Synchronous = Field(
        default=Synchronous.NORMAL,
        description="NORMAL survives the death of any process; FULL also survives a power cut, at the price of an "
        "fsync a commit.",
    )
    history: bool = Field(default=True, description="Keep what happened to each machine (on or off).")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR.")
    fsm_machines: str | None = Field(
        default=None, description="Which machines to load: a Python file, an fsm.yaml, a folder or a dotted module."
    )

    @property
    def stream(self) -> Source:
        """The primary stream source, or what stands for it.

        Raises:
            PortMisconfigured: unset on Lambda.
        """
        return self.primary_stream_source or _unset("PRIMARY_STREAM_SOURCE", self.primary_checkpoint_source)

    @property
    def checkpoint(self) -> Source:
        """The primary checkpoint source, or what stands for it.

        Raises:
            PortMisconfigured: unset on Lambda.
        """
        return self.primary_checkpoint_source or _unset("PRIMARY_CHECKPOINT_SOURCE", self.primary_stream_source)

    @property
    def commit_is_emit(self) -> bool:
        """Stream and checkpoint source are one and the same back end, and every record lives in it."""
        return self.stream.identity == self.checkpoint.identity and not self.has_second_home

    @property
    def has_second_home(self) -> bool:
        """A new record may live in the secondary checkpoint source, which is another than the primary."""
        second = self.secondary_checkpoint_source
        return second is not None and second.identity != self.checkpoint.identity

    @property
    def chain(self) -> int:
        """`max_chained_transitions`, or its default for these sources."""
        if self.max_chained_transitions is not None:
            return self.max_chained_transitions
        return EMBEDDED_CHAIN if self.stream.embedded and self.stream.identity == self.checkpoint.identity else 1

    def notes(self) -> list[str]:
        """What is valid, but hardly meant: a secondary source that is the primary."""
        ports = ("stream", "retry", "checkpoint", "cache", "environment", "metrics", "container")
        return [
            f"SECONDARY_{port.upper()}_SOURCE is the same as PRIMARY_{port.upper()}_SOURCE: it takes over nothing when "
            "that fails"
            for port in ports
            if _same(getattr(self, f"primary_{port}_source"), getattr(self, f"secondary_{port}_source"))
        ]


class ExplicitSettings(Settings):
    """Only what is given: the environment is not looked at.  For tests, and for processes that wire several."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Pydantic's hook: which sources count."""
        return (init_settings,)


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        PortMisconfigured: a variable does not hold what it should; every such variable is named, with its value (a
            password in it is masked) and what it should be.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise PortMisconfigured("; ".join(map(_explain, error.errors()))) from None


def _explain(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else ""
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    value = re.sub(r"(?<=://)[^/@]*@", "***@", str(problem["input"]))
    return f"{name.upper()}={value}: {message}"


def _unset(variable: str, other: Source | None) -> Source:
    """What an unset source stands for."""
    if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
        raise PortMisconfigured(
            f"{variable} is not set: a Lambda function has no disk that lasts; set it to the ARN of a service"
        )
    return other if other is not None and other.embedded else DEFAULT_SOURCE


def _same(primary: Source | None, secondary: Source | None) -> bool:
    return primary is not None and secondary is not None and primary.identity == secondary.identity
