"""The demonstration: the sandbox beside Rung, and a scenario played."""
