"""Requests of API Gateway, REST APIs (payload version 1.0) and HTTP APIs (2.0), and of Lambda function URLs.

::

    POST /machines/{machine}/instances    the body is the context; header Idempotency-Key: the instance's id
    GET  /instances/{id}
    POST /instances/{id}/events/{event}   the body is the event's data; header Idempotency-Key: its id;
                                          ?expect_step=N: the step that it is meant for
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypedDict, cast
from urllib.parse import unquote

from pydantic import ValidationError

from fsm_bootstrap.application import App
from fsm_bootstrap.serverless.requests import Answer, RequestError, Send, Start, problems, send, shown, start
from fsm_domain.runtime.errors import Conflict, NotFound, UnknownEvent, UnknownMachine
from fsm_ports.codec import ContextError
from fsm_ports.errors import PortError, PortRejected


class Request(NamedTuple):
    """What both payload versions say."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in small letters."""
    query: Mapping[str, str]
    body: str
    is_base64: bool = False


class Response(TypedDict):
    """What both payload versions understand."""

    statusCode: int
    headers: dict[str, str]
    body: str


_Act = Callable[[App, Request, Mapping[str, str]], Answer]


def request_of(event: Mapping[str, Any]) -> Request | None:  # Any: JSON of AWS
    """None: the event is not API Gateway's."""
    method = event.get("httpMethod")
    if not isinstance(method, str):
        method = event.get("requestContext", {}).get("http", {}).get("method") if "rawPath" in event else None
    if not isinstance(method, str):
        return None
    headers = {name.lower(): value for name, value in _texts(event, "headers").items()}
    query, body = _texts(event, "queryStringParameters"), event.get("body") or ""
    return Request(method, _path(event), headers, query, body, bool(event.get("isBase64Encoded")))


def _texts(event: Mapping[str, Any], name: str) -> dict[str, str]:  # Any: JSON of AWS
    return cast("dict[str, str]", event.get(name) or {})


def _path(event: Mapping[str, Any]) -> str:  # Any: JSON of AWS
    """Payload version 2.0 puts the name of the stage in front, unless that is the default one."""
    if "rawPath" not in event:
        return _of_the_api(str(event.get("path")), event.get("resource"), event.get("pathParameters") or {})
    path, stage = str(event["rawPath"]), event.get("requestContext", {}).get("stage", "$default")
    return path.removeprefix(f"/{stage}") or "/" if f"{path}/".startswith(f"/{stage}/") else path


def _of_the_api(path: str, resource: object, parameters: Mapping[str, str]) -> str:
    """Without the base path that a custom domain of a REST API puts in front: its resource tells how long it is."""
    if not isinstance(resource, str):
        return path
    length = resource.count("/")
    if resource.endswith("/{proxy+}"):
        if "proxy" not in parameters:
            return path
        length += parameters["proxy"].strip("/").count("/")
    parts = path.strip("/").split("/")
    return "/" + "/".join(parts[-length:]) if 0 < length < len(parts) else path


def respond(app: App, request: Request) -> Response:
    """Never raises for what a caller did wrong, or for a back end that is away: the status tells."""
    for method, pattern, act in _ROUTES:
        found = re.fullmatch(pattern, request.path)
        if found is not None and request.method == method:
            return _tried(app, request, {name: unquote(text) for name, text in found.groupdict().items()}, act)
    known = ", ".join(f"{method} {_readable(pattern)}" for method, pattern, _ in _ROUTES)
    return _response(404, {"error": f"nothing at {request.method} {request.path}; known: {known}"})


def _tried(app: App, request: Request, path: Mapping[str, str], act: _Act) -> Response:
    try:
        return _response(200, act(app, request, path))
    except RecursionError:
        return _response(400, {"error": "the body is nested too deeply"})
    except ValidationError as error:
        return _response(400, {"error": problems(error)})
    except (RequestError, ContextError) as error:
        return _response(400, {"error": str(error)})
    except (NotFound, UnknownMachine) as error:
        return _response(404, {"error": str(error)})
    except Conflict as error:
        return _response(409, {"error": str(error)})
    except (UnknownEvent, PortRejected) as error:
        return _response(422, {"error": str(error)})
    except PortError as error:
        hint = f"nothing is lost: repeat it with the same Idempotency-Key{_id_made(error)}"
        return _response(503, {"error": str(error), "hint": hint})


def _start(app: App, request: Request, path: Mapping[str, str]) -> Answer:
    return start(app, Start(machine=path["machine"], context=_json(request, {}), id=_key(request)))


def _get(app: App, request: Request, path: Mapping[str, str]) -> Answer:
    return shown(app.client.get(path["id"]))


def _send(app: App, request: Request, path: Mapping[str, str]) -> Answer:
    step = request.query.get("expect_step")
    if step is not None and not re.fullmatch(r"[0-9]{1,15}", step):
        raise RequestError(f"expect_step={step:.40}: write a whole number")
    data = _json(request, None)
    expected = None if step is None else int(step)
    return send(app, Send(id=path["id"], event=path["event"], data=data, event_id=_key(request), expect_step=expected))


_ROUTES: Final[tuple[tuple[str, str, _Act], ...]] = (
    ("POST", r"/machines/(?P<machine>[^/]+)/instances", _start),
    ("GET", r"/instances/(?P<id>[^/]+)", _get),
    ("POST", r"/instances/(?P<id>[^/]+)/events/(?P<event>[^/]+)", _send),
)


def _json(request: Request, without: object) -> object:
    try:
        body = b64decode(request.body, validate=True).decode() if request.is_base64 else request.body
        return cast("object", json.loads(body, parse_constant=_no_constant)) if body.strip() else without
    except ValueError as error:
        raise RequestError(f"the body is no JSON: {_reason(error)}") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _reason(error: ValueError) -> str:
    # What Python says of bytes that are no UTF-8 shows one of them.
    return "it is no UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _key(request: Request) -> str | None:
    return request.headers.get("idempotency-key") or None


def _id_made(error: PortError) -> str:
    """The id under which a start without one can be repeated."""
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith("correlation_id: ")]
    return f" ({notes[0].removeprefix('correlation_id: ')})" if notes else ""


def _readable(pattern: str) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern)


def _response(status: int, answer: Answer) -> Response:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(answer)}
