"""Direct invocations, API Gateway and Step Functions: what is asked, and what is answered."""

from __future__ import annotations

import base64
import json
import logging
from datetime import timedelta
from io import StringIO
from typing import Any, Literal

import pytest

from fsm_adapters.memory import MemoryContainerRunner
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.json_log import JsonFormatter, told_of
from fsm_adapters.system.random import SeededRandom
from fsm_bootstrap.application import App, build_application
from fsm_bootstrap.serverless import gateway, requests
from fsm_bootstrap.serverless.step_functions import CannotWait, is_task, run_task
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_domain import FinalState, Machine, State, Step, container
from fsm_domain.runtime.errors import Conflict, NotFound, UnknownMachine
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports import ContextError
from tests.unit.fsm_bootstrap.serverless.shop import Order, pack, shop, work

Json = dict[str, Any]  # Any: JSON


@pytest.fixture
def app() -> App:
    return shop()


def rest(method: str, path: str, body: object = None, **headers: str) -> Json:
    """An event of a REST API: payload version 1.0."""
    text = None if body is None else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"httpMethod": method, "path": path, "headers": named or None, "body": text, "queryStringParameters": None}


def http(method: str, path: str, body: str = "", stage: str = "$default") -> Json:
    """An event of an HTTP API or a function URL: payload version 2.0."""
    encoded = base64.b64encode(body.encode()).decode()
    return {
        "version": "2.0", "rawPath": path, "body": encoded, "isBase64Encoded": True,
        "requestContext": {"http": {"method": method, "path": path}, "stage": stage},
    }  # fmt: skip


def expecting(step: str) -> Json:
    return {**rest("POST", "/instances/o-1/events/yes"), "queryStringParameters": {"expect_step": step}}


def spoilt(body: str, **more: object) -> Json:
    return {**rest("POST", "/machines/orders/instances"), "body": body, **more}


def ask(app: App, event: Json) -> tuple[int, Json]:
    request = gateway.request_of(event)
    assert request is not None
    response = gateway.respond(app, request)
    return response["statusCode"], json.loads(response["body"])


def test_start_send_get(app: App) -> None:
    started = requests.perform(app, {"start": {"machine": "orders", "context": {"n": 1}, "id": "o-1"}})
    assert started == {
        "id": "o-1", "machine": "orders", "status": "running", "paused": False, "state": "pseudo_init", "step": 0,
        "error": None,
    }  # fmt: skip
    work(app)
    sent = requests.perform(app, {"send": {"id": "o-1", "event": "yes", "data": {"by": "ada"}}})
    assert sent == {"id": "o-1", "event": "yes", "outcome": "taken"}
    work(app)
    assert requests.perform(app, {"get": {"id": "o-1"}})["status"] == "completed"


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({}, "the event holds nothing"),
        ({"stop": {}}, "the event holds stop; it is to be"),
        ({"start": {"machine": "orders"}, "get": {"id": "a"}}, "the event holds get, start"),
        ({"start": {"context": {}}}, "start: machine: Field required"),
        ({"send": {"id": "a", "event": "yes", "expect": 1}}, "send: expect: Extra inputs"),
        ({"get": "o-1"}, "get: it: Input should be"),
    ],
)
def test_what_is_no_request_is_told_what_would_be(app: App, event: Json, told: str) -> None:
    with pytest.raises(requests.RequestError, match=told):
        requests.perform(app, event)


def test_errors_of_the_engine_are_the_caller_s(app: App) -> None:
    requests.perform(app, {"start": {"machine": "orders", "id": "o-1"}})
    with pytest.raises(Conflict):
        requests.perform(app, {"start": {"machine": "orders", "context": {"other": 1}, "id": "o-1"}})
    with pytest.raises(NotFound):
        requests.perform(app, {"get": {"id": "nobody"}})
    with pytest.raises(UnknownMachine):
        requests.perform(app, {"start": {"machine": "order"}})
    with pytest.raises(ContextError):
        requests.perform(app, {"start": {"machine": "orders", "context": [1]}})


def test_a_rest_api(app: App) -> None:
    start = rest("POST", "/machines/orders/instances", {"n": 1}, **{"Idempotency_Key": "o-1"})
    assert ask(app, start)[0] == 200
    assert ask(app, start)[0] == 200
    work(app)
    assert ask(app, rest("GET", "/instances/o-1"))[1]["status"] == "waiting"
    assert ask(app, rest("POST", "/instances/o-1/events/yes"))[1]["outcome"] == "taken"


