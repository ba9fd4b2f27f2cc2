"""The process in which a text is converted: it knows no secret, has little memory and little time, and is then gone.

Its input is JSON (text, markup, dialect, names), its output JSON: the text, or nothing where words would be lost.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY = 768 * 1024 * 1024
SECONDS = 8
"""Of processor time; a comment of ordinary length takes well under one."""


def main() -> None:
    """Convert one text."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from connectors.texts.conversion import convert

    asked = json.load(sys.stdin.buffer)
    made = convert(asked["text"], asked["markup"], asked["dialect"], asked["names"])
    json.dump({"text": made}, sys.stdout)


if __name__ == "__main__":
    main()
