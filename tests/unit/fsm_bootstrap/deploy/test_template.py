"""What a deployment gets, by what is set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import pytest

from fsm_bootstrap.deploy.build import makefile, requirements
from fsm_bootstrap.deploy.permissions import Role, statements
from fsm_bootstrap.deploy.sam import Options
from fsm_bootstrap.deploy.template import template
from fsm_bootstrap.settings import ExplicitSettings
from fsm_ports.errors import PortMisconfigured

PLACE = "eu-west-1:123456789012"
RECORDS = f"arn:aws:dynamodb:{PLACE}:table/records"
QUEUE = f"arn:aws:sqs:{PLACE}:orders"
STREAM = f"arn:aws:kinesis:{PLACE}:stream/orders"
RETRIES = f"arn:aws:dynamodb:{PLACE}:table/retries"
DEAD = f"arn:aws:sqs:{PLACE}:dead"


def settings(**more: object) -> ExplicitSettings:
    given = {"primary_stream_source": QUEUE, "primary_checkpoint_source": RECORDS, "primary_retry_source": RETRIES}
    return ExplicitSettings.model_validate({**given, **more})


def made(options: Options | None = None, **more: object) -> dict[str, Any]:  # Any: as YAML has it
    """The resources of the template, by logical id."""
    found = template(settings(**more), "machines.py", options or Options())["Resources"]
    return cast("dict[str, Any]", found)


def of_kind(resources: Mapping[str, Any], kind: str) -> dict[str, Any]:  # Any: as above
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def test_a_machine_may_send_as_many_messages_as_it_likes() -> None:
    """Lambda stops a function that invokes itself through a queue, unless it is told not to."""
    (function,) = of_kind(made(), "AWS::Serverless::Function").values()
    assert function["RecursiveLoop"] == "Allow"


def test_settings_travel_as_they_were_given() -> None:
    resources = made(max_chained_transitions=3, history=False, chaos_seed=4)
    (function,) = of_kind(resources, "AWS::Serverless::Function").values()
    assert function["Environment"]["Variables"] == {
        "FSM_MACHINES": "machines.py",
        "CHAOS_SEED": "4",
        "HISTORY": "false",
        "MAX_CHAINED_TRANSITIONS": "3",
        "PRIMARY_CHECKPOINT_SOURCE": RECORDS,
        "PRIMARY_RETRY_SOURCE": RETRIES,
        "PRIMARY_STREAM_SOURCE": QUEUE,
    }


def test_the_function_is_told_for_how_long_workers_beside_it_may_hold_a_message() -> None:
    """Its own time it knows; its timer must not take a run of theirs for stuck."""
    assert variables(made(claim_seconds=600))["CLAIM_SECONDS"] == "600.0"
    assert "CLAIM_SECONDS" not in variables(made())


def variables(resources: Mapping[str, Any]) -> dict[str, object]:  # Any: as YAML has it
    (function,) = of_kind(resources, "AWS::Serverless::Function").values()
    return cast("dict[str, object]", function["Environment"]["Variables"])


def test_a_password_is_a_parameter_that_nobody_can_read_back() -> None:
    chosen = settings(primary_cache_source="redis://:hunter2@cache:6379")
    written = template(chosen, "machines.py", Options())
    assert "hunter2" not in json.dumps(written)
    parameters = cast("dict[str, dict[str, object]]", written["Parameters"])
    assert parameters["PrimaryCacheSource"]["NoEcho"] is True


def test_every_source_of_messages_is_mapped_once_and_answers_in_part() -> None:
    """The secondary's as well: what was sent there while the primary was down has to come back."""
    resources = made(secondary_stream_source=STREAM, secondary_retry_source=f"arn:aws:sqs:{PLACE}:retries")
    mappings = of_kind(resources, "AWS::Lambda::EventSourceMapping")
    assert sorted(mappings) == ["FromKinesisOrders", "FromSqsOrders", "FromSqsRetries"]
    assert all(one["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for one in mappings.values())


@pytest.mark.parametrize(
    ("variable", "source"),
    [
        ("secondary_stream_source", QUEUE),
        ("primary_stream_source", STREAM),
        ("secondary_stream_source", f"arn:aws:sns:{PLACE}:orders"),
        ("secondary_stream_source", f"arn:aws:dynamodb:{PLACE}:table/messages"),
        ("secondary_retry_source", f"arn:aws:sqs:{PLACE}:retries"),
    ],
)
def test_a_source_of_messages_that_lambda_cannot_map_is_refused(variable: str, source: str) -> None:
    """It maps what lies in the function's own region, which is that of the records."""
    elsewhere = source.replace("eu-west-1", "us-east-1")
    with pytest.raises(PortMisconfigured, match=f"{variable.upper()}={elsewhere}.* eu-west-1 .*PRIMARY_CHECKPOINT"):
        made(None, **{variable: elsewhere})


def test_what_waits_in_a_table_of_another_region_is_fetched_from_there() -> None:
    resources = made(secondary_retry_source=RETRIES.replace("eu-west-1", "us-east-1"))
    assert list(of_kind(resources, "AWS::Lambda::EventSourceMapping")) == ["FromSqsOrders"]


def test_a_replica_of_a_table_that_is_mapped_needs_no_mapping_of_its_own() -> None:
    """What is written in one region comes by the streams of all."""
    replica = RECORDS.replace("eu-west-1", "us-east-1")
    resources = made(
        primary_stream_source=RECORDS, secondary_stream_source=replica, secondary_checkpoint_source=replica
    )
    assert len(of_kind(resources, "AWS::Lambda::EventSourceMapping")) == 1


@pytest.mark.parametrize("other", ["my_orders", "My-orders", "my-Orders", "myorders"])
def test_sources_with_names_that_differ_in_signs_or_case_have_an_id_each(other: str) -> None:
    resources = made(
        primary_stream_source=QUEUE.replace("orders", "my-orders"),
        secondary_stream_source=QUEUE.replace("orders", other),
    )
    assert len(of_kind(resources, "AWS::Lambda::EventSourceMapping")) == 2
    assert {one["QueueName"] for one in of_kind(resources, "AWS::SQS::Queue").values()} == {"my-orders", other}
    assert sum(name.startswith("AlarmAge") for name in resources) == 2


def test_what_belongs_to_another_account_is_mapped_and_not_made() -> None:
    theirs = QUEUE.replace("123456789012", "210987654321")
    resources = made(secondary_stream_source=theirs)
    assert len(of_kind(resources, "AWS::SQS::Queue")) == 1
    mapped = [one["EventSourceArn"] for one in of_kind(resources, "AWS::Lambda::EventSourceMapping").values()]
    assert mapped == [{"Fn::GetAtt": ["QueueOrders", "Arn"]}, theirs]


def test_dead_letters_elsewhere_are_sent_there_by_the_function_alone() -> None:
    """A queue hands its own on within its region and account, and an alarm sees those of its own region."""
    resources = made(
        primary_stream_source=STREAM,
        secondary_stream_source=QUEUE,
        dead_letter_source=DEAD.replace("eu-west-1", "us-east-1"),
    )
    (queue,) = of_kind(resources, "AWS::SQS::Queue").values()
    assert "RedrivePolicy" not in queue
    assert not [
        one for one in of_kind(resources, "AWS::Lambda::EventSourceMapping").values() if "DestinationConfig" in one
    ]
    assert "AlarmDeadLetters" not in resources


def test_a_record_that_nobody_can_handle_does_not_hold_up_its_shard_for_ever() -> None:
    (mapping,) = of_kind(
        made(primary_stream_source=STREAM, dead_letter_source=DEAD), "AWS::Lambda::EventSourceMapping"
    ).values()
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 3600 <= mapping["MaximumRecordAgeInSeconds"] <= 86_400
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": ["QueueDead", "Arn"]}}}


def test_a_topic_that_is_there_has_its_queue() -> None:
    topic = f"arn:aws:sns:{PLACE}:orders"
    resources = made(Options(exists=frozenset({"PRIMARY_STREAM_SOURCE"})), primary_stream_source=topic)
    (mapping,) = of_kind(resources, "AWS::Lambda::EventSourceMapping").values()
    assert mapping["EventSourceArn"] == f"arn:aws:sqs:{PLACE}:orders-fsm"
    assert not of_kind(resources, "AWS::SQS::Queue")


@pytest.mark.parametrize("source", [STREAM, f"arn:aws:dynamodb:{PLACE}:table/messages"])
@pytest.mark.parametrize(
    ("adopt", "there", "start"),
    [(False, True, "TRIM_HORIZON"), (True, False, "TRIM_HORIZON"), (True, True, "LATEST")],
)
def test_what_the_original_has_done_is_not_adopted_out_of_its_old_stream(
    source: str, adopt: bool, there: bool, start: str
) -> None:
    """A stream keeps what was handled: read from its oldest record on, machines of a day would run again."""
    exists = frozenset({"PRIMARY_STREAM_SOURCE"} if there else ())
    (mapping,) = of_kind(
        made(Options(exists=exists), primary_stream_source=source, adopt_in_flight=adopt),
        "AWS::Lambda::EventSourceMapping",
    ).values()
    assert mapping["StartingPosition"] == start


def test_a_table_s_stream_invokes_for_messages_alone() -> None:
    (mapping,) = of_kind(made(primary_stream_source=RECORDS), "AWS::Lambda::EventSourceMapping").values()
    (filtered,) = mapping["FilterCriteria"]["Filters"]
    pattern = json.loads(filtered["Pattern"])
    assert pattern == {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"emit": {"S": [{"exists": True}]}}}}


