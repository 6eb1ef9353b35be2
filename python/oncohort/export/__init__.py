"""`oncohort export`: a published table as a file of a statistics program."""

from oncohort.export.run import export

__all__ = ["export"]
