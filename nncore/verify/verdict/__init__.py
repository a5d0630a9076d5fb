"""What numbers and symbols say together of a claim, of an erratum, and of a proof."""

from nncore.extras import JUDGES, require

require("verify", "nncore.verify", JUDGES)
