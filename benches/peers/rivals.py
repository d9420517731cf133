"""The other samplers, each as its own documentation runs it, on a log density of the real line.

Each is a function of (density, starts, budget, generator seed) that makes about `budget` calls, a tenth of them warm-up,
and returns draws of shape [chain, draw, dimension] after warm-up. `density` counts its calls; `density.warm()` marks the
end of the warm-up, and `density.variances` are those of the posterior.
"""

import contextlib
import os

import numpy as np

WARMUP_SHARE = 0.1


def emcee(density, starts, budget, seed, moves=None):
    import emcee

    np.random.seed(seed)
    walkers = len(starts)
    sampler = emcee.EnsembleSampler(walkers, starts.shape[1], density, moves=moves)
    steps = budget // walkers
    warmup = int(WARMUP_SHARE * steps)
    state = sampler.run_mcmc(starts, warmup)
    sampler.reset()
    density.warm()
    sampler.run_mcmc(state, steps - warmup)
    return sampler.get_chain().swapaxes(0, 1)


def emcee_de(density, starts, budget, seed):
    """The moves that the documentation of emcee advises where the usual one is slow."""
    from emcee import moves

    return emcee(density, starts, budget, seed, [(moves.DEMove(), 0.8), (moves.DESnookerMove(), 0.2)])


def zeus(density, starts, budget, seed):
    import zeus

    np.random.seed(seed)
    walkers, dimension = starts.shape
    sampler = zeus.EnsembleSampler(walkers, dimension, density, verbose=False)
    silent = {"progress": False}
    # Every move takes several calls, as many as the slices happen to need.
    sampler.run_mcmc(starts, 1, **silent)
    while density.calls < WARMUP_SHARE * budget:
        sampler.run_mcmc(None, 1, **silent)
    warmup = sampler.get_chain().shape[0]
    density.warm()
    while density.calls < budget:
        sampler.run_mcmc(None, 10, **silent)
    return sampler.get_chain()[warmup:].swapaxes(0, 1)


def pints_controller(method, density, starts, budget, seed):
    import pints

    class LogPDF(pints.LogPDF):
        def n_parameters(self):
            return starts.shape[1]

        def __call__(self, u):
            return density(u)

    np.random.seed(seed)
    chains = len(starts)
    # The first steps are as long as the posterior is wide.
    controller = pints.MCMCController(LogPDF(), chains, list(starts), sigma0=density.variances, method=method)
    iterations = budget // chains
    warmup = int(WARMUP_SHARE * iterations)
    controller.set_max_iterations(iterations)
    controller.set_initial_phase_iterations(warmup)
    controller.set_log_to_screen(False)
    controller.set_parallel(False)
    density.warm_at(warmup * chains)
    return np.asarray(controller.run())[:, warmup:]


def pints_haario_bardenet(density, starts, budget, seed):
    import pints

    return pints_controller(pints.HaarioBardenetACMC, density, starts, budget, seed)


def pints_haario(density, starts, budget, seed):
    import pints

    return pints_controller(pints.HaarioACMC, density, starts, budget, seed)


def pints_dream(density, starts, budget, seed):
    import pints

    return pints_controller(pints.DreamMCMC, density, starts, budget, seed)


def pymc_demetropolis_z(density, starts, budget, seed):
    import pymc as pm
    import pytensor.tensor as pt
    from pytensor.graph.basic import Apply
    from pytensor.graph.op import Op

    remembered = {}

    class LogDensity(Op):
        """The step asks again for the place where the chain is; that call is spared here."""

        def make_node(self, u):
            return Apply(self, [pt.as_tensor_variable(u)], [pt.dscalar()])

        def perform(self, node, inputs, outputs):
            key = inputs[0].tobytes()
            if key not in remembered:
                if len(remembered) > 1000:
                    remembered.clear()
                remembered[key] = density(inputs[0])
            outputs[0][0] = np.asarray(remembered[key])

    chains = len(starts)
    iterations = budget // chains
    warmup = int(WARMUP_SHARE * iterations)
    with pm.Model(), open(os.devnull, "w") as nothing, contextlib.redirect_stderr(nothing):
        u = pm.Flat("u", shape=starts.shape[1])
        pm.Potential("density", LogDensity()(u))
        step = pm.DEMetropolisZ(compile_kwargs={"mode": "FAST_COMPILE"})
        # Compiling does not count.
        density.restart()

        data = pm.sample(
            draws=iterations - warmup,
            tune=warmup,
            step=step,
            chains=chains,
            cores=1,
            initvals=[{"u": start} for start in starts],
            random_seed=seed,
            progressbar=False,
            compute_convergence_checks=False,
        )
    density.warm_at(warmup * chains)
    return np.asarray(data.posterior["u"])


def few(dimension):
    return 4


def ensemble(dimension):
    return max(32, 4 * dimension)


def dream(dimension):
    """Vrugt et al. advise half to twice the dimension; more than seven, so that three pairs differ."""
    return max(8, dimension)


def dynesty(target, live, seed):
    """Log evidence and its error by nested sampling with slices; its random walks are biased here."""
    from dynesty import NestedSampler

    generator = np.random.default_rng(seed)
    options = {"nlive": live, "sample": "rslice", "rstate": generator}
    sampler = NestedSampler(target.likelihood_or_least, target.from_cube, target.dimension, **options)
    sampler.run_nested(print_progress=False)
    return sampler.results.logz[-1], sampler.results.logzerr[-1]


# Name in the table, package, function, number of chains by dimension.
RIVALS = {
    "emcee": ("emcee, stretch move", "emcee", emcee, ensemble),
    "emcee_de": ("emcee, DE and snooker moves", "emcee", emcee_de, ensemble),
    "zeus": ("zeus", "zeus-mcmc", zeus, ensemble),
    "pints_haario_bardenet": ("PINTS HaarioBardenetACMC", "pints", pints_haario_bardenet, few),
    "pints_haario": ("PINTS HaarioACMC", "pints", pints_haario, few),
    "pints_dream": ("PINTS DreamMCMC", "pints", pints_dream, dream),
    "pymc_demetropolis_z": ("PyMC DEMetropolisZ", "pymc", pymc_demetropolis_z, few),
}
