"""The symbolic judge, which proves: terms, rules and normal forms."""
