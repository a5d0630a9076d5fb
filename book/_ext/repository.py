"""Where the sources of the book are, and the addresses that follow: to read it, to edit a page, to report an error.

Nothing is made up: without a setting, and outside of a workflow, there is no address at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

SETTING = "repository: url in _config.yml"
PROVIDER = "sphinx: config: html_theme_options: repository_provider in _config.yml"

# What a host does is known by a part of its name: github.com, gitlab.uni-x.de, codeberg.org.
_GITEA = ("{url}/_edit/{branch}/{source}", "{url}/issues/new?title={title}&body={body}")
LINKS = {
    "github": ("{url}/edit/{branch}/{source}", "{url}/issues/new?title={title}&body={body}"),
    "gitlab": ("{url}/-/edit/{branch}/{source}", "{url}/-/issues/new?issue[title]={title}&issue[description]={body}"),
    "codeberg": _GITEA,
    "forgejo": _GITEA,
    "gitea": _GITEA,
}

_SCP = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?!/)(?P<path>.+)")  # git@github.com:owner/name.git
_PART = re.compile(r"[\w.][\w.+-]*")


class WrongAddress(ValueError):
    """A setting that gives no address; its text is one sentence that names the setting, and what is expected."""


@dataclass(frozen=True)
class Repository:
    """A repository: its address without `.git`, which kind of host it is on, and the branch of the book."""

    url: str
    provider: str
    branch: str

    def edit(self, source: str) -> str:
        """Return the address at which a file is edited."""
        return LINKS[self.provider][0].format(url=self.url, branch=quote(self.branch), source=quote(source))

    def report(self, title: str, body: str) -> str:
        """Return the address of a new issue with a title and a text."""
        return LINKS[self.provider][1].format(url=self.url, title=quote(title, ""), body=quote(body, ""))

    def pages(self) -> str:
        """Return where GitHub publishes the pages of a repository; for another host, which may do anything, nothing."""
        host, owner, name = (urlsplit(self.url).netloc, *urlsplit(self.url).path.strip("/").split("/"))[:3]
        if host != "github.com":
            return ""
        site = f"{owner.lower()}.github.io"
        # A repository that is itself called owner.github.io is published at the root.
        return f"https://{site}/" if name.lower() == site else f"https://{site}/{name}/"


def repository(given: object, branch: str = "main", provider: str = "", what: str = SETTING) -> Repository:
    """Return the repository with an address as people write it, or as `git remote` prints it.

    Raises
    ------
    WrongAddress
        If it is the address of no repository, or its host is not known.
    """
    wrong = WrongAddress(
        f"{what} must be the address of a repository, such as https://github.com/<owner>/<name>, got {given!r}"
    )
    if not isinstance(given, str):
        raise wrong
    text = given.strip().removeprefix("git+")
    if "://" not in text:
        found = _SCP.fullmatch(text)
        text = f"https://{found['host']}/{found['path']}" if found else f"https://{text}"
    try:
        address = urlsplit(text)
        host, port = (address.hostname or "").lower(), address.port
    except ValueError:
        raise wrong from None
    scheme = "http" if address.scheme == "http" else "https"
    where = f"{host}:{port}" if port and address.scheme in ("http", "https") else host
    parts = address.path.strip("/").removesuffix(".git").split("/")
    if address.scheme not in ("http", "https", "ssh", "git") or "." not in host or address.query or address.fragment:
        raise wrong
    if len(parts) < 2 or not all(map(_PART.fullmatch, parts)):
        raise wrong
    kind = provider or next((kind for kind in LINKS if kind in host.split(".")), "")
    if kind not in LINKS:
        raise WrongAddress(
            f"{what}: what {host} does is not known; {PROVIDER} must say which one of these it is like: "
            f"{', '.join(LINKS)}" + (f", got {provider!r}" if provider else "")
        )
    if len(parts) > 2 and kind != "gitlab":
        raise wrong
    return Repository(f"{scheme}://{where}/{'/'.join(parts)}", kind, branch)


def from_settings(options: Mapping[str, object], environment: Mapping[str, str]) -> Repository | None:
    """Return the repository for which a workflow runs, else that of the theme's options, if there is one.

    Raises
    ------
    WrongAddress
        As `repository`.
    """
    branch, provider = str(options.get("repository_branch") or "main"), str(options.get("repository_provider") or "")
    if name := environment.get("GITHUB_REPOSITORY"):
        server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
        host = (urlsplit(server).hostname or "").split(".")
        # Forgejo and Gitea run workflows of GitHub, with its variables.
        runner = "gitea" if {"GITEA_ACTIONS", "FORGEJO_ACTIONS"} & environment.keys() else "github"
        kind = next((kind for kind in LINKS if kind in host), "") or provider or runner
        return repository(f"{server.rstrip('/')}/{name}", branch, kind, "GITHUB_REPOSITORY")
    given = options.get("repository_url")
    return None if given in (None, "") else repository(given, branch, provider)


def published_at(given: str, sources: Repository | None) -> str:
    """Return the address of the published book, with a slash at its end: that of the settings, else that of GitHub.

    Raises
    ------
    WrongAddress
        If the settings give no whole address.
    """
    if not given:
        return sources.pages() if sources else ""
    address = urlsplit(given)
    if address.scheme not in ("http", "https") or not address.netloc or address.query or address.fragment:
        raise WrongAddress(f"html: baseurl in _config.yml must be a whole address such as https://…/, got {given!r}")
    return given.rstrip("/") + "/"
