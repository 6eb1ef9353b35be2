"""`oncohort queries`: the feedback workbook of a site, and its way back."""

from oncohort.queries.issue import issue_queries

__all__ = ["issue_queries"]
