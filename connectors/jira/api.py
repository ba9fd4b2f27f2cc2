"""Jira's REST API through the jira library, kept to its safe ways.

No retries of its own (it would repeat POSTs), our timeouts, one client for each thread, the deployment told rather than
asked for, and our own requests through the client's session where the library cannot say what must be said: transition
ids as texts, comments with properties, a search without its look-up of all fields.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import jira
import requests
from jira.exceptions import JIRAError

from connectors.config import Basic, Bearer, PlatformConfig
from connectors.credentials import BasicCredentials, TokenCredentials
from connectors.failures import Dialect, PlatformError, Said, understood
from connectors.wire import Credentials, Wire, fit

Json = Mapping[str, Any]

ODD = (JIRAError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError)
"""What the library raises about an answer whose status and JSON were good, but whose shape was not."""

ADVICE = {
    401: "Check the integration account's user and token, and that it is active and not asked for a CAPTCHA.",
    403: "Give the integration account the project permissions named in the connector's README.",
    404: "It is gone, or the integration account may not see it (Browse projects).",
    429: "Jira's rate limit was reached.",
}
BAD_LOGIN = frozenset({"AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED"})


class JiraApi:
    """Reads and writes of one instance. Every method raises `PlatformError` for what goes wrong outside."""

    def __init__(self, config: PlatformConfig) -> None:
        self._config = config
        self._credentials = credentials(config)
        self._threads = threading.local()

    @property
    def is_cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self._config.deployment == "cloud"

    def myself(self) -> Json:
        """The integration account."""
        with self._understood(writing=False):
            return _object(self._client().myself())

    def issue(self, key: str) -> jira.Issue | None:
        """An issue by id or key; None when it is not there."""
        try:
            with self._understood(writing=False):
                issue = self._client().issue(_key(key))
                _object(issue.raw["fields"])
                return issue
        except PlatformError as error:
            if error.status != 404 or not error.permanent:
                raise
        return None

    def update(self, issue: jira.Issue, fields: Mapping[str, Any]) -> None:
        """Change fields in one PUT; the issue is read again."""
        with self._understood(writing=True):
            issue.update(fields=dict(fields))

    def create(self, fields: Mapping[str, Any]) -> str:
        """Create an issue and return its id."""
        with self._understood(writing=True):
            return str(self._client().create_issue(fields=dict(fields), prefetch=False).id)

    def editable(self, key: str) -> Json:
        """What the edit screen holds: by field, its schema and allowed values."""
        with self._understood(writing=False):
            return _object(self._client().editmeta(_key(key))["fields"])

    def transitions(self, key: str) -> list[Json]:
        """The transitions that the issue's status allows our account, with the fields of their screens."""
        with self._understood(writing=False):
            return [_object(one) for one in self._client().transitions(_key(key), expand="transitions.fields")]

    def move(self, key: str, transition: str, fields: Mapping[str, Any]) -> None:
        """Take a transition. The library would send its id as a number, which Atlassian's contract forbids."""
        body: dict[str, Any] = {"transition": {"id": str(transition)}}
        if fields:
            body["fields"] = dict(fields)
        with self._understood(writing=True):
            self._post(f"issue/{_key(key)}/transitions", body)

    def comments(self, key: str) -> list[Json]:
        """The newest hundred comments, with their properties."""
        with self._understood(writing=False):
            found = self._client().comments(_key(key), expand="properties", order_by="-created", max_results=100)
            return [_object(one.raw) for one in found]

    def comment(self, key: str, text: str, properties: Sequence[Json]) -> str:
        """Add a comment with properties, which the library cannot, and return its id."""
        with self._understood(writing=True):
            body = {"body": text, "properties": list(properties)}
            return str(_object(self._post(f"issue/{_key(key)}/comment", body).json())["id"])

    def edit_comment(self, key: str, comment: str, text: str, properties: Sequence[Json] = ()) -> bool:
        """Put another text in a comment's place, and set these properties; False where the comment is gone."""
        body = {"body": text, **({"properties": list(properties)} if properties else {})}
        return self._on_comment("put", key, comment, json.dumps(body))

    def delete_comment(self, key: str, comment: str) -> bool:
        """Delete a comment; False where it is gone already."""
        return self._on_comment("delete", key, comment)

    def _on_comment(self, method: str, key: str, comment: str, body: str | None = None) -> bool:
        if not re.fullmatch(r"[0-9]{1,20}", comment):
            raise PlatformError(f"{comment[:64]!r} is not the id of a comment.", permanent=True)
        try:
            with self._understood(writing=True):
                client = self._client()
                client._session.request(method, client._get_url(f"issue/{_key(key)}/comment/{comment}"), data=body)
        except PlatformError as error:
            if error.status != 404 or not error.permanent:
                raise
            return False
        return True

    def link(self, key: str, global_id: str, url: str, title: str) -> None:
        """Point to something outside; Jira keeps one link for each `global_id`."""
        body = {"globalId": global_id, "object": {"url": url, "title": title}}
        with self._understood(writing=True):
            self._post(f"issue/{_key(key)}/remotelink", body)

    def search(self, jql: str) -> list[str]:
        """The ids of the issues, at most ten, oldest first as far as the query says so."""
        with self._understood(writing=False):
            if self.is_cloud:
                answer = self._post("search/jql", {"jql": jql, "fields": ["summary"], "maxResults": 10}).json()
            else:
                client = self._client()
                params = {"jql": jql, "fields": "summary", "maxResults": "10"}
                answer = client._session.get(client._get_url("search"), params=params).json()
            return [str(_object(one)["id"]) for one in _object(answer)["issues"]]

    def page(self, jql: str, limit: int, place: str) -> tuple[list[Json], str]:
        """A page of the whole issues that a query finds, with what changed them; and the place of the next page, "" at
        the end. `place` is "" for the first one.
        """
        with self._understood(writing=False):
            if self.is_cloud:
                body: dict[str, Any] = {"jql": jql, "fields": ["*all"], "expand": "changelog", "maxResults": limit}
                answer = _object(self._post("search/jql", body | ({"nextPageToken": place} if place else {})).json())
                return [_object(one) for one in answer["issues"]], str(answer.get("nextPageToken") or "")
            params = {
                "jql": jql,
                "fields": "*all",
                "expand": "changelog",
                "maxResults": str(limit),
                "startAt": place or "0",
            }
            client = self._client()
            answer = _object(client._session.get(client._get_url("search"), params=params).json())
            found = [_object(one) for one in answer["issues"]]
            after = int(place or "0") + len(found)
            return found, str(after) if found and after < int(answer["total"]) else ""

    def users(self, text: str) -> list[Json]:
        """The active users whom Jira's own, fuzzy, search finds: compare before you use one."""
        with self._understood(writing=False):
            client = self._client()
            if not self.is_cloud:
                return [_object(one.raw) for one in client.search_users(user=text)]
            # The library adds two parameters that Cloud does not know.
            answer = client._session.get(client._get_url("user/search"), params={"query": text, "maxResults": "50"})
            return [_object(one) for one in answer.json() if one.get("active", True)]

    def get(self, path: str, **params: str) -> Any:
        """What Jira answers below its REST address; for what the library has no words for."""
        with self._understood(writing=False):
            client = self._client()
            return client._session.get(client._get_url(path), params=params).json()

    def pages(self, path: str, *names: str, most: int = 2000) -> list[Json]:
        """The elements of a paged answer, which Cloud and Data Center give under one of these names."""
        found: list[Json] = []
        while len(found) < most:
            page = self.get(path, startAt=str(len(found)), maxResults="50")
            with self._understood(writing=False):
                there = next((name for name in names if name in _object(page)), names[0])
                part = [_object(one) for one in page[there]]
                total = int(page.get("total", 0))
            found += part
            if not part or len(found) >= total:
                break
        return found

    def elsewhere(self, method: str, path: str, body: Json | None = None) -> Any:
        """A request beside the REST API, at a path of the whole site; the answer as JSON."""
        with self._understood(writing=body is not None):
            data = None if body is None else json.dumps(body)
            return self._client()._session.request(method, f"{self._config.url}/{path}", data=data).json()

    def _post(self, path: str, body: Json) -> requests.Response:
        client = self._client()
        return client._session.post(client._get_url(path), data=json.dumps(body))

    def _client(self) -> jira.JIRA:
        """This thread's client."""
        client: jira.JIRA | None = getattr(self._threads, "client", None)
        if client is None:
            client = jira.JIRA(
                server=self._config.url,
                options={"verify": self._config.ca_file or True},
                get_server_info=False,
                logging=False,
                max_retries=0,
                timeout=self._config.timeout,
            )
            client.deploymentType = "Cloud" if self.is_cloud else "Server"
            wire = Wire(self._dialect(), self._credentials, self._config.timeout, self._config.ca_file)
            fit(client._session, wire, self._credentials)
            self._threads.client = client
        return client

    def _understood(self, *, writing: bool) -> AbstractContextManager[None]:
        return understood(self._config.name, "Jira's", ODD, writing=writing)

    def _dialect(self) -> Dialect:
        return Dialect(
            name=self._config.name,
            accepted=frozenset({200, 201, 204}),
            said=_said,
            advice=ADVICE,
            one_record_only=lambda response: "per-issue" in response.headers.get("RateLimit-Reason", ""),
            denied=_denied,
            secrets=self._credentials.secrets,
        )


