"""The function, its role, and its log."""

from __future__ import annotations

import json
import sys
from enum import Enum
from typing import Final, cast

from fsm_bootstrap.deploy.mappings import timer
from fsm_bootstrap.deploy.permissions import Role, document, statements
from fsm_bootstrap.deploy.sam import Plan, Tree, attribute, with_text
from fsm_bootstrap.source import Source

RUNTIME: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""The build compiles for the Python that makes it, so the two have to be the same."""
_NOT_HERE: Final = frozenset({"fsm_machines", "positions_source", "poll_seconds", "sqlite_synchronous"})
"""Settings of workers on a machine, and what the template says otherwise.  `claim_seconds` goes along: workers
beside the function may hold a message for longer than it may, and its timer must not take their runs for stuck."""
_IN_A_VPC: Final = frozenset({"redis", "rediss", "memcached", "elasticache"})


def function(plan: Plan) -> Tree:
    """By logical id: Function, Role and Log."""
    options = plan.options
    properties: Tree = {
        "Handler": "fsm_bootstrap.lambda_app.handler",
        "CodeUri": ".",
        "Runtime": RUNTIME,
        "Architectures": [options.architecture],
        "Timeout": options.timeout,
        "MemorySize": options.memory,
        # A machine's next message invokes the function that sent it: without this Lambda stops it after about 16.
        "RecursiveLoop": "Allow",
        "Role": attribute("Role", "Arn"),
        "LoggingConfig": {"LogGroup": {"Ref": "Log"}},
        "Environment": {"Variables": {"FSM_MACHINES": plan.machines, **_variables(plan)}},
        "Events": timer(plan),
    }
    managed: list[object] = []
    if _caches_in_a_vpc(plan):
        properties["VpcConfig"] = _network(plan)
        name = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
        managed = [with_text(name)]
    return {
        "Function": {
            "Type": "AWS::Serverless::Function",
            "Metadata": {"BuildMethod": "makefile"},
            "Properties": properties,
        },
        "Role": _role(plan, managed),
        "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": options.log_days}},
    }


def _role(plan: Plan, managed: list[object]) -> Tree:
    allowed = [document(statement) for statement in statements(plan.settings, Role.FUNCTION, plan.options.started)]
    logs = {
        "Sid": "Log",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": attribute("Log", "Arn"),
    }
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    properties: Tree = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": "fsm", "PolicyDocument": {"Version": "2012-10-17", "Statement": [*allowed, logs]}}],
    }
    if managed:
        properties["ManagedPolicyArns"] = managed
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def _variables(plan: Plan) -> Tree:
    """The settings that were given; what is secret becomes a parameter of the stack, which nobody can read back."""
    settings, found = plan.settings, Tree()
    for name in sorted(settings.model_fields_set - _NOT_HERE):
        value: object = getattr(settings, name)
        if value is None:
            continue
        secret = (isinstance(value, Source) and value.shown != value) or name == "elasticache_passwords"
        found[name.upper()] = _parameter(name, plan) if secret else _text(value)
    return found


def _parameter(name: str, plan: Plan) -> Tree:
    logical_id = "".join(word.capitalize() for word in name.split("_"))
    plan.parameters[logical_id] = {
        "Type": "String",
        "NoEcho": True,
        "Description": f"{name.upper()}, with its password",
    }
    return {"Ref": logical_id}


def _text(value: object) -> str:
    """As the environment has it."""
    match value:
        case bool():
            return "true" if value else "false"
        case Enum():
            return str(value.value)
        case tuple():
            return ",".join(str(part) for part in cast("tuple[object, ...]", value))
        case dict():
            return json.dumps(value, default=lambda part: part.model_dump())
        case _:
            return str(value)


def _caches_in_a_vpc(plan: Plan) -> bool:
    caches = (plan.settings.primary_cache_source, plan.settings.secondary_cache_source)
    return any(cache is not None and cache.kind in _IN_A_VPC for cache in caches)


def _network(plan: Plan) -> Tree:
    """The cache can be reached from its VPC alone."""
    plan.parameters["Subnets"] = {
        "Type": "List<AWS::EC2::Subnet::Id>",
        "Description": "Private subnets that reach the cache, and AWS by a NAT gateway or by endpoints",
    }
    plan.parameters["SecurityGroups"] = {
        "Type": "List<AWS::EC2::SecurityGroup::Id>",
        "Description": "Security groups that the cache lets in",
    }
    return {"SubnetIds": {"Ref": "Subnets"}, "SecurityGroupIds": {"Ref": "SecurityGroups"}}
