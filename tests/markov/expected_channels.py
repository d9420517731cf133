"""Spikes of a squid axon with few channels, each of which is a Markov chain: the numbers of tests/data/channel_noise.json.

    python tests/markov/expected_channels.py > tests/data/channel_noise.json     # NumPy 2, some minutes

Equations and rates of Hodgkin and Huxley (1952), written anew. A channel has all states of its gates: 4 x 2 of sodium
(m^3 h), 5 of potassium (n^4). At a voltage that is constant over a step, gates are independent, so the number of channels
that go from one state to each other one is multinomial with exact probabilities: nothing is approximated but that the
voltage stands still for a step of the channels. Channels and voltage take turns at half steps, so that the error is of
second order.
"""

import json
import sys
from math import comb

import numpy as np

DT_MS = 0.01
CELLS = 2000
SEED = 1
SINGLE_PS = 20.0
G_NA, G_K, G_L = 120.0, 36.0, 0.3  # mS/cm^2
E_NA, E_K, E_L = 50.0, -77.0, -54.387  # mV
THRESHOLD_MV = 0.0
EARLY_MS = 10.0
QUARTILES = [0.25, 0.5, 0.75]
SAMPLE_STEPS = 10  # the voltage is looked at every 0.1 ms
PS_PER_MS_CM2_UM2 = 10.0

SCENARIOS = [
    # name, area in um^2, current density in uA/cm^2 from `start` on, start and duration in ms
    {"name": "spontaneous", "area_um2": 50.0, "current_ua_cm2": 0.0, "start_ms": 0.0, "duration_ms": 200.0},
    {"name": "near threshold", "area_um2": 100.0, "current_ua_cm2": 4.0, "start_ms": 10.0, "duration_ms": 60.0},
]


def rates(v):
    """alpha and beta of m, h and n in 1/ms."""
    v = v + 65.0

    def linear(x):
        small = np.abs(x) < 1e-6
        return np.where(small, 1.0 - x / 2.0, x / np.expm1(np.where(small, 1.0, x)))

    return {
        "m": (linear((25.0 - v) / 10.0), 4.0 * np.exp(-v / 18.0)),
        "h": (0.07 * np.exp(-v / 20.0), 1.0 / (np.exp((30.0 - v) / 10.0) + 1.0)),
        "n": (0.1 * linear((10.0 - v) / 10.0), 0.125 * np.exp(-v / 80.0)),
    }


def opening(alpha, beta):
    """Probability that a gate is open a step later: if it was open, and if it was closed."""
    infinity = alpha / (alpha + beta)
    decay = np.exp(-DT_MS * (alpha + beta))
    return infinity + (1.0 - infinity) * decay, infinity * (1.0 - decay)


def binomial(count, p):
    """Probabilities of 0 to `count` of `count`, shape [cell, count + 1]."""
    terms = [comb(count, k) * p**k * (1.0 - p) ** (count - k) for k in range(count + 1)]
    return np.stack(terms, axis=-1)


def transitions(gates, open_stays, closed_opens):
    """From each number of open gates to each, shape [cell, from, to]."""
    table = np.zeros((len(open_stays), gates + 1, gates + 1))
    for k in range(gates + 1):
        stay, new = binomial(k, open_stays), binomial(gates - k, closed_opens)
        for i in range(k + 1):
            for j in range(gates - k + 1):
                table[:, k, i + j] += stay[:, i] * new[:, j]
    return table


def sodium(table_m, table_h):
    """Both kinds of gates together; state 2 k + l has k open m and l open h."""
    return np.einsum("cij,ckl->cikjl", table_m, table_h).reshape(len(table_m), 8, 8)


def step(random, counts, table):
    after = np.zeros_like(counts)
    for state in range(counts.shape[1]):
        p = table[:, state] / table[:, state].sum(axis=1, keepdims=True)
        after += random.multinomial(counts[:, state], p)
    return after


def start(random, v, n_na, n_k):
    """Channels in equilibrium at a voltage."""
    infinity = {gate: alpha / (alpha + beta) for gate, (alpha, beta) in rates(v).items()}
    m, h, n = binomial(3, infinity["m"]), binomial(1, infinity["h"]), binomial(4, infinity["n"])
    p_na = np.einsum("ci,cj->cij", m, h).reshape(len(v), 8)
    return random.multinomial(n_na, p_na), random.multinomial(n_k, n)


def simulate(scenario, random):
    n_na = round(PS_PER_MS_CM2_UM2 * G_NA * scenario["area_um2"] / SINGLE_PS)
    n_k = round(PS_PER_MS_CM2_UM2 * G_K * scenario["area_um2"] / SINGLE_PS)
    v = np.full(CELLS, scenario["rest_mv"])
    na, k = start(random, v, n_na, n_k)
    spikes = np.zeros(CELLS, dtype=int)
    latency = np.full(CELLS, np.nan)
    below, early = v.copy(), v.copy()
    for index in range(round(scenario["duration_ms"] / DT_MS)):
        probabilities = {gate: opening(*pair) for gate, pair in rates(v).items()}
        na = step(random, na, sodium(transitions(3, *probabilities["m"]), transitions(1, *probabilities["h"])))
        k = step(random, k, transitions(4, *probabilities["n"]))
        g_na, g_k = G_NA * na[:, 7] / n_na, G_K * k[:, 4] / n_k
        current = scenario["current_ua_cm2"] if (index + 0.5) * DT_MS > scenario["start_ms"] else 0.0
        total, source = g_na + g_k + G_L, g_na * E_NA + g_k * E_K + G_L * E_L + current
        v = v + (source - total * v) / (1.0 / DT_MS + total / 2.0)
        if (index + 1) % SAMPLE_STEPS == 0:
            crosses = (below < THRESHOLD_MV) & (v >= THRESHOLD_MV)
            spikes += crosses
            time = (index + 1) * DT_MS - scenario["start_ms"]
            latency[crosses & np.isnan(latency)] = time
            below = v.copy()
        if index + 1 == round(EARLY_MS / DT_MS):
            early = v.copy()
    return spikes, latency, early


def rest():
    """Where the deterministic axon rests without current."""
    low, high = -70.0, -60.0
    for _ in range(100):
        v = np.array([(low + high) / 2])
        x = {gate: alpha / (alpha + beta) for gate, (alpha, beta) in rates(v).items()}
        g_na, g_k = G_NA * x["m"] ** 3 * x["h"], G_K * x["n"] ** 4
        outward = g_na * (v - E_NA) + g_k * (v - E_K) + G_L * (v - E_L)
        low, high = (low, v[0]) if outward[0] > 0 else (v[0], high)
    return (low + high) / 2


def main():
    scenarios = []
    for number, scenario in enumerate(SCENARIOS):
        scenario = scenario | {"rest_mv": rest()}
        spikes, latency, early = simulate(scenario, np.random.default_rng([SEED, number]))
        seen = latency[~np.isnan(latency)]
        scenarios.append(
            scenario
            | {
                "cells": CELLS,
                "spike_counts": np.bincount(spikes).tolist(),
                "latencies_ms": {"count": len(seen), "mean": seen.mean(), "sd": seen.std(ddof=1)},
                "latency_quartiles_ms": np.quantile(seen, QUARTILES).tolist(),
                "voltage_quartiles_mv": np.quantile(early, QUARTILES).tolist(),
            }
        )
        print(scenarios[-1], file=sys.stderr)
    about = {"dt_ms": DT_MS, "single_ps": SINGLE_PS, "early_ms": EARLY_MS, "numpy": np.__version__}
    json.dump(about | {"scenarios": scenarios}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
