"""Settings: what is set, what stands for what is not, and what a wrong value is answered with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fsm_bootstrap.settings import ExplicitSettings, Settings, Synchronous, load_settings
from fsm_bootstrap.settings.checks import check, notes
from fsm_bootstrap.source import DEFAULT_SOURCE, Source
from fsm_ports.errors import PortMisconfigured

MEMORY = Source("memory://")
SQS = Source("arn:aws:sqs:eu-west-1:123456789012:orders")


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, "AWS_LAMBDA_FUNCTION_NAME"):
        monkeypatch.delenv(name.upper(), raising=False)


def test_unset_is_one_sqlite_file_for_stream_retry_and_checkpoint() -> None:
    settings = load_settings()
    assert settings.stream == settings.checkpoint == DEFAULT_SOURCE
    assert settings.primary_retry_source is None
    assert settings.commit_is_emit
    assert settings.chain == 10


def test_empty_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECONDARY_STREAM_SOURCE", "")
    monkeypatch.setenv("CLAIM_SECONDS", "")
    assert load_settings().secondary_stream_source is None
    assert load_settings().claim_seconds == 30.0


def test_values_come_from_variables_of_the_same_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMARY_STREAM_SOURCE", " memory:// ")
    monkeypatch.setenv("SQLITE_SYNCHRONOUS", "FULL")
    monkeypatch.setenv("HISTORY", "off")
    monkeypatch.setenv("MAX_CHAINED_TRANSITIONS", "3")
    settings = load_settings()
    assert settings.primary_stream_source == MEMORY
    assert settings.sqlite_synchronous is Synchronous.FULL
    assert settings.history is False
    assert settings.chain == 3


def test_explicit_settings_do_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMARY_CACHE_SOURCE", "memory://")
    assert ExplicitSettings().primary_cache_source is None


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PRIMARY_STREAM_SOURCE", "orders", "write a URL such as"),
        ("PRIMARY_CACHE_SOURCE", "sqlite:///", "names no file"),
        ("MAX_CHAINED_TRANSITIONS", "0", "greater than or equal to 1"),
        ("MAX_CHAINED_TRANSITIONS", "many", "valid integer"),
        ("CLAIM_SECONDS", "1", "greater than or equal to 2"),
        ("SQLITE_SYNCHRONOUS", "OFF", "'NORMAL' or 'FULL'"),
        ("HISTORY", "perhaps", "valid boolean"),
    ],
)
def test_wrong_value_names_variable_value_and_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(PortMisconfigured) as raised:
        load_settings()
    assert f"{name}={value}: " in str(raised.value)
    assert said in str(raised.value)


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIM_SECONDS", "0")
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    with pytest.raises(PortMisconfigured, match=r"(?s)CLAIM_SECONDS=0.*LOG_LEVEL=LOUD"):
        load_settings()


def test_password_in_a_wrong_value_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMARY_CACHE_SOURCE", "redis://user:hunter2@cache x")
    with pytest.raises(PortMisconfigured) as raised:
        load_settings()
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("variable", ["PRIMARY_STREAM_SOURCE", "PRIMARY_CHECKPOINT_SOURCE"])
def test_on_lambda_nothing_stands_for_an_unset_source(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "orders")
    settings = load_settings()
    with pytest.raises(PortMisconfigured, match=f"{variable} is not set.*ARN"):
        _ = settings.stream if "STREAM" in variable else settings.checkpoint


def test_one_embedded_source_stands_for_stream_and_checkpoint() -> None:
    assert ExplicitSettings(primary_stream_source=MEMORY).checkpoint == MEMORY
    assert ExplicitSettings(primary_checkpoint_source=MEMORY).stream == MEMORY
    assert ExplicitSettings(primary_stream_source=SQS).checkpoint == DEFAULT_SOURCE


def test_chaining_defaults_to_one_unless_stream_and_checkpoint_are_one_embedded_source() -> None:
    assert ExplicitSettings(primary_stream_source=SQS, primary_checkpoint_source=SQS).chain == 1
    assert ExplicitSettings(primary_stream_source=MEMORY, primary_checkpoint_source=DEFAULT_SOURCE).chain == 1
    assert ExplicitSettings(primary_stream_source=MEMORY, primary_checkpoint_source=MEMORY).chain == 10


def test_a_second_home_ends_commit_is_emit() -> None:
    two = ExplicitSettings(secondary_checkpoint_source=Source("sqlite:///second.db"))
    same = ExplicitSettings(secondary_checkpoint_source=DEFAULT_SOURCE)
    assert two.has_second_home
    assert not two.commit_is_emit
    assert not same.has_second_home
    assert same.commit_is_emit


def test_secondary_that_is_the_primary_is_valid_and_noted() -> None:
    assert notes(ExplicitSettings(primary_cache_source=MEMORY, secondary_cache_source=MEMORY)) == [
        "SECONDARY_CACHE_SOURCE is the same as PRIMARY_CACHE_SOURCE: it takes over nothing when that fails"
    ]
    assert notes(ExplicitSettings(primary_cache_source=MEMORY)) == []


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


REPLICA = Source("arn:aws:dynamodb:us-west-2:123456789012:table/records")
TABLE = Source("arn:aws:dynamodb:us-east-1:123456789012:table/records")


def test_a_replica_of_the_same_table_is_no_second_home() -> None:
    settings = ExplicitSettings(
        primary_stream_source=TABLE, primary_checkpoint_source=TABLE, secondary_checkpoint_source=REPLICA
    )
    assert not settings.has_second_home
    assert settings.commit_is_emit


@pytest.mark.parametrize("name", ["PRIMARY_STREAM_SOURCE", "SECONDARY_RETRY_SOURCE", "PRIMARY_CHECKPOINT_SOURCE"])
def test_dead_letters_that_would_come_back_as_messages_are_refused(name: str) -> None:
    settings = ExplicitSettings.model_validate({"dead_letter_source": SQS, name.lower(): SQS})
    with pytest.raises(PortMisconfigured, match=rf"DEAD_LETTER_SOURCE=.*is {name} as well.*of its own"):
        check(settings)


def test_an_embedded_stream_keeps_dead_letters_in_a_place_of_their_own() -> None:
    check(ExplicitSettings(primary_stream_source=MEMORY, dead_letter_source=MEMORY))


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({"primary_stream_source": MEMORY}, 30.0),
        ({"primary_stream_source": SQS}, 900.0),
        ({"primary_stream_source": SQS, "claim_seconds": 30}, 30.0),
        ({"primary_stream_source": SQS, "claim_seconds": 2000}, 2000.0),
    ],
)
def test_a_function_may_hold_a_message_for_all_that_lambda_gives_unless_it_is_said(
    given: dict[str, object], seconds: float
) -> None:
    assert ExplicitSettings.model_validate(given).longest_claim == seconds


def test_chaos_is_refused_on_lambda_unless_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAOS", '{"PRIMARY_STREAM_SOURCE": {"unavailable": 0.1, "unknown": 0.05}}')
    check(load_settings())
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "orders")
    with pytest.raises(PortMisconfigured, match="CHAOS_ALLOW=true"):
        check(load_settings())
    monkeypatch.setenv("CHAOS_ALLOW", "true")
    check(load_settings())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{", "CHAOS: is no JSON"),
        pytest.param("[" * 100_000, "CHAOS: is nested too deeply", id="nested without end"),
        ('{"STREAM": {}}', "STREAM: no source that can be made to fail; write PRIMARY_STREAM_SOURCE"),
        ('{"PRIMARY_STREAM_SOURCE": {"unavailable": 2}}', "less than or equal to 1"),
        ('{"PRIMARY_STREAM_SOURCE": {"lost": 0.1}}', "CHAOS.PRIMARY_STREAM_SOURCE.lost=0.1"),
    ],
)
def test_wrong_chaos_is_named(monkeypatch: pytest.MonkeyPatch, value: str, said: str) -> None:
    monkeypatch.setenv("CHAOS", value)
    with pytest.raises(PortMisconfigured) as raised:
        load_settings()
    assert said in str(raised.value)


def test_words_stand_between_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECS_SUBNETS", "subnet-1,subnet-2, subnet-3")
    assert load_settings().ecs_subnets == ("subnet-1", "subnet-2", "subnet-3")


def test_endpoint_is_found_by_source_by_region_or_by_service() -> None:
    settings = ExplicitSettings(
        endpoints={SQS: "http://queue", "dynamodb": {"us-east-1": "http://east"}, "kinesis": "http://kinesis"}
    )
    assert settings.endpoint(SQS) == "http://queue"
    assert settings.endpoint(TABLE) == "http://east"
    assert settings.endpoint(REPLICA) is None
    assert settings.endpoint(Source("arn:aws:kinesis:us-west-2:1:stream/s")) == "http://kinesis"


def test_queue_url_may_be_given() -> None:
    given = ExplicitSettings(sqs_urls={SQS: {"QueueUrl": "http://localhost:4100/orders"}})
    assert given.queue(SQS) == "http://localhost:4100/orders"
    assert ExplicitSettings().queue(SQS) == SQS


def test_module_of_settings_serves_what_the_environment_leaves_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "shop_settings.py").write_text(
        f"PRIMARY_STREAM_SOURCE = {str(SQS)!r}\nSECONDARY_STREAM_SOURCE = None\nCLAIM_SECONDS = 60\nOTHER = 1\n"
        f"ELASTICACHE_PASSWORDS = {{'arn:aws:elasticache:us-east-1:1:cluster:c': 'secret'}}\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("FSM_SETTINGS", "shop_settings")
    monkeypatch.setenv("CLAIM_SECONDS", "45")
    settings = load_settings()
    assert settings.primary_stream_source == SQS
    assert settings.secondary_stream_source is None
    assert settings.claim_seconds == 45
    assert "secret" not in repr(settings)


def test_module_of_settings_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSM_SETTINGS", "no_such_settings")
    with pytest.raises(PortMisconfigured, match="FSM_SETTINGS=no_such_settings: cannot be imported"):
        load_settings()


def test_settings_of_the_original_load_as_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cache = "arn:aws:elasticache:us-east-1:123456789012:cluster:locks"
    (tmp_path / "original_settings.py").write_text(
        f"""
