r"""Families with a symbolic number: what is said of ``Z^{[r]}`` for all layers becomes what it says of ``Z^{[2]}``.

A claim about R layers is one claim for every R, and one for every layer r that its conditions allow. `instances` puts
numbers in the place of both, in the claim and in all definitions, and so makes ordinary claims about ordinary letters
with the names ``Z^{[1]}``, ``Z^{[2]}`` and the sizes D, D_1, …, M. Sequences over steps, ``u_t``, stay as they are: their
members are looked up by number when they are needed.
"""
