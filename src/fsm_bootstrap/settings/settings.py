"""All settings, and what stands for those that are unset."""

import os
from collections.abc import Mapping

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from fsm_bootstrap.settings.aws import AwsSettings, Odds
from fsm_bootstrap.settings.module import ModuleSource
from fsm_bootstrap.settings.sources import SourceSettings
from fsm_bootstrap.settings.work import WorkSettings
from fsm_bootstrap.source import DEFAULT_SOURCE, Source
from fsm_ports.errors import PortMisconfigured

EMBEDDED_CHAIN = 10
"""Transitions that one delivery may run where bus and store are one embedded back end."""
LONGEST_INVOCATION = 900.0
"""Seconds that Lambda gives a function at most."""
_CALLS_FUNCTIONS = frozenset({"dynamodb", "kinesis", "sns", "sqs"})
"""Kinds of stream sources whose messages a Lambda function may be handling."""


class Settings(SourceSettings, AwsSettings, WorkSettings):
    """Which back ends serve, how they are reached, and the bounds of the work.

    Read from environment variables of the same names in capitals, then from the module that ``FSM_SETTINGS`` names.  An
    empty variable counts as unset.  Immutable once made; `load_settings` makes one with errors for a person.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Pydantic's hook: which sources count, the first the most."""
        return init_settings, env_settings, ModuleSource(settings_cls)

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
        return second is not None and second.register != self.checkpoint.register

    @property
    def chain(self) -> int:
        """`max_chained_transitions`, or its default for these sources."""
        if self.max_chained_transitions is not None:
            return self.max_chained_transitions
        return EMBEDDED_CHAIN if self.stream.embedded and self.stream.identity == self.checkpoint.identity else 1

    @property
    def longest_claim(self) -> float:
        """Seconds for which a run anywhere may hold what it was given, as far as is known here: `claim_seconds` where
        it is set, or where none but workers can run."""
        if "claim_seconds" in self.model_fields_set or self.stream.kind not in _CALLS_FUNCTIONS:
            return self.claim_seconds
        return max(self.claim_seconds, LONGEST_INVOCATION)

    @property
    def on_lambda(self) -> bool:
        """This process is a Lambda function: services call it, nothing is to be polled."""
        return bool(os.environ.get("AWS_LAMBDA_FUNCTION_NAME"))

    def endpoint(self, source: Source) -> str | None:
        """Where `endpoints` says that the service of this source answers; None: botocore knows."""
        return _found(self.endpoints, source)

    def odds(self, variable: str, source: Source) -> Odds | None:
        """How often calls to the source that this setting names are to fail; None: never on purpose."""
        if variable in self.chaos:
            return self.chaos[variable]
        original = self.aws_chaos.get(source)
        return Odds(unavailable=min(1.0, sum(original.values()))) if original else None

    def queue(self, source: Source) -> str:
        """The URL of a queue where one is given, else its ARN."""
        given = self.sqs_urls.get(source, source)
        return given if isinstance(given, str) else given.get("QueueUrl", source)


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


def _found(endpoints: Mapping[str, str | Mapping[str, str]], source: Source) -> str | None:
    for key in (source, source.kind):
        given = endpoints.get(key)
        if isinstance(given, str):
            return given
        if given is not None and (url := given.get(source.region or "")):
            return url
    return None


def _unset(variable: str, other: Source | None) -> Source:
    """What an unset source stands for."""
    if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
        raise PortMisconfigured(
            f"{variable} is not set: a Lambda function has no disk that lasts; set it to the ARN of a service"
        )
    return other if other is not None and other.embedded else DEFAULT_SOURCE
