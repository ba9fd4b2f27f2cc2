"""`python -m sandbox.issuer`: the stand-in alone, until interrupted."""

import argparse
import contextlib
import sys

from sandbox.issuer.people import CLIENT_ID, CLIENT_SECRET, PEOPLE
from sandbox.issuer.server import Issuer


def main() -> None:
    """Serve at the port that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.issuer", description="A stand-in for an issuer.")
    parser.add_argument("--port", type=int, default=9100)
    issuer = Issuer(parser.parse_args().port)
    sys.stdout.write(f"{issuer.url} client {CLIENT_ID}, secret {CLIENT_SECRET}, people {', '.join(PEOPLE)}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        issuer.serve()


main()
