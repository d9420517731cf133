"""Draws posterior predictions over a recording: python docs/figures/predictions.py RESULT_FOLDER FIGURE.png

Needs Python with matplotlib, xarray and h5netcdf (pip install matplotlib xarray h5netcdf h5py).
"""

import sys

import matplotlib
import numpy as np
import xarray as xr

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

RECORDED, PREDICTED = "#1b1b1b", "#0072b2"


def main(folder, figure):
    tree = xr.open_datatree(f"{folder}/posterior.nc", engine="h5netcdf")
    observed, predicted = tree["observed_data"], tree["posterior_predictive"]
    names = [name for name in observed.data_vars if name.startswith("voltage_")]
    fig, axes = plt.subplots(
        len(names), 1, figsize=(9, 3.6 if len(names) == 1 else 1.7 * len(names)), sharex=True, squeeze=False
    )
    for name, axis in zip(names, axes[:, 0]):
        time = observed[name.replace("voltage_", "time_")]
        for trace in predicted[name].values:
            axis.plot(time, trace, color=PREDICTED, alpha=0.25, lw=0.8)
        axis.plot(time, observed[name], color=RECORDED, lw=1.4 if len(names) == 1 else 0.5)
        axis.set_ylabel("voltage (mV)")
        axis.spines[["top", "right"]].set_visible(False)
        if len(names) > 1:
            axis.set_title(name.removeprefix("voltage_"), loc="left", fontsize=8)
    axes[-1, 0].set_xlabel("time (ms)")
    axes[0, 0].plot([], [], color=RECORDED, label="recorded")
    axes[0, 0].plot([], [], color=PREDICTED, label=f"{predicted.sizes['trace']} draws from the posterior")
    axes[0, 0].legend(frameon=False, loc="upper right", fontsize=8)
    fig.tight_layout()
    fig.savefig(figure, dpi=130)


if __name__ == "__main__":
    main(*sys.argv[1:3])
