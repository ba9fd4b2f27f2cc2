"""Makes the chart's own tool importable."""

from __future__ import annotations

import sys

from chart_rendered import ROOT

sys.path.insert(0, str(ROOT / "helm"))
