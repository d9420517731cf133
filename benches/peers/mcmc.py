"""Compares the samplers of hhbayes with others of Python. See README.md."""

import argparse
import os
import pathlib
import subprocess
import sys

import environments
import problems


def main():
    parser = argparse.ArgumentParser(description="effective draws per call and per second, beside other samplers")
    parser.add_argument("--quick", action="store_true", help="a tenth of the calls and one repeat: does everything work?")
    parser.add_argument("--output", type=pathlib.Path, default=environments.ROOT / "results" / "mcmc")
    parser.add_argument("--problems", nargs="+", choices=problems.NAMES, default=list(problems.NAMES))
    parser.add_argument("--only", nargs="+", metavar="SAMPLER", help="only these samplers, as they are called in mcmc.json")
    parser.add_argument("--parts", nargs="+", choices=("draws", "evidence"), default=["draws", "evidence"])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--add", action="store_true", help="adds to the runs in mcmc.json instead of replacing them")
    parser.add_argument("--core", type=int, default=environments.last_core(), help="the core that all of them work on")
    options = parser.parse_args()
    if sys.version_info < (3, 12):
        sys.exit("PyMC and arviz-stats need Python 3.12 or later")
    environments.WORK.mkdir(parents=True, exist_ok=True)
    failure = environments.install("mcmc")
    if failure:
        sys.exit(failure)
    if not os.environ.get("HHBAYES_REFERENCE"):
        print("posteriordb is skipped: HHBAYES_REFERENCE does not name the folder with the reference data", flush=True)
        options.problems = [name for name in options.problems if name not in problems.KNOWN]
    hhbayes = environments.build_hhbayes()
    if hhbayes is None or subprocess.run([*environments.BUILD, "--example", "posteriordb"], cwd=environments.ROOT).returncode:
        sys.exit("hhbayes was not built")
    command = [environments.python_of("mcmc"), environments.HERE / "compare.py", "--output", options.output.resolve()]
    command += ["--hhbayes", hhbayes, "--example", hhbayes.parent / "examples" / "posteriordb"]
    command += ["--problems", *options.problems, "--parts", *options.parts, "--first-seed", str(options.first_seed)]
    command += ["--repeats", "1" if options.quick else str(options.repeats)]
    command += ["--only", *options.only] if options.only else []
    command += ["--core", str(options.core)] if options.core is not None else []
    command += [flag for flag in ("--quick", "--add") if getattr(options, flag[2:])]
    sys.exit(subprocess.run(command, env=environments.variables(hhbayes, "")).returncode)


if __name__ == "__main__":
    main()
