"""Forward Euler in the manner of the Python package pyHH, which is not on PyPI: gate objects and NumPy scalars.

Source: <https://github.com/swharden/pyHH>. It differs from the package in two ways, so that it does the same work as
the others: all gates start at steady state (the package leaves h at 0), and the leak reverses at 10.613 mV above rest
(10.6 there). Errors come from the same arithmetic compiled by numba, since a thousand runs of the loop take hours.
"""

import time

import numpy as np
from numba import njit

import task


class Gate:
    def __init__(self, state):
        self.alpha, self.beta, self.state = 0, 0, state

    def update(self, dt):
        opened = self.alpha * (1 - self.state)
        closed = self.beta * self.state
        self.state += dt * (opened - closed)


class Axon:
    """Voltages are measured from rest."""

    def __init__(self, g_na, g_k, g_l):
        self.g_na, self.g_k, self.g_l = g_na, g_k, g_l
        self.e_na, self.e_k, self.e_l = task.E_NA + 65, task.E_K + 65, task.E_L + 65
        self.m, self.h, self.n = (Gate(state) for state in task.steady_gates())
        self.voltage = task.START_MV + 65

    def iterate(self, current, dt):
        v = self.voltage
        self.n.alpha = 0.01 * ((10 - v) / (np.exp((10 - v) / 10) - 1))
        self.n.beta = 0.125 * np.exp(-v / 80)
        self.m.alpha = 0.1 * ((25 - v) / (np.exp((25 - v) / 10) - 1))
        self.m.beta = 4 * np.exp(-v / 18)
        self.h.alpha = 0.07 * np.exp(-v / 20)
        self.h.beta = 1 / (np.exp((30 - v) / 10) + 1)
        i_na = np.power(self.m.state, 3) * self.g_na * self.h.state * (v - self.e_na)
        i_k = np.power(self.n.state, 4) * self.g_k * (v - self.e_k)
        i_l = self.g_l * (v - self.e_l)
        self.voltage += dt * (current - i_na - i_k - i_l) / task.CAPACITANCE
        self.n.update(dt)
        self.m.update(dt)
        self.h.update(dt)


def run_loop(conductances, currents, dt):
    axon = Axon(*conductances)
    voltages = np.empty(len(currents))
    for step, current in enumerate(currents):
        axon.iterate(current, dt)
        voltages[step] = axon.voltage - 65
    return voltages


@njit(cache=True)
def run_compiled(sets, currents, dt, gates, traces):
    for row in range(len(sets)):
        g_na, g_k, g_l = sets[row]
        V = task.START_MV
        m, h, n = gates
        traces[row, 0] = V
        for i in range(len(currents)):
            v = V + 65.0
            i_na = m**3 * g_na * h * (V - task.E_NA)
            i_k = n**4 * g_k * (V - task.E_K)
            i_l = g_l * (V - task.E_L)
            V += dt * (currents[i] - i_na - i_k - i_l) / task.CAPACITANCE
            a, b = 0.01 * (10 - v) / (np.exp((10 - v) / 10) - 1), 0.125 * np.exp(-v / 80)
            n += dt * (a * (1 - n) - b * n)
            a, b = 0.1 * (25 - v) / (np.exp((25 - v) / 10) - 1), 4 * np.exp(-v / 18)
            m += dt * (a * (1 - m) - b * m)
            a, b = 0.07 * np.exp(-v / 20), 1 / (np.exp((30 - v) / 10) + 1)
            h += dt * (a * (1 - h) - b * h)
            traces[row, i + 1] = V


class ForwardEuler:
    knob_name, knobs = "dt", task.steps_from(task.COMMON_DT_MS)
    accuracy_sets, timed_sets, chunk = 1000, 1, 100
    checked = False

    def currents(self, dt):
        steps = np.arange(task.whole_steps(task.DURATION_MS, dt))
        on, off = task.whole_steps(task.ON_MS, dt), task.whole_steps(task.OFF_MS, dt)
        return np.where((steps >= on) & (steps < off), task.AMPLITUDE_UA_CM2, 0.0)

    def voltages(self, sets, dt):
        currents = self.currents(dt)
        times = np.arange(len(currents) + 1) * dt
        traces = np.empty((len(sets), len(times)))
        run_compiled(sets, currents, dt, np.array(task.steady_gates()), traces)
        if not self.checked:
            # Nothing but rounding may stand between the loop and its compiled copy.
            distance = np.abs(run_loop(sets[0], currents, dt) - traces[0, 1:]).max()
            assert distance < 1e-6, f"the compiled copy is {distance} mV from the loop"
            self.checked = True
        return times, traces

    def seconds(self, sets, dt):
        currents = self.currents(dt)
        start = time.perf_counter()
        for row in sets:
            run_loop(row, currents, dt)
        return time.perf_counter() - start

    def versions(self):
        return {"numpy": np.__version__}


VARIANTS = {"forward_euler": ForwardEuler}
