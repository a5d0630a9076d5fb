"""`python -m releases check | freeze | site`, as `make release` and `make site` call it."""

import sys
from pathlib import Path

import printing
from releases import frozen

ROOT = Path(__file__).resolve().parents[1]
ARCHIVES = ROOT / "releases"
HTML = ROOT / "_build" / "html"
SITE = ROOT / "_build" / "site"

NEXT = """\
{archive} holds version {version}, {size:.1f} MB. Next:
  git add {archive} && git commit -m "Version {version} is frozen" && git tag v{version}
  then give CITATION.cff (without date-released) and pyproject.toml the next version, such as {next}.dev0,
  and CHANGELOG.md a section "## Unreleased": pages that change do not call themselves {version} any more."""


def main(command: str) -> None:
    """Check, freeze or lay out; SystemExit with one sentence if it cannot be done."""
    try:
        match command:
            case "check":
                print(f"Version {frozen.check(ROOT, ARCHIVES)} can be frozen.")
            case "freeze":
                archive = frozen.freeze(ROOT, HTML, ARCHIVES)
                version = archive.name.removeprefix("site-").removesuffix(".tar.gz")
                major, minor, *_ = version.split(".")
                name, size = archive.relative_to(ROOT), archive.stat().st_size / 1e6
                print(NEXT.format(archive=name, version=version, size=size, next=f"{major}.{int(minor) + 1}.0"))
            case "site":
                found = frozen.site(ROOT, HTML, ARCHIVES, SITE)
                printing.publish(ROOT / "_build" / printing.NAME, HTML, SITE)
                print(
                    f"The site is in {SITE.relative_to(ROOT)}, with the frozen versions {', '.join(found) or '(none)'}."
                )
            case _:
                sys.exit(f"python -m releases check | freeze | site, got {command!r}")
    except (frozen.CannotFreeze, printing.CannotPublish) as error:
        sys.exit(f"{error}.")


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
