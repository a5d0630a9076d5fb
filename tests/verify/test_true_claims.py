"""What is true is not refuted: the true claims of the soundness corpus, kind by kind."""

import pytest
from corpus import KINDS, TRUE, failures


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_true_is_not_refuted(kind, tmp_path):
    found = failures([case for case in TRUE if case["kind"] == kind], tmp_path)
    assert not found, f"{kind}:\n" + "\n".join(found)
