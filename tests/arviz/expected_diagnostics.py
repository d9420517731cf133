"""Make the draws of tests/data/diagnostics.bin and the numbers of arviz-stats for them.

    python -m venv venv && venv/bin/pip install "arviz-stats>=1.3,<2" "numpy>=2" "diptest>=0.12"
    venv/bin/python tests/arviz/expected_diagnostics.py tests/data

Writes diagnostics.bin (all draws, little-endian 64-bit, case after case, chain after chain) and
diagnostics.json (shape and expected numbers of each case; null is NaN). The committed files were made with
arviz-stats 1.3.3, diptest 0.12.0, NumPy 2.5.5 and SciPy 1.18.1. The generator of NumPy is the same in all versions.
"""

import json
import sys
from pathlib import Path

import diptest
import numpy as np
from arviz_stats.base import array_stats


def autoregressive(generator, chains, draws, coefficient):
    noise = generator.normal(size=(chains, draws))
    values = np.empty_like(noise)
    values[:, 0] = noise[:, 0] / np.sqrt(1 - coefficient**2)
    for draw in range(1, draws):
        values[:, draw] = coefficient * values[:, draw - 1] + noise[:, draw]
    return values


def cases():
    generator = np.random.default_rng(20210622)
    shifted = autoregressive(generator, 4, 300, 0.7) + np.array([[0.0], [0.3], [-0.2], [1.5]])
    yield "autoregressive with different means", shifted
    yield "ties", np.round(2 * autoregressive(generator, 4, 150, 0.3))
    yield "short", generator.gamma(2.0, size=(4, 50))
    yield "odd number of draws", 1e3 + 1e-2 * generator.normal(size=(3, 51))
    yield "long", autoregressive(generator, 4, 2000, 0.95)
    stuck = generator.normal(size=(4, 200))
    stuck[2, 40:] = stuck[2, 40]
    yield "one chain stuck", stuck
    yield "constant", np.full((4, 20), -54.5)
    yield "heavy tails", generator.standard_cauchy(size=(4, 300))
    yield "negative autocorrelation", autoregressive(generator, 4, 250, -0.8)
    yield "random walk", np.cumsum(generator.normal(size=(2, 400)), axis=1)
    yield "single chain", autoregressive(generator, 1, 100, 0.5)
    yield "four draws", generator.normal(size=(2, 4))
    yield "seven draws", generator.normal(size=(3, 7))
    yield "three draws are too few", generator.normal(size=(4, 3))
    with_nan = generator.normal(size=(4, 10))
    with_nan[1, 3] = np.nan
    yield "not a number", with_nan
    yield "different scales", generator.normal(size=(4, 200)) * np.array([[1.0], [1.0], [1.0], [3.0]])
    yield "skewed", np.exp(1.5 * autoregressive(generator, 6, 120, 0.4))


def expected(draws):
    def ess(method, **options):
        return array_stats.ess(draws, method=method, **options)

    flat = draws.ravel()
    low, high = array_stats.hdi(flat, 0.95)
    quantiles = {"lower": 0.025, "median": 0.5, "upper": 0.975}
    of_quantiles = {f"ess_{name}": ess("quantile", prob=prob) for name, prob in quantiles.items()}
    of_quantiles |= {
        f"mcse_{name}": array_stats.mcse(draws, method="quantile", prob=prob) for name, prob in quantiles.items()
    }
    numbers = of_quantiles | {
        "r_hat": array_stats.rhat(draws, method="rank"),
        "ess_bulk": ess("bulk"),
        "ess_tail": ess("tail", prob=(0.05, 0.95)),
        "ess_mean": ess("mean"),
        "mcse_mean": array_stats.mcse(draws, method="mean"),
        "mcse_sd": array_stats.mcse(draws, method="sd"),
        "dip": diptest.dipstat(flat) if np.isfinite(flat).all() else np.nan,
        "mean": flat.mean(),
        "sd": flat.std(ddof=1),
        "hdi_lower": low,
        "hdi_upper": high,
        "lower": np.quantile(flat, 0.025),
        "median": np.quantile(flat, 0.5),
        "upper": np.quantile(flat, 0.975),
    }
    return {name: float(value) if np.isfinite(value) else None for name, value in numbers.items()}


def main(folder):
    folder = Path(folder)
    described = []
    with (folder / "diagnostics.bin").open("wb") as file, np.errstate(all="ignore"):
        for name, draws in cases():
            file.write(draws.astype("<f8").tobytes())
            described.append({"name": name, "shape": draws.shape, "expected": expected(draws)})
    (folder / "diagnostics.json").write_text(json.dumps(described, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
