"""Spike features of eFEL and of hhbayes on the same recordings: do they agree, and how long do both take?

    python3 benches/peers/features.py data/mouse_neuron_1/*Ch3*.ibw --start 700 --stop 2700

makes a virtual environment with eFEL 5.7.34 and NumPy under target/peers/, builds hhbayes, and prints for each feature
how many of its values agree, and the features per second of both on one core. Recordings: ABF, Igor binary waves (big
endian, 32-bit floats) and tables of text whose first two columns are ms and mV at a constant interval.

eFEL is timed without reading files, and so are the features alone of hhbayes (`examples/feature_seconds.rs`). Beside that stands the
whole command: a process that starts, reads the file and writes JSON, and the time of a process that does nothing.
"""

import argparse
import json
import logging
import os
import pathlib
import statistics
import subprocess
import sys
import time

import environments


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", nargs="+", type=pathlib.Path)
    parser.add_argument("--start", type=float, help="start of the stimulus in ms, if the recording does not show it")
    parser.add_argument("--stop", type=float, help="end of the stimulus in ms")
    parser.add_argument("--current", type=float, help="size of the current step in pA")
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="a setting of eFEL for both")
    parser.add_argument("--hhbayes", type=pathlib.Path, help="a built hhbayes")
    parser.add_argument("--repeats", type=int, default=7, help="how often each recording is timed")
    parser.add_argument("--relative", type=float, default=1e-9, help="how far apart values that agree may be; pyABF "
                        "rounds to 32 bits, hhbayes does not, so 1e-4 is right for ABF files")
    parser.add_argument("--write", type=pathlib.Path, help="writes eFEL's values to this file, for tests/efel.rs")
    return parser.parse_args()


def traces(path):
    """Times in ms and voltages in mV of every sweep."""
    import numpy as np

    if path.suffix == ".abf":
        import pyabf

        recording = pyabf.ABF(str(path))
        for sweep in recording.sweepList:
            recording.setSweep(sweep)
            yield np.arange(recording.sweepPointCount) * (1000.0 / recording.sampleRate), recording.sweepY.astype(float)
    elif path.suffix == ".ibw":
        content = path.read_bytes()
        count = int.from_bytes(content[76:80], "big")
        interval = 1000.0 * np.frombuffer(content[148:156], ">f8")[0]
        yield np.arange(count) * interval, np.frombuffer(content[384 : 384 + 4 * count], ">f4").astype(float)
    else:
        numbers = np.genfromtxt(path, delimiter="," if "," in path.read_text()[:2000] else None, comments="#")
        times, voltage = numbers[~np.isnan(numbers).any(axis=1)][:, :2].T
        interval = (times[-1] - times[0]) / (len(times) - 1)
        yield np.arange(len(times)) * interval, voltage


def measured_by_hhbayes(options, path):
    command = [options.hhbayes, "features", path, "--mode", "efel", "--format", "json"]
    for name in ("start", "stop", "current"):
        if (value := getattr(options, name)) is not None:
            command += [f"--{name}", str(value)]
    for setting in options.setting:
        command += ["--setting", setting]
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["sweeps"], time.perf_counter() - begin


def seconds_alone(options, path, sweep):
    """Time of all features of a sweep in memory; None without the program that measures it."""
    program = options.hhbayes.parent / "examples" / "feature_seconds"
    if not program.exists() or options.setting:
        return None
    start, stop = sweep["stimulus_ms"]
    words = [path, sweep["sweep"], start, stop, sweep["stimulus_current_nA"] or 0.0]
    return float(subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=True).stdout)


