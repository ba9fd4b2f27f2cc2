"""The sandbox's memory: one dictionary behind one lock, and a file that follows it."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

Json = dict[str, Any]
"""A JSON object. Foreign by nature: its values are checked where they are used."""

QUIET_SECONDS = 0.1
"""At least this much real time lies between two writes of the state file."""


class Store:
    """State in memory, guarded by `lock`, written atomically to a file after changes, and read from it at the start."""

    def __init__(self, path: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.data: Json = {}
        self._path = path
        self._changed = threading.Event()
        self._closing = False
        self._writer: threading.Thread | None = None
        if path is not None:
            if path.exists():
                self.data = json.loads(path.read_text())
            self._writer = threading.Thread(target=self._follow, name="sandbox-state", daemon=True)
            self._writer.start()

    def changed(self) -> None:
        """Say that the state changed: the file will follow."""
        self._changed.set()

    def close(self) -> None:
        """Write what is not yet written, and stop."""
        if self._writer is not None:
            self._closing = True
            self._changed.set()
            self._writer.join(timeout=5)
            self._write()

    def _follow(self) -> None:
        while not self._closing:
            self._changed.wait()
            self._changed.clear()
            self._write()
            time.sleep(QUIET_SECONDS)

    def _write(self) -> None:
        if self._path is None:
            return
        with self.lock:
            text = json.dumps(self.data)
        draft = self._path.with_name(self._path.name + ".draft")
        with draft.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
