"""What is asked of the door: one HTTP request as WSGI tells it, taken apart no further than the door needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from wsgiref.types import WSGIEnvironment

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wsgi import get_content_length, get_input_stream

_ADDRESS = re.compile(r"/webhooks/(?P<source>[^/]+)(?:/(?P<secret>[^/]+))?(?P<alertmanager>/api/v2/alerts)?", re.DOTALL)
"""An Alertmanager takes alerts at `/api/v2/alerts`, below the address that senders are given."""
_CUT_OFF = "The body ended before its announced length. Send it again."


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """An answer other than acceptance: the HTTP status, the sentence for the sender, and headers."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a source. `headers` have lower-case names; `secret` is the path's, None where it has none;
    `alertmanager` is whether it was sent to where an Alertmanager takes alerts.
    """

    method: str
    source: str
    secret: str | None = field(repr=False)
    alertmanager: bool
    headers: dict[str, str] = field(repr=False)
    environ: WSGIEnvironment = field(repr=False)

    @property
    def peer(self) -> str:
        """The address that it came from."""
        return str(self.environ.get("REMOTE_ADDR", ""))

    @property
    def media_type(self) -> str:
        """What the body is said to be, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def body(self, most: int) -> bytes:
        """The body, never more of it than `most` bytes, also where the sender does not tell its length beforehand.

        One byte more than the limit is asked for, because Werkzeug cuts a chunked body at its limit without a word.
        """
        too_large = f"The body is larger than the {most} bytes that this source may send."
        try:
            body = get_input_stream(self.environ, max_content_length=most + 1).read()
        except RequestEntityTooLarge as error:
            raise Refused(413, too_large) from error
        except ClientDisconnected as error:
            raise Refused(400, _CUT_OFF) from error
        if len(body) > most:
            raise Refused(413, too_large)
        if get_content_length(self.environ) not in (None, len(body)):
            raise Refused(400, _CUT_OFF)
        return body


def asked(environ: WSGIEnvironment) -> Asked | None:
    """The request; None where its path is no source's.

    What is not needed of the path any more, its secret, is kept from whatever prints the environment later on.
    """
    found = _ADDRESS.fullmatch(_text(environ.get("PATH_INFO", "")))
    if found is None:
        return None
    source, secret, alertmanager = found.group("source", "secret", "alertmanager")
    if secret is not None:
        hidden = f"/webhooks/{source}/[secret]"
        environ |= {name: hidden for name in ("PATH_INFO", "REQUEST_URI", "RAW_URI") if name in environ}
    method = environ.get("REQUEST_METHOD", "")
    return Asked(method, source, secret, alertmanager is not None, _headers(environ), environ)


def _text(path: str) -> str:
    """WSGI hands over a path's bytes as if they were Latin-1; they are UTF-8."""
    return path if path.isascii() else path.encode("latin-1", "replace").decode(errors="replace")


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    """The headers; what WSGI has names of its own for, it puts beside them.

    Granian lays the process' own variables under them, and `HTTP_PROXY` among these is an address with a password.
    """
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
    headers.pop("proxy", None)
    for name, key in (("content-type", "CONTENT_TYPE"), ("content-length", "CONTENT_LENGTH")):
        headers.pop(name, None)
        if environ.get(key):
            headers[name] = environ[key]
    return headers


STATUS = {one.value: f"{one.value} {one.phrase}" for one in HTTPStatus}
"""HTTP's status lines by their numbers."""
