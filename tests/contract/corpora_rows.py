"""What the corpora's bodies say: tables written down from the bodies, to be reviewed when they change.

A file `corpora_<group>.py` beside this one holds the tables of some tools: `REVIEWED`, by source, what each body gives;
`UNMAPPED` and `DECLINED`, by file, the source, what is told, and why that is right. All are found by their name.

The columns of `REVIEWED`: file, kind, key, the record's key, state, impact/urgency, the assignee's account, title. "?"
is what a body does not say, "nobody" and "empty" what it says is empty. "partial" at the end: the record has to be read
again. A file whose body holds several items has a line for each.
"""

Row = tuple[str, ...]
Table = dict[str, tuple[Row, ...]]


def _cells(table: str) -> list[Row]:
    return [tuple(cell.strip() for cell in line.split(" | ")) for line in table.strip().splitlines()]


def rows(table: str) -> Table:
    """Each file's lines, in their order."""
    found: Table = {}
    for file, *cells in _cells(table):
        found[file] = (*found.get(file, ()), tuple(cells))
    return found


def told(table: str) -> dict[str, Row]:
    """Each file with its source, a part of what is told, and the reason why that is right."""
    return {file: tuple(cells) for file, *cells in _cells(table)}
