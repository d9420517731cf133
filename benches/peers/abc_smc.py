"""Compares ABC-SMC of hhbayes with that of pyABC. See README.md. (A file called abc.py would hide a module of Python.)"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import environments

SETTINGS = environments.ROOT / "configs" / "abc.toml"
# Both have this population and come to these distances, one after the other; before the first, every simulation with all
# features is near enough.
PARTICLES = 500
EPSILONS = [40.0, 25.0, 16.0, 11.0, 8.0, 6.0, 4.7, 3.8]
SEEDS = 3


def main():
    parser = argparse.ArgumentParser(description="time to the same epsilon, beside pyABC")
    parser.add_argument("--quick", action="store_true", help="one run to a large epsilon: is everything installed and working?")
    parser.add_argument("--output", type=pathlib.Path, default=environments.ROOT / "results" / "abc")
    parser.add_argument("--repeats", type=int, default=SEEDS)
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2], help="numbers of cores, one after the other")
    options = parser.parse_args()
    if sys.version_info < (3, 12):
        sys.exit("the versions of requirements-abc.txt need Python 3.12 or later")
    environments.WORK.mkdir(parents=True, exist_ok=True)
    failure = environments.install("abc")
    if failure:
        sys.exit(failure)
    hhbayes = environments.build_hhbayes()
    if hhbayes is None:
        sys.exit("hhbayes was not built")
    epsilons = EPSILONS[:2] if options.quick else EPSILONS
    seeds = range(1, (1 if options.quick else options.repeats) + 1)
    runs = []
    with tempfile.TemporaryDirectory(prefix="peers_") as folder:
        for seed in seeds:
            for cores in options.cores:
                place = pathlib.Path(folder)
                for run in (
                    lambda: of_hhbayes(place, epsilons, cores, seed, hhbayes, "normal"),
                    lambda: of_hhbayes(place, epsilons, cores, seed, hhbayes, "local"),
                    lambda: of_pyabc(place, epsilons, cores, seed, hhbayes),
                ):
                    runs.append(run())
                    print(f"{runs[-1]['program']}, {cores} cores, seed {seed}: {runs[-1]['seconds']:.2f} s, "
                          f"{runs[-1]['calls']} simulations", flush=True)
    import abc_report

    print(abc_report.write(runs, epsilons, PARTICLES, options))


def on_cores(cores):
    """For preexec_fn: keeps what is started on the last so many cores."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    chosen = sorted(os.sched_getaffinity(0))[-cores:]
    return lambda: os.sched_setaffinity(0, chosen)


def of_hhbayes(folder, epsilons, cores, seed, hhbayes, kernel):
    """The whole command with its files."""
    text = SETTINGS.read_text()
    before, after = text.split("[sampler]")[0], text[text.index("[run]") :]
    sampler = f"kind = 'abc_smc'\nparticles = {PARTICLES}\nepsilons = {epsilons}\nepsilon = {epsilons[-1]}\n"
    sampler += f"kernel = '{kernel}'\nminimum_acceptance = 0.0\nsimulations = 10000000\n"
    (folder / "squid.toml").write_text(f"{before}[sampler]\n{sampler}\n{after}")
    result = folder / f"ours_{kernel}_{cores}_{seed}"
    command = [hhbayes, "run", folder / "squid.toml", "--seed", str(seed), "--threads", str(cores), "--quiet", "--no-report"]
    began = time.perf_counter()
    subprocess.run([*command, "--output", result], check=True, capture_output=True, preexec_fn=on_cores(cores))
    seconds = time.perf_counter() - began
    summary = json.loads((result / "summary.json").read_text())
    generations = summary["generations"]
    told = {
        "program": f"hhbayes, `kernel = \"{kernel}\"`",
        "calls": sum(generation["simulations"] for generation in generations),
        "sampling_seconds": summary["seconds"],
        "epsilons": [generation["epsilon"] for generation in generations],
        "effective": generations[-1]["effective_sample_size"],
    }
    python = environments.python_of("abc")
    moments = subprocess.run(
        [python, environments.HERE / "abc_pyabc.py", "moments", result / "posterior.nc"], check=True, capture_output=True, text=True
    )
    return told | {"cores": cores, "seed": seed, "seconds": seconds} | json.loads(moments.stdout)


def of_pyabc(folder, epsilons, cores, seed, hhbayes):
    """The run of pyABC alone, without imports and compilation."""
    observed = folder / f"ours_local_{cores}_{seed}" / "posterior.nc"
    command = [environments.python_of("abc"), environments.HERE / "abc_pyabc.py", "run", observed]
    command += [json.dumps(epsilons), str(PARTICLES), str(cores), str(seed)]
    variables = environments.variables(hhbayes, "")
    done = subprocess.run(command, capture_output=True, text=True, env=variables, preexec_fn=on_cores(cores))
    if done.returncode != 0:
        sys.exit(done.stderr)
    return {"program": "pyABC", "cores": cores, "seed": seed} | json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
