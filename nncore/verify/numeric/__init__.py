"""The numeric judge, which refutes: exact fractions and balls, expansions for derivatives, points that matter."""

from nncore.verify.numeric.judge import AGREES, DIFFER, REFUTED, UNDECIDED, Trial, Verdict, judge, refutes, witness
from nncore.verify.numeric.sizes import size_plans, sizes_of
from nncore.verify.numeric.values import SECONDS, Budget

__all__ = [
    "AGREES", "DIFFER", "REFUTED", "SECONDS", "UNDECIDED", "Budget", "Trial", "Verdict", "judge", "refutes",
    "size_plans", "sizes_of", "witness",
]  # fmt: skip
