"""hhbayes: voltages from `hhbayes simulate --set`, throughput from `hhbayes simulate --sets`.

The timed run also finds the spikes of every set and writes their number and the time of the last peak, which the
timed runs of the other simulators do not; starting the program and reading its files do not count for any of them.
"""

import csv
import os
import pathlib
import re
import subprocess
import tempfile

import numpy as np

import task

SETTINGS = """
[recording]
kind = "simulated"
duration = "{duration} ms"
interval = "{dt} ms"
truth = {{ g_Na = "120 mS/cm^2", g_K = "36 mS/cm^2", g_L = "0.3 mS/cm^2" }}

[stimulus]
kind = "step"
amplitude = "{amplitude} uA/cm^2"
start = "{on} ms"
stop = "{off} ms"

[model]
kind = "hodgkin_huxley"
dt = "{dt} ms"
start = "voltage"
initial_voltage = "{voltage} mV"

[prior]
g_Na = {{ kind = "uniform", lower = "60 mS/cm^2", upper = "200 mS/cm^2" }}
g_K = {{ kind = "uniform", lower = "15 mS/cm^2", upper = "70 mS/cm^2" }}
g_L = {{ kind = "uniform", lower = "0.1 mS/cm^2", upper = "1 mS/cm^2" }}

[features]
threshold = "{threshold} mV"

[likelihood]
kind = "normal"

[likelihood.features]
Spikecount = 0.5
"peak_time[-1]" = "0.1 ms"

[sampler]
kind = "demcz"
"""


def program():
    """The binary that run.py built."""
    return os.environ["HHBAYES"]


class Simulate:
    knob_name, knobs = "dt", task.steps_from(1 / 30)
    accuracy_sets, timed_sets, chunk = 1000, 1000, 100
    # A thousand sets take too short a time to be measured.
    repetitions = 20

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="peers_hhbayes_"))

    def settings(self, dt):
        path = self.folder / "squid.toml"
        text = SETTINGS.format(
            duration=task.DURATION_MS,
            dt=repr(dt),
            amplitude=task.AMPLITUDE_UA_CM2,
            on=task.ON_MS,
            off=task.OFF_MS,
            voltage=task.START_MV,
            threshold=task.THRESHOLD_MV,
        )
        path.write_text(text)
        return path

    def voltages(self, sets, dt):
        settings, output = self.settings(dt), self.folder / "trace.csv"
        samples = task.whole_steps(task.DURATION_MS, dt)
        rows = []
        for row in sets:
            given = [part for pair in zip(task.NAMES, row) for part in ("--set", f"{pair[0]}={float(pair[1])!r}")]
            subprocess.run([program(), "simulate", settings, *given, "--output", output], check=True)
            rows.append(np.loadtxt(output, delimiter=",", skiprows=1, usecols=1))
            assert len(rows[-1]) in (samples, samples + 1), f"{len(rows[-1])} samples for {samples} steps"
        return np.arange(len(rows[0])) * dt, rows

    def seconds(self, sets, dt):
        settings, table, output = self.settings(dt), self.folder / "sets.csv", self.folder / "features.csv"
        rows = np.tile(sets, (self.repetitions, 1)).tolist()
        with table.open("w", newline="") as file:
            csv.writer(file).writerows([task.NAMES, *rows])
        command = [program(), "simulate", settings, "--sets", table, "--output", output, "--threads", "1"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError((done.stderr.strip() or "no message").splitlines()[0])
        last = done.stderr.strip().splitlines()[-1]
        printed = re.search(r"simulated (\d+) parameter sets? in ([0-9.eE+-]+) (us|ms|s)\b", last)
        if not printed or int(printed[1]) != len(rows):
            raise RuntimeError(f'no time in its last line: "{last}"')
        self.check(output, len(sets))
        return float(printed[2]) * {"s": 1, "ms": 1e-3, "us": 1e-6}[printed[3]]

    def check(self, output, count):
        """The spike counts of the timed run are those of the reference, but for sets on the brink of a spike."""
        with output.open() as file:
            rows = list(csv.DictReader(file))
        column = next(name for name in rows[0] if name.startswith("Spikecount"))
        found = np.array([float(row[column] or 0) for row in rows[:count]])
        wrong = (found != np.load(os.environ["REFERENCE"])["counts"][:count]).mean()
        if wrong > 0.02:
            raise RuntimeError(f"{wrong:.1%} of the sets have a wrong number of spikes")

    def versions(self):
        printed = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True)
        return {"hhbayes": printed.stdout.split()[-1]}


VARIANTS = {"simulate": Simulate}
