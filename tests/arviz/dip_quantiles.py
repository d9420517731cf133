"""Simulate the dip of uniform draws, for the p-values of src/diagnostics/dip.rs.

    python -m venv venv && venv/bin/pip install "numpy>=2" "diptest>=0.12"
    venv/bin/python tests/arviz/dip_quantiles.py

Prints the quantiles of dip times the root of the number of draws (Hartigan and Hartigan 1985,
https://doi.org/10.1214/aos/1176346577). The committed row is that of 5000 draws.
"""

import diptest
import numpy as np

PROBABILITIES = [0.5, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999]
GENERATOR = np.random.default_rng(1)

for draws, repeats in [(50, 200_000), (200, 200_000), (1000, 100_000), (5000, 30_000)]:
    dips = [diptest.dipstat(GENERATOR.random(draws)) for _ in range(repeats)]
    print(draws, np.quantile(np.sqrt(draws) * np.array(dips), PROBABILITIES).round(4))
