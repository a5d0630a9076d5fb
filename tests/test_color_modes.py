"""The rules for light and dark, which hold on paper and where no script runs as well."""

import pytest
from color_modes import in_every_medium


@pytest.mark.parametrize(
    ("sheet", "made"),
    [
        ("a{b:c}@media print{a{d:e}}", "a{b:c}@media print{a{d:e}}"),
        (
            "html[data-theme=light] a{b:c}",
            "html[data-theme=light] a{b:c}@media print{html[data-theme] a{b:c}}"
            "@media (prefers-color-scheme:light){html[data-theme=auto] a{b:c}}",
        ),
        (
            'html[data-theme="dark"] a{b:c}',
            '@media screen{html[data-theme="dark"] a{b:c}}'
            "@media screen and (prefers-color-scheme:dark){html[data-theme=auto] a{b:c}}",
        ),
        (  # one rule for both, and for neither
            "a,html[data-theme=dark] b:not(.c,.d),html[data-theme=light]{e:f}",
            "a{e:f}html[data-theme=light]{e:f}@media print{html[data-theme]{e:f}}"
            "@media (prefers-color-scheme:light){html[data-theme=auto]{e:f}}"
            "@media screen{html[data-theme=dark] b:not(.c,.d){e:f}}"
            "@media screen and (prefers-color-scheme:dark){html[data-theme=auto] b:not(.c,.d){e:f}}",
        ),
        ("html:not([data-theme]) a{b:c}", "html:not([data-theme]) a{b:c}"),
        (  # within another rule
            "@media (width>1px){html[data-theme=dark]{b:c}}",
            "@media (width>1px){@media screen{html[data-theme=dark]{b:c}}"
            "@media screen and (prefers-color-scheme:dark){html[data-theme=auto]{b:c}}}",
        ),
    ],
)
def test_a_rule_for_light_or_dark_holds_in_every_medium(sheet, made):
    assert in_every_medium(sheet) == made
