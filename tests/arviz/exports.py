"""Open every export of a result with the programs of docs/export.md, and compare the mean of each parameter.

    cargo run --release -- run configs/quickstart.toml
    python -m venv venv && venv/bin/pip install arviz xarray zarr h5netcdf h5py pandas pyarrow polars
    venv/bin/python tests/arviz/exports.py results/quickstart

The mean by R is compared if Rscript, ncdf4 and jsonlite are there, that by Octave if octave-cli and its package netcdf are.
`--hhbayes` names a built program. Exits with 1 and a line for each mean that differs by more than 1e-12 of itself.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import arviz as az
import numpy as np
import pandas as pd
import polars as pl
import xarray as xr

TOLERANCE = 1e-12


def read(result, folder, names):
    """The mean of each parameter by each way of reading."""
    netcdf = result / "posterior.nc"
    yield "arviz", {name: float(az.from_netcdf(netcdf)["posterior"][name].mean()) for name in names}
    dataset = xr.open_dataset(netcdf, group="posterior")
    yield "xarray", {name: float(dataset[name].mean()) for name in names}
    dataset = xr.open_zarr(folder / "posterior.zarr", group="posterior", consolidated=False)
    assert dataset[names[0]].attrs.get("units") is not None
    yield "zarr", {name: float(dataset[name].mean()) for name in names}
    for group in xr.open_datatree(folder / "posterior.zarr", engine="zarr").groups:
        xr.open_zarr(folder / "posterior.zarr", group=group.strip("/") or None).load()
    yield "pandas, Parquet", dict(pd.read_parquet(folder / "draws.parquet")[names].mean())
    yield "polars, Parquet", pl.read_parquet(folder / "draws.parquet").select(pl.col(names).mean()).row(0, named=True)
    yield "pandas, CSV", dict(pd.read_csv(folder / "draws.csv")[names].mean())
    groups = json.loads((folder / "posterior.json").read_text())
    data = az.from_dict({"posterior": {name: np.array(draws) for name, draws in groups["posterior"].items()}})
    yield "arviz, JSON", {name: float(data["posterior"][name].mean()) for name in names}
    chains = [pd.read_csv(path, comment="#") for path in sorted(folder.glob("draws_*.csv"))]
    yield "CmdStan's files", dict(pd.concat(chains)[names].mean())
    if shutil.which("Rscript"):
        yield "R, NetCDF", by_r("library(ncdf4); f <- nc_open('%s')" % netcdf, "mean(ncvar_get(f, 'posterior/%s'))", names)
        path = folder / "posterior.json"
        yield "R, JSON", by_r("library(jsonlite); g <- fromJSON('%s')" % path, "mean(g$posterior[['%s']])", names)
    if shutil.which("octave-cli"):
        # `ncread` is also the function of MATLAB, `load` Octave's own.
        yield "Octave, ncread", by_octave("pkg load netcdf; f = '%s'" % netcdf, "mean(ncread(f, '/posterior/%s')(:))", names)
        yield "Octave, load", by_octave("s = load('-hdf5', '%s', 'posterior')" % netcdf, "mean(s.posterior.%s(:))", names)


def by_r(start, mean, names):
    return printed(["Rscript", "-e"], [start, *("cat(sprintf('%%.17g\\n', %s))" % (mean % name) for name in names)], names)


def by_octave(start, mean, names):
    return printed(["octave-cli", "--eval"], [start, *("printf('%%.17g\\n', %s)" % (mean % name) for name in names)], names)


def printed(command, lines, names):
    done = subprocess.run([*command, "; ".join(lines)], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stderr.strip().splitlines()[-1])
        return {}
    return dict(zip(names, map(float, done.stdout.split())))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("result", type=pathlib.Path)
    parser.add_argument("--hhbayes", default="target/release/hhbayes")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp())
    for name in ["csv", "parquet", "zarr", "json", "cmdstan"]:
        command = [options.hhbayes, "export", options.result, "--format", name, "--output", folder]
        subprocess.run(command, check=True, capture_output=True)
    table = pd.read_csv(options.result / "draws.csv")
    names = list(json.loads((options.result / "summary.json").read_text())["parameters"])
    is_weighted = "weight" in table
    wrong = 0
    for way, means in read(options.result, folder, names):
        if is_weighted and way.startswith("CmdStan"):
            continue
        for name, mean in means.items():
            expected = table[name].mean()
            if not abs(mean - expected) <= TOLERANCE * abs(expected):
                print(f"{way}: the mean of {name} is {mean}, expected {expected}")
                wrong += 1
        print(f"{way}: {len(means)} parameters read")
    shutil.rmtree(folder)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
