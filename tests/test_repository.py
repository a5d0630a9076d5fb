"""Addresses: every way in which people write where a repository is gives the right ones, or one clear sentence."""

from urllib.parse import parse_qs, urlsplit

import pytest
import repository
from repository import Repository, WrongAddress, from_settings, published_at

GITHUB = "https://github.com/mueller/nn-course"

UNDERSTOOD = {
    "https://github.com/mueller/nn-course": (GITHUB, "github"),
    "https://github.com/mueller/nn-course.git": (GITHUB, "github"),
    "https://github.com/mueller/nn-course/": (GITHUB, "github"),
    " https://github.com/mueller/nn-course ": (GITHUB, "github"),
    "http://GitHub.com/mueller/nn-course": ("http://github.com/mueller/nn-course", "github"),
    "github.com/mueller/nn-course": (GITHUB, "github"),
    "git@github.com:mueller/nn-course.git": (GITHUB, "github"),
    "ssh://git@github.com/mueller/nn-course.git": (GITHUB, "github"),
    "ssh://git@github.com:22/mueller/nn-course.git": (GITHUB, "github"),
    "git+https://github.com/mueller/nn-course.git": (GITHUB, "github"),
    "https://mueller:secret@github.com/mueller/nn-course.git": (GITHUB, "github"),
    "https://gitlab.com/mueller/nn": ("https://gitlab.com/mueller/nn", "gitlab"),
    "https://gitlab.com/uni/kurs/nn-course": ("https://gitlab.com/uni/kurs/nn-course", "gitlab"),
    "git@gitlab.uni-x.de:uni/kurs/nn.git": ("https://gitlab.uni-x.de/uni/kurs/nn", "gitlab"),
    "https://gitlab.uni-x.de:8443/uni/nn": ("https://gitlab.uni-x.de:8443/uni/nn", "gitlab"),
    "https://codeberg.org/mueller/nn": ("https://codeberg.org/mueller/nn", "codeberg"),
}


@pytest.mark.parametrize("given", UNDERSTOOD)
def test_an_address_as_people_write_it_is_understood(given):
    assert repository.repository(given) == Repository(*UNDERSTOOD[given], "main")


@pytest.mark.parametrize(
    "given",
    [
        "https://github.com/mueller",
        "https://github.com",
        "https://github.com/mueller/nn-course/tree/main",
        "https://github.com/mueller/nn-course?tab=readme",
        "https://gitlab.com/uni/kurs/-/tree/main",
        "mueller/nn-course",
        "../nn-course.git",
        "C:\\book\\nn-course",
        "mailto:mueller@uni-x.de",
        "https://[github.com/mueller/nn-course",
        "https://github.com:port/mueller/nn-course",
        " ",
        5,
        ["https://github.com/mueller/nn-course"],
    ],
)
def test_what_is_no_address_of_a_repository_is_refused_in_one_sentence(given):
    with pytest.raises(WrongAddress, match=r"^repository: url in _config.yml must be the address .*, got ") as error:
        repository.repository(given)
    assert "\n" not in str(error.value) and str(error.value).endswith(repr(given))


def test_a_host_that_is_not_known_is_refused_and_the_sentence_says_which_setting_tells():
    with pytest.raises(WrongAddress, match=r"git\.uni-x\.de.*repository_provider .*github, gitlab"):
        repository.repository("https://git.uni-x.de/a/b")
    with pytest.raises(WrongAddress, match="got 'sourceforge'"):
        repository.repository("https://git.uni-x.de/a/b", provider="sourceforge")
    options = {"repository_url": "https://git.uni-x.de/a/b/c", "repository_provider": "gitlab"}
    assert from_settings(options, {}) == Repository("https://git.uni-x.de/a/b/c", "gitlab", "main")


def test_each_kind_of_host_has_its_own_links():
    title, body = "Error in book/a b.md", "Page: x\nLabel: eq-y & #1"
    for url, edit, keys in (
        (GITHUB, f"{GITHUB}/edit/dev/book/a%20b.md", ("title", "body")),
        (
            "https://gitlab.com/u/k/nn",
            "https://gitlab.com/u/k/nn/-/edit/dev/book/a%20b.md",
            ("issue[title]", "issue[description]"),
        ),
        ("https://codeberg.org/u/nn", "https://codeberg.org/u/nn/_edit/dev/book/a%20b.md", ("title", "body")),
    ):
        sources = repository.repository(url, "dev")
        assert sources.edit("book/a b.md") == edit
        report = urlsplit(sources.report(title, body))
        assert report.path.endswith("/issues/new") and parse_qs(report.query) == {keys[0]: [title], keys[1]: [body]}


def test_without_a_setting_there_is_no_address_at_all():
    assert from_settings({}, {}) is None
    assert from_settings({"repository_url": "", "repository_branch": "main"}, {}) is None
    assert published_at("", None) == ""


def test_in_a_workflow_the_repository_is_the_one_that_it_runs_for():
    github = {"GITHUB_REPOSITORY": "Mueller/NN", "GITHUB_SERVER_URL": "https://github.com"}
    assert from_settings({"repository_url": GITHUB}, github).url == "https://github.com/Mueller/NN"
    assert from_settings({}, {"GITHUB_REPOSITORY": "Mueller/NN"}).url == "https://github.com/Mueller/NN"
    company = {"GITHUB_REPOSITORY": "a/b", "GITHUB_SERVER_URL": "https://code.company.com"}
    assert from_settings({}, company) == Repository("https://code.company.com/a/b", "github", "main")
    forgejo = {**company, "FORGEJO_ACTIONS": "true"}
    assert from_settings({}, forgejo) == Repository("https://code.company.com/a/b", "gitea", "main")


def test_only_github_is_known_to_publish_and_a_setting_goes_before_it():
    assert published_at("", repository.repository(GITHUB)) == "https://mueller.github.io/nn-course/"
    assert published_at("", repository.repository("https://github.com/Mueller/NN")) == "https://mueller.github.io/NN/"
    assert published_at("", repository.repository("https://github.com/me/Me.github.io")) == "https://me.github.io/"
    for other in ("https://gitlab.com/uni/kurs/nn", "https://codeberg.org/a/b"):
        assert published_at("", repository.repository(other)) == ""
    assert published_at("https://nn.org/book", repository.repository(GITHUB)) == "https://nn.org/book/"
    assert published_at("https://nn.org/", None) == "https://nn.org/"
    for wrong in ("nn.org/book", "/book", "ftp://nn.org", "https://nn.org/#a"):
        with pytest.raises(WrongAddress, match="baseurl"):
            published_at(wrong, None)
