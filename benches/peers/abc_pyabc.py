"""One run of pyABC on the problem of configs/abc.toml with a simulator compiled by numba, or the moments of a run of hhbayes.

Run as: python abc_pyabc.py run POSTERIOR.nc EPSILONS PARTICLES CORES SEED, or: python abc_pyabc.py moments POSTERIOR.nc
"""

import json
import math
import sys
import time

import h5py
import numpy as np

from targets import squid


def moments(theta, weights):
    weights = weights / weights.sum()
    mean = weights @ theta
    sd = np.sqrt(weights @ (theta - mean) ** 2)
    # The error of a mean of weighted particles.
    error = np.sqrt((weights**2) @ (theta - mean) ** 2)
    rows = zip(squid.NAMES, mean, sd, error)
    return {"posterior": {name: {"mean": m, "sd": s, "error": e} for name, m, s, e in rows}}


def of_hhbayes(path):
    with h5py.File(path) as file:
        theta = np.stack([file[f"posterior/{name}"][:].ravel() for name in squid.NAMES], axis=-1)
        weights = file["sample_stats/weight"][:].ravel() if "weight" in file["sample_stats"] else np.ones(len(theta))
    return moments(theta, weights)


class Model:
    """From parameters to features with the noise of a recording; counts its time."""

    def __init__(self, seed):
        self.trace, self.found = np.empty(squid.SAMPLES), np.empty(len(squid.SDS))
        self.generator = np.random.default_rng(seed)
        self.calls, self.seconds = 0, 0.0

    def __call__(self, parameters):
        began = time.perf_counter()
        g_na, g_k, g_l, amplitude = (parameters[name] for name in squid.NAMES)
        v = squid.rest(g_na, g_k, g_l)
        if math.isnan(v) or not squid.simulate(g_na, g_k, g_l, amplitude, v, self.trace):
            self.found.fill(np.nan)
        else:
            squid.features(self.trace, self.found)
        noisy = self.found + squid.SDS * self.generator.standard_normal(len(self.found))
        self.calls += 1
        self.seconds += time.perf_counter() - began
        return {"features": noisy}


def distance(simulated, observed):
    """Euclidean in sds; infinite where a feature is missing."""
    difference = (simulated["features"] - observed["features"]) / squid.SDS
    total = math.sqrt(difference @ difference)
    return math.inf if math.isnan(total) else total


def run(path, epsilons, particles, cores, seed):
    import pyabc

    with h5py.File(path) as file:
        observed = file["observed_data/features"][:]
    np.random.seed(seed)
    prior = pyabc.Distribution(
        **{
            name: pyabc.RV("loguniform", low, high) if is_log else pyabc.RV("uniform", low, high - low)
            for name, low, high, is_log in zip(squid.NAMES, squid.LOWER, squid.UPPER, squid.IS_LOG)
        }
    )
    model = Model(seed)
    middle = dict(zip(squid.NAMES, 0.5 * (squid.LOWER + squid.UPPER)))
    model(middle)  # compiles
    model.calls, model.seconds = 0, 0.0
    one = cores == 1
    sampler = pyabc.SingleCoreSampler() if one else pyabc.MulticoreEvalParallelSampler(n_procs=cores)
    # Everything with a distance joins the first generation.
    smc = pyabc.ABCSMC(
        model, prior, distance, population_size=particles, sampler=sampler, eps=pyabc.ListEpsilon([1e300, *epsilons])
    )
    smc.new("sqlite://", {"features": observed})
    began = time.perf_counter()
    history = smc.run(max_nr_populations=len(epsilons) + 1)
    seconds = time.perf_counter() - began
    frame, weights = history.get_distribution()
    told = {"seconds": seconds, "calls": int(history.total_nr_simulations)}
    told["epsilons"] = [float(epsilon) for epsilon in history.get_all_populations()["epsilon"][2:]]
    told["effective"] = float(weights.sum() ** 2 / (weights**2).sum())
    if one:
        told["simulator_seconds"] = model.seconds
        told["simulator_calls"] = model.calls
    return told | moments(frame[list(squid.NAMES)].to_numpy(), weights)


if __name__ == "__main__":
    if sys.argv[1] == "moments":
        told = of_hhbayes(sys.argv[2])
    else:
        path, epsilons, particles, cores, seed = sys.argv[2:]
        told = run(path, json.loads(epsilons), int(particles), int(cores), int(seed))
    print(json.dumps(told))
