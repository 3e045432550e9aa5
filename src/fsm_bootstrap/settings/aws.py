"""Settings of AWS services and containers, and of faults on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CHAOTIC: Final = (
    "PRIMARY_STREAM_SOURCE", "SECONDARY_STREAM_SOURCE", "PRIMARY_RETRY_SOURCE", "SECONDARY_RETRY_SOURCE",
    "PRIMARY_CHECKPOINT_SOURCE", "SECONDARY_CHECKPOINT_SOURCE", "PRIMARY_CACHE_SOURCE", "SECONDARY_CACHE_SOURCE",
    "PRIMARY_ENVIRONMENT_SOURCE", "SECONDARY_ENVIRONMENT_SOURCE", "PRIMARY_CONTAINER_SOURCE",
    "SECONDARY_CONTAINER_SOURCE", "PRIMARY_HISTORY_SOURCE", "DEAD_LETTER_SOURCE",
)  # fmt: skip
"""Sources that can be made to fail on purpose."""


class Odds(BaseModel):
    """How often the calls to one source fail: probabilities from 0 to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unavailable: float = Field(default=0.0, ge=0, le=1)
    """Nothing happens, and the caller knows."""
    unknown: float = Field(default=0.0, ge=0, le=1)
    """It happens or not, and the caller cannot know."""


def _words(given: object) -> object:
    """`a, b` as well as a list."""
    return [word for word in given.replace(",", " ").split() if word] if isinstance(given, str) else given


Words: TypeAlias = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
"""Words between commas or spaces."""


class AwsSettings(BaseSettings):
    """How AWS is reached, where containers run, and which calls are made to fail."""

    # Built for `Settings` alone, when it is first made: each class of its own would take milliseconds of a cold start.
    model_config = SettingsConfigDict(defer_build=True)

    aws_connect_seconds: float = Field(default=1.0, gt=0, description="Seconds to wait for a connection to a service.")
    aws_read_seconds: float = Field(
        default=3.0,
        gt=0,
        description="Seconds to wait for a service's answer; what takes longer has an unknown outcome.",
    )
    cache_seconds: float = Field(
        default=1.0, gt=0, description="Seconds to wait for Redis or Memcached, to connect as well as to answer."
    )
    retry_shards: int = Field(
        default=16,
        ge=1,
        le=256,
        description="Parts of a DynamoDB retry table, polled side by side. The same for all who share the table.",
    )
    endpoints: dict[str, str | dict[str, str]] = Field(
        default={},
        description="Where services answer, if not at AWS: a JSON object from service, or from the ARN of a source, to "
        "URL, or from service to region to URL. botocore's own AWS_ENDPOINT_URL works as well.",
    )
    sqs_urls: dict[str, str | dict[str, str]] = Field(
        default={}, description="URLs of queues by their ARNs (JSON), where they cannot be told from the ARN."
    )
    elasticache_endpoints: dict[str, object] = Field(
        default={},
        description="Where caches are, by their ARNs (JSON): a URL, host:port, or ElastiCache's own description. Saves "
        "the question to ElastiCache's API.",
    )
    elasticache_passwords: dict[str, str] = Field(
        default={},
        repr=False,
        description="Passwords of caches by their ARNs (JSON): `password` or `user:password`.",
    )
    container_cli: str = Field(default="docker", description="The command line that docker:// calls: docker or podman.")
    container_options: Words = Field(default=(), description="Further options of its `run`, such as `--network host`.")
    ecs_subnets: Words = Field(default=(), description="Subnets of a task's network interface; Fargate needs them.")
    ecs_security_groups: Words = Field(default=(), description="Security groups of that interface.")
    ecs_public_address: bool = Field(default=False, description="That interface gets an address of the internet.")
    ecs_launch_type: Literal["EC2", "EXTERNAL", "FARGATE"] | None = Field(
        default=None, description="EC2, FARGATE or EXTERNAL. Unset: the cluster's own strategy."
    )
    ecs_capacity_provider: str | None = Field(default=None, description="Instead of a launch type.")
    ecs_container: str = Field(
        default="", description="Which container of a task definition gets command and environment. Unset: the first."
    )
    chaos: dict[str, Odds] = Field(
        default={},
        description='Faults on purpose: a JSON object from setting to odds, such as {"PRIMARY_STREAM_SOURCE": '
        '{"unavailable": 0.1, "unknown": 0.05}}.',
    )
    aws_chaos: dict[str, dict[Any, Annotated[float, Field(ge=0, le=1)]]] = Field(
        default={},
        description="As the original framework has it: by ARN of a source, what is to happen how often. Here the odds "
        "add up to how often a call is refused; CHAOS says more.",
    )
    chaos_seed: int = Field(default=1, description="The same seed and the same calls fail the same way.")
    chaos_allow: bool = Field(default=False, description="Allow CHAOS and AWS_CHAOS in a Lambda function.")

    @field_validator("chaos")
    @classmethod
    def _known_sources(cls, chaos: Mapping[str, Odds]) -> Mapping[str, Odds]:
        unknown = [name for name in chaos if name not in CHAOTIC]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: no source that can be made to fail; write {', '.join(CHAOTIC)}")
        return chaos
