"""Posteriors of posteriordb, written anew for numba. The parametrisations are those of examples/posteriordb/densities.rs."""

import json
import math
import os
import pathlib

import numpy as np
from numba import njit

ROOT = pathlib.Path(__file__).resolve().parents[3]
LOG_2_PI = math.log(2 * math.pi)


@njit(cache=True)
def normal(x, mean, sd):
    return -0.5 * ((x - mean) / sd) ** 2 - math.log(sd)


@njit(cache=True)
def half_cauchy_log(log, scale):
    """Of a positive number on the logarithmic scale."""
    return log - math.log1p(math.exp(2 * (log - math.log(scale))))


@njit(cache=True)
def logistic(x):
    return 1 / (1 + math.exp(-x))


@njit(cache=True)
def autoregression(u, data):
    if abs(u[6]) > 300:
        return -np.inf
    y, sigma = data[0], math.exp(u[6])
    total = half_cauchy_log(u[6], 2.5)
    for i in range(6):
        total += normal(u[i], 0.0, 10.0)
    for t in range(5, len(y)):
        mean = u[0]
        for k in range(1, 6):
            mean += u[k] * y[t - k]
        total += -0.5 * ((y[t] - mean) / sigma) ** 2
    return total - (len(y) - 5) * u[6]


@njit(cache=True)
def eight_schools(u, data):
    """Normalised, so that its evidence can be compared."""
    if abs(u[9]) > 300:
        return -np.inf
    y, sigma = data[0], data[1]
    mu, tau = u[8], math.exp(u[9])
    total = normal(mu, 0.0, 5.0) + half_cauchy_log(u[9], 5.0) + math.log(2 / (5 * math.pi)) - 8.5 * LOG_2_PI
    for j in range(8):
        total += -0.5 * u[j] ** 2 + normal(y[j], mu + tau * u[j], sigma[j])
    return total


@njit(cache=True)
def garch(u, data):
    if np.abs(u).max() > 300:
        return -np.inf
    y, variance = data[0], data[1][0] ** 2
    mu, alpha0, alpha1, share = u[0], math.exp(u[1]), logistic(u[2]), logistic(u[3])
    beta1 = (1 - alpha1) * share
    scale = alpha1 * (1 - alpha1) ** 2 * share * (1 - share)
    if scale <= 0:
        return -np.inf
    total = u[1] + math.log(scale) + normal(y[0], mu, math.sqrt(variance))
    for t in range(1, len(y)):
        variance = alpha0 + alpha1 * (y[t - 1] - mu) ** 2 + beta1 * variance
        total += -0.5 * ((y[t] - mu) ** 2 / variance + math.log(variance))
    return total


@njit(cache=True)
def kid_score(u, data):
    if abs(u[2]) > 300:
        return -np.inf
    score, iq, sigma = data[0], data[1], math.exp(u[2])
    total = half_cauchy_log(u[2], 2.5) - len(score) * u[2]
    for i in range(len(score)):
        total += -0.5 * ((score[i] - u[0] - u[1] * iq[i]) / sigma) ** 2
    return total


def last_as_exp(u):
    return np.concatenate([u[..., :-1], np.exp(u[..., -1:])], axis=-1)


def last_as_log(x):
    return np.concatenate([x[..., :-1], np.log(x[..., -1:])], axis=-1)


def schools_natural(u):
    mu, tau = u[..., 8:9], np.exp(u[..., 9:])
    return np.concatenate([mu + tau * u[..., :8], mu, tau], axis=-1)


def schools_unconstrained(x):
    mu, tau = x[..., 8:9], x[..., 9:]
    return np.concatenate([(x[..., :8] - mu) / tau, mu, np.log(tau)], axis=-1)


def garch_natural(u):
    alpha1, share = 1 / (1 + np.exp(-u[..., 2])), 1 / (1 + np.exp(-u[..., 3]))
    return np.stack([u[..., 0], np.exp(u[..., 1]), alpha1, (1 - alpha1) * share], axis=-1)


def garch_unconstrained(x):
    logit = lambda p: np.log(p) - np.log1p(-p)
    mu, alpha0, alpha1, beta1 = np.moveaxis(x, -1, 0)
    return np.stack([mu, np.log(alpha0), logit(alpha1), logit(beta1 / (1 - alpha1))], axis=-1)


# Folder of the data, dimension, density, names of its data, to natural parameters and back.
CASES = {
    "arK": ("arK-arK", 7, autoregression, ("y",), last_as_exp, last_as_log),
    "eight_schools": (
        *("eight_schools-eight_schools_noncentered", 10, eight_schools, ("y", "sigma")),
        *(schools_natural, schools_unconstrained),
    ),
    "garch11": ("garch-garch11", 4, garch, ("y", "sigma1"), garch_natural, garch_unconstrained),
    "kidscore_momiq": ("kidiq-kidscore_momiq", 3, kid_score, ("kid_score", "mom_iq"), last_as_exp, last_as_log),
}


class Known:
    """A posterior of posteriordb with its reference draws."""

    def __init__(self, name):
        self.name = name
        self.folder, self.dimension, self.density, names, self.natural, self.unconstrained = CASES[name]
        self.path = pathlib.Path(os.environ["HHBAYES_REFERENCE"]) / "posteriordb" / self.folder
        data = json.loads((self.path / "data.json").read_text())
        self.data = tuple(np.atleast_1d(np.asarray(data[key], float)) for key in names)

    def log_density(self, u):
        return self.density(u, self.data)

    def reference(self):
        known = json.loads((ROOT / "tests" / "data" / "posteriordb.json").read_text())[self.folder]
        rows = [(name, row["mean"], row["sd"], row["sd"] / 100) for name, row in known.items()]
        # As many reference draws as give a mean to a hundredth of the standard deviation.
        return [dict(zip(("name", "mean", "sd", "error"), row)) for row in rows]

    def starts(self, count, seed):
        draws = np.loadtxt(self.path / "draws.csv.bz2", delimiter=",", skiprows=1)
        return self.unconstrained(draws[np.random.default_rng(seed).choice(len(draws), count, replace=False)])


class EightSchools(Known):
    """With its prior apart from its likelihood, for nested sampling."""

    def likelihood(self, u):
        prior = -0.5 * (u[:8] @ u[:8] + (u[8] / 5) ** 2) - math.log(5) - 4.5 * LOG_2_PI
        return self.log_density(u) - prior - half_cauchy_log(u[9], 5.0) - math.log(2 / (5 * math.pi))

    def from_cube(self, cube):
        from scipy.special import ndtri

        return np.concatenate([ndtri(cube[:8]), [5 * ndtri(cube[8]), np.log(5 * np.tan(0.5 * math.pi * cube[9]))]])

    def log_evidence(self):
        """By quadrature over tau; the schools and mu are integrated out in closed form."""
        from scipy.integrate import quad

        y, sigma = self.data

        def log_marginal(tau):
            covariance = np.diag(sigma**2 + tau**2) + 25.0
            solved = np.linalg.solve(covariance, y)
            return -0.5 * (y @ solved + np.linalg.slogdet(covariance)[1] + 8 * LOG_2_PI)

        top = log_marginal(0.0)
        # tau = 5 tan(pi p / 2) has the half-Cauchy distribution where p is uniform.
        value, _ = quad(lambda p: math.exp(log_marginal(5 * math.tan(0.5 * math.pi * p)) - top), 0, 1, epsabs=1e-10)
        return top + math.log(value)


def target(name):
    return (EightSchools if name == "eight_schools" else Known)(name)
