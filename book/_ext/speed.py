"""What `make bench` measured last, as tables: the directive ``{speed}`` with the name of a table."""

import json
import statistics
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
RESULTS, BUILDING = REFERENCE / "speed.json", REFERENCE / "building.json"
MACHINE = ("processor", "python", "numpy", "blas", "kernel", "torch", "scikit-learn", "jax", "autograd")


def setting(row: dict) -> str:
    return f"{row['data']}, {row['dtype']}, {row['batch']}"


def measured(found: list[float], digits: int = 2) -> str:
    """A median with the least and the most of all rounds."""
    least, median, most = (f"{each:.{digits}f}" for each in found)
    return f"**{median}** <small>{least}–{most}</small>"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---", *["--:"] * (len(head) - 1)], *rows)]


def ratios(found: dict, part: str, by: str) -> list[str]:
    rows = found[part]["shares"]
    names = list(rows[0][by])
    cells = [[setting(row), *(measured(row[by][name]) for name in names)] for row in rows]
    return table(["data, precision, batch", *names], cells)


def summary(found: dict) -> list[str]:
    """Median and least over the settings of how many times as fast nncore is as each other."""
    rows = found["one thread"]["shares"]
    cells = []
    for name in rows[0]["nncore"]:
        medians = [row["nncore"][name][1] for row in rows]
        cells.append([name, *(f"{figure(medians):.2f}" for figure in (statistics.median, min, max))])
    return table(["nncore compared with", "median", "least", "most"], cells)


def samples(found: dict) -> list[str]:
    """How many samples a second nncore trains on, for who wants to know what the shares are shares of."""
    rows = found["one thread"]["shares"]
    return [", ".join(f"{row['samples a second']:,} ({setting(row)})" for row in rows) + "."]


def machine(found: dict) -> list[str]:
    about = found["one thread"]["machine"]
    return ["Measured with: " + ", ".join(f"{name} {about[name]}" for name in MACHINE) + "."]


def gains(found: dict) -> list[str]:
    rows = found["gains"]["gains"]
    sets = list(dict.fromkeys(row["data"] for row in rows))
    names = list(dict.fromkeys(row["what"] for row in rows))
    gain = {(row["what"], row["data"]): measured(row["gain"]) for row in rows}
    return table(["step", *sets], [[name, *(gain[name, data] for data in sets)] for name in names])


def fused(found: dict) -> list[str]:
    columns = ["from the logits", "from the probabilities"]
    rows = [[str(row["M"]), *(measured(row[name]) for name in columns)] for row in found["fused"]["fused"]]
    return table(["classes", *columns], rows)


def memory(found: dict) -> list[str]:
    rows = [[setting(row), f"{row['ratio']:.2f}"] for row in found["memory"]["memory"]]
    return table(["data, precision, batch", "most memory"], rows)


def kernels(found: dict) -> list[str]:
    """The shares once more with the other kernel, if the processor can run another."""
    chosen = found["one thread"]["machine"]["kernel"]
    if "other kernel" not in found:
        return [f"This machine knows no other kernel than the one that OpenBLAS chose, {chosen}."]
    other = found["other kernel"]["machine"]["kernel"]
    return [
        f"The machine measured here chose {chosen}. With {other} in its place NumPy's products are done by other code, "
        "those of the floor as well; JAX brings its own. The shares of the floor are then:",
        "",
        *ratios(found, "other kernel", "floor"),
    ]


def building(found: dict) -> list[str]:
    """Seconds of a build after each change, and how many pages ran."""
    about, cold, saved = found["machine"], found["cold"], found["saved"]
    rows = [
        ["everything, plainly", str(cold["pages"]), measured(cold["plain"], 1), ""],
        ["everything", str(cold["pages"]), measured(cold["forked"], 1), ""],
    ]
    for what, row in found["changes"].items():
        live = measured(saved[what], 1) if what in saved else ""
        rows.append([what, str(row["pages"]), measured(row["seconds"], 1), live])
    return [
        f"On {about['processors']} processors, with "
        + ", ".join(f"{name} {text}" for name, text in about.items() if name != "processors")
        + ":",
        "",
        *table(["what changed", "pages that ran", "seconds", "in `make serve`"], rows),
        "",
        f"A build of everything takes {measured(cold['ratio'])} of the time of a plain one.",
    ]


TABLES = {
    "machine": machine, "shares": lambda found: ratios(found, "one thread", "floor"), "summary": summary,
    "samples": samples,
    "two threads": lambda found: ratios(found, "two threads", "floor"),
    "building": building, "gains": gains, "fused": fused, "memory": memory, "kernels": kernels,
}  # fmt: skip


class Speed(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        file = BUILDING if self.arguments[0] == "building" else RESULTS
        self.env.note_dependency(str(file))
        lines = TABLES[self.arguments[0]](json.loads(file.read_text(encoding="utf-8")))
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app):
    app.add_directive("speed", Speed)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
