"""Arbor with its mechanism hh, all cells in one group so that it can vectorise. <https://docs.arbor-sim.org>"""

import math
import time

import arbor
import numpy as np
from arbor import units as U

import task

RADIUS_UM, LENGTH_UM = 10.0, 20.0


class Axons(arbor.recipe):
    """Independent compartments, each with its own conductances."""

    def __init__(self, sets):
        arbor.recipe.__init__(self)
        self.sets = sets
        self.properties = arbor.neuron_cable_properties()
        self.properties.set_property(
            Vm=task.START_MV * U.mV,
            cm=task.CAPACITANCE * 1e-2 * U.F / U.m2,
            tempK=(task.CELSIUS + 273.15) * U.Kelvin,
        )
        self.properties.set_ion("na", rev_pot=task.E_NA * U.mV)
        self.properties.set_ion("k", rev_pot=task.E_K * U.mV)

    def num_cells(self):
        return len(self.sets)

    def cell_kind(self, gid):
        return arbor.cell_kind.cable

    def cell_description(self, gid):
        tree = arbor.segment_tree()
        half = LENGTH_UM / 2
        ends = [arbor.mpoint(x, 0, 0, RADIUS_UM) for x in (-half, half)]
        tree.append(arbor.mnpos, *ends, tag=1)
        g_na, g_k, g_l = self.sets[gid] * 1e-3
        area_cm2 = 2 * math.pi * RADIUS_UM * LENGTH_UM * 1e-8
        current = task.AMPLITUDE_UA_CM2 * area_cm2 * 1e3 * U.nA
        clamp = arbor.i_clamp(task.ON_MS * U.ms, (task.OFF_MS - task.ON_MS) * U.ms, current)
        channels = arbor.density("hh", {"gnabar": g_na, "gkbar": g_k, "gl": g_l, "el": task.E_L})
        decor = arbor.decor().paint("(all)", channels).place("(location 0 0.5)", clamp)
        return arbor.cable_cell(tree, decor)

    def probes(self, gid):
        return [arbor.cable_probe_membrane_voltage("(location 0 0.5)", "voltage")]

    def global_properties(self, kind):
        return self.properties


class Simulator:
    knob_name, knobs = "dt", task.steps_from(task.COMMON_DT_MS)
    accuracy_sets, timed_sets, chunk = 1000, 1000, 100

    def simulation(self, sets):
        recipe, context = Axons(sets), arbor.context(threads=1)
        hint = arbor.partition_hint(cpu_group_size=len(sets), prefer_gpu=False)
        domains = arbor.partition_load_balance(recipe, context, {arbor.cell_kind.cable: hint})
        return arbor.simulation(recipe, context, domains)

    def run(self, simulation, dt):
        start = time.perf_counter()
        simulation.run(task.DURATION_MS * U.ms, dt * U.ms)
        return time.perf_counter() - start

    def voltages(self, sets, dt):
        simulation = self.simulation(sets)
        # A sample is taken at the start of the step that it falls into, so it is asked for in the middle.
        schedule = arbor.regular_schedule(0.5 * dt * U.ms, dt * U.ms, task.DURATION_MS * U.ms)
        handles = [simulation.sample(gid, "voltage", schedule) for gid in range(len(sets))]
        self.run(simulation, dt)
        traces = [simulation.samples(handle)[0][0] for handle in handles]
        return [trace[:, 0] for trace in traces], [trace[:, 1] for trace in traces]

    def seconds(self, sets, dt):
        return self.run(self.simulation(sets), dt)

    def versions(self):
        return {"arbor": arbor.__version__}


VARIANTS = {"hh": Simulator}
