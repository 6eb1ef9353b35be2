import numpy as np
import pytest

from oncohort.survival.segments import MANY, running_sums


@pytest.mark.parametrize("n_strata", [1, 3, MANY + 1, 400])
def test_sums_start_anew_with_each_stratum(n_strata):
    random = np.random.default_rng(n_strata)
    values = random.random((1000, 2))
    inner = random.choice(np.arange(1, 1000), n_strata - 1, replace=False)
    first = np.append(0, np.sort(inner))
    expected = np.concatenate(
        [part.cumsum(axis=0) for part in np.split(values, first[1:])]
    )
    assert np.allclose(running_sums(values, first), expected, rtol=1e-12)
    assert np.allclose(running_sums(values[:, 0], first), expected[:, 0], rtol=1e-12)
