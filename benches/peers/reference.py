"""The truth: DOP853 with a tolerance of 1e-11, started anew wherever the current jumps.

Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, section II.10; the coefficients are SciPy's.
"""

import sys

import numpy as np
from numba import njit
from scipy.integrate import DOP853, solve_ivp

import task

TOLERANCE = 1e-11
A, B, C = DOP853.A[:12, :12].copy(), DOP853.B.copy(), DOP853.C[:12].copy()
E3, E5 = DOP853.E3.copy(), DOP853.E5.copy()

# Places in the parameters of an axon: three conductances, three reversal potentials, factor on all rates.
SQUID = (task.E_NA, task.E_K, task.E_L, 1.0)


@njit(cache=True)
def linear_over_exponential(x):
    """x / (e^x - 1)"""
    return 1 - x / 2 + x * x / 12 if abs(x) < 1e-5 else x / np.expm1(x)


@njit(cache=True)
def slope(t, y, p, wave, out):
    """dy/dt of V, m, h, n. The current is wave[0] + wave[1] (t - wave[2]) + wave[3] sin(wave[4] (t - wave[2]))."""
    V, m, h, n = y
    v = V + 65.0
    current = wave[0] + wave[1] * (t - wave[2]) + wave[3] * np.sin(wave[4] * (t - wave[2]))
    g_na, g_k, g_l, e_na, e_k, e_l, phi = p
    out[0] = current - g_na * m**3 * h * (V - e_na) - g_k * n**4 * (V - e_k) - g_l * (V - e_l)
    out[1] = phi * (linear_over_exponential((25 - v) / 10) * (1 - m) - 4 * np.exp(-v / 18) * m)
    out[2] = phi * (0.07 * np.exp(-v / 20) * (1 - h) - h / (np.exp((30 - v) / 10) + 1))
    out[3] = phi * (0.1 * linear_over_exponential((10 - v) / 10) * (1 - n) - 0.125 * np.exp(-v / 80) * n)


@njit(cache=True)
def step(t, y, dt, p, wave, k, new):
    """One step into `new`; returns its error relative to the tolerance."""
    slope(t, y, p, wave, k[0])
    for stage in range(1, 12):
        new[:] = y
        for other in range(stage):
            new += dt * A[stage, other] * k[other]
        slope(t + C[stage] * dt, new, p, wave, k[stage])
    new[:] = y
    for stage in range(12):
        new += dt * B[stage] * k[stage]
    slope(t + dt, new, p, wave, k[12])
    third, fifth = 0.0, 0.0
    for i in range(4):
        scale = TOLERANCE * (1 + max(abs(y[i]), abs(new[i])))
        a, b = 0.0, 0.0
        for stage in range(13):
            a += E3[stage] * k[stage, i]
            b += E5[stage] * k[stage, i]
        third += (a / scale) ** 2
        fifth += (b / scale) ** 2
    if fifth == 0.0:
        return 0.0
    return abs(dt) * fifth / np.sqrt((fifth + 0.01 * third) * 4)


@njit(cache=True)
def crossing_time(t, y, dt, p, wave, k, scratch):
    """The time in a step at which the voltage rises through the threshold: shorter steps from the same start."""
    low, high = 0.0, dt
    for _ in range(60):
        middle = 0.5 * (low + high)
        step(t, y, middle, p, wave, k, scratch)
        if scratch[0] < task.THRESHOLD_MV:
            low = middle
        else:
            high = middle
    return t + low


@njit(cache=True)
def integrate(y, p, edges, waves, interval, voltages, spikes):
    """Integrates over pieces between `edges`, each with its own current. Returns the number of spikes.

    Voltages at multiples of `interval` (which divides the edges) go to `voltages`, spike times to `spikes`.
    """
    k, new, scratch = np.empty((13, 4)), np.empty(4), np.empty(4)
    found, sample = 0, 1
    voltages[0] = y[0]
    for piece in range(len(waves)):
        t, wave, dt = edges[piece], waves[piece], 1e-3
        while t < edges[piece + 1] - 1e-10:
            target = edges[piece + 1]
            if sample < len(voltages):
                target = min(target, sample * interval)
            h = min(dt, target - t)
            error = step(t, y, h, p, wave, k, new)
            factor = 10.0 if error == 0.0 else min(10.0, max(0.2, 0.9 * error ** (-1 / 8)))
            if error > 1.0:
                dt = h * factor
                continue
            if y[0] < task.THRESHOLD_MV <= new[0]:
                if found < len(spikes):
                    spikes[found] = crossing_time(t, y, h, p, wave, k, scratch)
                found += 1
            t += h
            y[:] = new
            # A step that was cut short to meet a sample says little about the next one.
            dt = max(dt, h * factor) if h < dt else h * factor
            if sample < len(voltages) and t >= sample * interval - 1e-10:
                voltages[sample] = y[0]
                sample += 1
    return found


def start(voltage_mv=task.START_MV):
    # Beside the voltages at which a rate is 0/0; the gates are steady, so they change by no more than that.
    return np.array([voltage_mv, *task.steady_gates(voltage_mv + 1e-9)])


STEP_EDGES = np.array([0.0, task.ON_MS, task.OFF_MS, task.DURATION_MS])
STEP_WAVES = np.array([[0.0] * 5, [task.AMPLITUDE_UA_CM2, 0, 0, 0, 0], [0.0] * 5])


def spike_times(conductances):
    """Spike times under the current step of the comparison."""
    p, spikes = np.array([*conductances, *SQUID]), np.empty(100)
    found = integrate(start(), p, STEP_EDGES, STEP_WAVES, 1.0, np.empty(1), spikes)
    return spikes[:found]


def scipy_spike_times(conductances):
    """The same with SciPy's integrator and its own search for the crossing."""
    p, y, spikes, out = np.array([*conductances, *SQUID]), start(), [], np.empty(4)

    def rises(_, y):
        return y[0] - task.THRESHOLD_MV

    rises.direction = 1
    for piece, wave in enumerate(STEP_WAVES):

        def right(t, y, wave=wave):
            slope(t, y, p, wave, out)
            return out.copy()

        span = STEP_EDGES[piece : piece + 2]
        solved = solve_ivp(right, span, y, "DOP853", rtol=TOLERANCE, atol=TOLERANCE, events=rises, max_step=0.5)
        spikes.extend(solved.t_events[0])
        y = solved.y[:, -1]
    return np.array(spikes)


def main(path):
    """Writes number of spikes and time of the last one of every set, after a comparison with SciPy."""
    sets = task.parameter_sets()
    times = [spike_times(row) for row in sets]
    for row in range(3):
        other = scipy_spike_times(sets[row])
        assert len(other) == len(times[row]), f"set {row}: {len(times[row])} spikes, SciPy finds {len(other)}"
        distance = np.abs(other - times[row]).max(initial=0.0)
        print(f"set {row}: {len(other)} spikes, at most {distance:.1e} ms from SciPy's", flush=True)
        # Far below the tolerance of the comparison.
        assert distance < 1e-5
    counts = np.array([len(row) for row in times])
    last = np.array([row[-1] if len(row) else np.nan for row in times])
    print("spikes: " + ", ".join(f"{n} in {(counts == n).sum()} sets" for n in np.unique(counts)))
    np.savez(path, counts=counts, last=last)


if __name__ == "__main__":
    main(sys.argv[1])
