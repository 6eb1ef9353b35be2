"""Figures of the report: drawn from result rows, saved the same way every time."""
