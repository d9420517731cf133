"""A cell of one compartment in NEURON.

{% for line in about %}
{{ line }}
{% endfor %}

    nrnivmodl
    python cell.py
"""

from pathlib import Path

from neuron import h

h.load_file("stdrun.hoc")

AREA_UM2 = {{ area }}
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


def make_cell():
    """The cell: its area is that of a cylinder as long as it is thick."""
    soma = h.Section(name="soma")
    soma.nseg = 1
    soma.L = soma.diam = {{ side }}
    soma.cm = {{ capacitance }}
{% for channel in channels %}
    soma.insert("{{ channel.mechanism }}")
    soma.gbar_{{ channel.mechanism }} = {{ channel.conductance }}
    soma.e_{{ channel.mechanism }} = {{ channel.reversal }}
{% endfor %}
    return soma


def current(sweep):
    """Instants in ms, and the current density in uA/cm^2 from each of them on."""
    if "samples" not in sweep:
        return sweep["times"], sweep["densities"]
    densities = [float(line) for line in (Path(__file__).parent / sweep["samples"]).read_text().split()]
    return [sweep["interval"] * sample for sample in range(len(densities))], densities


def run(soma, sweep):
    """Times in ms and voltages in mV of one sweep."""
    times, densities = current(sweep)
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur = 0, 1e9
    instants = h.Vector(times)
    amplitudes = h.Vector(densities).mul(AREA_UM2 * 1e-5)  # nA
    amplitudes.play(clamp._ref_amp, instants)
    t = h.Vector().record(h._ref_t)
    v = h.Vector().record(soma(0.5)._ref_v)
    h.cvode.active(True)
    h.cvode.atol(1e-6)
    h.finitialize(sweep["start"])
    h.continuerun(sweep["duration"])
    return list(t), list(v)


def spikes(t, v):
    """When the voltage rises through the threshold, in ms."""
    found = []
    for t0, t1, v0, v1 in zip(t, t[1:], v, v[1:]):
        if v0 < THRESHOLD_MV <= v1:
            found.append(t0 + (t1 - t0) * (THRESHOLD_MV - v0) / (v1 - v0))
    return found


if __name__ == "__main__":
    cell = make_cell()
    for name, sweep in SWEEPS.items():
        found = spikes(*run(cell, sweep))
        print(f"{name}: {len(found)} spikes, {len(sweep['spikes'])} in hhbayes")
        print(" ", " ".join(f"{time:.3f}" for time in found))
