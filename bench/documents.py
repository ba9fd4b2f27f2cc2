"""The benchmark's configuration documents, with the addresses of this run."""

from __future__ import annotations

import shutil
from pathlib import Path

from core.policy import Policy
from rung import documents
from rung.live import packaged

CONFIG = Path(__file__).parent / "config"
SECRET = "a-secret-of-the-benchmark"  # noqa: S105 - it guards nothing but a benchmark on loopback
TEAM_SERVICE = "payments-api"


def policy() -> Policy:
    """The packaged default policy over the benchmark's roster."""
    return documents.load(CONFIG, packaged()).policy


def written_to(folder: Path, platform_url: str, policy: str = "") -> Path:
    """A copy of the documents in that folder, the platform at that address, and that text added to the policy."""
    shutil.copytree(CONFIG, folder)
    with (folder / "policy.yaml").open("a", encoding="utf-8") as file:
        file.write(policy)
    platforms = folder / "platforms.yaml"
    platforms.write_text(platforms.read_text(encoding="utf-8").replace("http://127.0.0.1:8322", platform_url))
    return folder


def environment(notice_url: str) -> dict[str, str]:
    """What the documents refer to; `notice_url` takes the messages to people."""
    return {"BENCH_SECRET": SECRET, "BENCH_WAY": notice_url}
