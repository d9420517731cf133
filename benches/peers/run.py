"""Compares the simulators, or checks hhbayes's traces (--check). See README.md."""

import argparse
import dataclasses
import json
import pathlib
import subprocess
import sys

import environments
import report

REPEATS = 5


@dataclasses.dataclass
class Row:
    """One line of the table, and the process that works for it."""

    name: str
    environment: str
    module: str
    variant: str
    error: str | None = None
    versions: dict = dataclasses.field(default_factory=dict)
    accuracy: dict | None = None
    runs: list = dataclasses.field(default_factory=list)
    process: subprocess.Popen | None = dataclasses.field(default=None, repr=False)

    def start(self, variables, core, reference):
        logs = environments.WORK / "logs"
        logs.mkdir(exist_ok=True)
        self.log = logs / f"{self.module}_{self.variant}.log"
        worker = environments.HERE / "worker.py"
        self.process = subprocess.Popen(
            [environments.python_of(self.environment), worker, self.module, self.variant, reference],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            text=True,
            env=variables,
            preexec_fn=environments.pin(core),
        )

    def ask(self, **command):
        """The answer to a command; None after a failure, which is kept in `error`."""
        if self.error is not None:
            return None
        try:
            print(json.dumps(command), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        reply = json.loads(line) if line else {"error": f"the process ended early, see {self.log.name}"}
        self.error = reply.get("error")
        if self.error is not None:
            print(f"{self.name}: {self.error}", flush=True)
        return None if self.error is not None else reply

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()


def rows():
    return [
        Row("pyHH's loop, forward Euler", "numba", "pyhh", "forward_euler"),
        Row("NEURON, one cell, secondorder=2", "neuron", "nrn", "one_cell"),
        Row("Arbor, 1000 cells", "arbor", "arb", "hh"),
        Row("NEURON, one cell, CVODE", "neuron", "nrn", "cvode"),
        Row("NEURON, 500 cells, secondorder=2", "neuron", "nrn", "population"),
        Row("CoreNEURON, 500 cells, secondorder=2", "neuron", "nrn", "core"),
        Row("Brian2, C++, 1000 cells, rk2", "brian2", "brian", "rk2"),
        Row("Brian2, C++, 1000 cells, rk4", "brian2", "brian", "rk4"),
        Row("numba, staggered leapfrog", "numba", "numba_leapfrog", "leapfrog"),
        Row("Jaxley, 1000 sets, Crank-Nicolson", "jaxley", "jaxley", "crank_nicolson"),
        Row("hhbayes", "numba", "hhbayes", "simulate"),
    ]


def prepare(table, hhbayes):
    """Installs, builds, and computes the truth. Returns the program and the file of the truth."""
    environments.WORK.mkdir(parents=True, exist_ok=True)
    failures = {name: environments.install(name) for name in environments.PACKAGES}
    if failures["numba"]:
        sys.exit(f"numba is needed for the reference: {failures['numba']}")
    hhbayes = hhbayes or environments.build_hhbayes()
    for row in table:
        row.error = failures[row.environment]
        if row.module == "hhbayes" and hhbayes is None:
            row.error = "not built"
    reference = environments.WORK / "reference.npz"
    print("reference: DOP853, tolerance 1e-11", flush=True)
    script = [environments.python_of("numba"), environments.HERE / "reference.py", reference]
    subprocess.run(script, env=environments.variables(hhbayes, reference), check=True)
    return hhbayes, reference


def measure_accuracy(row, quick):
    versions = row.ask(do="versions")
    row.versions = versions["versions"] if versions else {}
    row.accuracy = row.ask(do="accuracy", quick=quick)
    if row.accuracy and row.accuracy["chosen"] is None:
        row.error = "no step was small enough"
    if row.accuracy:
        print(f"{row.name}: accurate with {row.accuracy['knob_name']} = {row.accuracy['chosen']}", flush=True)


def measure_times(table, repeats):
    """Rounds in which each has its turn, so that a slow minute of the machine falls on all of them."""
    for repeat in range(repeats):
        print(f"timing, round {repeat + 1} of {repeats}", flush=True)
        for row in table:
            knob = row.accuracy and row.accuracy["chosen"]
            run = row.ask(do="time", knob=knob, warm_up=repeat == 0)
            if run:
                row.runs.append(run)


def check(hhbayes):
    """Exit status of check.py."""
    failure = environments.install("numba")
    hhbayes = hhbayes or environments.build_hhbayes()
    if failure or hhbayes is None:
        return failure or "hhbayes was not built"
    script = [environments.python_of("numba"), environments.HERE / "check.py"]
    return subprocess.run(script, env=environments.variables(hhbayes, "")).returncode


def main():
    parser = argparse.ArgumentParser(description="hhbayes beside other simulators, at equal accuracy, on one core")
    parser.add_argument("--quick", action="store_true", help="a tenth of the parameter sets for the errors, one repeat")
    parser.add_argument("--output", type=pathlib.Path, default=environments.ROOT / "results" / "forward")
    parser.add_argument("--only", nargs="+", metavar="MODULE", help="tools/MODULE.py alone")
    parser.add_argument("--core", type=int, default=environments.last_core(), help="the core that all work on")
    parser.add_argument("--hhbayes", type=pathlib.Path, metavar="PROGRAM", help="a built hhbayes; none is built")
    parser.add_argument("--check", action="store_true", help="only hhbayes's traces beside DOP853, and their order")
    options = parser.parse_args()
    if options.check:
        sys.exit(check(options.hhbayes and options.hhbayes.resolve()))
    table = [row for row in rows() if not options.only or row.module in options.only]
    hhbayes, reference = prepare(table, options.hhbayes and options.hhbayes.resolve())
    variables = environments.variables(hhbayes, reference)
    try:
        for row in table:
            if row.error is None:
                row.start(variables, options.core, reference)
                measure_accuracy(row, options.quick)
        measure_times(table, 1 if options.quick else REPEATS)
    finally:
        for row in table:
            row.stop()
    options.output.mkdir(parents=True, exist_ok=True)
    print(report.write(table, options.output, options.quick, options.core))


if __name__ == "__main__":
    main()
