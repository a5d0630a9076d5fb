"""What the tests of meanings and of judges ask of a page that they write, by what is asked."""

from common import NOTATION, claims_of, say, write
from pytest import fixture

from nncore.verify.notation import load
from nncore.verify.numeric import judge
from nncore.verify.report.book import NOTATION as OF_THE_BOOK
from nncore.verify.report.book import check
from nncore.verify.symbolic import prover
from nncore.verify.verdict import judge as judge_claim
from nncore.verify.verdict import provisos


@fixture(name="letters")
def no_letters():
    """Parts with which all pages of a file of tests begin."""
    return ()


@fixture(name="say")
def meaning_of_page(tmp_path, letters):
    """The meaning of a page with these formulas, or with this text."""
    return lambda *parts: say(tmp_path, *letters, *parts)


@fixture
def faults(say):
    """The reasons why formulas of a page have no meaning."""
    return lambda *parts: [fault.reason for fault in say(*parts).faults]


@fixture
def why(faults):
    """The one reason why a formula of a page has no meaning."""

    def reason(*parts):
        (found,) = faults(*parts)
        return found

    return reason


@fixture
def claims(tmp_path, letters):
    """The claims of a page, all of which has a meaning."""
    return lambda *parts: claims_of(tmp_path, *letters, *parts)


@fixture
def last_claims(claims):
    """The claims of the last formula of a page."""

    def last(*parts):
        found = claims(*parts)
        return [claim for claim in found if claim.formula is found[-1].formula]

    return last


@fixture
def item(claims):
    """The last claim of a page."""
    return lambda *parts: claims(*parts)[-1]


@fixture
def verdict(item):
    """What numbers say of the last claim of a page."""
    return lambda *parts: judge(item(*parts))


@fixture
def status(verdict):
    """The status of what numbers say of the last claim of a page."""
    return lambda *parts: verdict(*parts).status


@fixture
def proof(item):
    """The proof of the last claim of a page."""
    return lambda *parts: prover.prove(item(*parts))


@fixture
def unhurried(monkeypatch):
    """Ten times the time for each formula, so that no verdict depends on how fast a machine is."""
    for place, name in [
        (judge_claim, "SECONDS"), (judge_claim, "SECONDS_OF_A_PROOF"), (judge_claim, "SECONDS_OF_PROVISOS"),
        (judge_claim.numeric, "SECONDS"), (provisos, "_SECONDS_OF_A_PROOF"),
    ]:  # fmt: skip
        monkeypatch.setattr(place, name, 10 * getattr(place, name))


@fixture
def last_evidence(tmp_path, unhurried):
    """The evidence of the last formula of a page."""

    def last(*parts):
        (report,) = check([write(tmp_path / "page.md", *parts)], NOTATION, root=tmp_path, processes=1).pages
        return report.formulas[-1]

    return last


@fixture
def judged(tmp_path):
    """Judge a text in free spelling as it is, and return what became of it."""

    def judge(text, suffix=".md", proposing=True):
        path = tmp_path / f"a{suffix}"
        path.write_text(text, encoding="utf-8")
        (page,) = check([path], load(OF_THE_BOOK), root=tmp_path, processes=1, free=True, proposing=proposing).pages
        return page

    return judge
