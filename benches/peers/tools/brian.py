"""Brian2 in C++ standalone mode, with Runge-Kutta methods of order 2 and 4. <https://brian2.readthedocs.io>

The time is that of the loop over time steps, which the compiled program reports itself.
"""

import tempfile

import brian2 as b2
import numpy as np
from brian2 import cm, ms, mS, mV, uA, uF

import task

# The number of a step does not change within it, so no stage of a step sees the current of the next one.
EQUATIONS = """
dv/dt = (I - g_Na*m**3*h*(v - E_Na) - g_K*n**4*(v - E_K) - g_L*(v - E_L)) / C : volt
dm/dt = (1/exprel((25 - u)/10)*(1 - m) - 4*exp(-u/18)*m) / ms : 1
dh/dt = (0.07*exp(-u/20)*(1 - h) - h/(exp((30 - u)/10) + 1)) / ms : 1
dn/dt = (0.1/exprel((10 - u)/10)*(1 - n) - 0.125*exp(-u/80)*n) / ms : 1
u = v/mV + 65 : 1
I = amplitude*int(t_in_timesteps >= on)*int(t_in_timesteps < off) : amp/meter**2
g_Na : siemens/meter**2 (constant)
g_K : siemens/meter**2 (constant)
g_L : siemens/meter**2 (constant)
"""
CELLS = 1000


class RungeKutta2:
    method = "rk2"
    knob_name, knobs = "dt", task.steps_from(1 / 20)
    accuracy_sets, timed_sets, chunk = CELLS, CELLS, CELLS
    built = None

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="peers_brian_")

    def build(self, dt, recorded):
        """Compiles the program anew if the step or the recording changed."""
        if self.built == (dt, recorded):
            return
        b2.device.reinit()
        b2.device.activate()
        b2.set_device("cpp_standalone", build_on_run=False, directory=self.folder)
        b2.defaultclock.dt = dt * ms
        constants = {
            "E_Na": task.E_NA * mV,
            "E_K": task.E_K * mV,
            "E_L": task.E_L * mV,
            "C": task.CAPACITANCE * uF / cm**2,
            "amplitude": task.AMPLITUDE_UA_CM2 * uA / cm**2,
            "on": task.whole_steps(task.ON_MS, dt),
            "off": task.whole_steps(task.OFF_MS, dt),
        }
        cells = b2.NeuronGroup(CELLS, EQUATIONS, method=self.method, namespace=constants)
        cells.v = task.START_MV * mV
        cells.m, cells.h, cells.n = task.steady_gates()
        self.cells, self.monitor = cells, None
        network = b2.Network(cells)
        if recorded:
            self.monitor = b2.StateMonitor(cells, "v", record=True)
            network.add(self.monitor)
        network.run(task.DURATION_MS * ms)
        b2.device.build(directory=self.folder, compile=True, run=False, debug=False)
        self.built = (dt, recorded)

    def run(self, sets):
        rows = np.resize(sets, (CELLS, 3))
        names = zip((self.cells.g_Na, self.cells.g_K, self.cells.g_L), rows.T)
        b2.device.run(run_args={name: values * mS / cm**2 for name, values in names})

    def voltages(self, sets, dt):
        self.build(dt, recorded=True)
        self.run(sets)
        # A sample is taken at the start of each step.
        return np.arange(task.whole_steps(task.DURATION_MS, dt)) * dt, np.asarray(self.monitor.v / mV)[: len(sets)]

    def seconds(self, sets, dt):
        self.build(dt, recorded=False)
        self.run(sets)
        return b2.device._last_run_time

    def versions(self):
        return {"brian2": b2.__version__, "numpy": np.__version__}


class RungeKutta4(RungeKutta2):
    method = "rk4"
    knobs = task.STEPS_MS


VARIANTS = {"rk2": RungeKutta2, "rk4": RungeKutta4}
