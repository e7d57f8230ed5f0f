"""The server of a preview: for this machine alone, and for those who know its address."""

import secrets
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from animviz.errors import AnimvizError, InputError
from animviz.pages.shell import SCREENS
from animviz.viewers.previewed import Previewed

__all__ = ["PreviewServer"]

LOOPBACK = "127.0.0.1"
IDLE = 60  # seconds after which a connection on which nothing is asked is closed
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",  # all else is said by the page itself
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PreviewServer(ThreadingHTTPServer):
    """Serves a preview on a free port of this machine; `serve_forever` answers until it is interrupted.

    Args:
        previewed: what is drawn.
        page: the page that shows it.
    """

    daemon_threads = True

    def __init__(self, previewed: Previewed, page: bytes) -> None:
        self.previewed, self.page = previewed, page
        self.token = secrets.token_urlsafe(16)
        super().__init__((LOOPBACK, 0), _Handler)

    @property
    def address(self) -> str:
        """Address of the page, with the token without which nothing is answered."""
        return f"http://{LOOPBACK}:{self.server_port}/{self.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a tab that is closed while it waits is no error."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one request; no connection outlives the server."""

    server: PreviewServer
    server_version, sys_version = "animviz", ""
    timeout = IDLE

    def do_GET(self) -> None:  # so it is called
        """Answer with the page, a picture, or the version of the scene."""
        if not self._is_local():
            self._answer(HTTPStatus.FORBIDDEN, b"this address is for this machine alone")
            return
        asked = urlsplit(self.path)
        token, _, name = asked.path.removeprefix("/").partition("/")
        if not compare_digest(token.encode(), self.server.token.encode()):
            self._answer(HTTPStatus.NOT_FOUND, b"open the address that the command has printed")
        elif name == "":
            self._answer(HTTPStatus.OK, self.server.page, "text/html; charset=utf-8")
        elif name == "version":
            self._answer(HTTPStatus.OK, self.server.previewed.version.encode())
        elif name == "picture":
            self._picture({key: values[-1] for key, values in parse_qs(asked.query).items()})
        else:
            self._answer(HTTPStatus.NOT_FOUND, b"there is nothing of this name")

    def _is_local(self) -> bool:
        """Say whether the page that asks came from here: a foreign name may be made to lead to this machine."""
        hosts = [f"{name}:{self.server.server_port}" for name in (LOOPBACK, "localhost")]
        return self.headers.get_all("Host") in [[host] for host in hosts]

    def _picture(self, asked: dict[str, str]) -> None:
        try:
            png = self.server.previewed.png(*_moment(asked))
        except AnimvizError as error:
            self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, error.line.encode(errors="replace"))
        except Exception as error:  # the next edit may mend it
            line = " ".join(f"{type(error).__name__}: {error}".split())
            self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, line.encode(errors="replace"))
        else:
            self._answer(HTTPStatus.OK, png, "image/png")

    def _answer(self, status: HTTPStatus, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing in the terminal."""


def _moment(asked: dict[str, str]) -> tuple[float, str]:
    """Return epoch and theme that are asked for.

    Raises:
        InputError: the epoch is no number, or there is no such theme.
    """
    epoch, theme = asked.get("epoch", ""), asked.get("theme", "")
    if theme not in SCREENS:
        raise InputError(f"theme is {theme!r}; expected one of {', '.join(SCREENS)}")
    try:
        return float(epoch), theme
    except ValueError:
        raise InputError(f"epoch is {epoch!r}; expected a number") from None
