"""Distances of two weighted samples by SciPy, for tests/comparison.rs.

    python tests/comparison/scipy_numbers.py > tests/data/comparison.json

Needs numpy and scipy. The samples are small formulas, with draws that are equal within and between them.
"""

import json

import numpy as np
import scipy
from scipy import stats

i, j = np.arange(300), np.arange(180)
a = np.round(np.sin(1.7 * i) * 3 + 0.01 * i, 2)
b = np.round(np.cos(2.3 * j) ** 3 * 4 + 1.0, 2)
weights = 1.0 + (j % 7)

numbers = {
    "scipy": scipy.__version__,
    "a": a.tolist(),
    "b": b.tolist(),
    "weights": weights.tolist(),
    "wasserstein": stats.wasserstein_distance(a, b),
    "wasserstein_weighted": stats.wasserstein_distance(a, b, v_weights=weights),
    "ks": stats.ks_2samp(a, b).statistic,
    # SciPy gives the root of the V-statistic; the pairs of a draw with itself are in its means.
    "energy": stats.energy_distance(a[:180], b),
    # P(B > A) + P(B = A) / 2.
    "p_greater": stats.mannwhitneyu(b, a).statistic / (len(a) * len(b)),
    "differences": np.quantile((b[:, None] - a[None, :]).ravel(), [0.025, 0.5, 0.975], method="inverted_cdf").tolist(),
}
print(json.dumps(numbers))
