"""Where the simulators live: one virtual environment each, and the compiled hhbayes."""

import hashlib
import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "target" / "peers"
REQUIREMENTS = HERE / "requirements.txt"

PACKAGES = {
    "numba": ["numba", "scipy", "numpy"],
    "neuron": ["neuron", "numpy"],
    "brian2": ["Brian2", "numpy", "setuptools"],
    "jaxley": ["Jaxley", "numpy"],
    "arbor": ["arbor", "numpy"],
    "neuroml": ["pyNeuroML"],
}

# For mcmc.py, which compares samplers; they need newer versions of what the simulators need.
SAMPLERS = ["emcee", "zeus-mcmc", "pints", "pymc", "dynesty", "arviz-stats", "numba", "numpy", "scipy", "h5py"]
SAMPLER_REQUIREMENTS = HERE / "requirements-mcmc.txt"

# For abc_smc.py and sbibm.py.
ABC = ["pyabc", "numba", "numpy", "scipy", "h5py", "scikit-learn"]
ABC_REQUIREMENTS = HERE / "requirements-abc.txt"

# For features.py, which compares no simulators.
FEATURES = ["efel", "numpy", "pyabf"]

# One thread for every library that would take more.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}


def python_of(name):
    return WORK / "venvs" / name / "bin" / "python"


def enter(name, script, hhbayes, examples=(), variables=None):
    """Starts the script anew with the Python of an environment, unless this is it; `--hhbayes` then names the program."""
    if pathlib.Path(sys.prefix) == WORK / "venvs" / name:
        return
    if problem := install(name):
        sys.exit(problem)
    program = hhbayes or build_hhbayes() or sys.exit("hhbayes is not built")
    for example in examples if not hhbayes else ():
        subprocess.run([*BUILD, "--example", example], cwd=ROOT, check=True)
    python = python_of(name)
    command = [python, script, *sys.argv[1:], "--hhbayes", program]
    os.execve(python, command, {**os.environ, **(variables or {})})


def install(name):
    """Makes the environment unless it is there. Returns None, or why it cannot be had."""
    packages = {"efel": FEATURES, "mcmc": SAMPLERS, "abc": ABC, **PACKAGES}[name]
    requirements = {"mcmc": SAMPLER_REQUIREMENTS, "abc": ABC_REQUIREMENTS}.get(name, REQUIREMENTS)
    folder = WORK / "venvs" / name
    wanted = hashlib.sha256(requirements.read_bytes() + " ".join([sys.version, *packages]).encode()).hexdigest()
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return None
    print(f"installing {', '.join(packages)}", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    command = [python_of(name), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, "-c", requirements, *packages], capture_output=True, text=True)
    if done.returncode != 0:
        return f"not installed: {(done.stderr.strip() or 'no message').splitlines()[-1]}"
    stamp.write_text(wanted)
    return None


BUILD = ["cargo", "build", "--release"]


def build_hhbayes():
    """Path of the program, or None if it cannot be built."""
    done = subprocess.run(BUILD, cwd=ROOT)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / "hhbayes" if done.returncode == 0 else None


def variables(hhbayes, reference):
    """Environment of everything that is started."""
    caches = {"NUMBA_CACHE_DIR": str(WORK / "cache"), "PYTHONPYCACHEPREFIX": str(WORK / "cache")}
    return {**os.environ, **ONE_THREAD, **caches, "HHBAYES": str(hhbayes), "REFERENCE": str(reference)}


def pin(core):
    """For preexec_fn: keeps the process and all that it starts on one core, where the system can do that."""
    if core is None or not hasattr(os, "sched_setaffinity"):
        return None
    return lambda: os.sched_setaffinity(0, {core})


def last_core():
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