PRIMARY_STREAM_SOURCE = 'arn:aws:kinesis:us-east-1:123456789012:stream/fsm'
SECONDARY_STREAM_SOURCE = {str(SQS)!r}
PRIMARY_RETRY_SOURCE = 'arn:aws:dynamodb:us-east-1:123456789012:table/retries'
SECONDARY_RETRY_SOURCE = {str(SQS)!r}
PRIMARY_CHECKPOINT_SOURCE = {str(TABLE)!r}
PRIMARY_CACHE_SOURCE = {cache!r}
SECONDARY_CACHE_SOURCE = None
PRIMARY_ENVIRONMENT_SOURCE = 'arn:aws:dynamodb:us-east-1:123456789012:table/environments'
PRIMARY_METRICS_SOURCE = 'arn:aws:cloudwatch:us-east-1:123456789012:resource'
ENDPOINTS = {{'kinesis': {{'us-east-1': 'http://localhost:4567'}}, 'elasticache': {{'us-east-1': 'localhost:11211'}}}}
SQS_URLS = {{{str(SQS)!r}: {{'QueueUrl': 'http://localhost:4100/queue/orders'}}}}
ELASTICACHE_ENDPOINTS = {{{cache!r}: {{'CacheClusterId': 'unused', 'ConfigurationEndpoint': {{'Port': 11211}}}}}}
ELASTICACHE_PASSWORDS = {{{cache!r}: 'secret'}}
AWS_CHAOS = {{{str(SQS)!r}: {{ValueError('lost'): 0.1, None: 0.2}}}}
JSON_DUMPS_ADDITIONAL_KWARGS = {{'default': str}}
"""
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("FSM_SETTINGS", "original_settings")
    settings = load_settings()
    assert settings.stream.kind == "kinesis"
    assert settings.secondary_cache_source is None
    assert settings.endpoint(settings.stream) == "http://localhost:4567"
    assert settings.queue(SQS) == "http://localhost:4100/queue/orders"
    assert settings.elasticache_endpoints.keys() == {cache}
    odds = settings.odds("SECONDARY_STREAM_SOURCE", SQS)
    assert odds is not None
    assert odds.unavailable == pytest.approx(0.3)
    assert settings.odds("PRIMARY_STREAM_SOURCE", settings.stream) is None
