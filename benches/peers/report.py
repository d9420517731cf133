"""peers.md and peers.json."""

import datetime
import json
import math
import os
import pathlib
import platform
import statistics
import subprocess

import task

# The table says how fast the others are relative to this one.
YARDSTICK = ("nrn", "population")
HEADER = (
    "| simulator | version | largest step or tolerance | p95 error there, ms | p95 error at 0.025 ms | cell-steps/s "
    "| **simulated ms/s at equal accuracy** | lowest to highest | relative to NEURON, 500 cells |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)


def write(table, folder, quick, core):
    """Writes both files and returns the text of the table."""
    results = [result(row) for row in table]
    yardstick = next((r["cell_ms_per_s"] for r in results if (r["module"], r["variant"]) == YARDSTICK), None)
    for entry in results:
        rate = entry["cell_ms_per_s"]
        entry["relative"] = rate / yardstick if rate and yardstick else None
    machine = describe_machine(core)
    document = {"machine": machine, "date": today(), "quick": quick, "task": describe_task(), "simulators": results}
    (folder / "peers.json").write_text(json.dumps(without_infinities(document), indent=2) + "\n")
    text = table_text(results, machine, quick)
    (folder / "peers.md").write_text(text)
    return text


def result(row):
    """Everything that was measured of one simulator; medians over the repeats."""
    rates = [run["cell_ms"] / run["seconds"] for run in row.runs]
    rate = statistics.median(rates) if rates else None
    tried = dict(map(tuple, row.accuracy["tried"])) if row.accuracy else {}
    chosen = row.accuracy["chosen"] if row.accuracy else None
    stepped = rate is not None and row.accuracy["knob_name"] == "dt"
    return {
        "name": row.name,
        "module": row.module,
        "variant": row.variant,
        "versions": row.versions,
        "error": row.error,
        "knob": row.accuracy["knob_name"] if row.accuracy else None,
        "chosen": chosen,
        "accuracy": [{"value": knob, **tried[knob]} for knob in tried],
        "cell_ms_per_s": rate,
        "lowest": min(rates, default=None),
        "highest": max(rates, default=None),
        "cell_steps_per_s": rate / chosen if stepped else None,
        "runs": row.runs,
    }


def table_text(results, machine, quick):
    lines = [line(entry) for entry in sorted(results, key=lambda entry: entry["cell_ms_per_s"] or 0)]
    note = "\nA quick run: 100 parameter sets for the errors and one repeat.\n" if quick else ""
    return (
        "# hhbayes beside other simulators\n\n"
        f"{machine['processor']}, one core of {machine['cores']}, {machine['system']}, {today()}. "
        "What is measured and how: `benches/peers/README.md`.\n" + note + "\n" + HEADER + "".join(lines)
    )


def line(entry):
    versions = ", ".join(f"{package} {version}" for package, version in list(entry["versions"].items())[:1])
    errors = {item["value"]: item for item in entry["accuracy"]}
    common = errors.get(task.COMMON_DT_MS) if entry["knob"] == "dt" else None
    if entry["cell_ms_per_s"] is None:
        chosen = f", accurate with {entry['knob']} = {entry['chosen']:.4g}" if entry["chosen"] else ""
        return f"| {entry['name']} | {versions} | failed: {entry['error']}{chosen} | | | | | | |\n"
    unit = " ms" if entry["knob"] == "dt" else ""
    cells = [
        entry["name"],
        versions,
        f"{entry['knob']} = {entry['chosen']:.4g}{unit}",
        f"{errors[entry['chosen']]['p95_ms']:.4f}",
        f"{common['p95_ms']:.4f}" if common else "–",
        f"{entry['cell_steps_per_s']:.2e}" if entry["cell_steps_per_s"] else "–",
        f"**{entry['cell_ms_per_s']:.2e}**",
        f"{entry['lowest']:.2e} to {entry['highest']:.2e}",
        f"{entry['relative']:.2g}" if entry["relative"] else "–",
    ]
    return "| " + " | ".join(cells) + " |\n"


def today():
    return datetime.datetime.now().date().isoformat()


def describe_task():
    return {
        "parameter_sets": 1000,
        "duration_ms": task.DURATION_MS,
        "tolerance_ms": task.TOLERANCE_MS,
        "threshold_mv": task.THRESHOLD_MV,
        "seed": task.SEED,
    }


def describe_machine(core):
    processor = platform.processor()
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "pinned_to_core": core,
        "load_at_the_end": os.getloadavg(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "rustc": output_of(["rustc", "--version"]),
        "compiler": (output_of(["c++", "--version"]) or "").splitlines()[:1],
    }


def output_of(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def without_infinities(value):
    """JSON knows no infinity; an infinite error becomes null."""
    if isinstance(value, dict):
        return {key: without_infinities(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_infinities(item) for item in value]
    return None if isinstance(value, float) and math.isinf(value) else value
