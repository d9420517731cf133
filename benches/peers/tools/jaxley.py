"""Jaxley: one compartment with its HH channel, mapped over all parameter sets and compiled.

Float64, voltage by Crank-Nicolson, gates by exponential Euler. <https://jaxley.readthedocs.io>
"""

import math
import time

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import jaxley as jx
import numpy as np
from jaxley.channels import HH

import task

RADIUS_UM, LENGTH_UM = 10.0, 20.0


class CrankNicolson:
    knob_name, knobs = "dt", task.steps_from(1 / 20)
    accuracy_sets, timed_sets, chunk = 1000, 1000, 1000
    compiled_for = None

    def compile(self, sets, dt):
        """Compiles for one step and one number of sets."""
        if self.compiled_for == (dt, len(sets)):
            return
        cell = jx.Compartment()
        cell.insert(HH())
        for name, value in {
            "radius": RADIUS_UM,
            "length": LENGTH_UM,
            "capacitance": task.CAPACITANCE,
            "v": task.START_MV,
            "HH_eNa": task.E_NA,
            "HH_eK": task.E_K,
            "HH_eLeak": task.E_L,
        }.items():
            cell.set(name, value)
        cell.init_states()
        steps = np.arange(task.whole_steps(task.DURATION_MS, dt))
        on, off = task.whole_steps(task.ON_MS, dt), task.whole_steps(task.OFF_MS, dt)
        area_cm2 = 2 * math.pi * RADIUS_UM * LENGTH_UM * 1e-8
        amplitude_na = task.AMPLITUDE_UA_CM2 * area_cm2 * 1e3
        cell.stimulate(jnp.asarray(np.where((steps >= on) & (steps < off), amplitude_na, 0.0)))
        cell.record("v")

        def voltage(row):
            state = None
            for name, value in zip(("HH_gNa", "HH_gK", "HH_gLeak"), row):
                state = cell.data_set(name, value * 1e-3, state)
            return jx.integrate(cell, param_state=state, delta_t=dt, solver="crank_nicolson")[0]

        self.simulate = jax.jit(jax.vmap(voltage))
        self.simulate(jnp.asarray(sets)).block_until_ready()
        self.compiled_for = (dt, len(sets))

    def voltages(self, sets, dt):
        self.compile(sets, dt)
        traces = np.asarray(self.simulate(jnp.asarray(sets)))
        return np.arange(traces.shape[1]) * dt, traces

    def seconds(self, sets, dt):
        self.compile(sets, dt)
        rows = jnp.asarray(sets)
        start = time.perf_counter()
        self.simulate(rows).block_until_ready()
        return time.perf_counter() - start

    def versions(self):
        return {"jaxley": jx.__version__, "jax": jax.__version__}


VARIANTS = {"crank_nicolson": CrankNicolson}
