//! The settings of the f-I curve.

use crate::neuroai::f_i::{FiProtocol, Stairs};
use crate::settings::Section;
use crate::units::Unit;

/// Time step of the axon: the default of its model.
const DT_MS: f64 = 0.025;
/// What a spike of the axon crosses: the default of the features.
const THRESHOLD_MV: f64 = -20.0;

/// Longest staircase: its voltage is kept as a whole, in lots of eight cells.
const LONGEST_MS: f64 = 2e5;

/// What `[f_i]` says.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct FiSettings {
    /// The axon.
    pub protocol: FiProtocol,
    pub stairs: Stairs,
    pub result: OfResult,
}

/// How the cell of a result is measured.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct OfResult {
    pub draws: usize,
    /// Names the draws.
    pub seed: u64,
    pub steps: usize,
    /// Currents, if they are not to follow the recorded ones.
    pub from_ua_cm2: Option<f64>,
    pub to_ua_cm2: Option<f64>,
}

pub(super) fn read(table: &Section<'_>) -> FiSettings {
    let before = table.mistakes();
    let stairs = table.table("staircase", "up and down again, each level from where the last one ended");
    let result = table.table("result", "the cell of a result");
    let most_steps = 1e4;
    let settings = FiSettings {
        protocol: FiProtocol {
            from_ua_cm2: table.key("from", "smallest current").quantity(Unit::MicroampPerCm2),
            to_ua_cm2: table.key("to", "largest current").quantity(Unit::MicroampPerCm2),
            steps: table
                .key("steps", "number of intervals between currents")
                .between(8.0, most_steps)
                .count(),
            duration_ms: table.key("duration", "length of a step").positive().quantity(Unit::Millisecond),
            discard_ms: table
                .key("discard", "transient at the start of a step that is not looked at")
                .between(0.0, f64::MAX)
                .quantity(Unit::Millisecond),
            dt_ms: DT_MS,
            threshold_mv: THRESHOLD_MV,
        },
        stairs: Stairs {
            steps: stairs.key("steps", "number of intervals between levels").between(2.0, most_steps).count(),
            dwell_ms: stairs
                .key("dwell", "how long a level takes: half of it to get there, half to be measured")
                .positive()
                .quantity(Unit::Millisecond),
        },
        result: OfResult {
            draws: result.key("draws", "draws of the posterior").between(1.0, 1e5).count_or(100),
            seed: result.key("seed", "names the draws").count_or(1) as u64,
            steps: result
                .key("steps", "number of intervals between currents")
                .between(8.0, most_steps)
                .count_or(200),
            from_ua_cm2: result
                .key("from", "smallest current; none if it is not given")
                .quantity_maybe(Unit::MicroampPerCm2),
            to_ua_cm2: result
                .key("to", "largest current; four times the largest recorded one if it is not given")
                .quantity_maybe(Unit::MicroampPerCm2),
        },
    };
    stairs.finish();
    result.finish();
    table.finish();
    if table.mistakes() == before {
        check(table, &stairs, &result, &settings);
    }
    settings
}

/// Numbers that do not go together.
fn check(table: &Section<'_>, stairs: &Section<'_>, result: &Section<'_>, settings: &FiSettings) {
    let protocol = &settings.protocol;
    let exchange = Some("exchange from and to");
    if protocol.to_ua_cm2 <= protocol.from_ua_cm2 {
        table.mistake_at("to", "expected a current above `from`", exchange);
    }
    if let (from, Some(to)) = (settings.result.from_ua_cm2.unwrap_or(0.0), settings.result.to_ua_cm2)
        && to <= from
    {
        result.mistake_at("to", "expected a current above `from`", exchange);
    }
    if protocol.discard_ms >= protocol.duration_ms {
        table.mistake_at("discard", "nothing is left of the step", Some("take a longer duration"));
    }
    let stairs_ms = 2.0 * (settings.stairs.steps + 1) as f64 * settings.stairs.dwell_ms;
    if stairs_ms > LONGEST_MS || protocol.duration_ms > LONGEST_MS {
        let message =
            format!("expected at most {LONGEST_MS} ms, found {:.0}", stairs_ms.max(protocol.duration_ms));
        stairs.mistake_at("dwell", message, Some("take fewer steps, or shorter ones"));
    }
}
