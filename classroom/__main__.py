"""The command; see the package."""

import sys
from pathlib import Path

from classroom import build, lay_out, solutions

USAGE = "python -m classroom without-solutions | solutions"


def main(arguments: list[str]) -> int:
    """Carry out the command, and return its exit code."""
    root = Path.cwd()
    match arguments:
        case ["without-solutions"]:
            folder = root / "_build" / "class"
            lay_out(root, folder)
            code = build(folder)
            if not code:
                print(f"The book without solutions is in {(folder / '_build/html/index.html').relative_to(root)}.")
            return code
        case ["solutions"]:
            target = root / "_build" / "solutions.html"
            try:
                target.write_text(solutions(root, root / "_build" / "html", target), encoding="utf-8")
            except FileNotFoundError as error:
                print(f"The book must be built before: there is no {Path(error.filename).relative_to(root)}.")
                return 1
            print(f"The exercises with their solutions are in {target.relative_to(root)}; a browser prints them.")
            return 0
        case _:
            print(USAGE)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
