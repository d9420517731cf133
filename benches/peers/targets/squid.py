"""The posterior of configs/squid_recovery.toml, written anew for numba: what one would hand to a sampler of Python.

The same scheme as hhbayes (staggered leapfrog, 0.025 ms), the same rest, and the features of its mode `precise`, so that
both are one posterior up to rounding. Units: mV, ms, mS/cm^2, uA/cm^2.
"""

import math

import numpy as np
from numba import njit

NAMES = ("g_Na", "g_K", "g_L", "stimulus_amplitude")
LOWER = np.array([60.0, 15.0, 0.1, 5.0])
UPPER = np.array([200.0, 70.0, 1.0, 25.0])
# Every order of magnitude is equally likely; for the others every value.
IS_LOG = np.array([False, False, True, False])

FEATURES = (
    "Spikecount",
    "time_to_first_spike",
    "mean(all_ISI_values)",
    "mean(peak_voltage)",
    "mean(AHP_depth_abs)",
    "mean(AP_duration_half_width)",
    "voltage_base",
)
SDS = np.array([0.5, 0.1, 0.1, 1.0, 1.0, 0.03, 0.5])
# Log likelihood lost where only the simulation has a feature, or only the recording.
MISSING = 100.0

E_NA, E_K, E_L = 50.0, -77.0, -54.387
INTERVAL_MS, DURATION_MS = 0.05, 150.0
ON_MS, OFF_MS = 20.0, 120.0
STEPS_PER_SAMPLE = 2
SAMPLES = round(DURATION_MS / INTERVAL_MS) + 1
BASE_FROM, BASE_TO = round(0.9 * ON_MS / INTERVAL_MS), round(ON_MS / INTERVAL_MS)

SPIKE_MV = -20.0
ONSET_MV_PER_MS = 10.0

# Where a rest is looked for.
LOWEST_MV, HIGHEST_MV, STRIDE_MV = -150.0, 60.0, 3.0
SMALL = 1e-5


@njit(cache=True)
def linoid(x):
    return 1.0 - x / 2.0 if abs(x) < 1e-4 else x / np.expm1(x)


@njit(cache=True)
def rates(V):
    """Opening and closing rates of m, h and n."""
    v = V + 65.0
    return (
        linoid((25.0 - v) / 10.0),
        4.0 * np.exp(-v / 18.0),
        0.07 * np.exp(-v / 20.0),
        1.0 / (np.exp((30.0 - v) / 10.0) + 1.0),
        0.1 * linoid((10.0 - v) / 10.0),
        0.125 * np.exp(-v / 80.0),
    )


@njit(cache=True)
def steady(V):
    am, bm, ah, bh, an, bn = rates(V)
    return am / (am + bm), ah / (ah + bh), an / (an + bn)


@njit(cache=True)
def outward(V, m, h, n, g_na, g_k, g_l):
    return g_na * m**3 * h * (V - E_NA) + g_k * n**4 * (V - E_K) + g_l * (V - E_L)


@njit(cache=True)
def steady_outward(V, g_na, g_k, g_l):
    m, h, n = steady(V)
    return outward(V, m, h, n, g_na, g_k, g_l)


@njit(cache=True)
def is_stable(V, g_na, g_k, g_l):
    """Whether small disturbances of voltage and gates die out: Routh and Hurwitz on the polynomial of the linear system."""
    m, h, n = steady(V)
    am, bm, ah, bh, an, bn = rates(V)
    k = (am + bm, ah + bh, an + bn)
    a = -(g_na * m**3 * h + g_k * n**4 + g_l)
    below, above = steady(V - SMALL), steady(V + SMALL)
    by_gate = (3 * g_na * m**2 * h * (V - E_NA), g_na * m**3 * (V - E_NA), 4 * g_k * n**3 * (V - E_K))
    p = np.array([-by_gate[i] * k[i] * (above[i] - below[i]) / (2 * SMALL) for i in range(3)])
    # (x - a) (x + k0) (x + k1) (x + k2) - sum of p_i times the other two factors.
    s1, s2, s3 = k[0] + k[1] + k[2], k[0] * k[1] + k[0] * k[2] + k[1] * k[2], k[0] * k[1] * k[2]
    a3 = s1 - a
    a2 = s2 - a * s1 - p.sum()
    a1 = s3 - a * s2 - (p[0] * (k[1] + k[2]) + p[1] * (k[0] + k[2]) + p[2] * (k[0] + k[1]))
    a0 = -a * s3 - (p[0] * k[1] * k[2] + p[1] * k[0] * k[2] + p[2] * k[0] * k[1])
    minors = a3 * a2 - a1
    return a3 > 0 and a0 > 0 and minors > 0 and minors * a1 > a3 * a3 * a0


