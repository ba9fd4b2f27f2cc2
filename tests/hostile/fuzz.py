"""Coverage-guided fuzzing of one target: `python -m tests.hostile.fuzz TARGET SECONDS SEED FOLDER`.

Runs in a process of its own, because libFuzzer ends it: with 77 where an input broke the target, which is then in the
folder as `crash-...`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

ONE_SECONDS, MEGABYTES, LONGEST = 10, 1500, 20_000
"""What one input may take, what the process may, and how many bytes an input has."""


def main(name: str, seconds: str, seed: str, folder: str) -> None:
    """Feed it until the time is up or something breaks."""
    with atheris.instrument_imports(include=["mappings", "webhooks", "core.orders", "rung.documents"]):
        from tests.hostile.targets import TARGETS, seeds
    corpus = Path(folder) / "corpus"
    corpus.mkdir()
    for number, one in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(one)
    told = {
        "max_total_time": seconds,
        "seed": seed,
        "timeout": ONE_SECONDS,
        "rss_limit_mb": MEGABYTES,
        "max_len": LONGEST,
        "artifact_prefix": f"{folder}/",
        "verbosity": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{key}={value}" for key, value in told.items()), str(corpus)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
