"""mcmc.md and mcmc.json."""

import importlib.metadata
import json
import statistics

import ours
import problems
import report
import rivals
from targets import known

HEADER = (
    "| sampler | calls | ESS | R-hat | farthest mean, in errors | **ESS per call** | lowest to highest "
    "| after warm-up | **ESS per second** | lowest to highest | of the runs unconverged |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|\n"
)
EVIDENCE_HEADER = "| sampler | log evidence of each run | calls | seconds of the processor |\n|---|---|---|---|\n"
TITLES = {
    "squid": "Squid giant axon, `configs/squid_recovery.toml`, 4 parameters",
    "eight_schools": "eight_schools_noncentered, 10 parameters",
    "garch11": "garch11, 4 parameters",
    "kidscore_momiq": "kidscore_momiq, 3 parameters",
    "arK": "arK, 7 parameters",
}


def write(found, options):
    """Writes both files and returns the text of the tables. Problems that were not run keep what the files have."""
    path = options.output / "mcmc.json"
    document = json.loads(path.read_text()) if path.exists() else {"runs": [], "evidence": []}
    for part in ("runs", "evidence"):
        if part in found:
            document[part] = kept(document[part], found[part], options) + found[part]
    if found["agreement"]:
        document["squid_log_densities_apart"] = found["agreement"]
    document |= {"date": report.today(), "machine": report.describe_machine(options.core), "versions": versions()}
    document |= {"quick": options.quick, "factors": factors(document["runs"])}
    options.output.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report.without_infinities(document), indent=1) + "\n")
    text = text_of(document)
    (options.output / "mcmc.md").write_text(text)
    return text


def kept(before, new, options):
    """The earlier runs that the new ones do not replace."""
    made = {(run["problem"], run["sampler"], run["seed"] if options.add else None) for run in new}
    return [run for run in before if (run["problem"], run["sampler"], run["seed"] if options.add else None) not in made]


def versions():
    packages = {package for _, package, _, _ in rivals.RIVALS.values()} | {"dynesty", "arviz-stats", "numba", "numpy"}
    return {package: importlib.metadata.version(package) for package in sorted(packages)}


def groups(runs, problem):
    """The runs of each sampler that ended, by sampler; hhbayes first."""
    names = [*ours.SAMPLERS, *rivals.RIVALS]
    return {name: [run for run in runs if (run["problem"], run["sampler"]) == (problem, name)] for name in names}


def rates(runs, kind):
    """Per call, per call after warm-up, or per second, of each run; none where one is not known."""
    if kind == "warm":
        return [run["ess"] / (run["calls"] - run["warmup_calls"]) for run in runs if run["warmup_calls"] is not None]
    return [run["ess"] / run[{"call": "calls", "second": "processor_s"}[kind]] for run in runs]


def converged(runs):
    """Whether most of the runs are converged."""
    return len(runs) > 0 and 2 * sum(not run["problems"] for run in runs) > len(runs)


def counts(name, runs):
    """Whether a sampler may be the best: hhbayes only if it is converged, the others if most runs are usable."""
    if name in ours.SAMPLERS:
        return converged(runs)
    return 2 * sum(run["usable"] for run in runs) > len(runs)


def factors(runs):
    """By how much the best of hhbayes exceeds the best of the others."""
    result = {}
    for problem in problems.NAMES:
        table = groups([run for run in runs if "error" not in run], problem)
        result[problem] = {}
        for kind in ("call", "second"):
            best = {}
            for name, group in table.items():
                if counts(name, group):
                    side = "hhbayes" if name in ours.SAMPLERS else "others"
                    best[side] = max(best.get(side, (0, "")), (statistics.median(rates(group, kind)), name))
            chains = [statistics.median(rates(table[n], kind)) for n in ours.SAMPLERS if "warmup" in options_of(table[n])]
            if len(best) == 2:
                result[problem][kind] = {
                    "factor": best["hhbayes"][0] / best["others"][0],
                    "hhbayes": best["hhbayes"][1],
                    "others": best["others"][1],
                    "factor_of_chains": max(chains, default=0) / best["others"][0],
                }
    return {problem: entry for problem, entry in result.items() if entry}


