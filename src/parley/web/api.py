"""The local API under /api/v1, for our own desks and commands: parse, hand to the node, render.

On a loopback address, without TLS; whoever asks shows the node's token. OpenAPI 3.1 at
/api/v1/schema/openapi.json, from the same types. Errors are {"name", "what", "where", "do"}.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Litestar, Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import HTTPException, NotAuthorizedException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from msgspec import Struct

from parley import __version__
from parley.exchange.errors import OutOfOrder
from parley.web.call_routes import CallRoutes
from parley.web.door import Door
from parley.web.hazard_routes import HazardRoutes
from parley.web.incident_routes import IncidentRoutes
from parley.web.line_routes import LineRoutes
from parley.web.notice_routes import NoticeRoutes
from parley.web.own_routes import own_routes
from parley.web.picture_desk import PictureDesk
from parley.web.picture_imports import Imports, PictureImports
from parley.web.relay_routes import RelayRoutes
from parley.web.stop_routes import StopRoutes
from parley.words.errors import InputError, ParleyError, PeerError

LOG: Final = logging.getLogger("parley")
MAX_BODY_BYTES: Final = 8 * 1024 * 1024
NOT_FOUND: Final = frozenset(
    {
        "line-unknown",
        "notice-unknown",
        "stop-unknown",
        "draft-unknown",
        "hazard-unknown",
        "version-unknown",
        "import-unknown",
        "call-unknown",
    }
)


class Problem(Struct, frozen=True):
    """What went wrong, where, and what to do next."""

    name: str
    what: str
    where: str
    do: str


def make_api(door: Door) -> Litestar:
    """Return the ASGI application of the local API."""
    router = Router(
        path="/api/v1",
        route_handlers=[
            LineRoutes,
            NoticeRoutes,
            StopRoutes,
            HazardRoutes,
            RelayRoutes,
            CallRoutes,
            PictureDesk,
            PictureImports,
            IncidentRoutes,
            *own_routes(),
        ],
    )
    return Litestar(
        route_handlers=[router],
        guards=[_guard(door.token)],
        state=State({"door": door, "imports": Imports()}),
        exception_handlers={
            ParleyError: _problem,
            HTTPException: _http_problem,
            RecursionError: _too_deep,
            Exception: _failed,
        },
        logging_config=None,
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="Parley", version=__version__, path="/api/v1/schema", use_handler_docstrings=True
        ),
    )


def _guard(token: str) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]:
    expected = f"Bearer {token}".encode()

    async def check(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        # A coroutine, because a plain function would be run on another thread for each request.
        shown = next((value for name, value in connection.scope["headers"] if name == b"authorization"), b"")
        if not secrets.compare_digest(shown, expected):
            raise NotAuthorizedException("show the node's token: it is in the file `token` of its folder")

    return check


def _problem(_request: Request[Any, Any, Any], error: ParleyError) -> Response[Problem]:
    match error:
        case InputError() if error.name in NOT_FOUND:
            status = 404
        case OutOfOrder():
            status = 409
        case InputError():
            status = 400
        case PeerError():
            status = 422
        case _:
            status = 503
    return Response(Problem(error.name, error.what, error.where, error.do), status_code=status)


def _too_deep(_request: Request[Any, Any, Any], _error: RecursionError) -> Response[Problem]:
    problem = Problem("request-invalid", "the body is nested too deep", "", "")
    return Response(problem, status_code=400)


def _failed(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer for a bug of ours: by name, and with its trace on the node's own screen only."""
    LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    problem = Problem(
        "node-failed",
        "the node failed to answer; what was asked may or may not have been done",
        request.url.path,
        "See `parley board`, and the output of `parley serve`.",
    )
    return Response(problem, status_code=500)


def _http_problem(_request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    where = ""
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        where = "; ".join(f"{item.get('key', 'body')}: {item.get('message', '')}" for item in error.extra)[
            :500
        ]
    return Response(Problem("request-invalid", error.detail, where, ""), status_code=error.status_code)
