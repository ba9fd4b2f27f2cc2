"""All reviewed tables of the corpora as one: what each file `corpora_<group>.py` beside this one tells."""

from importlib import import_module
from pathlib import Path

from corpora_rows import Row, Table

_GROUPS = sorted(path.stem for path in Path(__file__).parent.glob("corpora_*.py"))

REVIEWED: dict[str, Table] = {}
UNMAPPED: dict[str, Row] = {}
DECLINED: dict[str, Row] = {}
TWICE: list[str] = []
"""Files that stand in more than one table."""

for _name in _GROUPS:
    if _name in {"corpora_rows", "corpora_tables", "corpora_agreement"}:
        continue
    _group = import_module(_name)
    for _source, _table in getattr(_group, "REVIEWED", {}).items():
        TWICE += [_file for _file in _table if any(_file in _one for _one in REVIEWED.values())]
        REVIEWED[_source] = REVIEWED.get(_source, {}) | _table
    for _all, _more in ((UNMAPPED, getattr(_group, "UNMAPPED", {})), (DECLINED, getattr(_group, "DECLINED", {}))):
        TWICE += [_file for _file in _more if _file in _all]
        _all |= _more
