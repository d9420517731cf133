//! An ensemble whose one half moves by the places of the other: Goodman and Weare (2010),
//! <https://doi.org/10.2140/camcos.2010.5.65>, in the parallel form of Foreman-Mackey et al. (2013),
//! <https://doi.org/10.1086/670067>, with differential evolution (Nelson et al. 2014,
//! <https://doi.org/10.1088/0067-0049/210/1/11>) and snooker moves beside the stretch move.
//!
//! The halves are drawn anew for each iteration; each is one batch. Stretch and snooker do the same in any affine
//! coordinates; a difference of two members has the shape of the posterior by itself.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::chains::ChainSampler;
use super::differences::{archive_snooker, two_rows};
use super::evaluate;
use super::metropolis::Proposal;
use super::options::ChainOptions;
use super::scale::LearnedScale;
use super::start::{Points, Started};
use super::walk::{Step, Turn, Walk};
use crate::numeric::{Rows, Unconstrained, standard_normal};
use crate::problem::LogDensity;
use crate::samplers::{Build, Method};
use crate::settings::{Entry, Section};
use crate::units::Unit;

pub(in crate::samplers) const ENTRY: Entry<Build> = Entry {
    name: "ensemble",
    summary: "chains move by the places of one another: stretch, differential evolution and snooker",
    build,
};

/// Largest stretch, and one over the smallest (Goodman and Weare 2010).
const LARGEST_STRETCH: f64 = 2.0;
/// Share of differential evolution moves that take the whole difference, which leads from mode to mode.
const WHOLE_SHARE: f64 = 0.1;
/// Steps differ in length by up to this share, and from their direction by this distance on the real line.
const LENGTH_JITTER: f64 = 0.05;
const JITTER: f64 = 1e-6;

/// How often each move is made, as shares of their sum.
#[derive(Clone, Copy, Debug)]
struct Moves {
    stretch: f64,
    differential_evolution: f64,
    snooker: f64,
}

fn build(section: &Section<'_>, quick: bool) -> Option<Method> {
    let options = ChainOptions::of_ensemble(section, quick);
    let table = section.table("moves", "how often each move is made, relative to the others");
    let weight =
        |name, help, default| table.key(name, help).between(0.0, 1e6).quantity_or(Unit::One, default);
    let moves = Moves {
        stretch: weight("stretch", "along the line through another chain", 0.2),
        differential_evolution: weight("differential_evolution", "along the difference of two others", 0.7),
        snooker: weight("snooker", "through another chain, as far as two others differ", 0.1),
    };
    table.finish();
    if moves.stretch + moves.differential_evolution + moves.snooker <= 0.0 {
        section.mistake_at(
            "moves",
            "no move has a weight above 0",
            Some("leave `moves` out for the default"),
        );
        return None;
    }
    let walk = move |started: &Started, _: &dyn LogDensity| -> Box<dyn Walk> {
        // The difference of two states has twice the variance of the posterior, hence the 2.
        let scale = 2.38 / (2.0 * started.founders.columns() as f64).sqrt();
        Box::new(Halves { moves, scale: LearnedScale::new(scale) })
    };
    Some(Method::LikelihoodBased(Box::new(ChainSampler::new(options, Box::new(walk)))))
}

struct Halves {
    moves: Moves,
    /// Length of the steps along differences.
    scale: LearnedScale,
}

impl Walk for Halves {
    fn step(&mut self, states: &mut Points, turn: &Turn<'_>) -> Step {
        let chains = states.terms.len();
        let mut step = Step { accepted: vec![false; chains], simulations: chains as u64 };
        for (half, others) in halves(chains, turn) {
            self.move_half(&half, &states.pick(others).points, states, turn, &mut step);
        }
        step
    }

    fn forget_older_half(&mut self) {
        self.scale.forget();
    }

    fn begin_to_draw(&mut self) {
        self.scale.settle();
    }
}

/// Both halves of the chains, in a new order for each iteration, each with the other.
pub(super) fn halves(chains: usize, turn: &Turn<'_>) -> [(Vec<usize>, Vec<usize>); 2] {
    let mut order: Vec<usize> = (0..chains).collect();
    order.shuffle(&mut turn.streams.stage("halves").generator(turn.iteration, 0));
    let second = order.split_off(chains / 2);
    [(order.clone(), second.clone()), (second, order)]
}

impl Halves {
    fn move_half(
        &mut self,
        half: &[usize],
        others: &Rows<Unconstrained>,
        states: &mut Points,
        turn: &Turn<'_>,
        step: &mut Step,
    ) {
        let mut points = Rows::zeros(0, others.columns());
        let mut proposals = Vec::with_capacity(half.len());
        for &chain in half {
            let mut generator = turn.streams.stage("propose").generator(turn.iteration, chain as u64);
            let proposal = self.propose(states.points.row(chain), others, &mut generator);
            points.push(&proposal.point);
            proposals.push(proposal);
        }
        let terms = evaluate(turn.oracle, &points);
        for ((&chain, proposal), terms) in half.iter().zip(&proposals).zip(terms) {
            let log_ratio = terms.posterior() - states.posterior(chain) + proposal.log_ratio;
            let probability = log_ratio.min(0.0).exp();
            let mut generator = turn.streams.stage("accept").generator(turn.iteration, chain as u64);
            if generator.random::<f64>() < probability {
                states.replace(chain, &proposal.point, terms);
                step.accepted[chain] = true;
            }
            if let Some(scale) = proposal.scale.filter(|_| turn.warming_up) {
                self.scale.hear(scale, probability);
            }
        }
    }

    fn propose(&self, state: &[f64], others: &Rows<Unconstrained>, generator: &mut ChaCha8Rng) -> Proposal {
        let Moves { stretch, differential_evolution, snooker } = self.moves;
        let place = generator.random::<f64>() * (stretch + differential_evolution + snooker);
        if place < stretch {
            stretched(state, others, generator)
        } else if place < stretch + snooker {
            archive_snooker(state, others, generator)
        } else {
            self.along_a_difference(state, others, generator)
        }
    }

    fn along_a_difference(
        &self,
        state: &[f64],
        others: &Rows<Unconstrained>,
        generator: &mut ChaCha8Rng,
    ) -> Proposal {
        let scale = (!generator.random_bool(WHOLE_SHARE)).then(|| self.scale.choose(generator));
        let length = scale.map_or(1.0, |index| {
            self.scale.length(index) * (1.0 + LENGTH_JITTER * generator.random_range(-1.0..1.0))
        });
        let (first, second) = two_rows(others, generator);
        let mut point = state.to_vec();
        for (x, (a, b)) in point.iter_mut().zip(first.iter().zip(second)) {
            *x += length * (a - b) + JITTER * standard_normal(generator);
        }
        Proposal { scale, ..Proposal::plain(point, 0.0) }
    }
}

/// Along the line through a member of the other half: z times as far from it, with the density of z ∝ 1/√z.
fn stretched(state: &[f64], others: &Rows<Unconstrained>, generator: &mut ChaCha8Rng) -> Proposal {
    let anchor = others.row(generator.random_range(0..others.len()));
    let a = LARGEST_STRETCH;
    let z = ((a - 1.0) * generator.random::<f64>() + 1.0).powi(2) / a;
    let point = anchor.iter().zip(state).map(|(anchor, x)| anchor + z * (x - anchor)).collect();
    Proposal::plain(point, (state.len() as f64 - 1.0) * z.ln())
}
