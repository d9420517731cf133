"""Make the log likelihoods of tests/data/loo.bin and the numbers of arviz-stats for them.

    python -m venv venv && venv/bin/pip install "arviz-stats>=1.3,<2" "arviz-base>=1" "numpy>=2"
    venv/bin/python tests/arviz/expected_loo.py tests/data

Writes loo.bin (little-endian 64-bit, table after table, each of shape [datum, chain, draw]; then the log weights of the
draws, and the parameter from whose chains the relative efficiency follows, each of shape [chain, draw]) and loo.json.
The committed files were made with arviz-stats 1.3.3, arviz-base 1.3.1, NumPy 2.5.5 and SciPy 1.18.1.
"""

import json
import sys
import warnings
from pathlib import Path

import arviz_base
import numpy as np
from arviz_stats import loo
from arviz_stats.base import array_stats


def cases():
    """Normal likelihoods of data around the draws of a mean; one of the data is an outlier."""
    generator = np.random.default_rng(17)
    for name, chains, draws, data, sd in [
        ("four chains", 4, 250, 7, 1.0),
        ("influential data", 4, 300, 5, 0.35),
        ("single chain", 1, 400, 6, 1.0),
        ("short", 2, 40, 4, 0.8),
    ]:
        noise = generator.normal(size=(chains, draws))
        mean = np.empty_like(noise)
        mean[:, 0] = noise[:, 0]
        for draw in range(1, draws):
            mean[:, draw] = 0.6 * mean[:, draw - 1] + 0.8 * noise[:, draw]
        mean[:, ::7] = mean[:, np.maximum(np.arange(0, draws, 7) - 1, 0)]
        mean *= 0.3
        observed = generator.normal(size=data)
        observed[0] = 2.5
        table = -0.5 * ((observed[:, None, None] - mean) / sd) ** 2 - np.log(sd)
        table -= 0.1 * generator.normal(size=table.shape) ** 2
        yield name, mean, table, -0.5 * generator.standard_t(4, size=(chains, draws)) ** 2


def expected(mean, table, log_weights):
    data = arviz_base.from_dict(
        {
            "posterior": {"mean": mean},
            "log_likelihood": {"features": np.moveaxis(table, 0, -1)},
            "observed_data": {"features": np.zeros(len(table))},
        }
    )
    result = loo(data, pointwise=True)
    weighted = [array_stats.loo_approximate_posterior(datum, log_weights, 0 * log_weights) for datum in table]
    return {
        "elpd": result.elpd,
        "se": result.se,
        "p_loo": result.p,
        "elpd_i": result.elpd_i.values.tolist(),
        "pareto_k": result.pareto_k.values.tolist(),
        "weighted_elpd_i": [float(datum[0]) for datum in weighted],
        "weighted_pareto_k": [float(datum[1]) for datum in weighted],
    }


def main(folder):
    folder = Path(folder)
    described = []
    warnings.simplefilter("ignore")
    with (folder / "loo.bin").open("wb") as file:
        for name, mean, table, log_weights in cases():
            for array in [table, log_weights, mean]:
                file.write(array.astype("<f8").tobytes())
            described.append({"name": name, "shape": table.shape, "expected": expected(mean, table, log_weights)})
    (folder / "loo.json").write_text(json.dumps(described, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
