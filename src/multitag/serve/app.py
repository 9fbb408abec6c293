"""The application: routes, errors, files and the gate before them."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from multitag.serve.http.gate import App, Gate
from multitag.serve.http.keys import ApiKeys
from multitag.serve.http.mistakes import first_mistake
from multitag.serve.http.refusals import CLIENT_GONE, FAILED, ClientGoneError, error_body
from multitag.serve.routes.documentation import document, documented_refusals
from multitag.serve.routes.health import health_router
from multitag.serve.routes.model import model_router
from multitag.serve.routes.predict import predict_router
from multitag.serve.routes.tei import tei_router
from multitag.serve.service import Service

HERE = Path(__file__).parent
PAGE = HERE.parent / "page"
ABOUT = "Labels of texts by one multitag bundle: several labels a text, each with its own probability and threshold."


class _Files(StaticFiles):
    """Files that a browser asks for again by their tag: a new version is seen at once."""

    def file_response(self, *arguments: object, **keywords: object) -> Response:
        response = super().file_response(*arguments, **keywords)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


class _Cors(CORSMiddleware):
    """Scripts of some other websites may call; a refusal has the form of every other one."""

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        reason = bytes(response.body).decode().removeprefix("Disallowed CORS ")  # origin, method or headers
        refusal = error_body(400, f"not allowed for scripts of another website: {reason}")
        return JSONResponse(refusal, 400, {"Vary": "Origin"})


def build_app(service: Service, keys: ApiKeys) -> App:
    """Return the ASGI application of a service.

    Parameters
    ----------
    service : Service
        Started and stopped by the server.
    keys : ApiKeys
    """
    app = FastAPI(
        title="multitag", version=version("multitag"), description=ABOUT, docs_url=None, redoc_url=None
    )
    _answer_errors(app)
    for_bodies = documented_refusals()
    app.include_router(predict_router(service, for_bodies))
    app.include_router(model_router(service, documented_refusals("unauthorized", "unavailable")))
    app.include_router(health_router(service, for_bodies))
    if service.settings.dialect == "tei":
        app.include_router(tei_router(service, for_bodies))
    document(app, service, keys)

    @app.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
    async def docs() -> FileResponse:
        return FileResponse(HERE / "static" / "docs.html", headers={"Cache-Control": "no-cache"})

    app.mount("/docs", _Files(directory=HERE / "static"))
    if PAGE.is_dir():
        app.mount("/page", _Files(directory=PAGE))
        app.mount("/", _Files(directory=PAGE, html=True))
    gate: App = Gate(app, service, keys)
    if service.settings.cors_origin:
        gate = _Cors(
            gate, allow_origins=service.settings.cors_origin, allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "x-api-key", "x-request-id"],
            expose_headers=["x-request-id", "retry-after"],
        )  # fmt: skip
    return gate


def _answer_errors(app: FastAPI) -> None:
    """Give every error the same form."""

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        message, headers = str(error.detail), dict(error.headers or {})
        if error.status_code == 405 and "Allow" not in headers:  # of files
            message, headers["Allow"] = "expected GET", "GET, HEAD"
        return JSONResponse(error_body(error.status_code, message), error.status_code, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse(error_body(422, first_mistake(error.errors())), 422)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse(error_body(500, FAILED), 500)  # the gate logs it

    @app.exception_handler(ClientGoneError)
    async def gone(request: Request, error: ClientGoneError) -> Response:
        return Response(status_code=CLIENT_GONE)
