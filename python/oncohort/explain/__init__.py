"""`oncohort explain`: why a patient has this endpoint, or is in no study.

Facts come from the published tables (`trail`), each with the line of the file it stands
on (`records`), the original text only where asked for (`originals`).
"""

from oncohort.explain.run import explain

__all__ = ["explain"]
