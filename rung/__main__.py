"""`python -m rung`."""

from rung.cli import main

if __name__ == "__main__":
    main()
