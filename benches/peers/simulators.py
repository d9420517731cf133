"""The best fit of a result as a cell of NEURON (Python and hoc), Brian2 and NeuroML: does each find the same spikes?

    cargo run --release -- run configs/quickstart.toml
    python3 benches/peers/simulators.py results/quickstart

makes virtual environments with the simulators under target/peers/ (NeuroML runs in jNeuroML, which needs Java), builds
hhbayes, exports each result, runs what was exported as its head says, and prints for each sweep the number of spikes and
the largest distance of a spike from that of hhbayes. Exits with 1 if a number differs. jNeuroML has only forward Euler, so its
spikes come late by a time that grows with the step: two steps tell what is left without it.
"""

import argparse
import ast
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import environments


# Of jNeuroML, in ms.
STEPS_MS = 0.001, 0.0005


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", nargs="+", type=pathlib.Path, help="folders of results")
    parser.add_argument("--hhbayes", type=pathlib.Path, help="a built hhbayes")
    parser.add_argument("--no-neuroml", action="store_true", help="leave out jNeuroML, which takes a minute for each second")
    parser.add_argument("--environment", type=pathlib.Path, help="a virtual environment with all simulators")
    return parser.parse_args()


def expected(script):
    """The spikes that hhbayes finds in each sweep, from the head of an exported script."""
    table = re.search(r"^SWEEPS = (\{.*?^\})", script.read_text(), re.DOTALL | re.MULTILINE).group(1)
    return {name: sweep["spikes"] for name, sweep in ast.literal_eval(table).items()}


def printed(lines):
    """The spikes that a script prints: a line for the sweep, and one with the times."""
    return [[float(time) for time in line.split()] for line in lines]


def neuron_python(folder, programs):
    subprocess.run([programs / "nrnivmodl"], cwd=folder, check=True, capture_output=True)
    return printed(run([programs / "python", "cell.py"], folder)[1::2])


def neuron_hoc(folder, programs):
    lines = run([programs / "nrniv", "cell.hoc"], folder)
    return printed(before for before, line in zip(lines, lines[1:]) if line.endswith("spikes"))


def brian(folder, programs):
    return printed(run([programs / "python", "cell.py"], folder)[1::2])


def neuroml(folder, programs, threshold, step):
    """The spikes of every sweep with that time step in ms."""
    found = []
    for index in range(1, 1 + len(list(folder.glob("LEMS_*.xml")))):
        lems = folder / f"LEMS_sweep_{index}.xml"
        lems.write_text(re.sub(r'step="[^"]*"', f'step="{step}ms"', lems.read_text()))
        subprocess.run([programs / "pynml", lems.name, "-nogui"], cwd=folder, check=True, capture_output=True)
        rows = [[float(cell) for cell in line.split()] for line in (folder / f"sweep_{index}.dat").read_text().splitlines()]
        spikes = []
        for (t0, v0), (t1, v1) in zip(rows, rows[1:]):
            if 1e3 * v0 < threshold <= 1e3 * v1:
                spikes.append(1e3 * (t0 + (t1 - t0) * (threshold / 1e3 - v0) / (v1 - v0)))
        found.append(spikes)
    return found


def without_step(coarse, fine):
    """jNeuroML steps by forward Euler, of which the error grows with the step: what is left without it."""
    def one(coarse, fine):
        return [2 * b - a for a, b in zip(coarse, fine)] if len(coarse) == len(fine) else fine

    return [one(*sweep) for sweep in zip(coarse, fine)]


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} in {folder}\n{done.stdout}\n{done.stderr}")
    return done.stdout.splitlines()


def compare(name, expected, found):
    """Prints a line for each sweep; returns whether the numbers of spikes agree."""
    agree = True
    for (sweep, own), other in zip(expected.items(), found, strict=True):
        same = len(own) == len(other)
        farthest = max((abs(a - b) for a, b in zip(own, other)), default=0.0)
        print(f"  {name:16} {sweep}: {len(other)} spikes of {len(own)}, at most {farthest:.3f} ms apart", flush=True)
        agree &= same
    return agree


def programs_of(options):
    """The folder of programs of each simulator."""
    if options.environment:
        return dict.fromkeys(["neuron", "brian2", "neuroml"], options.environment / "bin")
    folders = {}
    for name in ["neuron", "brian2", "neuroml"]:
        if problem := environments.install(name):
            sys.exit(problem)
        folders[name] = environments.python_of(name).parent
    return folders


def main():
    options = arguments()
    hhbayes = (options.hhbayes or environments.build_hhbayes() or sys.exit("hhbayes is not built")).resolve()
    programs = programs_of(options)
    agree = True
    for result in options.results:
        print(result)
        folder = pathlib.Path(tempfile.mkdtemp())

        def export(simulator):
            command = [hhbayes, "export", result, "--format", simulator, "--output", folder]
            return subprocess.run(command, capture_output=True, text=True)

        for simulator in ["neuron", "brian2"]:
            if (done := export(simulator)).returncode != 0:
                sys.exit(done.stderr)
        spikes = expected(folder / "neuron" / "cell.py")
        threshold = float(re.search(r"^THRESHOLD_MV = (.*)$", (folder / "neuron" / "cell.py").read_text(), re.MULTILINE).group(1))
        agree &= compare("NEURON Python", spikes, neuron_python(folder / "neuron", programs["neuron"]))
        agree &= compare("NEURON hoc", spikes, neuron_hoc(folder / "neuron", programs["neuron"]))
        agree &= compare("Brian2", spikes, brian(folder / "brian2", programs["brian2"]))
        if options.no_neuroml:
            pass
        elif (done := export("neuroml")).returncode == 0:
            coarse, fine = (neuroml(folder / "neuroml", programs["neuroml"], threshold, step) for step in STEPS_MS)
            agree &= compare(f"NeuroML {STEPS_MS[1]}", spikes, fine)
            agree &= compare("NeuroML, dt to 0", spikes, without_step(coarse, fine))
        else:
            print(" ", done.stderr.strip())
        shutil.rmtree(folder)
    sys.exit(not agree)


if __name__ == "__main__":
    main()
