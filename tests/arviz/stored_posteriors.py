"""Write the small files of tests/data/posteriors that tests/stored.rs reads.

    python tests/arviz/stored_posteriors.py

Needs arviz>=1 (of which arviz-base is enough), h5netcdf, xarray and netCDF4. `arviz.nc` is what ArviZ writes by itself (h5netcdf, no units),
`netcdf4.nc` the same through the NetCDF library, with a unit, a transposed variable, an axis without labels and
a log likelihood; `other_unit.nc` has `g` in another unit.
Draws follow from their places: of `g` at chain c, draw d, element k it is 10 k + c + d / 100.
"""

import sys
from pathlib import Path

import numpy as np
import xarray as xr

FOLDER = Path(__file__).parents[1] / "data" / "posteriors"
CHAINS, DRAWS = 2, 25


def draws(elements):
    chain, draw, element = np.meshgrid(np.arange(CHAINS), np.arange(DRAWS), np.arange(elements), indexing="ij")
    return 10.0 * element + chain + draw / 100


def write_arviz():
    import arviz_base as az

    posterior = {"g": draws(3), "tau": draws(1)[..., 0], "rate": draws(4).reshape(CHAINS, DRAWS, 2, 2)}
    data = az.from_dict({"posterior": posterior, "sample_stats": {"lp": draws(1)[..., 0]}})
    data.to_netcdf(FOLDER / "arviz.nc")


def write_netcdf4():
    axes = {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)}
    g = xr.DataArray(draws(1)[..., 0].T, dims=["draw", "chain"], attrs={"units": "mS/cm^2"})
    count = xr.DataArray(np.rint(100 * draws(2)).astype("i4"), dims=["chain", "draw", "place"])
    posterior = xr.Dataset({"g": g, "count": count}, coords=axes)
    y = xr.DataArray(-draws(2), dims=["chain", "draw", "day"])
    likelihood = xr.Dataset({"y": y}, coords=axes | {"day": ["monday", "tuesday"]})
    path = FOLDER / "netcdf4.nc"
    posterior.to_netcdf(path, group="posterior", engine="netcdf4", mode="w")
    likelihood.to_netcdf(path, group="log_likelihood", engine="netcdf4", mode="a")


def write_other_unit():
    axes = {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)}
    g = xr.DataArray(10 * draws(1)[..., 0], dims=["chain", "draw"], attrs={"units": "S/m^2"})
    path = FOLDER / "other_unit.nc"
    xr.Dataset({"g": g}, coords=axes).to_netcdf(path, group="posterior", engine="netcdf4", mode="w")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    writers = {"arviz": write_arviz, "netcdf4": write_netcdf4, "other_unit": write_other_unit}
    for name in sys.argv[1:] or writers:
        writers[name]()
