"""Judges a delivery by the Great Expectations suites of `expectations/`."""
