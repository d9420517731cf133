"""A cell of one compartment in Brian 2.

{% for line in about %}
{{ line }}
{% endfor %}

    python cell.py
"""

from pathlib import Path

import numpy as np
from brian2 import (
    Network, NeuronGroup, StateMonitor, TimedArray, cm, defaultclock, msiemens, ms, mV, start_scope, uA, ufarad,
)

THRESHOLD_MV = {{ threshold }}
# The current density in uA/cm^2 from each instant in ms on, the voltage at the start in mV, the duration in ms, and
# the spikes in ms that hhbayes finds.
SWEEPS = {
{% for sweep in sweeps %}
    "{{ sweep.name }}": {
        "duration": {{ sweep.duration }},
        "start": {{ sweep.start }},
{% if sweep.samples %}
        "samples": "{{ sweep.samples }}",
        "interval": {{ sweep.interval }},
{% else %}
        "times": [
{% for line in sweep.times %}
            {{ line | join(", ") }},
{% endfor %}
        ],
        "densities": [
{% for line in sweep.densities %}
            {{ line | join(", ") }},
{% endfor %}
        ],
{% endif %}
        "spikes": [
{% for line in sweep.spikes %}
            {{ line | join(", ") }},
{% endfor %}
        ],
    },
{% endfor %}
}

EQUATIONS = """
dv/dt = (injected{% for channel in channels %} - I_{{ channel.name }}{% endfor %})/({{ capacitance }}*ufarad/cm**2) : volt
v_mV = v/mV : 1
{% for channel in channels %}
I_{{ channel.name }} = {{ channel.conductance }}*msiemens/cm**2{% for factor in channel.open %}*{{ factor }}{% endfor %}*(v - ({{ channel.reversal }})*mV) : amp/meter**2
{% for gate in channel.gates %}
{% if gate.kind == "rates" %}
alpha_{{ gate.name }} = {{ gate.first }} : 1
beta_{{ gate.name }} = {{ gate.second }} : 1
d{{ gate.name }}/dt = (alpha_{{ gate.name }}*(1 - {{ gate.name }}) - beta_{{ gate.name }}*{{ gate.name }})/ms : 1
{% elif gate.kind == "relaxation" %}
inf_{{ gate.name }} = {{ gate.first }} : 1
tau_{{ gate.name }} = {{ gate.second }} : 1
d{{ gate.name }}/dt = (inf_{{ gate.name }} - {{ gate.name }})/(tau_{{ gate.name }}*ms) : 1
{% else %}
{{ gate.name }} = {{ gate.first }} : 1
{% endif %}
{% endfor %}
{% endfor %}
"""


def current(sweep):
    """The current density as one line of equations, and the samples that it needs."""
    if "samples" in sweep:
        samples = np.loadtxt(Path(__file__).parent / sweep["samples"], ndmin=1)
        return "sampled(t)", {"sampled": TimedArray(samples * uA / cm**2, dt=sweep["interval"] * ms)}
    jumps = np.diff(sweep["densities"], prepend=0.0)
    # Half a step keeps an onset on the grid from being missed by rounding.
    steps = (f"({jump})*int(t + dt/2 >= {time}*ms)" for time, jump in zip(sweep["times"], jumps))
    return f"({' + '.join(steps)})*uA/cm**2", {}


def run(sweep):
    """Times in ms and voltages in mV of one sweep."""
    start_scope()
    defaultclock.dt = 0.01 * ms
    injected, samples = current(sweep)
    equations = EQUATIONS + f"injected = {injected} : amp/meter**2\n"
    cell = NeuronGroup(1, equations, method="rk4", namespace={**UNITS, **samples})
    cell.v = sweep["start"] * mV
{% for channel in channels %}
{% for gate in channel.gates %}
{% if gate.kind == "rates" %}
    cell.{{ gate.name }} = "alpha_{{ gate.name }}/(alpha_{{ gate.name }} + beta_{{ gate.name }})"
{% elif gate.kind == "relaxation" %}
    cell.{{ gate.name }} = "inf_{{ gate.name }}"
{% endif %}
{% endfor %}
{% endfor %}
    monitor = StateMonitor(cell, "v", record=0)
    Network(cell, monitor).run(sweep["duration"] * ms)
    return monitor.t / ms, monitor.v[0] / mV


UNITS = {"cm": cm, "msiemens": msiemens, "ms": ms, "mV": mV, "uA": uA, "ufarad": ufarad}


def spikes(t, v):
    """When the voltage rises through the threshold, in ms."""
    rises = np.flatnonzero((v[:-1] < THRESHOLD_MV) & (v[1:] >= THRESHOLD_MV))
    return t[rises] + (t[rises + 1] - t[rises]) * (THRESHOLD_MV - v[rises]) / (v[rises + 1] - v[rises])


if __name__ == "__main__":
    for name, sweep in SWEEPS.items():
        found = spikes(*run(sweep))
        print(f"{name}: {len(found)} spikes, {len(sweep['spikes'])} in hhbayes")
        print(" ", " ".join(f"{time:.3f}" for time in found))