def test_what_holds_machines_outlives_the_stack() -> None:
    resources = made(dead_letter_source=DEAD, primary_history_source=f"arn:aws:dynamodb:{PLACE}:table/history")
    holding = [one for one in resources.values() if one["Type"] in ("AWS::DynamoDB::Table", "AWS::SQS::Queue")]
    assert len(holding) == 5
    assert {one["DeletionPolicy"] for one in holding} == {"Retain"}


def test_a_queue_hides_a_message_for_six_invocations() -> None:
    (queue,) = of_kind(made(Options(timeout=120)), "AWS::SQS::Queue").values()
    assert queue["VisibilityTimeout"] == 720


def test_what_lies_elsewhere_or_is_there_is_not_made() -> None:
    replica = RECORDS.replace("eu-west-1", "us-east-1")
    assert len(of_kind(made(secondary_checkpoint_source=replica), "AWS::DynamoDB::Table")) == 2
    existing = made(Options(makes=False), primary_stream_source=RECORDS)
    assert not of_kind(existing, "AWS::DynamoDB::Table")


def test_alarms_for_what_a_person_has_to_know() -> None:
    topic = f"arn:aws:sns:{PLACE}:people"
    resources = made(Options(alarm_topic=topic), primary_metrics_source="emf://shop", dead_letter_source=DEAD)
    alarms = of_kind(resources, "AWS::CloudWatch::Alarm")
    expected = {"AlarmFatal", "AlarmRecovered", "AlarmFailover", "AlarmAgeOrders", "AlarmDeadLetters", "AlarmErrors"}
    assert set(alarms) == expected
    assert all(one["AlarmActions"] == [topic] for one in alarms.values())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"primary_stream_source": None}, "PRIMARY_STREAM_SOURCE is not set"),
        ({"primary_checkpoint_source": "sqlite:///.fsm/fsm.db"}, "no disk that lasts"),
        ({"primary_cache_source": "memory://"}, "PRIMARY_CACHE_SOURCE=memory://"),
    ],
)
def test_what_a_function_cannot_use_is_refused(given: Mapping[str, object], said: str) -> None:
    with pytest.raises(PortMisconfigured, match=said):
        template(settings(**given), "machines.py", Options())


