"""`python -m printing`, as `make pdf` calls it: the built book as one PDF, or a list of what is wrong with it."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from book._ext.citation import WrongCitation
from printing import NAME, chromium, joining, paper, proof

USAGE = "python -m printing"


def main(arguments: list[str]) -> int:
    """Print the book, and return the exit code."""
    if arguments:
        print(USAGE)
        return 2
    root = Path.cwd()
    html, folder = root / "_build" / "html", root / "_build"
    document, target = folder / "printing.html", folder / NAME
    target.unlink(missing_ok=True)
    try:
        document.write_text(joining.joined(root, html, document), encoding="utf-8")
        path = chromium.find()
    except FileNotFoundError as error:
        print(f"The book must be built before: there is no {Path(error.filename).relative_to(root)}.")
        return 1
    except (joining.CannotJoin, WrongCitation, chromium.NoBrowser) as error:
        print(f"{error}.")
        return 1
    with sync_playwright() as playwright:
        # no-sandbox: as root, as in most containers, Chromium starts in no other way; it reads the book alone.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        with paper.laid_out(browser, document) as page:
            wrong = [f"cut off: {each}" for each in paper.cut_off(page)]
            headings = paper.headings(page)
            if not wrong:
                # On which pages the places are is known when they are printed; then the contents name them.
                pages = proof.pages_of(paper.printed(page))
                paper.name_pages(page, pages)
                pdf = proof.finished(paper.printed(page), headings)
        browser.close()
    wrong = wrong or proof.faults(pdf, [seen for seen, _ in headings], pages)
    if wrong:
        print("No PDF is written:", *wrong, sep="\n  ")
        return 1
    target.write_bytes(pdf)
    print(
        f"The book is in {target.relative_to(root)}, {len(pdf) / 1e6:.1f} MB; its links and bookmarks lead somewhere."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
