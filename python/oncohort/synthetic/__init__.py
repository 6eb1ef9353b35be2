"""Made-up patients, planned from a truth and written as raw deliveries of hospitals."""

from oncohort.synthetic.write import DEFAULT_SEED, synthesize

__all__ = ["DEFAULT_SEED", "synthesize"]
