"""What is false is not accepted: the false claims of the soundness corpus, kind by kind."""

import pytest
from corpus import FALSE, KINDS, failures


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_false_is_not_accepted(kind, tmp_path):
    found = failures([case for case in FALSE if case["kind"] == kind], tmp_path)
    assert not found, f"{kind}:\n" + "\n".join(found)
