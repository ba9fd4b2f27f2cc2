"""People's own calendars, in iCalendar form: fetched with care, and read where they can do no harm.

`build(resolve)` gives the reader; `resolve` looks up the `${NAME}` reference of an address.
"""

from connectors.calendars.reader import FeedReader, Resolve

__all__ = ["FeedReader", "Resolve", "build"]


def build(resolve: Resolve) -> FeedReader:
    """The reader; `resolve` takes a reference's name and raises `LookupError` when it is not set."""
    return FeedReader(resolve)