def test_the_function_may_do_what_a_worker_may_but_for_reading_sources() -> None:
    chosen = settings(
        primary_cache_source="redis://cache", secondary_stream_source=STREAM, dead_letter_source=DEAD,
        primary_history_source=f"arn:aws:dynamodb:{PLACE}:table/history", positions_source="memory://",
    )  # fmt: skip
    own = {role: [one for one in statements(chosen, role) if not one.sid.endswith("Read")] for role in Role}
    assert own[Role.FUNCTION] == own[Role.WORKER]
    assert {one.sid for one in statements(chosen, Role.FUNCTION)} >= {"PrimaryStreamRead", "SecondaryStreamRead"}


def test_a_container_may_read_its_environment_and_report() -> None:
    chosen = settings(primary_environment_source=f"arn:aws:dynamodb:{PLACE}:table/environments")
    by_sid = {one.sid: one.actions for one in statements(chosen, Role.CONTAINER)}
    assert by_sid["PrimaryEnvironment"] == ("dynamodb:GetItem",)
    assert by_sid["PrimaryCheckpoint"] == ("dynamodb:BatchGetItem", "dynamodb:UpdateItem")
    assert "dynamodb:DeleteItem" not in {action for actions in by_sid.values() for action in actions}


def test_the_build_is_for_the_function_s_processor_and_brings_what_its_caches_need() -> None:
    assert "manylinux2014_aarch64" in makefile(Options())
    assert "manylinux2014_x86_64" in makefile(Options(architecture="x86_64"))
    assert requirements(settings(primary_cache_source="memcached://cache")).startswith("lambda-fsm[aws,memcached]==")
