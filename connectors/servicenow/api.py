"""The Table API through pysnow, kept to its safe ways.

A fresh Resource for each call, because its parameters are shared; one session for each thread; `.one()` on every write,
because nothing else raises; writes by sys_id only, because an invalid query matches everything.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import pysnow
import pysnow.exceptions
import requests

from connectors.config import ApiKey, Basic, OAuth, PlatformConfig
from connectors.credentials import BasicCredentials, TokenCredentials
from connectors.failures import Dialect, PlatformError, Said, understood
from connectors.servicenow.oauth import OAuthCredentials
from connectors.wire import Credentials, Wire, fit

Row = Mapping[str, Any]
"""A record; read with display values each field is {"value", "display_value"}."""

Wanted = str | Sequence[str]
"""A value that a field must have, or several of which it must have one."""

PAGE = 1000
"""Records that are asked for at a time."""

ODD = (
    pysnow.exceptions.PysnowException,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)
"""What pysnow raises about an answer whose status and JSON were good, but whose shape was not."""

ADVICE = {
    401: "Check the integration user's credentials, and that the account is active and not locked out.",
    403: "Give the integration user the role itil (itil_admin to close), and the right to write these fields.",
    404: "The record is gone, or the integration user may not read it.",
    429: "The instance's rate limit was reached.",
}


class UnsafeValueError(ValueError):
    """A value that would change the meaning of an encoded query."""


class TableApi:
    """Reads and writes of one instance. Every method raises `PlatformError` for what goes wrong outside."""

    def __init__(self, config: PlatformConfig) -> None:
        self._config = config
        self._credentials = credentials(config)
        self._threads = threading.local()

    def read(self, table: str, sys_id: str, fields: Sequence[str]) -> Row | None:
        """One record with raw and display values; None when it is not there."""
        resource = self._resource(table, fields)
        try:
            with self._understood(writing=False):
                return _row(resource.request("GET", path_append="/" + _id(sys_id)).one())
        except PlatformError as error:
            if error.status != 404:
                raise
        return None

    def find(self, table: str, fields: Sequence[str], wanted: Mapping[str, str]) -> list[Row]:
        """The records, at most ten, whose fields equal those values (case aside), each compared again: a part of a
        query that the platform does not understand matches everything. Raises `UnsafeValueError`.
        """
        query = _query(wanted)
        resource = self._resource(table, [], display="false")
        with self._understood(writing=False):
            rows = [_row(row) for row in resource.get(query=query, limit=10, fields=[*fields, *wanted]).all()]
        return [row for row in rows if all(_same(row.get(name), value) for name, value in wanted.items())]

    def find_text(self, table: str, field: str, text: str, wanted: Mapping[str, str]) -> list[Row]:
        """The records whose `field` contains the text and whose other fields equal those values; at most ten."""
        query = _query(wanted).AND().field(field).contains(safe(text))
        resource = self._resource(table, [], display="false")
        with self._understood(writing=False):
            rows = [_row(row) for row in resource.get(query=query, limit=10, fields=[field, *wanted]).all()]
        return [row for row in rows if text in str(row.get(field, ""))]

    def rows(self, table: str, fields: Sequence[str], wanted: Mapping[str, Wanted], most: int = 10_000) -> list[Row]:
        """All records whose fields equal those values (any of them, for a list), plain values, a page at a time.

        A short page is not the end, for the limit counts before access rules do: an empty one is.
        """
        found: list[Row] = []
        query = _query(wanted)
        for offset in range(0, most, PAGE):
            resource = self._resource(table, [], display="false")
            with self._understood(writing=False):
                asked = resource.get(query=query, limit=PAGE, offset=offset, fields=[*fields, *wanted])
                page = [_row(row) for row in asked.all()]
            if not page:
                break
            found += [row for row in page if all(_is(row.get(name), value) for name, value in wanted.items())]
        return found

    def page(
        self, table: str, fields: Sequence[str], query: str, limit: int, offset: int = 0
    ) -> tuple[list[Row], bool]:
        """A page of a query's records with raw and display values, and whether there are more.

        `limit` counts before the access controls: the page may hold fewer, even none, and not be the last.
        """
        resource = self._resource(table, [])
        resource.parameters.add_custom({"sysparm_suppress_pagination_header": "false"})
        with self._understood(writing=False):
            answer = resource.get(query=query, limit=limit, offset=offset, fields=list(fields))
            return [_row(row) for row in answer.all()], "next" in answer._response.links

    def create(self, table: str, values: Mapping[str, str], fields: Sequence[str]) -> Row:
        """Insert a record and return it as it is then."""
        resource = self._resource(table, fields)
        with self._understood(writing=True):
            return _written(resource.create(dict(values)).one())

    def patch(self, table: str, sys_id: str, values: Mapping[str, str], fields: Sequence[str]) -> Row:
        """Change those fields in one request and return the record as it is then."""
        resource = self._resource(table, fields)
        path = "/" + _id(sys_id)
        with self._understood(writing=True):
            return _written(resource.request("PATCH", path_append=path, data=json.dumps(dict(values))).one())

    def _resource(self, table: str, fields: Sequence[str], display: str = "all") -> pysnow.Resource:
        """A Resource of its own for one call."""
        if not re.fullmatch(r"[a-z0-9_]+", table):
            raise PlatformError(f"{self._config.name}: {table!r} is not the name of a table.", permanent=True)
        resource = self._client().resource(api_path=f"/table/{table}", timeout=self._config.timeout)
        custom = {"sysparm_display_value": display, "sysparm_exclude_reference_link": "true", "sysparm_view": None}
        custom["sysparm_suppress_pagination_header"] = "true"
        if fields:
            # A read or write by sys_id: the parameters of a list have no place there.
            custom |= {"sysparm_fields": ",".join(fields), "sysparm_query": None, "sysparm_limit": None}
        resource.parameters.add_custom(custom)
        return resource

    def _client(self) -> pysnow.Client:
        """This thread's client, with a session that is nobody else's."""
        client = getattr(self._threads, "client", None)
        if client is None:
            session = requests.Session()
            wire = Wire(self._dialect(), self._credentials, self._config.timeout, self._config.ca_file)
            fit(session, wire, self._credentials)
            address = urlsplit(self._config.url)
            client = pysnow.Client(
                host=address.netloc + address.path, use_ssl=address.scheme == "https", session=session
            )
            self._threads.client = client
        return client

    def _understood(self, *, writing: bool) -> AbstractContextManager[None]:
        return understood(self._config.name, "the Table API's", ODD, writing=writing)

    def _dialect(self) -> Dialect:
        return Dialect(
            name=self._config.name,
            accepted=frozenset({200, 201}),
            said=_said,
            error_in=lambda body: isinstance(body, dict) and bool(body.get("error")),
            advice=ADVICE,
            secrets=self._credentials.secrets,
        )


def credentials(config: PlatformConfig) -> Credentials:
    """The signing that the configuration asks for; raises `ValueError` for one that ServiceNow does not have."""
    if isinstance(config.auth, Basic):
        return BasicCredentials(config.auth, config.name)
    if isinstance(config.auth, OAuth):
        return OAuthCredentials(config.auth, config)
    if isinstance(config.auth, ApiKey):
        return TokenCredentials(config.auth, config.name)
    raise ValueError(f"{config.name}: ServiceNow takes basic, oauth or api_key, not bearer.")


def safe(value: str) -> str:
    """The value, if an encoded query can hold it as a plain value.

    `^` begins the next condition, a line break ends the query, and ServiceNow runs what follows `javascript:`.
    """
    if not value.strip() or re.search(r"[\^\x00-\x1f\x7f]", value) or "javascript:" in value.lower():
        raise UnsafeValueError("a value that cannot be looked up")
    return value


def _query(wanted: Mapping[str, Wanted]) -> pysnow.QueryBuilder:
    """The encoded query in which every field equals its value, or one of its values."""
    query = pysnow.QueryBuilder()
    for count, (name, value) in enumerate(wanted.items()):
        query = query.AND() if count else query
        query = query.field(name).equals(safe(value) if isinstance(value, str) else [_listed(one) for one in value])
    return query


def _listed(value: str) -> str:
    if "," in value:
        raise UnsafeValueError("a value that cannot stand in a list")
    return safe(value)


def _is(found: object, wanted: Wanted) -> bool:
    return _same(found, wanted) if isinstance(wanted, str) else any(_same(found, one) for one in wanted)


def _id(sys_id: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]{1,64}", sys_id):
        raise PlatformError(f"{sys_id[:64]!r} is not a sys_id.", permanent=True)
    return sys_id


def _row(row: object) -> Row:
    if not isinstance(row, dict):
        raise TypeError("a record must be an object")
    return row


def _written(row: object) -> Row:
    """The record that a write answered with; without its sys_id it is not one."""
    found = _row(row)
    if not found.get("sys_id"):
        raise KeyError("sys_id")
    return found


def _same(found: object, wanted: str) -> bool:
    return isinstance(found, str) and found.strip().casefold() == wanted.strip().casefold()


def _said(body: Any) -> Said:
    """ServiceNow's error body: {"error": {"message", "detail"}, "status": "failure"}."""
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return Said(error)
    if not isinstance(error, dict):
        return Said()
    return Said(": ".join(str(part) for part in (error.get("message"), error.get("detail")) if part))
