"""The engine: one pure function that decides. No I/O, no clock, no randomness."""

from core.engine.outcome import Outcome
from core.engine.step import step

__all__ = ["Outcome", "step"]
