"""What Rung does outside: one folder for each platform or channel."""