def credentials(config: PlatformConfig) -> Credentials:
    """The signing that the configuration asks for; raises `ValueError` for one that Jira does not have."""
    if isinstance(config.auth, Basic):
        return BasicCredentials(config.auth, config.name)
    if isinstance(config.auth, Bearer):
        return TokenCredentials(config.auth, config.name)
    raise ValueError(f"{config.name}: Jira takes basic or bearer, not oauth or api_key.")


def _denied(response: requests.Response) -> bool:
    """Whether the credentials were not taken. Jira answers some wrong ones as if nobody had asked: then with a 404."""
    reasons = response.headers.get("X-Seraph-LoginReason", "")
    failed = any(reason in reasons for reason in BAD_LOGIN) or "X-Authentication-Denied-Reason" in response.headers
    return response.status_code == 401 or (failed and response.status_code in {403, 404})


def _key(key: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_]+(-[0-9]+)?", key):
        raise PlatformError(f"{key[:64]!r} is not the id or key of an issue.", permanent=True)
    return key


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError("an object was expected")
    return value


def _said(body: Any) -> Said:
    """Jira's error body: {"errorMessages": [...], "errors": {field: words}}, or one message."""
    if not isinstance(body, dict):
        return Said()
    errors = body.get("errors")
    fields = {str(name): str(words) for name, words in errors.items()} if isinstance(errors, dict) else {}
    told = body.get("errorMessages")
    messages = [str(one) for one in told] if isinstance(told, list) else []
    messages += [str(body[name]) for name in ("message", "errorMessage") if body.get(name)]
    return Said("; ".join([*messages, *(f"{name}: {words}" for name, words in fields.items())]), fields)
