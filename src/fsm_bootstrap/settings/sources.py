"""Settings of the back ends: which source serves which port, and what stands for what is unset."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from fsm_bootstrap.source import Source


class SourceSettings(BaseSettings):
    """Which back ends serve.

    A source is a URL (``sqlite:///.fsm/fsm.db``, ``memory://``) or an ARN.  A secondary source takes over while its
    primary is down.
    """

    model_config = SettingsConfigDict(defer_build=True)  # as those of AWS

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
        description="A replica of the primary's table in another region (the same name and account, strongly "
        "consistent): takes over whole. Another table: machines without an id of their own are started there while the "
        "primary is down; each record stays in the store where it began.",
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
    positions_source: Source | None = Field(
        default=None,
        description="Where a worker keeps how far it has read each shard of Kinesis and of DynamoDB streams: a table "
        "like that of locks, or sqlite:///... for workers on one machine. Unset: the cache source where that is one of "
        "these, else sqlite:///.fsm/fsm.db.",
    )
