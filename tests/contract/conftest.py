"""The corpora are beside the repository, and Node may be missing: where they are not, their tests are not collected."""

import shutil
from pathlib import Path

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"

_READ_THEM = ["test_mappings_corpora.py", "test_mappings_corpora_agreement.py", "test_connectors_jira_openapi.py"]
collect_ignore = [] if CORPORA.is_dir() else _READ_THEM
collect_ignore += [] if shutil.which("node") else ["test_mappings_zabbix_script.py"]
