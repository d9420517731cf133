"""Runs the samplers side by side and writes the tables; started by mcmc.py with the Python of its environment."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import traceback

import numpy as np

import environments
import mcmc_report
import ours
import problems
import quality
import rivals
from targets import squid

# Calls of the log density in one run; a call of the squid problem takes a quarter of a millisecond in numba.
OURS = 200_000
OTHERS = {"squid": 40_000}
OTHERS_ELSEWHERE = 100_000
# Draws of the run that is the reference on the squid problem.
REFERENCE_DRAWS = 400_000
# Log densities of hhbayes and numba must agree to this in so many of its draws.
TOLERANCE_NATS, SHARE = 0.05, 0.99
LIVE_POINTS = 500
# A run may take so long.
LIMIT_S = 1200
QUICK = 10


def prepare_squid(programs, quick):
    """The long run, kept in a file, and the check that both densities are one."""
    folder = environments.WORK / "mcmc" / ("quick" if quick else "full")
    path = folder / "squid.npz"
    os.environ["PEERS_SQUID"] = str(path)
    folder.mkdir(parents=True, exist_ok=True)
    settings = ours.SETTINGS.read_text()
    count = REFERENCE_DRAWS // (QUICK if quick else 1)
    text = f"{settings.split('[sampler]')[0]}[sampler]\nkind = 'importance'\ndraws = {count}\n\n[run]\nseed = 1\n"
    (folder / "squid.toml").write_text(text)
    ours.timed([programs["hhbayes"], "run", folder / "squid.toml", "--quiet", "--output", folder / "long"])
    import h5py

    with h5py.File(folder / "long" / "posterior.nc") as file:
        observed = file["observed_data/features"][:]
        names = [name.decode().removesuffix(" (sweep_0)") for name in file["constant_data/feature"][:]]
        log_densities = file["sample_stats/log_likelihood"][:].ravel() + file["sample_stats/log_prior"][:].ravel()
    assert tuple(names) == squid.FEATURES, names
    draws = ours.read_netcdf(folder / "long" / "posterior.nc")
    theta, weights = draws.values[0], draws.weights
    generator = np.random.default_rng(1)
    chosen = generator.choice(len(theta), 10_000 // (QUICK if quick else 1), p=weights)
    agreement = compare_densities(observed, theta[chosen], log_densities[chosen])
    means = draws.means()
    sds = np.sqrt(weights @ (theta - means) ** 2)
    np.savez(
        path, observed=observed, draws=theta[chosen], means=means, sds=sds, errors=sds / np.sqrt(draws.effective())
    )
    return agreement


def compare_densities(observed, theta, log_densities):
    """How far the log densities of both are apart on draws of the posterior; stops the comparison if they differ."""
    target = squid.Squid(observed, None)
    points = squid.unconstrained(theta)
    apart = np.abs(np.array([target.log_density(u) for u in points]) - log_densities)
    share = float((apart <= TOLERANCE_NATS).mean())
    if share < SHARE:
        sys.exit(f"only {share:.1%} of the log densities of both agree to {TOLERANCE_NATS}: nothing is compared")
    quantiles = {"median": float(np.median(apart)), "p99": float(np.quantile(apart, 0.99)), "largest": float(apart.max())}
    return {"draws": len(theta), "within_0.05": share, **quantiles}


def run_ours(problem, sampler, seed, options, reference):
    _, make = ours.SAMPLERS[sampler]
    budget = OURS // (QUICK if options.quick else 1)
    draws, told = ours.run(problem, make(problem, budget), seed, options.programs)
    judged = quality.judge(draws, reference)
    if not told["trusted"] and not judged["problems"]:
        judged["problems"].append("its own verdict")
    return judged | told


def ask_worker(problem, sampler, seed, budget, output):
    script = [sys.executable, environments.HERE / "draw.py", problem, sampler, str(seed), str(budget), output]
    done = subprocess.run(script, capture_output=True, text=True, timeout=LIMIT_S)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip() or "no message").splitlines()[-1])
    return json.loads(done.stdout)


def run_other(problem, sampler, seed, options, reference):
    budget = OTHERS.get(problem, OTHERS_ELSEWHERE) // (QUICK if options.quick else 1)
    output = environments.WORK / "mcmc" / f"draws_{os.getpid()}.npy"
    told = ask_worker(problem, sampler, seed, budget, output)
    return quality.judge(quality.Draws(np.load(output)), reference) | told


def run_evidence(problem, sampler, seed, options):
    if sampler != "dynesty":
        _, told = ours.run(problem, ours.EVIDENCE[sampler], seed, options.programs)
        return told
    return ask_worker(problem, sampler, seed, LIVE_POINTS // (QUICK if options.quick else 1), "-")


def attempt(what, run, *arguments):
    """The result of a run, or the reason for none."""
    try:
        result = run(*arguments)
    except Exception as error:
        traceback.print_exc()
        result = {"error": f"{type(error).__name__}: {error}"}
    rate = f"{result['ess'] / result['calls']:.4f} per call" if "ess" in result else result.get("log_evidence")
    print(*what, rate, f"{result.get('processor_s', 0):.1f} s", result.get("problems", result.get("error", "")), flush=True)
    return result


def measure(options, seed):
    """A round in which each has its turn, so that a slow minute of the machine falls on all of them."""
    runs = []
    references = {problem: problems.target(problem).reference() for problem in options.problems}
    for problem in options.problems:
        for who, table, run in (("hhbayes", ours.SAMPLERS, run_ours), ("other", rivals.RIVALS, run_other)):
            for sampler in (name for name in table if not options.only or name in options.only):
                what = {"problem": problem, "sampler": sampler, "who": who, "seed": seed}
                result = attempt(what.values(), run, problem, sampler, seed, options, references[problem])
                runs.append(what | result)
    return runs


def measure_evidence(options, seed):
    runs = []
    for problem in (name for name in problems.EVIDENCE if name in options.problems):
        for sampler in (*ours.EVIDENCE, "dynesty"):
            what = {"problem": problem, "sampler": sampler, "seed": seed}
            runs.append(what | attempt(what.values(), run_evidence, problem, sampler, seed, options))
    return runs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--problems", nargs="+", default=list(problems.NAMES))
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--add", action="store_true")
    parser.add_argument("--parts", nargs="+", default=["draws", "evidence"])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--core", type=int)
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--hhbayes", type=pathlib.Path)
    parser.add_argument("--example", type=pathlib.Path)
    options = parser.parse_args()
    options.programs = {"hhbayes": options.hhbayes, "posteriordb": options.example}
    pin = environments.pin(options.core)
    if pin:
        pin()
    agreement = prepare_squid(options.programs, options.quick) if "squid" in options.problems else None
    for seed in range(options.first_seed, options.first_seed + options.repeats):
        found = {"agreement": agreement}
        if "draws" in options.parts:
            found["runs"] = measure(options, seed)
        if "evidence" in options.parts:
            found["evidence"] = measure_evidence(options, seed)
        # After every round, so that an interrupted comparison leaves what it has.
        text = mcmc_report.write(found, options)
        options.add = True
    print(text)



if __name__ == "__main__":
    main()
