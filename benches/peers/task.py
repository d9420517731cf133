"""The work that every simulator does: the squid giant axon of 1952, 1000 parameter sets, one current step.

Units: mV, ms, mS/cm^2, uA/cm^2, uF/cm^2.
"""

import math

NAMES = ("g_Na", "g_K", "g_L")
DEFAULTS = (120.0, 36.0, 0.3)
SPREAD = 0.2
SEED = 1952

E_NA, E_K, E_L = 50.0, -77.0, -54.387
CAPACITANCE = 1.0
START_MV = -65.0
CELSIUS = 6.3

DURATION_MS = 200.0
AMPLITUDE_UA_CM2 = 10.0
ON_MS, OFF_MS = 70.0, 130.0

# A spike is an upward crossing of this voltage.
THRESHOLD_MV = 0.0
# Two simulators are equally accurate if 95 % of the sets have a last spike that is nearer to the truth than this.
TOLERANCE_MS = 0.01
# The time step at which all errors are compared.
COMMON_DT_MS = 0.025

# Time steps from coarse to fine; all divide the times at which the current changes.
STEPS_PER_MS = (
    *(5, 6, 8, 10, 12, 15, 20, 25, 30, 32, 35, 40, 42, 45, 50, 55, 60, 80),
    *(100, 120, 150, 200, 300, 400, 800, 1000, 1300, 1600, 2000),
)
STEPS_MS = tuple(1 / steps for steps in STEPS_PER_MS)


def steps_from(longest_ms):
    """The time steps up to `longest_ms`."""
    return [dt for dt in STEPS_MS if dt <= longest_ms]


def parameter_sets(count=1000):
    """The first `count` sets; shape [set, parameter]."""
    # run.py reads this file too, with a Python that may be without NumPy.
    import numpy as np

    factors = np.random.default_rng(SEED).uniform(1 - SPREAD, 1 + SPREAD, (1000, len(NAMES)))
    return (DEFAULTS * factors)[:count]


def whole_steps(time_ms, dt_ms):
    """The number of time steps in `time_ms`."""
    steps = round(time_ms / dt_ms)
    assert abs(steps * dt_ms - time_ms) < 1e-9, f"{dt_ms} ms does not divide {time_ms} ms"
    return steps


def rates_per_ms(v):
    """Opening and closing rates of m, h and n; `v` is the voltage above rest. Not for v = 10 and v = 25."""
    exp = math.exp
    return (
        (0.1 * (25 - v) / (exp((25 - v) / 10) - 1), 4 * exp(-v / 18)),
        (0.07 * exp(-v / 20), 1 / (exp((30 - v) / 10) + 1)),
        (0.01 * (10 - v) / (exp((10 - v) / 10) - 1), 0.125 * exp(-v / 80)),
    )


def steady_gates(voltage_mv=START_MV):
    """m, h and n at steady state; by default where every run of the comparison starts."""
    return [opening / (opening + closing) for opening, closing in rates_per_ms(voltage_mv + 65)]
