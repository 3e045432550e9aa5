"""Settings of the work itself: its bounds, its log, its machines."""

from enum import StrEnum

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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


class WorkSettings(BaseSettings):
    """Bounds of the work, log and machines."""

    model_config = SettingsConfigDict(defer_build=True)  # as those of AWS

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
        "had in hand when it died is taken up by another after at most this long. For recovery it is how long a run "
        "may take, beside a state's own time-out; the timer of a function knows the time of that function, and "
        "`fsm recover` takes Lambda's 900 s where this is unset and a function may be at work.",
    )
    poll_seconds: float = Field(
        default=1.0,
        ge=0,
        le=20,
        description="Seconds that a worker waits at a queue of SQS for a first message. Longer costs fewer requests; "
        "with several sources each waits for the others' turns.",
    )
    sqlite_synchronous: Synchronous = Field(
        default=Synchronous.NORMAL,
        description="NORMAL survives the death of any process; FULL also survives a power cut, at the price of an "
        "fsync a commit.",
    )
    adopt_in_flight: bool = Field(
        default=False,
        description="Take over machines that the original framework runs, from the messages it sent (on or off). Turn "
        "it off when those are through.",
    )
    history: bool = Field(default=True, description="Keep what happened to each machine (on or off).")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR.")
    log_payloads: bool = Field(
        default=False,
        description="Log lines of a Lambda function may show contexts and data of events, and `fsm check --against` "
        "the texts of exceptions (on or off).",
    )
    fsm_machines: str | None = Field(
        default=None, description="Which machines to load: a Python file, an fsm.yaml, a folder or a dotted module."
    )
