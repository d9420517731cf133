"""Runs of hhbayes: the squid problem by `hhbayes run`, the posteriors of posteriordb by examples/posteriordb."""

import json
import os
import pathlib
import resource
import subprocess
import tempfile

import numpy as np

import environments
import quality
from targets import known, squid

SETTINGS = environments.ROOT / "configs" / "squid_recovery.toml"
WARMUP_SHARE = 0.1
THIN = 5
# Chains that fill the lanes of the processor on the squid problem; elsewhere twice the usual 16.
CHAINS = {"squid": 64}


def chains(kind):
    def options(problem, budget):
        count = CHAINS.get(problem, 32)
        iterations = budget // count
        warmup = int(WARMUP_SHARE * iterations)
        kept = (iterations - warmup) // THIN
        return f"kind = '{kind}'\nchains = {count}\nwarmup = {warmup}\nthin = {THIN}\ndraws = {kept}"

    return options


def auto(problem, budget):
    return "kind = 'auto'"


def importance(problem, budget):
    return f"kind = 'importance'\ndraws = {budget // 10}"


# Name in the table and options of [sampler], given the problem and the budget of calls.
SAMPLERS = {
    "auto": ("hhbayes `auto`", auto),
    "importance": ("hhbayes `importance`", importance),
    "demcz": ("hhbayes `demcz`", chains("demcz")),
    "dream_zs": ("hhbayes `dream_zs`", chains("dream_zs")),
    "adaptive_metropolis": ("hhbayes `adaptive_metropolis`", chains("adaptive_metropolis")),
}

# Evidence: options of [sampler].
EVIDENCE = {
    "importance": "kind = 'importance'\ndraws = 20000",
    "smc": "kind = 'smc'\nparticles = 4000",
    "tempering": "kind = 'tempering'\nchains = 16",
}


def timed(command):
    """Standard output of a command and the seconds of the processor that it took, all in all."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environments.ONE_THREAD})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip() or "no message").splitlines()[0])
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return done.stdout, seconds


def warmup_calls(options, calls):
    """Calls before the first kept draw: what is left of them after one call for every step of a chain."""
    given = dict(line.split(" = ") for line in options.splitlines())
    if "warmup" not in given:
        return None
    return calls - int(given["chains"]) * int(given["thin"]) * int(given["draws"])


def run(problem, options, seed, programs):
    """Draws in natural units with what they cost: `quality.Draws` and a dictionary."""
    with tempfile.TemporaryDirectory(prefix="peers_") as folder:
        one = of_settings if problem == "squid" else of_example
        draws, told = one(pathlib.Path(folder), problem, options, seed, programs)
    told["options"] = options
    told["warmup_calls"] = warmup_calls(options, told["calls"])
    return draws, told


def of_settings(folder, _, options, seed, programs):
    text = SETTINGS.read_text()
    before, after = text.split("[sampler]")[0], text[text.index("[run]") :]
    (folder / "squid.toml").write_text(f"{before}[sampler]\n{options}\n\n{after}")
    command = [programs["hhbayes"], "run", folder / "squid.toml", "--seed", str(seed), "--threads", "1", "--quiet"]
    _, seconds = timed([*command, "--output", folder / "result"])
    summary = json.loads((folder / "result" / "summary.json").read_text())
    evidence = summary.get("log_evidence", {})
    told = {
        "calls": summary["simulations"],
        "wall_s": summary["seconds"],
        "processor_s": seconds,
        "log_evidence": evidence.get("value"),
        "log_evidence_error": evidence.get("error"),
        "notes": summary.get("notes", []),
        "trusted": summary["verdict"] == "converged",
    }
    return read_netcdf(folder / "result" / "posterior.nc"), told


def read_netcdf(path):
    import h5py

    with h5py.File(path) as file:
        values = np.stack([file[f"posterior/{name}"][:] for name in squid.NAMES], axis=-1)
        weights = file["sample_stats/weight"][:].ravel() if "weight" in file["sample_stats"] else None
    return quality.Draws(values, weights)


def of_example(folder, problem, options, seed, programs):
    path = folder / "draws.f64"
    name = known.CASES[problem][0]
    printed, seconds = timed([programs["posteriordb"], name, options, str(seed), path])
    told = json.loads(printed)
    numbers = np.fromfile(path)
    target = known.target(problem)
    columns = len(target.reference())
    weights = None
    if told["weighted"]:
        rows = len(numbers) // (columns + 1)
        numbers, weights = numbers[: rows * columns], numbers[rows * columns :]
    draws = quality.Draws(numbers.reshape(told["chains"], -1, columns), weights)
    told = {key: told[key] for key in ("calls", "log_evidence", "log_evidence_error", "notes", "cautions", "seconds")}
    told |= {"wall_s": told.pop("seconds"), "processor_s": seconds, "trusted": not told["cautions"]}
    return draws, told
