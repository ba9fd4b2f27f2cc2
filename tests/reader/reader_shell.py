"""A reader's shell: types what a page says into bash, in a folder and over a database of its own."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from docs_commands import Block
from docs_pages import ROOT

_SECONDS = 240
_HERE = Path(__file__).parent
_BEGIN = """\
set -Eeuo pipefail
trap 'echo "$HERE: ended with $?" >&2' ERR
trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT
# Whoever waits on a page waits until what was sent is applied.
sleep() {
    for _ in $(seq 600); do
        command curl -fsS "http://127.0.0.1:8321/api/v1/deliveries?status=received" | grep -q '"id"' || return 0
        command sleep 0.1
    done
}
# What runs takes documents up within a second or so; a reader is slower.
curl() {
    command curl --retry 20 --retry-delay 1 --retry-max-time 40 --retry-all-errors "$@"
}
ready() {
    for _ in $(seq 900); do
        command curl -fsS http://127.0.0.1:8321/readyz >ready.log 2>&1 && return 0
        command sleep 0.1
    done
    cat background.log
}
"""
_ROLES = """\
case "$1" in
up | web | worker | clock | mail | demo) exec {python} -m rung "$@" ;;
*) exec {python} -I -S {client} {door} "$@" ;;
esac
"""


def free_port() -> int:
    """A port on loopback that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@contextmanager
def rung_on_the_path(folder: Path) -> Iterator[Path]:
    """A folder with the command `rung` in it."""
    door = folder / "rung.socket"
    served = [sys.executable, str(_HERE / "quick_rung.py"), str(door)]
    process = subprocess.Popen(served, env={**_clean(), "PYTHONPATH": str(ROOT)})
    try:
        while not door.exists():
            assert process.poll() is None
            time.sleep(0.02)
        command = folder / "bin" / "rung"
        command.parent.mkdir()
        python, client, line = (shlex.quote(str(one)) for one in (sys.executable, _HERE / "quick_rung.py", door))
        command.write_text("#!/bin/sh\n" + _ROLES.format(python=python, client=client, door=line))
        command.chmod(0o755)
        yield command.parent
    finally:
        process.kill()
        process.wait()


def typed(blocks: Sequence[Block], folder: Path, path: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Types a page's blocks; returns the exit status and all that was said."""
    folder.mkdir(exist_ok=True)
    port = str(free_port())
    script = _BEGIN + "".join(_part(block) for block in blocks)
    for written in ("127.0.0.1:8321", "https://<rung>", "https://rung.example.com"):
        script = script.replace(written, ("http://" if "://" in written else "") + f"127.0.0.1:{port}")
    ours = {"PATH": f"{path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "RUNG_PORT": port, "RUNG_HOME": ".rung"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**_clean(), **ours, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout


def _part(block: Block) -> str:
    here = f"HERE={shlex.quote(block.where)}\n"
    if block.file:
        file = shlex.quote(block.file)
        return f"{here}mkdir -p $(dirname {file})\ncat >{file} <<'END_OF_FILE'\n{block.code}END_OF_FILE\n"
    if block.mark == "run in the background":
        return f"{here}{block.code.rstrip()} >background.log 2>&1 &\nready\n"
    return f"{here}{block.code}"


def _clean() -> dict[str, str]:
    """The machine's environment without settings and secrets of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RUNG_")}
