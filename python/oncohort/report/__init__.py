"""The report: one self-contained page per study, and a start page."""

from oncohort.report.pages import write_report

__all__ = ["write_report"]
