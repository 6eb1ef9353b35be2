"""Statistics of each study, as its plan names them, into schema `analysis`."""

from oncohort.analysis.run import analyse

__all__ = ["analyse"]
