"""Runs hhbayes on tasks of sbibm and tests its draws. Every test is written down at once; what is there is not done again."""

import argparse
import bz2
import io
import json
import os
import pathlib
import subprocess
import tempfile
import time

import numpy as np
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neural_network import MLPClassifier

import sbibm_report

# Number of parameters.
TASKS = {
    "two_moons": 2,
    "gaussian_mixture": 2,
    "sir": 2,
    "lotka_volterra": 4,
    "slcp": 5,
    "gaussian_linear": 10,
    "gaussian_linear_uniform": 10,
}
BUDGETS = (1_000, 10_000, 100_000)
OBSERVATIONS = (1, 2, 3)
SEED = 1
# From here on a test takes minutes.
MANY_PARAMETERS = 10


def particles(task, budget):
    """The one rule for all tasks: how many of the simulations are kept."""
    return round(0.5 * TASKS[task] * budget**0.6)


def rejection(adjustment, at_least=0):
    return lambda task, budget: (
        f"kind = 'abc_rejection'\nsimulations = {budget}\ndraws = {max(at_least, particles(task, budget))}\n"
        f"adjustment = '{adjustment}'"
    )


def smc(adjustment):
    return lambda task, budget: (
        f"kind = 'abc_smc'\nsimulations = {budget}\nparticles = {particles(task, budget)}\nadjustment = '{adjustment}'\n"
        "kernel = 'local'\nrecycle = true\nminimum_acceptance = 0.0"
    )


# In the order of their importance.
METHODS = {
    "smc_adjusted": smc("heteroscedastic"),
    "rejection_adjusted": rejection("heteroscedastic"),
    # A line through many simulations: for few of them and many parameters.
    "rejection_linear": rejection("linear", at_least=1000),
    "smc": smc("none"),
    "rejection": rejection("none"),
}


def c2st(reference, draws):
    """sbibm.metrics.c2st of sbibm 1.1.0: the share of draws that a classifier tells from reference draws."""
    mean, sd = reference.mean(axis=0), reference.std(axis=0, ddof=1)
    data = np.concatenate(((reference - mean) / sd, (draws - mean) / sd)).astype(np.float32)
    which = np.concatenate((np.zeros(len(reference)), np.ones(len(draws))))
    size = 10 * data.shape[1]
    classifier = MLPClassifier(
        activation="relu", hidden_layer_sizes=(size, size), max_iter=10000, solver="adam", random_state=1
    )
    folds = KFold(n_splits=5, shuffle=True, random_state=1)
    return float(cross_val_score(classifier, data, which, cv=folds, scoring="accuracy").mean())


def reference_draws(task, observation):
    path = pathlib.Path(os.environ["HHBAYES_REFERENCE"]) / "sbibm" / task / str(observation)
    text = bz2.decompress((path / "reference_posterior_samples.csv.bz2").read_bytes()).decode()
    return np.loadtxt(io.StringIO(text), delimiter=",", skiprows=1)


def run(example, task, method, budget, observation):
    options = METHODS[method](task, budget)
    with tempfile.TemporaryDirectory(prefix="sbibm_") as folder:
        path = pathlib.Path(folder) / "draws.f64"
        command = [example, task, str(observation), options, str(SEED), path]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        draws = np.fromfile(path).reshape(-1, TASKS[task])
    told = json.loads(printed)
    # Strictly: not one simulation more.
    assert told["calls"] <= budget, told
    began = time.perf_counter()
    found = c2st(reference_draws(task, observation), draws)
    key = {"task": task, "method": method, "budget": budget, "observation": observation}
    return key | {"c2st": found, "seconds_of_test": time.perf_counter() - began, "options": options, **told}


def priority(job):
    """First what decides: the best method, one observation of the tasks with quick tests, then their others, then the rest."""
    task, method, budget, observation = job
    slow = TASKS[task] >= MANY_PARAMETERS
    return list(METHODS).index(method), slow, observation if slow or method != "smc_adjusted" else 0, budget


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--example", type=pathlib.Path, required=True)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--budgets", nargs="+", type=int, default=BUDGETS)
    parser.add_argument("--observations", nargs="+", type=int, default=OBSERVATIONS)
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    jobs = [
        (task, method, budget, observation)
        for task in options.tasks
        for method in options.methods
        for budget in options.budgets
        for observation in options.observations
    ]
    path = options.output / "sbibm.json"
    runs = json.loads(path.read_text())["runs"] if path.exists() else []
    there = {(run["task"], run["method"], run["budget"], run["observation"]) for run in runs}
    left = [] if options.report else [job for job in sorted(jobs, key=priority) if job not in there]
    for task, method, budget, observation in left:
        runs.append(run(options.example, task, method, budget, observation))
        last = runs[-1]
        print(f"{task} {observation}, {method}, {budget}: {last['c2st']:.3f} ({last['seconds_of_test']:.0f} s)", flush=True)
        sbibm_report.write(runs, options.output)
    sbibm_report.write(runs, options.output)


if __name__ == "__main__":
    main()
