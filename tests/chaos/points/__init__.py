"""Every crash point of a set of stories: the story is played once for each, and its worker dies there.

`python -m tests.chaos.points` plays them all and prints a table; its exit status is 1 where a promise broke.
"""
