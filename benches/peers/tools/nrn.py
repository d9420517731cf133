"""NEURON and CoreNEURON with the built-in mechanism hh. <https://nrn.readthedocs.io>

The table of hh is switched off: with interpolated rates 5 % of the errors are above 0.3 ms,
whatever the step.
With secondorder = 2 voltage and gates are staggered and both updates are of second order.
"""

import math
import time

import neuron
import numpy as np
from neuron import h

import task

AREA_CM2 = 1e-5
POPULATION = 500


class Cells:
    """Independent compartments, each with its own conductances and current step."""

    def __init__(self, count):
        h.usetable_hh = 0
        h.celsius = task.CELSIUS
        h.secondorder = 2
        side_um = math.sqrt(AREA_CM2 * 1e8 / math.pi)
        self.sections = [h.Section(name=f"axon{i}") for i in range(count)]
        self.stimuli = []
        for section in self.sections:
            section.L = section.diam = side_um
            section.cm = task.CAPACITANCE
            section.insert("hh")
            section.ena, section.ek, section(0.5).hh.el = task.E_NA, task.E_K, task.E_L
            stimulus = h.IClamp(section(0.5))
            stimulus.delay, stimulus.dur = task.ON_MS, task.OFF_MS - task.ON_MS
            stimulus.amp = task.AMPLITUDE_UA_CM2 * AREA_CM2 * 1e3
            self.stimuli.append(stimulus)
        self.context = h.ParallelContext()
        self.context.set_maxstep(10)

    def set_conductances(self, sets):
        for section, row in zip(self.sections, sets):
            mechanism = section(0.5).hh
            mechanism.gnabar, mechanism.gkbar, mechanism.gl = row * 1e-3

    def record(self):
        return [h.Vector().record(section(0.5)._ref_v) for section in self.sections]

    def run(self):
        """Wall time of one run from the start."""
        h.finitialize(task.START_MV)
        start = time.perf_counter()
        self.context.psolve(task.DURATION_MS)
        return time.perf_counter() - start


class OneCell:
    knob_name, knobs = "dt", task.steps_from(1 / 20)
    accuracy_sets, timed_sets, chunk, count = 1000, 20, 100, 1
    cells = None

    def prepare(self, knob):
        if self.cells is None:
            self.cells = Cells(self.count)
        h.dt = knob

    def batches(self, sets):
        for first in range(0, len(sets), self.count):
            part = sets[first : first + self.count]
            self.cells.set_conductances(part)
            yield len(part)

    def voltages(self, sets, knob):
        self.prepare(knob)
        recorded, rows = self.cells.record(), []
        time_vector = h.Vector().record(h._ref_t)
        times = []
        for count in self.batches(sets):
            self.cells.run()
            rows += [np.array(vector) for vector in recorded[:count]]
            times += [np.array(time_vector)] * count
        return times, rows

    def seconds(self, sets, knob):
        self.prepare(knob)
        return sum(self.cells.run() for _ in self.batches(sets))

    def versions(self):
        return {"neuron": neuron.__version__}


class VariableStep(OneCell):
    """CVODE: steps of variable length and order, with an absolute tolerance."""

    knob_name, knobs = "atol", (1e-2, 3e-3, 1e-3, 3e-4, 2e-4, 1.4e-4, 1e-4, 3e-5, 1e-5)
    timed_sets = 100

    def prepare(self, knob):
        if self.cells is None:
            self.cells = Cells(1)
            self.solver = h.CVode()
            self.solver.active(True)
        self.solver.atol(knob)


class Population(OneCell):
    timed_sets = chunk = count = POPULATION


class Core(Population):
    """CoreNEURON: the same cells handed over to a solver with compiled vector loops."""

    def prepare(self, knob):
        from neuron import coreneuron

        if self.cells is None:
            super().prepare(knob)
            h.CVode().cache_efficient(True)
            for gid, section in enumerate(self.cells.sections):
                self.cells.context.set_gid2node(gid, 0)
                connection = h.NetCon(section(0.5)._ref_v, None, sec=section)
                connection.threshold = 1e3
                self.cells.context.cell(gid, connection)
            coreneuron.enable = True
            coreneuron.verbose = 0
        h.dt = knob


VARIANTS = {"one_cell": OneCell, "cvode": VariableStep, "population": Population, "core": Core}