def options_of(group):
    return group[0]["options"] if converged(group) else ""


def spread(values, form):
    return f"{min(values):{form}} to {max(values):{form}}"


def line(title, runs):
    ended = [run for run in runs if "error" not in run]
    if not ended:
        return f"| {title} | failed: {runs[0]['error'][:80]} |" + " |" * 9 + "\n"
    middle = lambda key: statistics.median(run[key] for run in ended)
    per_call, warm, per_second = (rates(ended, kind) for kind in ("call", "warm", "second"))
    r_hats = [run["r_hat"] for run in ended if run["r_hat"] is not None]
    failed = [run for run in ended if run["problems"]]
    words = "; ".join(sorted({problem for run in failed for problem in run["problems"]})[:2])
    strong = "**" if converged(ended) else ""
    cells = [
        title,
        f"{middle('calls'):.0f}",
        f"{middle('ess'):.0f}",
        f"{max(r_hats):.4f}" if r_hats else "–",
        f"{max(run['farthest_mean_in_errors'] for run in ended):.1f}",
        f"{strong}{statistics.median(per_call):.4f}{strong}",
        spread(per_call, ".4f"),
        f"{statistics.median(warm):.4f}" if warm else "–",
        f"{strong}{statistics.median(per_second):.0f}{strong}",
        spread(per_second, ".0f"),
        f"{len(failed)} of {len(ended)}" + (f": {words}" if failed else ""),
    ]
    return "| " + " | ".join(cells) + " |\n"


def table(document, problem):
    lines = []
    for name, runs in groups(document["runs"], problem).items():
        if runs:
            title = (ours.SAMPLERS | rivals.RIVALS)[name][0]
            lines.append(line(title, runs))
    text = f"## {TITLES[problem]}\n\n{HEADER}{''.join(lines)}"
    for kind, entry in document["factors"].get(problem, {}).items():
        text += (
            f"\nESS per {kind}: `{entry['hhbayes']}` has {entry['factor']:.3g} times the best of the others "
            f"(`{entry['others']}`), the best chains of hhbayes {entry['factor_of_chains']:.3g} times.\n"
        )
    return text + "\n"


def evidence_table(document, problem):
    runs = [run for run in document["evidence"] if run["problem"] == problem]
    if not runs:
        return ""
    text = f"## Evidence: {TITLES[problem]}\n\n"
    if problem == "eight_schools":
        text += f"By quadrature: {known.target(problem).log_evidence():.4f}.\n\n"
    text += EVIDENCE_HEADER
    for name in (*ours.EVIDENCE, "dynesty"):
        own = [run for run in runs if run["sampler"] == name and "error" not in run]
        if own:
            found = ", ".join(f"{run['log_evidence']:.3f} ± {run['log_evidence_error']:.3f}" for run in own)
            calls = statistics.median(run["calls"] for run in own)
            seconds = statistics.median(run["processor_s"] for run in own)
            title = "dynesty, `rslice`, 500 live points" if name == "dynesty" else f"hhbayes `{name}`"
            text += f"| {title} | {found} | {calls:.0f} | {seconds:.1f} |\n"
        elif any(run["sampler"] == name for run in runs):
            text += f"| {name} | failed | | |\n"
    return text + "\n"


def text_of(document):
    machine = document["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    apart = document.get("squid_log_densities_apart")
    text = (
        "# hhbayes beside other samplers\n\n"
        f"{machine['processor']}, one core of {machine['cores']}, {machine['system']}, Python {machine['python']}, "
        f"{packages}, {document['date']}. Medians over the runs; ESS is that of the bulk of the worst parameter. "
        "What is measured and how: `benches/peers/README.md`.\n\n"
    )
    if document["quick"]:
        text += "A quick run: a tenth of the calls, one repeat.\n\n"
    if apart:
        text += (
            f"The squid log density of numba and that of hhbayes on {apart['draws']} draws of the posterior: "
            f"{apart['within_0.05']:.2%} are within 0.05, 99 % within {apart['p99']:.1g}.\n\n"
        )
    text += "".join(table(document, name) for name in problems.NAMES if any(groups(document["runs"], name).values()))
    return text + "".join(evidence_table(document, name) for name in problems.EVIDENCE)