def test_an_http_api(app: App) -> None:
    status, answer = ask(app, http("POST", "/prod/machines/orders/instances", "{}", "prod"))
    assert (status, answer["machine"]) == (200, "orders")


@pytest.mark.parametrize(("path", "stage", "told"), [
    ("/machines/nothing/instances", "m", "no machine is called 'nothing'"),
    ("/m/machines/nothing/instances", "m", "no machine is called 'nothing'"),
    ("/production/x", "prod", "nothing at POST /production/x"),
    ("/prod/x", "prod", "nothing at POST /x"),
    ("/prod", "prod", "nothing at POST /;"),
])  # fmt: skip
def test_the_name_of_a_stage_is_a_whole_part_of_the_path(app: App, path: str, stage: str, told: str) -> None:
    status, answer = ask(app, http("POST", path, "{}", stage))
    assert status == 404
    assert told in answer["error"]


@pytest.mark.parametrize(("path", "resource", "parameters"), [
    ("/shop/v1/instances/nobody", "/{proxy+}", {"proxy": "instances/nobody"}),
    ("/shop/instances/nobody", "/instances/{id}", {"id": "nobody"}),
    ("/shop/instances/nobody", "/instances/{proxy+}", {"proxy": "nobody"}),
    ("/instances/nobody", "/instances/{id}", {"id": "nobody"}),
    ("/instances/nobody", "/{proxy+}", None),
    ("/instances/nobody", "/a/b/c/d", None),
])  # fmt: skip
def test_the_base_path_of_a_custom_domain_is_no_part_of_a_request(
    app: App, path: str, resource: str, parameters: Json | None
) -> None:
    """A REST API names the resource that was matched; a custom domain's mapping stands before it."""
    status, answer = ask(app, {**rest("GET", path), "resource": resource, "pathParameters": parameters})
    assert (status, answer["error"]) == (404, "no machine instance is called 'nobody'")


def test_what_a_resource_does_not_cover_is_not_served_under_another_name(app: App) -> None:
    event = {**rest("GET", "/shop/instances/nobody"), "resource": "/shop/{proxy+}"}
    assert "nothing at GET" in ask(app, {**event, "pathParameters": {"proxy": "instances/nobody"}})[1]["error"]


def test_data_that_is_no_json_is_refused_from_whoever_sends_it(app: App) -> None:
    requests.perform(app, {"start": {"machine": "orders", "id": "o-1"}})
    with pytest.raises(requests.RequestError, match="data is no JSON"):
        requests.perform(app, {"send": {"id": "o-1", "event": "yes", "data": {"n": float("nan")}}})


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (rest("GET", "/nowhere"), 404),
        (rest("DELETE", "/instances/o-1"), 404),
        (rest("GET", "/instances/nobody"), 404),
        (rest("POST", "/machines/nothing/instances"), 404),
        (rest("POST", "/machines/orders/instances", [1]), 400),
        (http("POST", "/machines/orders/instances", "{"), 400),
        (rest("POST", "/instances/o-1/events/never"), 422),
        (rest("POST", "/machines/orders/instances", {"other": 1}, **{"Idempotency_Key": "o-1"}), 409),
        (expecting("x"), 400),
        (expecting("9" * 5000), 400),
        (expecting("٣"), 400),
        (spoilt("[" * 200_000), 400),
        (spoilt('{"a": ' + "[" * 990 + "]" * 990 + "}"), 400),
        (spoilt('{"a": NaN}'), 400),
        (spoilt("9" * 5000), 400),
        (spoilt("abc", isBase64Encoded=True), 400),
        (spoilt("Š", isBase64Encoded=True), 400),
        (spoilt("/w==", isBase64Encoded=True), 400),
        ({**rest("POST", "/instances/o-1/events/yes"), "body": '{"a": NaN}'}, 400),
    ],
)
def test_a_status_tells_what_is_wrong(app: App, event: Json, status: int) -> None:
    requests.perform(app, {"start": {"machine": "orders", "id": "o-1"}})
    found, answer = ask(app, event)
    assert (found, bool(answer["error"])) == (status, True)


