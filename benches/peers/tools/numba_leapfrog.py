"""Staggered leapfrog (Hines 1984) in plain Python, compiled by numba: what one gets without a simulator."""

import time

import numba
import numpy as np
from numba import njit

import task


@njit(cache=True)
def simulate(sets, dt, on, off, gates, traces):
    """Gates live at half steps, voltage at whole steps; keeps every voltage if `traces` has room for it."""
    total = 0.0
    steps = round(task.DURATION_MS / dt)
    for row in range(len(sets)):
        g_na, g_k, g_l = sets[row]
        V = task.START_MV
        m, h, n = gates
        keep = row < len(traces)
        if keep:
            traces[row, 0] = V
        for i in range(steps):
            v = V + 65.0
            a = 0.1 * (25 - v) / (np.exp((25 - v) / 10) - 1)
            b = 4 * np.exp(-v / 18)
            m += dt * (a - (a + b) * m) / (1 + 0.5 * dt * (a + b))
            a = 0.07 * np.exp(-v / 20)
            b = 1 / (np.exp((30 - v) / 10) + 1)
            h += dt * (a - (a + b) * h) / (1 + 0.5 * dt * (a + b))
            a = 0.01 * (10 - v) / (np.exp((10 - v) / 10) - 1)
            b = 0.125 * np.exp(-v / 80)
            n += dt * (a - (a + b) * n) / (1 + 0.5 * dt * (a + b))
            na, k = g_na * m * m * m * h, g_k * n * n * n * n
            g = na + k + g_l
            current = na * task.E_NA + k * task.E_K + g_l * task.E_L
            if on <= i < off:
                current += task.AMPLITUDE_UA_CM2
            V += dt * (current - g * V) / (task.CAPACITANCE + 0.5 * dt * g)
            if keep:
                traces[row, i + 1] = V
        total += V
    return total


class Leapfrog:
    knob_name, knobs = "dt", task.steps_from(1 / 20)
    accuracy_sets, timed_sets, chunk = 1000, 1000, 100

    def run(self, sets, dt, traces):
        on, off = task.whole_steps(task.ON_MS, dt), task.whole_steps(task.OFF_MS, dt)
        start = time.perf_counter()
        simulate(sets, dt, on, off, np.array(task.steady_gates()), traces)
        return time.perf_counter() - start

    def voltages(self, sets, dt):
        times = np.arange(task.whole_steps(task.DURATION_MS, dt) + 1) * dt
        traces = np.empty((len(sets), len(times)))
        self.run(sets, dt, traces)
        return times, traces

    def seconds(self, sets, dt):
        return self.run(sets, dt, np.empty((0, 0)))

    def versions(self):
        return {"numba": numba.__version__, "numpy": np.__version__}


VARIANTS = {"leapfrog": Leapfrog}
