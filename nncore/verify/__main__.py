"""The command ``nncore-verify``, or ``python -m nncore.verify``; what it does and its exit codes, `command` says."""

import sys
from collections.abc import Sequence
from pathlib import Path

from nncore.extras import MissingExtra, require
from nncore.verify.judgement import BAD_USAGE

COMMAND, MODULE = "nncore-verify", "python -m nncore.verify"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; what is not installed is one line, and no traceback."""
    name = COMMAND if Path(sys.argv[0]).stem == COMMAND else MODULE
    try:
        require("verify", "nncore.verify")
        from nncore.verify.command import run  # not before: processes that judge import this file, too
    except MissingExtra as error:
        print(f"{name}: {error}", file=sys.stderr)
        return BAD_USAGE
    return run(name, arguments)


if __name__ == "__main__":
    sys.exit(main())
