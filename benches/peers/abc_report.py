"""abc.md and abc.json."""

import json
import statistics

import environments
import report

HEADER = (
    "| cores | program | simulations | effective particles | seconds, median (lowest to highest) | per simulation "
    "| hhbayes is faster by | its run alone by | per simulation by |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)
OURS = ("hhbayes, `kernel = \"local\"`", "hhbayes, `kernel = \"normal\"`")


def write(runs, epsilons, particles, options):
    versions = [
        line.strip()
        for line in environments.ABC_REQUIREMENTS.read_text().splitlines()
        if line.split("==")[0] in ("pyabc", "numba", "numpy")
    ]
    document = {"date": report.today(), "machine": report.describe_machine(None), "versions": versions}
    document |= {"particles": particles, "epsilons": epsilons, "quick": options.quick, "runs": runs}
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "abc.json").write_text(json.dumps(report.without_infinities(document), indent=1) + "\n")
    text = text_of(document)
    (options.output / "abc.md").write_text(text)
    return text


def of(runs, program, cores):
    return [run for run in runs if (run["program"], run["cores"]) == (program, cores)]


def columns(runs):
    """Simulations, effective particles and microseconds per simulation."""
    yield [run["calls"] for run in runs]
    yield [run["effective"] for run in runs]
    yield [1e6 * run["seconds"] / run["calls"] for run in runs]


def spread(values, form):
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def text_of(document):
    runs, machine = document["runs"], document["machine"]
    rows = []
    for cores in sorted({run["cores"] for run in runs}):
        rivals = of(runs, "pyABC", cores)
        for program in ("pyABC", *OURS):
            own = of(runs, program, cores)
            pairs = list(zip(rivals, own))
            factor = spread([theirs["seconds"] / ours["seconds"] for theirs, ours in pairs], ".0f")
            alone = spread([theirs["seconds"] / ours.get("sampling_seconds", ours["seconds"]) for theirs, ours in pairs], ".0f")
            each = [theirs["seconds"] / theirs["calls"] * ours["calls"] / ours["seconds"] for theirs, ours in pairs]
            medians = [statistics.median(values) for values in columns(own)]
            seconds = spread([run["seconds"] for run in own], ".2f")
            faster = " | | " if program == "pyABC" else f"**{factor}** | {alone} | {spread(each, '.0f')}"
            rows.append(
                f"| {cores} | {program} | {medians[0]:.0f} | {medians[1]:.0f} | {seconds} | {medians[2]:.0f} µs | {faster} |"
            )
    alone = [run for run in runs if "simulator_seconds" in run]
    share = statistics.median(run["simulator_seconds"] / run["seconds"] for run in alone) if alone else float("nan")
    without = [
        (theirs["seconds"] - theirs["simulator_seconds"]) / ours["seconds"]
        for theirs, ours in zip(of(runs, "pyABC", 1), of(runs, OURS[0], 1))
    ]
    lines = [
        "# ABC-SMC beside pyABC",
        "",
        f"{document['date']}, {machine['processor']}, {machine['system']}, Python {machine['python']}, "
        f"{machine['rustc']}, {', '.join(document['versions'])}; made by `benches/peers/abc_smc.py`."
        + (" **A quick run: no result.**" if document["quick"] else ""),
        "",
        f"The squid axon of `configs/abc.toml`: the same observation, priors, features with noise and Euclidean distance in sds; "
        f"{document['particles']} particles and the epsilons {', '.join(f'{e:g}' for e in document['epsilons'])}. "
        "pyABC calls a simulator compiled by numba with the same scheme; its time is that of the run, without imports and compilation. "
        "That of hhbayes is the whole command with its checks and files but for the report; its run alone is without start, predictions and files. "
        f"{len(of(runs, 'pyABC', 1))} seeds, in turn.",
        "",
        HEADER + "\n".join(rows),
        "",
        f"On one core the simulator takes {100 * share:.0f} % of the time of pyABC"
        + (f"; with a simulator that takes no time at all hhbayes would be {spread(without, '.0f')} times as fast." if without else "."),
        "Proposals differ: the kernel of pyABC has the covariance of the population and Silverman's width; `normal` "
        "has twice that covariance, and `local`, the default, the covariance of the nearest tenth of the population.",
        "",
        "Posterior means at the last epsilon, with their errors, over all runs:",
        "",
        "| parameter | hhbayes, `local` | pyABC | apart, in errors | sd of hhbayes | sd of pyABC |",
        "|---|---|---|---|---|---|",
        *(agreement(runs, name) for name in runs[0]["posterior"]),
        "",
    ]
    return "\n".join(lines)


def pooled(runs, program, name):
    """Mean over the runs with its error, and the mean sd."""
    # A seed of hhbayes gives the same on any number of cores.
    own = [run["posterior"][name] for run in runs if run["program"] == program and (program == "pyABC" or run["cores"] == 1)]
    mean = statistics.fmean(run["mean"] for run in own)
    error = sum(run["error"] ** 2 for run in own) ** 0.5 / len(own)
    return mean, error, statistics.fmean(run["sd"] for run in own)


def agreement(runs, name):
    (ours, our_error, our_sd), (theirs, their_error, their_sd) = (pooled(runs, p, name) for p in (OURS[0], "pyABC"))
    apart = (ours - theirs) / (our_error**2 + their_error**2) ** 0.5
    return (
        f"| {name} | {ours:.4g} ± {our_error:.2g} | {theirs:.4g} ± {their_error:.2g} | {apart:.1f} | {our_sd:.3g} | {their_sd:.3g} |"
    )
