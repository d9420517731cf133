//! `[model.channel_noise]`: which channels open at random, and the conductance of a single one of them.

use super::parameters::Slot;
use crate::model::Membrane;
use crate::settings::{Section, did_you_mean};
use crate::units::Unit;

/// Channels that open at random, by places of slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoisyConductance {
    /// The maximal conductance of all channels together.
    pub total: usize,
    /// The conductance of one channel.
    pub single: usize,
    /// How many random processes they need.
    pub processes: usize,
}

/// 1 mS/cm² of 1 µm² is 10 pS.
const PS_PER_MS_CM2_UM2: f64 = 10.0;

/// Physical range of the conductance of one channel, in pS.
const SINGLE_PS: (f64, f64) = (1e-3, 1e6);

/// Names the table in messages.
pub(super) const TABLE: &str = "channel_noise";

const SINGLE: &str = "conductance of a single channel; without it these channels do not open at random";

impl NoisyConductance {
    /// How many channels a membrane of this area has.
    pub fn count(&self, slots: &[Slot], area_um2: f64, set: &[f64]) -> f64 {
        PS_PER_MS_CM2_UM2 * slots[self.total].of(set) * area_um2 / slots[self.single].of(set)
    }
}

/// Reads the table. The conductance of a single channel of `g_X` becomes the slot `gamma_X`.
pub(super) fn read(
    model: &Section<'_>,
    membrane: &dyn Membrane,
    slots: &mut Vec<Slot>,
) -> Vec<NoisyConductance> {
    let table = model.table(TABLE, "the channels that open at random");
    let noisy = noisy_parameters(membrane);
    if table.is_listening() {
        for parameter in &noisy {
            table.key(parameter.name, SINGLE).quantity_maybe(Unit::Picosiemens);
        }
        return Vec::new();
    }
    let mut read = Vec::new();
    let before = table.mistakes();
    for (name, _) in table.entries() {
        let Some(parameter) = noisy.iter().find(|parameter| parameter.name == name) else {
            if table.mistakes() == before {
                note_absent(&table, name, membrane, &noisy);
            }
            continue;
        };
        let (lower, upper) = SINGLE_PS;
        let single_ps = table.key(name, SINGLE).between(lower, upper).quantity(Unit::Picosiemens);
        read.push(NoisyConductance { single: slots.len(), ..parameter.conductance });
        let name = format!("gamma_{}", name.strip_prefix("g_").unwrap_or(name));
        slots.push(Slot {
            name,
            unit: Unit::Picosiemens,
            range: SINGLE_PS,
            value: Some(single_ps),
            column: None,
        });
    }
    read
}

/// A conductance whose channels can open at random.
struct NoisyParameter<'a> {
    name: &'a str,
    conductance: NoisyConductance,
}

fn noisy_parameters(membrane: &dyn Membrane) -> Vec<NoisyParameter<'_>> {
    let parameters = membrane.parameters().iter().enumerate();
    let noisy = parameters.filter_map(|(total, parameter)| {
        let processes = membrane.noise_processes(total).filter(|processes| *processes > 0)?;
        let conductance = NoisyConductance { total, single: 0, processes };
        Some(NoisyParameter { name: &parameter.name, conductance })
    });
    noisy.collect()
}

/// Says why a name is none of channels that open at random.
fn note_absent(table: &Section<'_>, name: &str, membrane: &dyn Membrane, noisy: &[NoisyParameter<'_>]) {
    let known: Vec<&str> = noisy.iter().map(|parameter| parameter.name).collect();
    let place = table.name_span(name);
    if membrane.noise_processes(0).is_none() {
        let message =
            "channel noise needs the fixed steps of the leapfrog, which this numerical scheme does not take";
        let help = "take scheme = \"leapfrog\" in [model], or another kind of model";
        return table.mistake(&table.place(), message, Some(help.to_owned()));
    }
    let list = || format!("known: {}", known.join(", "));
    if membrane.parameters().iter().any(|parameter| parameter.name == name) && name.starts_with("g_") {
        let message = format!("the channels of `{name}` have no gates that open and close in time");
        return table.mistake(&place, message, Some(format!("leave them out; {}", list())));
    }
    let help = did_you_mean(name, &known).unwrap_or_else(list);
    table.mistake(&place, format!("the model has no channels `{name}`"), Some(help));
}
