"""How far ABC of hhbayes is from the known posteriors of sbibm. See README.md."""

import argparse
import os
import pathlib
import subprocess
import sys

import environments


def main():
    parser = argparse.ArgumentParser(description="classifier two-sample tests of ABC on the tasks of sbibm")
    parser.add_argument("--output", type=pathlib.Path, default=environments.ROOT / "results" / "sbibm")
    parser.add_argument("--tasks", nargs="+", help="only these")
    parser.add_argument("--methods", nargs="+", help="only these")
    parser.add_argument("--budgets", nargs="+", type=int, help="only these numbers of simulations")
    parser.add_argument("--observations", nargs="+", type=int, help="only these")
    parser.add_argument("--report", action="store_true", help="only writes the table anew")
    options = parser.parse_args()
    if not os.environ.get("HHBAYES_REFERENCE"):
        sys.exit("HHBAYES_REFERENCE does not name the folder with the reference data")
    environments.WORK.mkdir(parents=True, exist_ok=True)
    failure = environments.install("abc")
    if failure:
        sys.exit(failure)
    if subprocess.run([*environments.BUILD, "--example", "sbibm"], cwd=environments.ROOT).returncode:
        sys.exit("the example was not built")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", environments.ROOT / "target"))
    command = [environments.python_of("abc"), environments.HERE / "sbibm_runs.py", "--output", options.output.resolve()]
    command += ["--example", target / "release" / "examples" / "sbibm"]
    for name in ("tasks", "methods", "budgets", "observations"):
        chosen = getattr(options, name)
        command += [f"--{name}", *map(str, chosen)] if chosen else []
    command += ["--report"] if options.report else []
    sys.exit(subprocess.run(command, env=environments.variables("", "")).returncode)


if __name__ == "__main__":
    main()
