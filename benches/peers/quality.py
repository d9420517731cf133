"""How good draws are: effective draws, R-hat, and the distance of the means from those of the reference."""

import dataclasses

import numpy as np

LARGEST_R_HAT = 1.01
SMALLEST_ESS = 400
# The others begin in the posterior, so that their draws are of use even where so short a run cannot show it.
USABLE_R_HAT, USABLE_ESS = 1.1, 100
# Standard errors that a mean may be off; there are up to ten means and some dozen runs.
FARTHEST_MEAN = 5


@dataclasses.dataclass
class Draws:
    """Natural values, shape [chain, draw, parameter], with normalised weights if they are weighted."""

    values: np.ndarray
    weights: np.ndarray | None = None

    def effective(self):
        """Effective draws of each parameter: bulk ESS of arviz-stats; of weighted draws the smaller of 1 / sum w^2 and
        the variance of the draws over that of their mean."""
        if self.weights is None:
            from arviz_stats.base import array_stats

            columns = np.moveaxis(self.values, -1, 0)
            return np.array([float(array_stats.ess(column, method="bulk")) for column in columns])
        x, w = self.values.reshape(-1, self.values.shape[-1]), self.weights[:, None]
        squared = (x - (w * x).sum(axis=0)) ** 2
        return np.minimum(1 / (w**2).sum(), (w * squared).sum(axis=0) / (w**2 * squared).sum(axis=0))

    def r_hat(self):
        """The largest R-hat; None of weighted draws."""
        if self.weights is not None:
            return None
        from arviz_stats.base import array_stats

        return max(float(array_stats.rhat(column, method="rank")) for column in np.moveaxis(self.values, -1, 0))

    def means(self):
        x = self.values.reshape(-1, self.values.shape[-1])
        return x.mean(axis=0) if self.weights is None else (self.weights[:, None] * x).sum(axis=0)


def judge(draws, reference):
    """A dictionary: effective draws of the worst parameter, R-hat, means, and how far the farthest mean is off."""
    effective, means = draws.effective(), draws.means()
    distances = [
        abs(mean - known["mean"]) / np.hypot(known["sd"] / np.sqrt(ess), known["error"])
        for mean, ess, known in zip(means, effective, reference)
    ]
    r_hat = draws.r_hat()
    ess = float(effective.min())
    problems = []
    if r_hat is not None and not r_hat <= LARGEST_R_HAT:
        problems.append(f"R-hat {r_hat:.3f}")
    if not ess >= SMALLEST_ESS:
        problems.append(f"ESS {ess:.0f}")
    if max(distances) > FARTHEST_MEAN:
        problems.append(f"a mean is {max(distances):.1f} errors off")
    return {
        "ess": ess,
        "r_hat": r_hat,
        "means": dict(zip((known["name"] for known in reference), map(float, means))),
        "farthest_mean_in_errors": float(max(distances)),
        "problems": problems,
        "usable": (r_hat is None or r_hat <= USABLE_R_HAT) and ess >= USABLE_ESS and bool(max(distances) <= FARTHEST_MEAN),
    }
