"""`oncohort diff`: what differs between two publications, from patients to numbers."""

from oncohort.diff.run import diff

__all__ = ["diff"]
