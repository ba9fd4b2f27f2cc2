"""The sections of policy.yaml, a file for each: its form, and the values that the engine works with."""
