"""The numeric judge, which refutes: exact fractions and balls, expansions for derivatives, points that matter."""

from nncore.verify.numeric.comparing import DIFFER, Finding, Shared
from nncore.verify.numeric.judge import Met, NumericResult, admits, judge, points_for, refutes, witness
from nncore.verify.numeric.sizes import sizes_of
from nncore.verify.numeric.watching import SECONDS, Budget

__all__ = [
    "DIFFER", "SECONDS", "Budget", "Finding", "Met", "NumericResult", "Shared", "admits", "judge", "points_for",
    "refutes", "sizes_of", "witness",
]  # fmt: skip
