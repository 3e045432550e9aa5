"""Direct invocations, API Gateway and Step Functions: what is asked, and what is answered."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from fsm_bootstrap.application import App
from fsm_bootstrap.serverless import gateway, requests
from fsm_bootstrap.serverless.step_functions import is_task, run_task
from fsm_domain.runtime.errors import Conflict, NotFound, UnknownMachine
from fsm_ports import ContextError
from tests.unit.fsm_bootstrap.serverless.shop import shop, work

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
        ({**rest("POST", "/instances/o-1/events/yes"), "queryStringParameters": {"expect_step": "x"}}, 400),
    ],
)
def test_a_status_tells_what_is_wrong(app: App, event: Json, status: int) -> None:
    requests.perform(app, {"start": {"machine": "orders", "id": "o-1"}})
    found, answer = ask(app, event)
    assert (found, bool(answer["error"])) == (status, True)


def test_what_is_not_api_gateway_s_is_no_request() -> None:
    assert gateway.request_of({"start": {}}) is None
    assert gateway.request_of({"source": "aws.events"}) is None


def test_a_step_functions_task_is_one_transition(app: App) -> None:
    event: Json = {
        "version": "0.1", "step_function": True, "user_context": {"n": 1},
        "system_context": {
            "machine_name": "orders", "correlation_id": "o-1", "steps": 0, "retries": 0,
            "current_state": "pseudo_init", "current_event": "pseudo_init",
        },
    }  # fmt: skip
    assert is_task(event)
    answer = run_task(app, event, None, 60.0)
    assert answer is not None
    assert (answer["step_function"], answer["user_context"]) == (True, {"n": 1, "packed": True})
    system = answer["system_context"]
    assert isinstance(system, dict)
    assert (system["current_state"], system["current_event"], system["steps"]) == ("pack", "packed", 1)
    assert run_task(app, answer, None, 60.0) is None
