"""The engine: one pure function that decides. No I/O, no clock, no randomness."""

from core.engine.alerts import fires_anew
from core.engine.meeting import as_parent
from core.engine.opening import likeness, severity_at_first
from core.engine.outcome import Outcome
from core.engine.step import step

__all__ = ["Outcome", "as_parent", "fires_anew", "likeness", "severity_at_first", "step"]
