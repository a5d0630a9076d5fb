"""What numbers and symbols say together of a claim, of an erratum, and of a proof."""