@njit(cache=True)
def rest(g_na, g_k, g_l):
    """The lowest stable rest; not a number without one."""
    before = steady_outward(LOWEST_MV, g_na, g_k, g_l)
    for look in range(1, round((HIGHEST_MV - LOWEST_MV) / STRIDE_MV) + 1):
        right = LOWEST_MV + look * STRIDE_MV
        here = steady_outward(right, g_na, g_k, g_l)
        if before * here <= 0:
            low, high, at_low = right - STRIDE_MV, right, before
            for _ in range(60):
                middle = 0.5 * (low + high)
                value = steady_outward(middle, g_na, g_k, g_l)
                if at_low * value > 0:
                    low, at_low = middle, value
                else:
                    high = middle
            if is_stable(0.5 * (low + high), g_na, g_k, g_l):
                return 0.5 * (low + high)
        before = here
    return np.nan


@njit(cache=True, fastmath={"contract", "reassoc", "arcp", "nsz"})
def simulate(g_na, g_k, g_l, amplitude, V, trace):
    """Fills the trace from the rest V; gates live at half steps, the voltage at whole steps."""
    dt = INTERVAL_MS / STEPS_PER_SAMPLE
    half = 0.5 * dt
    on, off = round(ON_MS / dt), round(OFF_MS / dt)
    m, h, n = steady(V)
    trace[0] = V
    step = 0
    for sample in range(1, SAMPLES):
        for _ in range(STEPS_PER_SAMPLE):
            # All rates from one exponential and one division for each gate, as hhbayes does: these are most of the work.
            v = V + 65.0
            u = np.exp(-v / 720.0)
            u2 = u * u
            u4 = u2 * u2
            u8 = u4 * u4
            u9 = u8 * u
            u18 = u9 * u9
            u36 = u18 * u18
            u72 = u36 * u36
            # Opening rates are quotients a / d, and both rates are multiplied by d.
            x = (25.0 - v) * 0.1
            a, d = (1.0 - x / 2.0, 1.0) if abs(x) < 1e-4 else (x, 12.182493960703473 * u72 - 1.0)
            total = a + 4.0 * u36 * u4 * d
            m += dt * (a - total * m) / (d + half * total)
            d = 20.085536923187668 * u72 + 1.0
            a = 0.07 * u36 * d
            total = a + 1.0
            h += dt * (a - total * h) / (d + half * total)
            x = (10.0 - v) * 0.1
            a, d = (1.0 - x / 2.0, 1.0) if abs(x) < 1e-4 else (x, 2.718281828459045 * u72 - 1.0)
            a *= 0.1
            total = a + 0.125 * u9 * d
            n += dt * (a - total * n) / (d + half * total)
            na = g_na * m * m * m * h
            n2 = n * n
            k = g_k * n2 * n2
            g = na + k + g_l
            current = na * E_NA + k * E_K + g_l * E_L
            if on <= step < off:
                current += amplitude
            V += dt * (current - g * V) / (1.0 + half * g)
            step += 1
        trace[sample] = V
    return math.isfinite(V)


@njit(cache=True)
def vertex(trace, i):
    """Offset in samples and height of the parabola through an extreme sample and its neighbours."""
    if i == 0 or i + 1 >= len(trace):
        return 0.0, trace[i]
    difference = trace[i - 1] - trace[i + 1]
    bend = trace[i - 1] - 2.0 * trace[i] + trace[i + 1]
    if bend == 0.0 or abs(0.5 * difference / bend) > 0.5:
        return 0.0, trace[i]
    offset = 0.5 * difference / bend
    return offset, trace[i] - 0.25 * difference * offset


@njit(cache=True)
def slope(trace, i):
    before, after = max(i - 1, 0), min(i + 1, len(trace) - 1)
    return (trace[after] - trace[before]) / (INTERVAL_MS * (after - before))


@njit(cache=True)
def crossing_ms(trace, i, level):
    return (i + (level - trace[i]) / (trace[i + 1] - trace[i])) * INTERVAL_MS


@njit(cache=True)
def half_width(trace, first, rise, fall, top, last, peak_mv):
    """Of a spike whose neighbours end before sample `first` and begin at `last`; not a number without an onset."""
    steepest, level = max(rise - 1, 0), ONSET_MV_PER_MS
    for i in range(max(rise - 1, 0), top + 1):
        if slope(trace, i) > slope(trace, steepest):
            steepest = i
    if slope(trace, steepest) < level:
        return np.nan
    onset = steepest - 1
    while onset >= first and slope(trace, onset) >= level:
        onset -= 1
    if onset < first:
        return np.nan
    here, after = slope(trace, onset), slope(trace, onset + 1)
    onset_mv = trace[onset] + (level - here) / (after - here) * (trace[onset + 1] - trace[onset])
    half_mv = 0.5 * (peak_mv + onset_mv)
    left = top - 1
    while left >= first and trace[left] >= half_mv:
        left -= 1
    right = top + 1
    while right < last and trace[right] >= half_mv:
        right += 1
    if left < first or right >= last or trace[top] < half_mv:
        return np.nan
    return crossing_ms(trace, right - 1, half_mv) - crossing_ms(trace, left, half_mv)


