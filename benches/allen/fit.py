"""Fits one current step of each of six cortical cells with one template.

    HHBAYES_REFERENCE=... python3 benches/allen/fit.py

reads the cells of the Allen Cell Types Database from the folder `recordings/allen` of HHBAYES_REFERENCE, runs
`hhbayes run benches/allen/cell.toml --set recording.file=...` for each, and writes `allen.md`, `allen.json` and
`allen.png` to `results/allen/`: recorded and predicted features, time, and which parameters stay as they were in the
prior. No trace is written: the recordings may be used, but not distributed, by others than their owners.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))
import environments  # noqa: E402

FOLDER = environments.WORK / "allen"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=environments.ROOT / "results" / "allen")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.OPTION=VALUE", help="handed to every run")
    parser.add_argument("--hhbayes", type=pathlib.Path, help="a built hhbayes")
    return parser.parse_args()


def fit(program, recording, settings):
    output = FOLDER / recording.stem
    output.mkdir(parents=True, exist_ok=True)
    settings = [f"recording.file={recording}", *settings]
    command = [program, "run", HERE / "cell.toml", "--output", output, "--quiet"]
    began = time.perf_counter()
    subprocess.run([*command, *(word for setting in settings for word in ("--set", setting))], check=True)
    return {"cell": recording.stem, "seconds": time.perf_counter() - began, **read(output)}


def read(output):
    """Recorded and predicted features, and what the posterior has learned."""
    import h5py
    import numpy

    summary = json.loads((output / "summary.json").read_text())
    with h5py.File(output / "posterior.nc") as file:
        labels = [label.decode().split(" (")[0] for label in file["observed_data/feature"][()]]
        observed = file["observed_data/features"][()]
        predicted = file["posterior_predictive/features_without_noise"][()].reshape(-1, len(labels))
    counts = predicted[:, labels.index("Spikecount")]
    near = numpy.abs(counts - observed[labels.index("Spikecount")]) <= 2
    features = {}
    for column, label in enumerate(labels):
        low, median, high = numpy.nanpercentile(predicted[:, column], [5, 50, 95])
        features[label] = {"observed": observed[column], "median": median, "from": low, "to": high}
    diagnostics = summary["diagnostics"]["parameters"]
    return {
        "verdict": summary["verdict"],
        "simulations": summary["simulations"],
        "epsilon": summary["epsilon"],
        "counts_within_2": float(near.mean()),
        "features": features,
        "contraction": {name: own["contraction"] for name, own in diagnostics.items()},
        "undetermined": [name for name, own in diagnostics.items() if own["undetermined"]],
        "parameters": {name: {key: own[key] for key in ("median", "lower", "upper", "unit")}
                       for name, own in summary["parameters"].items()},
    }


def table(cells):
    lines = ["# Six cortical cells, one template", "", about(), "",
             "| cell | spikes recorded | predicted, median (5 to 95 %) | predictions within 2 spikes | latency in ms "
             "| peak in mV | dip in mV | s | epsilon | verdict | as in the prior |",
             "|---|---|---|---|---|---|---|---|---|---|---|"]
    for cell in cells:
        count, *others = (cell["features"][label] for label in
                          ("Spikecount", "time_to_first_spike", "mean(peak_voltage)", "mean(AHP_depth_abs)"))
        pairs = " | ".join(f"{own['observed']:.1f}, {own['median']:.1f}" for own in others)
        lines.append(
            f"| {cell['cell']} | {count['observed']:.0f} | {count['median']:.0f} ({count['from']:.0f} to "
            f"{count['to']:.0f}) | {100 * cell['counts_within_2']:.0f} % | {pairs} | {cell['seconds']:.0f} "
            f"| {cell['epsilon']:.2f} | {cell['verdict']} | {', '.join(cell['undetermined']) or '–'} |")
    return "\n".join([*lines, "", "Latency, peak and dip: recorded, median of the predictions. Predictions: simulations "
                      "of draws from the posterior, without noise. `as in the prior`: parameters that summary.json names "
                      "as undetermined. Source of the recordings: © Allen Institute for Brain Science. Allen Cell "
                      "Types Database, <https://celltypes.brain-map.org>.", "", "![Counts and contraction](allen.png)", ""])


def about():
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "")
    return (f"{processor or platform.processor()}, {os.cpu_count()} cores, {platform.platform()}, "
            f"{time.strftime('%Y-%m-%d')}; `benches/allen/fit.py`.")


def draw(cells, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 3.6), width_ratios=[1, 1.2], layout="constrained")
    names = [cell["cell"].split("_")[1] for cell in cells]
    places = range(len(cells))
    counts = [cell["features"]["Spikecount"] for cell in cells]
    for place, own in zip(places, counts):
        left.plot([own["from"], own["to"]], [place, place], color="#0072b2", linewidth=3, solid_capstyle="butt")
    left.plot([own["median"] for own in counts], places, "o", color="#0072b2", label="predicted: median, 90 %")
    left.plot([own["observed"] for own in counts], places, "|", color="black", markersize=16, markeredgewidth=2,
              label="recorded")
    left.set(xlabel="spikes", yticks=list(places), yticklabels=names, ylim=(len(cells) - 0.4, -1.4))
    left.legend(frameon=False, loc="upper right", ncols=2, fontsize=8)
    parameters = list(cells[0]["contraction"])
    values = [[max(cell["contraction"][name], 0) for name in parameters] for cell in cells]
    image = right.imshow(values, vmin=0, vmax=1, cmap="cividis", aspect="auto")
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            right.text(column, row, f"{value:.2f}", ha="center", va="center", color="white" if value < 0.6 else "black",
                       fontsize=8)
    right.set(xticks=range(len(parameters)), xticklabels=parameters, yticks=list(places), yticklabels=names)
    figure.colorbar(image, label="contraction: 0 as the prior, 1 a point")
    figure.savefig(path, dpi=160)


def main():
    options = arguments()
    reference = os.environ.get("HHBAYES_REFERENCE")
    if not reference:
        sys.exit("skipped: HHBAYES_REFERENCE does not name the folder with the recordings")
    environments.enter("abc", __file__, options.hhbayes)
    recordings = sorted((pathlib.Path(reference) / "recordings" / "allen").glob("*.csv"))
    cells = []
    for recording in recordings:
        cells.append(fit(options.hhbayes, recording, options.set))
        own = cells[-1]["features"]["Spikecount"]
        print(f"{recording.stem}: {own['observed']:.0f} spikes, predicted {own['median']:.0f}, "
              f"{cells[-1]['seconds']:.0f} s, {cells[-1]['verdict']}", flush=True)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "allen.json").write_text(json.dumps(cells, indent=1) + "\n")
    (options.output / "allen.md").write_text(table(cells))
    draw(cells, options.output / "allen.png")


if __name__ == "__main__":
    main()
