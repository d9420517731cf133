"""Are hhbayes's traces right, and do their errors shrink as they should?

Compares traces at 0.05, 0.025, 0.0125 and 0.00625 ms with DOP853 for axons and stimuli far from the usual ones. The
scheme is of second order, so halving the step must divide the largest error by about four.
Run as: python3 benches/peers/run.py --check
"""

import math
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import reference
import task

STEPS_MS = (0.05, 0.025, 0.0125, 0.00625)
DURATION_MS = 100.0
# Below this the errors are those of the polynomial for e^x and of the treatment of 0/0, not of the time step.
FLOOR_MV = 1e-4
LEAST_ORDER = 1.8

AXONS = {
    "default": {},
    "warm": {"temperature": 18.5},
    "strong": {"g_Na": 400.0, "g_K": 150.0, "g_L": 2.0},
    "few channels": {"g_Na": 30.0, "g_K": 3.0, "g_L": 0.1},
    "leaky": {"g_Na": 200.0, "g_K": 10.0, "g_L": 5.0, "E_L": -70.0},
    "shifted": {"E_Na": 70.0, "E_K": -95.0, "E_L": -50.0},
    "slow": {"phi": 0.2},
    # The first step is taken where a rate is 0/0.
    "from 0/0 of n": {"initial_voltage": -55.0},
    "from 0/0 of m": {"initial_voltage": -40.0},
}

# Kind, options, and the current as numbers of the reference: offset, slope per ms, amplitude, radians per ms.
STIMULI = {
    "step": ('kind = "step"', 20.0, (20.0, 0.0, 0.0, 0.0)),
    "inward step": ('kind = "step"', -15.0, (-15.0, 0.0, 0.0, 0.0)),
    "ramp": ('kind = "ramp"', 40.0, (0.0, 40.0 / 60.0, 0.0, 0.0)),
    "sine": ('kind = "sine"\nfrequency = "80 Hz"', 15.0, (0.0, 0.0, 15.0, 2 * math.pi * 0.08)),
}
ON_MS, OFF_MS = 20.0, 80.0

SETTINGS = """
[recording]
kind = "simulated"
duration = "{duration} ms"
interval = "{interval} ms"

[stimulus]
{stimulus}
amplitude = "{amplitude} uA/cm^2"
start = "{on} ms"
stop = "{off} ms"

[model]
kind = "hodgkin_huxley"
dt = "{dt} ms"
start = "voltage"
initial_voltage = "-65 mV"
"""


def true_voltages(axon, stimulus):
    """At multiples of the longest step."""
    defaults = dict(zip(task.NAMES, task.DEFAULTS)) | {"E_Na": task.E_NA, "E_K": task.E_K, "E_L": task.E_L}
    values = [float(axon.get(name, default)) for name, default in defaults.items()]
    phi = axon.get("phi", 1.0) * 3 ** ((axon.get("temperature", task.CELSIUS) - task.CELSIUS) / 10)
    offset, slope, amplitude, frequency = STIMULI[stimulus][2]
    waves = np.array([[0.0] * 5, [offset, slope, ON_MS, amplitude, frequency], [0.0] * 5])
    voltages = np.empty(round(DURATION_MS / STEPS_MS[0]) + 1)
    edges = np.array([0.0, ON_MS, OFF_MS, DURATION_MS])
    y = reference.start(axon.get("initial_voltage", task.START_MV))
    reference.integrate(y, np.array([*values, phi]), edges, waves, STEPS_MS[0], voltages, np.empty(0))
    return voltages


def simulated_voltages(axon, stimulus, dt, folder):
    kind, amplitude, _ = STIMULI[stimulus]
    times = {"duration": DURATION_MS, "interval": STEPS_MS[0], "on": ON_MS, "off": OFF_MS, "dt": dt}
    text = SETTINGS.format(stimulus=kind, amplitude=amplitude, **times)
    settings, output = folder / "check.toml", folder / "trace.csv"
    settings.write_text(text)
    given = [part for name, value in axon.items() for part in ("--set", f"{name}={value!r}")]
    subprocess.run([os.environ["HHBAYES"], "simulate", settings, *given, "--output", output], check=True)
    return np.loadtxt(output, delimiter=",", skiprows=1, usecols=1)


def orders(errors):
    return [math.log2(coarse / fine) for coarse, fine in zip(errors, errors[1:])]


def main():
    """Prints a table; the exit status is 1 if a line of it is not as it should be."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="peers_check_"))
    bad = 0
    print("largest error of the voltage in mV at steps of " + ", ".join(f"{dt:g}" for dt in STEPS_MS) + " ms; order")
    for name, axon in AXONS.items():
        for stimulus in STIMULI:
            truth = true_voltages(axon, stimulus)
            errors = []
            for dt in STEPS_MS:
                found = simulated_voltages(axon, stimulus, dt, folder)
                samples = min(len(found), len(truth))
                errors.append(np.abs(found[:samples] - truth[:samples]).max())
            last = orders(errors)[-1]
            fine = last > LEAST_ORDER or errors[-1] < FLOOR_MV
            bad += not fine
            figures = "  ".join(f"{error:9.2e}" for error in errors)
            print(f"{name:13} {stimulus:12} {figures}  {last:5.2f}{'' if fine else '  !'}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
