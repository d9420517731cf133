"""sbibm.md and sbibm.json."""

import importlib.metadata
import json
import statistics

import report

# Means over ten observations at 1000, 10 000 and 100 000 simulations: Lueckmann et al. (2021),
# https://proceedings.mlr.press/v130/lueckmann21a.html, and for the adjusted ones the results published with it.
PUBLISHED = {
    "two_moons": {"rejection": (0.960, 0.847, 0.664), "SMC-ABC": (0.922, 0.707, 0.663)},
    "gaussian_mixture": {"rejection": (0.860, 0.781, 0.757), "SMC-ABC": (0.791, 0.722, 0.673)},
    "sir": {
        "rejection": (0.964, 0.838, 0.713),
        "SMC-ABC": (0.921, 0.626, 0.613),
        "rejection, adjusted": (0.815, 0.668, 0.626),
    },
    "lotka_volterra": {"rejection": (1.0, 1.0, 0.998), "SMC-ABC": (1.0, 0.996, 0.995)},
    "slcp": {"rejection": (0.982, 0.973, 0.961), "SMC-ABC": (0.982, 0.969, 0.963)},
    "gaussian_linear": {
        "rejection": (0.913, 0.858, 0.802),
        "SMC-ABC": (0.922, 0.829, 0.726),
        "rejection, adjusted": (0.754, 0.729, 0.708),
    },
    "gaussian_linear_uniform": {"rejection": (0.977, 0.948, 0.909), "SMC-ABC": (0.968, 0.928, 0.794)},
}
BUDGETS = (1_000, 10_000, 100_000)
METHODS = {
    "smc_adjusted": "`abc_smc`, adjusted",
    "smc": "`abc_smc`",
    "rejection_adjusted": "`abc_rejection`, adjusted",
    "rejection_linear": "`abc_rejection`, linear",
    "rejection": "`abc_rejection`",
}


def write(runs, output):
    """Writes both files anew."""
    versions = {name: importlib.metadata.version(name) for name in ("scikit-learn", "numpy")}
    document = {"date": report.today(), "machine": report.describe_machine(None), "versions": versions, "runs": runs}
    output.mkdir(parents=True, exist_ok=True)
    # A file that is cut short would lose hours of tests.
    (output / "sbibm.json.new").write_text(json.dumps(document, indent=1) + "\n")
    (output / "sbibm.json.new").rename(output / "sbibm.json")
    (output / "sbibm.md").write_text(text_of(document))


def found(runs, task, method, budget):
    return [run["c2st"] for run in runs if (run["task"], run["method"], run["budget"]) == (task, method, budget)]


def cell(values):
    if not values:
        return "-"
    note = "" if len(values) == 3 else f" ({len(values)} of 3)"
    return f"{statistics.fmean(values):.3f}{note}"


def text_of(document):
    runs, machine = document["runs"], document["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    lines = [
        "# ABC on the tasks of sbibm",
        "",
        f"{document['date']}, {machine['processor']}, {machine['system']}, Python {machine['python']}, {machine['rustc']}, "
        f"{versions}; made by `benches/peers/sbibm.py`.",
        "",
        "Share of 20 000 draws that a classifier tells apart from reference draws (C2ST; 0.5 is perfect), mean over observations 1 to 3; "
        "published figures are means over all ten. Not one simulation more than the number at the head of a column.",
        "",
        "| task | method | 1000 | 10 000 | 100 000 |",
        "|---|---|---|---|---|",
    ]
    for task, published in PUBLISHED.items():
        for method, title in METHODS.items():
            cells = [cell(found(runs, task, method, budget)) for budget in BUDGETS]
            # A method that was not tried on a task has no line.
            if set(cells) != {"-"}:
                lines.append(f"| {task} | {title} | {' | '.join(cells)} |")
        for name, values in published.items():
            lines.append(f"| | *published {name}* | {' | '.join(f'{value:.3f}' for value in values)} |")
        lines.append(f"| | **ours (best) − published (best)** | {' | '.join(margin(runs, task, place) for place in range(3))} |")
    return "\n".join(lines) + "\n"


def margin(runs, task, place):
    """Negative where our best method is nearer to the reference than the best of the published."""
    means = [statistics.fmean(values) for method in METHODS if (values := found(runs, task, method, BUDGETS[place]))]
    if not means:
        return "-"
    return f"**{min(means) - min(values[place] for values in PUBLISHED[task].values()):+.3f}**"
