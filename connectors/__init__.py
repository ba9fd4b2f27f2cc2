"""What Rung does outside: one folder for each platform or channel.

`discover()` gives every platform kind's builder; `connectors.config` is what a builder is told.
"""

from connectors.discovery import ConnectorError, discover

__all__ = ["ConnectorError", "discover"]
