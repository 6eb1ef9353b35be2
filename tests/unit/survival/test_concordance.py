import numpy as np

from oncohort.survival.concordance import later_and_lower


def test_counts_what_two_loops_count():
    random = np.random.default_rng(11)
    key, rank = random.integers(0, 9, (2, 60))
    weight = random.random(60)
    query_key, query_rank = random.integers(0, 9, (2, 37))
    expected = [
        sum(w for k, r, w in zip(key, rank, weight, strict=True) if k > qk and r < qr)
        for qk, qr in zip(query_key, query_rank, strict=True)
    ]
    found = later_and_lower(key, rank, weight, query_key, query_rank)
    assert np.allclose(found, expected, rtol=1e-12)
