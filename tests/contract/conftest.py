"""The corpora are beside the repository, not in it: where they are not, their tests are not collected."""

from pathlib import Path

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"

collect_ignore = [] if CORPORA.is_dir() else ["test_mappings_corpora.py", "test_connectors_jira_openapi.py"]
