"""Spike times of sampled voltages; the same code for every simulator."""

import numpy as np

from task import THRESHOLD_MV, TOLERANCE_MS


def last_spikes(times, voltages):
    """Number of spikes and time of the last one (NaN without one) of each row.

    `times`: shape [sample], or one such array per row; `voltages`: one array per row.
    """
    counts = np.zeros(len(voltages), dtype=int)
    last = np.full(len(voltages), np.nan)
    for row, v in enumerate(voltages):
        t = times if isinstance(times, np.ndarray) else times[row]
        v = np.asarray(v, dtype=float)
        rises = np.flatnonzero((v[:-1] < THRESHOLD_MV) & (v[1:] >= THRESHOLD_MV))
        counts[row] = len(rises) if np.isfinite(v).all() else -1
        if counts[row] > 0:
            last[row] = crossing(t, v, min(max(rises[-1], 1), len(v) - 3))
    return counts, last


def crossing(t, v, below):
    """Where the cubic through the four samples around a crossing is at the threshold."""
    t4, v4 = np.asarray(t[below - 1 : below + 3]), v[below - 1 : below + 3]
    cubic = np.polynomial.Polynomial.fit(t4 - t4[1], v4 - THRESHOLD_MV, 3)
    low, high = 0.0, t4[2] - t4[1]
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if cubic(middle) < 0 else (low, middle)
    return t4[1] + low


def errors_ms(counts, last, true_counts, true_last):
    """|time of the last spike - truth|; infinite where the number of spikes is wrong."""
    error = np.where(true_counts == 0, 0.0, np.abs(last - true_last))
    return np.where(counts == true_counts, error, np.inf)


def summary(errors):
    """What is reported of the errors of one time step."""
    p95 = float(np.quantile(errors, 0.95, method="higher"))
    wrong = int(np.isinf(errors).sum())
    return {"p95_ms": p95, "median_ms": float(np.median(errors)), "wrong_counts": wrong, "sets": len(errors)}


def is_accurate(result):
    return result["p95_ms"] < TOLERANCE_MS