def apart(work):
    """What `work` returns, computed in a process of its own; None if it crashes, as eFEL does on some sweeps."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with os.fdopen(writer, "w") as pipe:
            json.dump(work(), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if status == 0 else None


def efel_trace(trace, sweep):
    times, voltage = trace
    start, stop = sweep["stimulus_ms"]
    made = {"T": times, "V": voltage, "stim_start": [start], "stim_end": [stop]}
    if sweep["stimulus_current_nA"] is not None:
        made["stimulus_current"] = [sweep["stimulus_current_nA"]]
    return made


def efel_value(trace, name):
    """The finite values of a feature; an empty list if there are none."""
    import efel
    import numpy as np

    try:
        values = efel.get_feature_values([trace], [name], raise_warnings=False)[0][name]
    except Exception:
        # Some features stop with a Python error where others have no value.
        values = None
    values = np.asarray([] if values is None else values, dtype=float)
    return values.tolist() if np.isfinite(values).all() else []


def efel_seconds(trace, names):
    import efel

    begin = time.perf_counter()
    try:
        efel.get_feature_values([trace], names, raise_warnings=False)
    except Exception:
        pass
    return time.perf_counter() - begin


def agree(found, expected, relative):
    found = [] if found is None else found if isinstance(found, list) else [found]
    close = all(abs(a - b) <= relative * max(1.0, abs(b)) for a, b in zip(found, expected))
    return close and len(found) == len(expected)


def compare(options, names):
    """Prints the comparison of every recording; returns eFEL's values, one entry for each sweep."""
    table, counted, written = {name: [0, 0] for name in names}, 0, []
    seconds = {"efel": 0.0, "hhbayes": 0.0, "start": 0.0, "alone": 0.0}
    for path in options.recordings:
        sweeps, _ = measured_by_hhbayes(options, path)
        used = [(trace, sweep) for trace, sweep in zip(traces(path), sweeps) if sweep["stimulus_ms"]]
        for trace, sweep in used:
            trace = efel_trace(trace, sweep)
            expected = {name: apart(lambda: efel_value(trace, name)) for name in names}
            for name, values in expected.items():
                if values is None:
                    print(f"{path} sweep {sweep['sweep']}: eFEL crashes in {name}")
                    continue
                agrees = agree(sweep["features"][name], values, options.relative)
                table[name][0] += agrees
                table[name][1] += 1
                if not agrees:
                    print(f"{path} sweep {sweep['sweep']} {name}: {sweep['features'][name]}, eFEL {values}")
            start, stop = sweep["stimulus_ms"]
            written.append({"file": str(path), "start_ms": start, "stop_ms": stop,
                            "current_na": sweep["stimulus_current_nA"] or 0.0, "settings": options.setting,
                            "features": expected})
            once = [apart(lambda: efel_seconds(trace, names)) for _ in range(options.repeats)]
            if None not in once:
                seconds["efel"] += statistics.median(once)
                alone = seconds_alone(options, path, sweep)
                seconds["alone"] += float("nan") if alone is None else alone
                counted += 1
        if used:
            once = [measured_by_hhbayes(options, path)[1] for _ in range(options.repeats)]
            seconds["hhbayes"] += statistics.median(once) * len(used) / len(sweeps)
            seconds["start"] += start_seconds(options) * len(used) / len(sweeps)
    report(options, table, seconds, counted)
    return written


def start_seconds(options):
    """Time of a process of hhbayes that does nothing."""
    once = []
    for _ in range(options.repeats):
        begin = time.perf_counter()
        subprocess.run([options.hhbayes, "--version"], capture_output=True, check=True)
        once.append(time.perf_counter() - begin)
    return statistics.median(once)


def report(options, table, seconds, sweeps):
    for name, (agreed, compared) in table.items():
        print(f"  {name:<34} {agreed} of {compared}")
    agreed, compared = (sum(column) for column in zip(*table.values()))
    print(f"{agreed} of {compared} agree to {options.relative:g} ({100 * agreed / max(compared, 1):.2f} %)")
    for name in ("efel", "hhbayes"):
        total = seconds[name]
        print(f"{name}: {sweeps * len(table) / total:.0f} features per second ({sweeps} sweeps, {total:.4f} s)")
    work = seconds["hhbayes"] - seconds["start"]
    print(f"hhbayes is {seconds['efel'] / seconds['hhbayes']:.1f} times as fast, {seconds['efel'] / work:.1f} times without")
    print(f"the start of its processes ({seconds['start']:.4f} s); the features alone {seconds['efel'] / seconds['alone']:.1f} times "
          f"({seconds['alone']:.4f} s)")


def main():
    options = arguments()
    environments.enter("efel", __file__, options.hhbayes, ["feature_seconds"], environments.ONE_THREAD)
    import efel

    for setting in options.setting:
        name, value = setting.split("=")
        kind = type(getattr(efel.get_settings(), name, 0.0))
        efel.set_setting(name, kind(float(value)))
    # eFEL says of each sweep without bursts that it has none.
    logging.disable(logging.WARNING)
    if core := environments.pin(environments.last_core()):
        core()
    listed = subprocess.run([options.hhbayes, "list", "features"], capture_output=True, text=True, check=True)
    known = set(efel.get_feature_names())
    names = [line.split()[0] for line in listed.stdout.splitlines() if line.split() and line.split()[0] in known]
    written = compare(options, names)
    if options.write:
        sweeps = ",\n".join(json.dumps(sweep) for sweep in written)
        options.write.write_text(f'{{"efel": "5.7.34", "sweeps": [\n{sweeps}\n]}}\n')


if __name__ == "__main__":
    main()
