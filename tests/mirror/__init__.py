"""The mirrored run: tickets with a record on ServiceNow and one on Jira, edited on both sides while everything fails.

`python -m tests.mirror --tickets 1000 --seed 1` plays it and prints a table; its exit status is 1 where sides differ.
"""