def test_what_is_not_api_gateway_s_is_no_request() -> None:
    assert gateway.request_of({"start": {}}) is None
    assert gateway.request_of({"source": "aws.events"}) is None


def task(machine: str = "orders", context: object = None) -> Json:
    """What Step Functions begins with."""
    return {
        "version": "0.1", "step_function": True, "user_context": {"n": 1} if context is None else context,
        "system_context": {
            "machine_name": machine, "correlation_id": "o-1", "steps": 0, "retries": 0,
            "current_state": "pseudo_init", "current_event": "pseudo_init",
        },
    }  # fmt: skip


def tasks(*machines: AnyMachine) -> App:
    settings = ExplicitSettings(
        primary_stream_source=Source("memory://"), primary_container_source=Source("memory://containers")
    )
    return build_application(settings, machines, clock=VirtualClock(), random=SeededRandom(1), surround=told_of)


def test_a_step_functions_task_is_one_transition_and_the_last_one_is_null() -> None:
    state, final = State[str, Order], FinalState[str, Order]
    app = tasks(
        Machine[str, Order](
            "orders", dict, initial="pack", states=[state("pack").on("packed", "end").do(pack), final("end")]
        )
    )
    assert is_task(task())
    answer = run_task(app, task(), None, 60.0)
    assert answer is not None
    assert (answer["step_function"], answer["user_context"]) == (True, {"n": 1, "packed": True})
    system = answer["system_context"]
    assert isinstance(system, dict)
    assert (system["current_state"], system["current_event"], system["steps"]) == ("pack", "packed", 1)
    assert run_task(app, answer, None, 60.0) is None


def waits() -> Machine[str, Order]:
    state, final = State[str, Order], FinalState[str, Order]
    ask = state("ask").on("yes", "end").after(timedelta(days=1), "end")
    return Machine[str, Order]("waits", dict, initial="ask", states=[ask, final("end")])


def shifts() -> Machine[str, Order]:
    state, final = State[str, Order], FinalState[str, Order]
    ship = state("ship").on("done", "end").on("fail", "end").do_or_wait(container("ship"))
    return Machine[str, Order]("shifts", dict, initial="ship", states=[ship, final("end")])


@pytest.mark.parametrize(("machine", "state"), [(waits(), "ask"), (shifts(), "ship")])
def test_a_step_functions_task_that_would_wait_says_so_and_is_not_taken_for_the_last(
    machine: AnyMachine, state: str
) -> None:
    """No record is kept to which an event, a deadline or a container's report could come."""
    app = tasks(machine)
    with pytest.raises(CannotWait, match=f"state '{state}' of machine '{machine.name}' .* Step Functions"):
        run_task(app, task(machine.name), None, 60.0)
    runner = app.supplies.shared(MemoryContainerRunner, Source("memory://containers"), MemoryContainerRunner)
    assert runner.tasks == ()


def test_lines_that_a_step_functions_task_logs_bear_its_step() -> None:
    logged = StringIO()
    lines = logging.StreamHandler(logged)
    lines.setFormatter(JsonFormatter())
    logger = logging.getLogger("of-the-action")
    logger.addHandler(lines)

    def talk(order: Order, step: Step) -> Literal["told"]:
        logger.warning("hello")
        return "told"

    state, final = State[str, Order], FinalState[str, Order]
    machine = Machine[str, Order](
        "talks", dict, initial="talk", states=[state("talk").on("told", "end").do(talk), final("end")]
    )
    try:
        run_task(tasks(machine), task("talks"), None, 60.0)
    finally:
        logger.removeHandler(lines)
    told: Json = json.loads(logged.getvalue())
    assert (told["machine"], told["correlation_id"], told["step"]) == ("talks", "o-1", 0)


def test_a_step_functions_task_keeps_the_time_out_of_its_state() -> None:
    def slow(order: Order, step: Step) -> Literal["done"]:
        timed.clock.sleep(10.0)
        return "done"

    state, final = State[str, Order], FinalState[str, Order]
    first = state("slow").on("done", "end").do(slow, timeout=timedelta(seconds=5))
    timed = tasks(Machine[str, Order]("slow", dict, initial="slow", states=[first, final("end")]))
    with pytest.raises(TimeoutError):
        run_task(timed, task("slow"), None, 60.0)
