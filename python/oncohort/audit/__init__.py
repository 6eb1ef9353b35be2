"""Statistical audit of a paper's printed figures: what cannot be right, and why."""

from oncohort.audit.run import audit, show_audit

__all__ = ["audit", "show_audit"]
