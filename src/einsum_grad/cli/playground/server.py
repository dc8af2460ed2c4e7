"""The server of the playground: it answers this machine's own browser, and nobody else."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from einsum_grad.cli.playground.answer import answer, typed
from einsum_grad.cli.playground.page import page

LOOPBACK = "127.0.0.1"

_LONGEST = 16_384
"""The most characters of a request's address; a body or more headers than that are refused too."""

_PATIENCE = 10
"""Seconds within which a request has to be sent."""


class Handler(BaseHTTPRequestHandler):
    """Answers `GET /`, the page, and `GET /answer`, what belongs below the form."""

    server: ThreadingHTTPServer
    timeout = _PATIENCE
    server_version = "einsum-grad"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer, or refuse."""
        if refused := self._refused():
            self.close_connection = True
            self.send_error(refused)
            return
        address = urlsplit(self.path)
        given = typed(parse_qs(address.query, max_num_fields=20))
        nonce = secrets.token_urlsafe(16)
        if address.path == "/":
            self._send(page(given, nonce), nonce)
        elif address.path == "/answer":
            self._send(answer(given), nonce)
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _refused(self) -> HTTPStatus | None:
        """Why this request gets no answer, if so."""
        port = self.server.server_address[1]
        hosts = {f"{name}:{port}" for name in (LOOPBACK, "localhost")}
        headers = self.headers
        if len(self.path) > _LONGEST:
            return HTTPStatus.REQUEST_URI_TOO_LONG
        if "Transfer-Encoding" in headers or headers.get("Content-Length", "0") != "0":
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if sum(map(len, headers.values())) > _LONGEST:
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        if headers.get_all("Host", []) not in ([host] for host in hosts):
            return HTTPStatus.MISDIRECTED_REQUEST
        origins = {f"http://{host}" for host in hosts}
        if headers.get("Origin") not in (None, *origins) or self._is_from_another_site():
            return HTTPStatus.FORBIDDEN
        return None

    def _is_from_another_site(self) -> bool:
        """Whether another site's page asks; a link that is followed from one is fine."""
        headers = self.headers
        follows = headers.get("Sec-Fetch-Mode") == "navigate"
        follows = follows and headers.get("Sec-Fetch-Dest") == "document"
        return not follows and headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")

    def _send(self, text: str, nonce: str) -> None:
        body = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", _policy(nonce))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what is typed is nobody's business."""


def _policy(nonce: str) -> str:
    return (
        "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; "
        f"base-uri 'none'; frame-ancestors 'none'; script-src 'nonce-{nonce}'"
    )


def server(port: int) -> ThreadingHTTPServer:
    """A server on the loopback interface alone; port 0 is any that is free. Raises `OSError`."""
    found = ThreadingHTTPServer((LOOPBACK, port), Handler)
    found.daemon_threads = True
    return found
