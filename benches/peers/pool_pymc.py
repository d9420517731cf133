"""`hhbayes pool` beside one joint model in PyMC, on cells whose data are known exactly.

Two groups of eight cells, two parameters, each seen through normal noise with known covariance. PyMC samples population and
cells at once from those data. `hhbayes` gets draws of each cell's own posterior, under a prior of its own that has to be divided
out, and pools them. The priors of the population are the same in both. With `--paired` both groups are of the same eight cells.

    python pool_pymc.py path/to/hhbayes ../../results/pool/pymc.md
    python pool_pymc.py path/to/hhbayes ../../results/pool/pymc_paired.md --paired

Needs pymc, netCDF4 (versions are written into the result).
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import netCDF4
import numpy
import pymc

GROUPS = {"control": 8, "drug": 8}
PRIOR_MEAN, PRIOR_SD = numpy.array([3.0, -54.0]), numpy.array([1.0, 8.0])
SETTINGS = """[model]
kind = "hodgkin_huxley"

[prior]
g_K = { kind = "lognormal", median = "20.085536923187668 mS/cm^2", spread = 1.0 }
E_leak = { kind = "normal", mean = "-54 mV", sd = "8 mV" }
"""
DRAWS = 1000
# Of the population.
NUMBERS = ("mean", "effect", "sd", "sd_within", "correlation")


def cells(generator, paired):
    """Observed place and covariance of each cell, on the scale of the population (ln g_K, E_leak), group after group."""
    mean, effect = numpy.array([3.4, -56.0]), numpy.array([0.35, 1.5])
    sds, correlation = numpy.array([0.25, 2.5]), 0.6
    population = numpy.outer(sds, sds) * [[1.0, correlation], [correlation, 1.0]]
    # What a cell of a pair has of its own is half as far spread, and goes the other way.
    common = generator.multivariate_normal(numpy.zeros(2), population, size=8) if paired else numpy.zeros((8, 2))
    own = population * [[0.25, -0.1], [-0.1, 0.25]] if paired else population
    found = []
    for group, count in enumerate(GROUPS.values()):
        for cell in range(count):
            noise = numpy.diag([0.15, 1.5]) @ generator.normal(size=(2, 4)) / 2.0
            covariance = noise @ noise.T
            parameters = generator.multivariate_normal(mean + group * effect + common[cell], own)
            found.append((group, generator.multivariate_normal(parameters, covariance), covariance))
    return found


def posterior(observed, covariance):
    """Mean and covariance of the posterior of one cell under its own prior."""
    precision = numpy.linalg.inv(covariance) + numpy.diag(PRIOR_SD**-2.0)
    own = numpy.linalg.inv(precision)
    return own @ (numpy.linalg.solve(covariance, observed) + PRIOR_MEAN / PRIOR_SD**2), own


def write(folder, draws):
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(SETTINGS)
    with netCDF4.Dataset(folder / "posterior.nc", "w") as file:
        group = file.createGroup("posterior")
        for name, length in [("chain", 4), ("draw", DRAWS)]:
            group.createDimension(name, length)
            group.createVariable(name, "i8", (name,))[:] = numpy.arange(length)
        for name, unit, values in [("g_K", "mS/cm^2", numpy.exp(draws[:, 0])), ("E_leak", "mV", draws[:, 1])]:
            variable = group.createVariable(name, "f8", ("chain", "draw"))
            variable[:] = values.reshape(4, DRAWS)
            variable.units = unit


def ours(program, observed, generator, paired):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        names = {name: [] for name in GROUPS}
        for place, (group, center, covariance) in enumerate(observed):
            name = list(GROUPS)[group]
            draws = generator.multivariate_normal(*posterior(center, covariance), size=4 * DRAWS)
            write(folder / f"{name}_{place}", draws)
            names[name].append(str(folder / f"{name}_{place}"))
        groups = [text for name, own in names.items() for text in ("--group", f"{name}={','.join(own)}")]
        groups += ["--paired"] if paired else []
        subprocess.run([program, "pool", *groups, "--output", str(folder / "out"), "--format", "json"],
                       check=True, stdout=subprocess.DEVNULL)
        found = json.loads((folder / "out/pool.json").read_text())
        with netCDF4.Dataset(folder / "out/posterior.nc") as file:
            group = file["posterior"]
            order = [list(group["parameter"][:]).index(name) for name in ("g_K", "E_leak")]
            read = {name: group[name][:].reshape(-1, *group[name].shape[2:]).filled() for name in NUMBERS if name in group.variables}
    assert found["converged"], found["reasons"]
    read.update({name: read[name][..., order] for name in NUMBERS[:-1] if name in read})
    return named(read["mean"][:, 0], read["effect"][:, 0], read["sd"], read["correlation"][:, 0], read.get("sd_within"))


def named(mean, effect, sd, correlation, within):
    both = lambda text, values: {text % "ln g_K": values[:, 0], text % "E_leak": values[:, 1]}
    found = both("mean %s, control", mean) | both("effect on %s", effect) | both("sd of %s", sd)
    found["correlation"] = correlation
    return found if within is None else found | both("sd of %s within a cell", within)


def scattered(name, scale, count):
    """Deviations of so many cells, whose covariance has the prior of Huang and Wand (2013) with two degrees of freedom, written
    for standard deviations and correlation: their marginals are half-t and uniform, but they are not independent."""
    sds = pymc.HalfFlat(f"sd{name}", shape=2)
    correlation = pymc.Uniform(f"correlation{name}", -1.0, 1.0)
    rest = 1.0 - correlation**2
    pymc.Potential(f"prior{name}", pymc.math.log(rest) - 2.0 * pymc.math.log(2.0 + rest * (sds / scale) ** 2).sum())
    first, second = (pymc.Normal(f"{which}{name}", shape=count) for which in ("first", "second"))
    return pymc.math.stack([sds[0] * first, sds[1] * (correlation * first + rest**0.5 * second)], axis=1)


def joint(observed, paired):
    group = numpy.array([own[0] for own in observed])
    centers = numpy.array([own[1] for own in observed])
    covariances = numpy.array([own[2] for own in observed])
    # The priors of `docs/pool.md`: s is the standard deviation of all likelihoods together.
    center = centers.mean(axis=0)
    scale = numpy.sqrt((covariances.diagonal(axis1=1, axis2=2) + (centers - center) ** 2).mean(axis=0))
    with pymc.Model():
        mean = pymc.Normal("mean", center, 10.0 * scale, shape=(2, 2))
        if paired:
            half = len(observed) // 2
            common = scattered("", scale, half)
            cells = mean[group] + common[numpy.arange(len(observed)) % half] + scattered("_within", scale, len(observed))
        else:
            cells = mean[group] + scattered("", scale, len(observed))
        roots = numpy.linalg.cholesky(numpy.linalg.inv(covariances))
        # With R Rᵀ the inverse covariance, Rᵀ (observed - cell) is standard normal.
        residual = (numpy.swapaxes(roots, 1, 2) * (centers[:, None, :] - cells[:, None, :])).sum(axis=2)
        pymc.Potential("seen", -0.5 * (residual**2).sum())
        trace = pymc.sample(2000, tune=2000, chains=4, cores=2, random_seed=2, target_accept=0.99, progressbar=False)
    read = {name: trace["posterior"][name].values for name in NUMBERS if name in trace["posterior"]}
    flat = {name: values.reshape(-1, *values.shape[2:]) for name, values in read.items()}
    mean = flat["mean"]
    print("R-hat of PyMC at most", max(float(own.max()) for own in pymc.rhat(trace, var_names=list(read)).data_vars.values()))
    return named(mean[:, 0], mean[:, 1] - mean[:, 0], flat["sd"], flat["correlation"], flat.get("sd_within"))


def main(program, output, paired):
    generator = numpy.random.default_rng(7)
    observed = cells(generator, paired)
    pooled, peer = ours(program, observed, generator, paired), joint(observed, paired)
    what = "8 cells, each in both groups" if paired else "16 cells in two groups"
    lines = [
        "# `hhbayes pool` beside a joint model in PyMC",
        "",
        f"Written by `benches/peers/pool_pymc.py`, PyMC {pymc.__version__}: {what}, two parameters, the same data and priors.",
        "Median and 95 % interval; last column: difference of the medians in standard deviations of PyMC's posterior.",
        "",
        "| number | hhbayes pool | PyMC | difference | ratio of interval widths |",
        "|---|---|---|---|---|",
    ]
    for name, own in pooled.items():
        a, b = (numpy.quantile(values, [0.025, 0.5, 0.975]) for values in (own, peer[name]))
        text = ["{1:.3f} ({0:.3f} to {2:.3f})".format(*quantiles) for quantiles in (a, b)]
        away, width = (a[1] - b[1]) / peer[name].std(), (a[2] - a[0]) / (b[2] - b[0])
        lines.append(f"| {name} | {text[0]} | {text[1]} | {away:+.3f} | {width:.3f} |")
    output.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--paired", action="store_true")
    main(**vars(parser.parse_args()))
