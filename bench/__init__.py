"""The benchmark: what Rung can do on this machine, each figure beside the floor that it is held against."""
