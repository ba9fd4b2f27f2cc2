"""Recorded tickets again under another policy, with the same engine: what would have been different."""

from core.engine.simulation.case import Call, Case, Move, Was
from core.engine.simulation.play import Assumption, Told, play, stage
from core.engine.simulation.tally import Band, Tally, band

__all__ = ["Assumption", "Band", "Call", "Case", "Move", "Tally", "Told", "Was", "band", "play", "stage"]
