"""The demonstration's scenario: three stories told at once against a running Rung, and the verdict on them.

It speaks HTTP only, as monitoring tools, platforms and people do.
"""

from sandbox.scenario.stage import Stage, StoryError
from sandbox.scenario.stories import STORIES, play
from sandbox.scenario.verdict import Finding, judge

__all__ = ["STORIES", "Finding", "Stage", "StoryError", "judge", "play"]
