"""One simulator in its own process. Reads one JSON command a line, answers with one JSON line.

Run as: python worker.py MODULE VARIANT REFERENCE.npz
"""

import importlib
import json
import os
import sys
import traceback

import numpy as np

import spikes
import task


def accuracy(tool, reference, quick):
    """Errors from the coarsest step on, until one is small enough; also at the common step."""
    sets = task.parameter_sets(tool.accuracy_sets // 10 if quick else tool.accuracy_sets)
    tried, chosen = {}, None
    for knob in tool.knobs:
        if chosen is not None and knob != task.COMMON_DT_MS:
            continue
        counts, last = [], []
        for first in range(0, len(sets), tool.chunk):
            times, voltages = tool.voltages(sets[first : first + tool.chunk], knob)
            part = spikes.last_spikes(times, voltages)
            counts.append(part[0])
            last.append(part[1])
        rows = slice(0, len(sets))
        errors = spikes.errors_ms(
            np.concatenate(counts), np.concatenate(last), reference["counts"][rows], reference["last"][rows]
        )
        tried[knob] = spikes.summary(errors)
        print(tool.knob_name, knob, tried[knob], flush=True)
        if chosen is None and spikes.is_accurate(tried[knob]):
            chosen = knob
    return {"knob_name": tool.knob_name, "tried": list(tried.items()), "chosen": chosen}


def answer(tool, reference, command):
    match command["do"]:
        case "versions":
            return {"versions": tool.versions()}
        case "accuracy":
            return accuracy(tool, reference, command["quick"])
        case "time":
            sets = task.parameter_sets(tool.timed_sets)
            knob = command["knob"]
            if command["warm_up"]:
                tool.seconds(sets, knob)
            seconds = tool.seconds(sets, knob)
            # Some tools repeat the sets to run for longer.
            count = len(sets) * getattr(tool, "repetitions", 1)
            steps = count * task.DURATION_MS / knob if tool.knob_name == "dt" else None
            return {"seconds": seconds, "sets": count, "cell_ms": count * task.DURATION_MS, "cell_steps": steps}


def main(module, variant, reference):
    # What a simulator prints must not end up among the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    tool = None
    for line in sys.stdin:
        try:
            if tool is None:
                tool = importlib.import_module(f"tools.{module}").VARIANTS[variant]()
                reference = np.load(reference)
            reply = answer(tool, reference, json.loads(line))
        except Exception as error:
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
