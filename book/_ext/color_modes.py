"""Light and dark in every medium, from the rules of the style sheets that know light and dark alone.

The themes write ``html[data-theme=light] …`` and ``html[data-theme=dark] …``, and a script chooses one of them. Where
no script runs, a page says ``auto``, and has neither; on paper a dark page stays dark. So each rule for the light is
also that of a page on paper, whatever its theme, and of one that says ``auto`` to a reader who prefers light; each rule
for the dark is for screens alone, and also that of a page that says ``auto`` to a reader who prefers dark.
"""

import re

THEME = re.compile(r"\[data-theme=([\"']?)(light|dark)\1\]")
RULE = re.compile(r"(?P<selectors>[^{};/@]*\[data-theme=[^{};/@]*)\{(?P<body>[^{}]*)\}")
COMMA = re.compile(r",(?![^(\[]*[)\]])")  # between two selectors, not within :is(…)


def in_every_medium(sheet: str) -> str:
    """Return a style sheet whose rules for light and dark hold on paper and without scripts as well."""
    return RULE.sub(_spread, sheet)


def _spread(rule: re.Match[str]) -> str:
    """Return the rules that are made of one: those of the selectors without a theme, in the light, in the dark."""
    selectors, body = COMMA.split(rule["selectors"].strip()), rule["body"]
    by_theme = {
        theme: ",".join(each for each in selectors if {found[1] for found in THEME.findall(each)} == set(theme.split()))
        for theme in ("", "light", "dark")
    }
    made = [f"{by_theme['']}{{{body}}}"] if by_theme[""] else []
    if light := by_theme["light"]:
        made += [
            f"{light}{{{body}}}",
            f"@media print{{{THEME.sub('[data-theme]', light)}{{{body}}}}}",
            f"@media (prefers-color-scheme:light){{{THEME.sub('[data-theme=auto]', light)}{{{body}}}}}",
        ]
    if dark := by_theme["dark"]:
        made += [
            f"@media screen{{{dark}{{{body}}}}}",
            f"@media screen and (prefers-color-scheme:dark){{{THEME.sub('[data-theme=auto]', dark)}{{{body}}}}}",
        ]
    return "".join(made)
