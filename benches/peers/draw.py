"""One run of another sampler, in a process of its own. Prints what it has cost as one line of JSON.

Run as: python draw.py PROBLEM SAMPLER SEED BUDGET OUTPUT.npy; of dynesty the budget is the number of live points.
"""

import json
import os
import sys
import time
import warnings

import numpy as np

import problems
import rivals

# Log likelihood of what cannot be simulated.
LEAST = -1e10


class Counted:
    """A log density that counts its calls."""

    def __init__(self, density, variances):
        self.density, self.variances = density, variances
        self.restart()

    def restart(self):
        self.calls, self.warmup_calls = 0, None
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def __call__(self, u):
        self.calls += 1
        return self.density(np.asarray(u, float))

    def warm(self):
        self.warmup_calls = self.calls

    def warm_at(self, calls):
        self.warmup_calls = calls

    def cost(self):
        return {
            "calls": self.calls,
            "warmup_calls": self.warmup_calls,
            "wall_s": time.perf_counter() - self.wall,
            "processor_s": time.process_time() - self.processor,
        }


def evidence(target, seed, live):
    """What nested sampling finds; it wants a finite likelihood everywhere."""
    counted = Counted(lambda point: max(target.likelihood(point), LEAST), None)
    target.likelihood_or_least = counted
    counted(target.from_cube(np.full(target.dimension, 0.5)))
    __import__("dynesty")
    counted.restart()
    log, error = rivals.dynesty(target, live, seed)
    return {"log_evidence": log, "log_evidence_error": error, **counted.cost()}


def draws(target, sampler, seed, budget, output):
    _, _, run, chains_of = rivals.RIVALS[sampler]
    starts = target.starts(chains_of(target.dimension), seed)
    # Compiling and importing take seconds, but are done once.
    target.log_density(starts[0])
    __import__(rivals.RIVALS[sampler][1].replace("-mcmc", ""))
    density = Counted(target.log_density, target.starts(200, seed).var(axis=0))
    points = run(density, starts, budget, seed)
    told = density.cost()
    np.save(output, target.natural(points))
    return told


def main(problem, sampler, seed, budget, output):
    warnings.filterwarnings("ignore")
    # What a sampler prints must not end up in the answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    target = problems.target(problem)
    if sampler == "dynesty":
        told = evidence(target, int(seed), int(budget))
    else:
        told = draws(target, sampler, int(seed), int(budget), output)
    print(json.dumps(told), file=answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
