"""A SAM template from settings and options."""

from __future__ import annotations

from typing import Final

from fsm_bootstrap.deploy.alarms import alarms
from fsm_bootstrap.deploy.function import function
from fsm_bootstrap.deploy.mappings import mappings
from fsm_bootstrap.deploy.resources import resources
from fsm_bootstrap.deploy.sam import Options, Plan, Tree, attribute
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.uses import uses
from fsm_ports.errors import PortMisconfigured

_EMBEDDED: Final = frozenset({"sqlite", "memory", "log", "subprocess", "docker"})
_FINE: Final = frozenset({("log", "METRICS")})


def template(settings: Settings, machines: str, options: Options) -> Tree:
    """The template as YAML has it; the same settings and options give the same.

    Raises:
        PortMisconfigured: a Lambda function cannot use what a setting names.
    """
    plan = Plan(settings, options, _region(settings), machines)
    made = {**resources(plan), **function(plan), **mappings(plan), **alarms(plan)}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": "Finite state machines run by lambda-fsm",
        **({"Parameters": plan.parameters} if plan.parameters else {}),
        "Resources": made,
        "Outputs": {"Function": {"Value": attribute("Function", "Arn")}},
    }


def _region(settings: Settings) -> str:
    """Where the stack lives: with its records.

    Raises:
        PortMisconfigured: a source is unset that has to be set on Lambda, or lives on one machine.
    """
    for name in ("primary_stream_source", "primary_checkpoint_source"):
        if getattr(settings, name) is None:
            raise PortMisconfigured(f"{name.upper()} is not set: a function needs the ARN of a service of AWS")
    for use in uses(settings):
        if use.source.kind in _EMBEDDED and (use.source.kind, use.variable.split("_")[1]) not in _FINE:
            if use.variable == "POSITIONS_SOURCE":
                continue
            raise PortMisconfigured(
                f"{use.variable}={use.source.shown}: a function has no disk that lasts, and is one of many; name a "
                "service of AWS"
            )
    region = Source(settings.checkpoint).region
    if region is None:
        raise PortMisconfigured(f"PRIMARY_CHECKPOINT_SOURCE={settings.checkpoint.shown}: write the ARN of a table")
    return region
