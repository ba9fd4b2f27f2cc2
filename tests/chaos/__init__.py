"""The fault run: Rung's real processes, killed, stopped and cut off while tickets are opened and worked on.

`python -m tests.chaos --seconds 300 --seed 1` plays it, plays the same without faults, compares the two, and prints a
table; its exit status is 1 where a promise was broken.
"""
