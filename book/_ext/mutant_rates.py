"""How well slips are noticed, from the last run of `mutation.run`: the directive ``{mutant-rates}``."""

import json
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

from nncore.verify.report.cache import judges

RATES = Path(__file__).resolve().parents[1] / "reference" / "mutants.json"
WORDS = {
    "sign": "a sign", "index": "an index", "factor": "a factor or 1/n", "transpose": "a transpose",
    "delta": "a Kronecker delta", "sum": "a sum or its range", "exponent": "an exponent", "operator": "an operator",
    "function": "a function", "addend": "a term", "order": "the order of arguments", "number": "a number or digit",
    "letter": "a letter", "scope": "a bound letter outside of its sum", "case": "a case", "relation": "the relation",
    "condition": "a condition",
}  # fmt: skip


def lines(found: dict, sources: str):
    """The rates in words and as a table, in Markdown."""
    claims, definitions, rewritings = found["claims"], found["definitions"], found["rewritings"]
    made = claims["made"] + definitions["made"]
    noticed = sum(table["rejected"] + table["refuted"] for table in (claims, definitions))
    true = sum(table["true"] + table["listed"] for table in (claims, definitions))
    share = 10000 * noticed // (made - true) / 100
    possible = found["possible"]
    run = "full run" if made == possible else f"run over a random sample of {possible:,} possible slips"
    yield (
        f"In the last {run}, {made:,} slips were made, one at a time. {true:,} of them say something else that is "
        f"true as well. Of the other {made - true:,} the checker noticed {noticed:,}, which is {share:g}%."
    )
    yield ""
    yield f"{rewritings['accepted']:,} of {rewritings['made']:,} right formulas in other words were accepted."
    yield ""
    if found["checker"] != sources:
        yield "The checker has changed since that run; a sample of slips is tried again in every test run."
        yield ""
    yield "| what was changed | made | true as well | rejected | refuted | missed | noticed |"
    yield "|---|---|---|---|---|---|---|"
    for kind, table in found["kinds"].items():
        if table["made"]:
            missed = table["missed"] + table["proved though refuted"] + table["broken"]
            yield (
                f"| {WORDS[kind]} | {table['made']:,} | {table['true'] + table['listed']:,} | {table['rejected']:,} | "
                f"{table['refuted']:,} | {missed:,} | {table['noticed']:g}% |"
            )


class MutantRates(SphinxDirective):
    def run(self):
        self.env.note_dependency(str(RATES))
        found = json.loads(RATES.read_text(encoding="utf-8"))
        return self.parse_text_to_nodes("\n".join(lines(found, judges())))


def setup(app):
    app.add_directive("mutant-rates", MutantRates)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