@njit(cache=True)
def mean_or_nan(total, count):
    return total / count if count > 0 else np.nan


@njit(cache=True)
def features(trace, out):
    """The seven features in the order of FEATURES; not a number where a feature has no value."""
    spikes, dips, widths = 0, 0, 0
    peak_sum, dip_sum, width_sum = 0.0, 0.0, 0.0
    first_ms, last_ms = np.nan, np.nan
    end = len(trace)
    i = 0
    while i < end and trace[i] > SPIKE_MV:
        i += 1
    before = 0
    rise = i
    while rise < end and trace[rise] <= SPIKE_MV:
        rise += 1
    while rise < end:
        fall = rise
        while fall < end and trace[fall] > SPIKE_MV:
            fall += 1
        if fall == end:
            break
        top = rise
        for j in range(rise, fall):
            if trace[j] > trace[top]:
                top = j
        later = fall
        while later < end and trace[later] <= SPIKE_MV:
            later += 1
        # A crossing at the end of the sweep that does not come down again is no spike.
        down = later
        while down < end and trace[down] > SPIKE_MV:
            down += 1
        last = later if down < end else end
        offset, peak_mv = vertex(trace, top)
        peak_ms = (top + offset) * INTERVAL_MS
        dip = fall
        for j in range(fall, last):
            if trace[j] < trace[dip]:
                dip = j
        if dip + 1 < end:
            dip_sum += vertex(trace, dip)[1]
            dips += 1
        width = half_width(trace, before, rise, fall, top, last, peak_mv)
        if not math.isnan(width):
            width_sum += width
            widths += 1
        if spikes == 0:
            first_ms = peak_ms
        last_ms = peak_ms
        peak_sum += peak_mv
        spikes += 1
        before = fall
        rise = later
    out[0] = spikes
    out[1] = first_ms - ON_MS
    out[2] = mean_or_nan(last_ms - first_ms, spikes - 1)
    out[3] = mean_or_nan(peak_sum, spikes)
    out[4] = mean_or_nan(dip_sum, dips)
    out[5] = mean_or_nan(width_sum, widths)
    out[6] = trace[BASE_FROM:BASE_TO].mean()


@njit(cache=True)
def log_likelihood(theta, observed, trace):
    """Of natural parameters; -inf if the simulation fails. Every feature was observed."""
    V = rest(theta[0], theta[1], theta[2])
    if math.isnan(V) or not simulate(theta[0], theta[1], theta[2], theta[3], V, trace):
        return -np.inf
    found = np.empty(len(SDS))
    features(trace, found)
    total = 0.0
    for i in range(len(SDS)):
        if math.isnan(found[i]):
            total -= MISSING
        else:
            z = (observed[i] - found[i]) / SDS[i]
            total -= 0.5 * (z * z + math.log(2 * math.pi)) + math.log(SDS[i])
    return total


@njit(cache=True)
def to_natural(u, theta):
    """Fills theta; returns the log prior density of u, with the Jacobian."""
    log_prior = 0.0
    for i in range(len(u)):
        width = UPPER[i] - LOWER[i]
        tail = math.exp(-abs(u[i]))
        theta[i] = LOWER[i] + width * tail / (1 + tail) if u[i] < 0 else UPPER[i] - width * tail / (1 + tail)
        log_prior += math.log(width) - abs(u[i]) - 2 * math.log1p(tail)
        log_prior -= math.log(theta[i] * math.log(UPPER[i] / LOWER[i])) if IS_LOG[i] else math.log(width)
    return log_prior


@njit(cache=True)
def log_density(u, observed, trace, theta):
    for x in u:
        if not math.isfinite(x) or abs(x) > 700:
            return -np.inf
    log_prior = to_natural(u, theta)
    return log_prior + log_likelihood(theta, observed, trace)


def natural(points):
    tail = 1 / (1 + np.exp(-np.clip(points, -700, 700)))
    return LOWER + (UPPER - LOWER) * tail


def unconstrained(theta):
    return np.log((theta - LOWER) / (UPPER - theta))


class Squid:
    """The posterior, given what was observed and draws of a long run of hhbayes."""

    name, dimension = "squid", 4

    def __init__(self, observed, reference):
        self.observed = np.asarray(observed, float)
        self._reference = reference
        self.trace, self.theta = np.empty(SAMPLES), np.empty(4)

    def log_density(self, u):
        return log_density(u, self.observed, self.trace, self.theta)

    def natural(self, points):
        return natural(points)

    def reference(self):
        return self._reference["summary"]

    def starts(self, count, seed):
        draws = self._reference["draws"]
        return unconstrained(draws[np.random.default_rng(seed).choice(len(draws), count, replace=False)])

    def likelihood(self, theta):
        return log_likelihood(theta, self.observed, self.trace)

    def from_cube(self, cube):
        by_order = LOWER * (UPPER / LOWER) ** cube
        return np.where(IS_LOG, by_order, LOWER + (UPPER - LOWER) * cube)
