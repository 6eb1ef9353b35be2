"""From raw hospital extracts to a study's numbers, each traceable to its rows."""

__version__ = "0.1.0"
