"""The command line.

Exit statuses: 0 it worked; 1 a problem was found, or what was asked for was refused; 2 the command was not understood;
3 no database could be reached; 130 interrupted.
"""

from rung.cli.main import main

__all__ = ["main"]
