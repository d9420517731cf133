"""Let ArviZ read a result and compare its summary with ours.

    cargo test --test posterior
    python tests/arviz/check.py target/tmp/chains.nc target/tmp/chains.json
    python tests/arviz/check.py target/tmp/particles.nc target/tmp/particles.json

Works with ArviZ 1.x (Python 3.12 and later: pip install "arviz==1.*" h5netcdf h5py netCDF4) and with ArviZ 0.x
(Python 3.11: pip install "arviz<1" h5netcdf h5py netCDF4). Every engine that is installed reads the file. Exits with
1 and a line for each number that differs by more than 1e-9 of itself.
"""

import importlib.util
import json
import sys

import arviz as az
import numpy as np
import xarray as xr

GROUPS = ["posterior", "sample_stats", "posterior_predictive", "observed_data", "constant_data"]
TOLERANCE = 1e-9
IS_NEW = int(az.__version__.split(".")[0]) >= 1


def arviz_numbers(data, name):
    """What ArviZ computes for one parameter of chains."""
    options = {"round_to": "none", "var_names": [name]}
    if IS_NEW:
        row = az.summary(data, ci_kind="hdi", ci_prob=0.95, **options).loc[name]
        lower, upper = row["hdi95_lb"], row["hdi95_ub"]
    else:
        row = az.summary(data, hdi_prob=0.95, **options).loc[name]
        lower, upper = row["hdi_2.5%"], row["hdi_97.5%"]
    # The summary of ArviZ 1.x takes other quantiles for the tail; ours are those of the paper.
    tail = az.ess(data, var_names=[name], method="tail", prob=(0.05, 0.95))
    tail = tail["posterior"] if "posterior" in getattr(tail, "children", {}) else tail
    draws = data["posterior"][name].values.ravel()
    return {
        "mean": row["mean"],
        "sd": row["sd"],
        "hdi_lower": lower,
        "hdi_upper": upper,
        "lower": np.quantile(draws, 0.025),
        "median": np.quantile(draws, 0.5),
        "upper": np.quantile(draws, 0.975),
        "ess_bulk": row["ess_bulk"],
        "ess_tail": float(tail[name]),
        "mcse_mean": row["mcse_mean"],
        "r_hat": row["r_hat"],
    }


def weighted_numbers(data, name):
    """What NumPy computes for one parameter of weighted particles."""
    draws = data["posterior"][name].values.ravel()
    weights = data["sample_stats"]["weight"].values.ravel()
    weights = weights / weights.sum()
    ess = 1 / np.sum(weights**2)
    mean = np.sum(weights * draws)
    sd = np.sqrt(np.sum(weights * (draws - mean) ** 2) / (1 - 1 / ess))

    def quantile(probability):
        return np.quantile(draws, probability, weights=weights, method="inverted_cdf")

    numbers = {"mean": mean, "sd": sd, "ess": ess, "mcse_mean": sd / np.sqrt(ess)}
    return numbers | {"lower": quantile(0.025), "median": quantile(0.5), "upper": quantile(0.975)}


def differences(data, summary):
    for name, ours in summary["parameters"].items():
        if data["posterior"][name].attrs["units"] != ours["unit"]:
            yield f"{name}: units {data['posterior'][name].attrs['units']!r}, expected {ours['unit']!r}"
        theirs = weighted_numbers(data, name) if "ess" in ours else arviz_numbers(data, name)
        for number, expected in theirs.items():
            value = np.nan if ours[number] is None else ours[number]
            if not np.isclose(value, expected, rtol=TOLERANCE, atol=0, equal_nan=True):
                yield f"{name}: {number} is {value!r}, ArviZ says {float(expected)!r}"


def check_groups(data):
    present = list(data.children) if IS_NEW else data.groups()
    for group in GROUPS:
        if group not in present:
            yield f"group {group} is missing, found {present}"
    labels = list(data["posterior_predictive"]["feature"].values)
    if not all(isinstance(label, str) for label in labels):
        yield f"labels of the features are {labels}"
    if "accepted" in data["sample_stats"] and data["sample_stats"]["accepted"].dtype != bool:
        yield f"accepted is stored as {data['sample_stats']['accepted'].dtype}"
    if data["posterior"].sizes["chain"] != len(data["posterior"]["chain"]):
        yield "the chains have no labels"


def check_plot(data):
    """ArviZ 0.x draws its best-known plot; ArviZ 1.x leaves plots to another package."""
    if IS_NEW:
        return
    import matplotlib

    matplotlib.use("Agg")
    az.plot_trace(data)


def main(posterior, summary):
    with open(summary, encoding="utf-8") as file:
        summary = json.load(file)
    mistakes = []
    for engine in ["h5netcdf", "netcdf4"]:
        if importlib.util.find_spec("netCDF4" if engine == "netcdf4" else engine) is None:
            continue
        # ArviZ 1.x passes the engine on; ArviZ 0.x tries both by itself, so that xarray opens it here.
        data = az.from_netcdf(posterior, engine=engine)
        mistakes += [f"{engine}: {text}" for text in [*check_groups(data), *differences(data, summary)]]
        with xr.open_dataset(posterior, group="posterior_predictive", engine=engine) as predictive:
            predictive.load()
    check_plot(data)
    print("\n".join(mistakes) or f"ArviZ {az.__version__} agrees on {len(summary['parameters'])} parameters")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
