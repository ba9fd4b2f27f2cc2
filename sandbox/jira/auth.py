"""Who is calling: basic with e-mail and API token on Cloud; bearer with a personal token, or basic, on Data Center."""

import secrets

from flask import request

from sandbox.calls import RefusedError
from sandbox.seed import Person
from sandbox.stand import Stand, current_call

LOGIN = "You are not authenticated. Authentication required to perform this operation."


def caller(stand: Stand, *, cloud: bool) -> Person:
    """The person whose credentials came with the request. Raises RefusedError 401 without valid ones."""
    given = request.authorization
    if given is None:
        raise RefusedError(401, {"errorMessages": [LOGIN], "errors": {}}, {"WWW-Authenticate": 'Basic realm="Jira"'})
    for person in stand.seed.people:
        login = person.email if cloud else person.user_name
        basic = given.type == "basic" and given.username == login and _same(person.password, given.password)
        bearer = not cloud and given.type == "bearer" and _same(person.api_key, given.token)
        if person.active and (basic or bearer):
            current_call().user = person.user_name
            return person
    page = (
        "Client must be authenticated to access this resource."
        if cloud
        else "<html><body>Unauthorized (401)</body></html>"
    )
    raise RefusedError(401, page, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})


def _same(known: str, given: str | None) -> bool:
    return secrets.compare_digest(known.encode(), (given or "").encode())
