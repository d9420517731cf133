//! Which stimulus belongs to which response: by the table of recordings, else by the number of the sweep,
//! else by name.

use hdf5_reader::{Dataset, Datatype, Hdf5File};

use super::series::{Series, numbers_in_name};

/// A part of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    Whole,
    Part { start: u64, count: u64 },
}

/// A response and its stimulus.
pub(super) struct Pair<'s> {
    pub(super) response: &'s Series,
    pub(super) stretch: Stretch,
    pub(super) stimulus: Option<(&'s Series, Stretch)>,
}

/// One entry of a column of the table: samples of the series at an address.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reference {
    start: i32,
    count: i32,
    address: u64,
}

/// Every response once, or as often as the table of recordings has it.
pub(super) fn pairs<'s>(
    file: &Hdf5File,
    responses: &'s [Series],
    stimuli: &'s [Series],
    notes: &mut Vec<String>,
) -> Vec<Pair<'s>> {
    let rows = table(file).unwrap_or_default();
    let mut pairs = Vec::new();
    let mut by_name = 0;
    for response in responses {
        let own: Vec<_> = rows.iter().filter(|(row, _)| row.address == response.address).collect();
        if own.is_empty() {
            let numbered = by_sweep_number(response, stimuli);
            let stimulus = numbered.or_else(|| same_name(response, stimuli));
            by_name += usize::from(numbered.is_none() && stimulus.is_some());
            if stimulus.is_none() {
                notes.push(format!("sweep {}: no current: no stimulus belongs to it", response.name));
            }
            let stimulus = stimulus.map(|stimulus| (stimulus, Stretch::Whole));
            pairs.push(Pair { response, stretch: Stretch::Whole, stimulus });
        }
        for (row, stimulus) in own {
            let stimulus = stimulus.as_ref().and_then(|reference| {
                let series = stimuli.iter().find(|series| series.address == reference.address)?;
                Some((series, reference.stretch(series)?))
            });
            if let Some(stretch) = row.stretch(response) {
                pairs.push(Pair { response, stretch, stimulus });
            }
        }
    }
    if by_name > 0 {
        notes.push(format!("{by_name} stimuli were paired with their sweeps by name"));
    }
    pairs
}

impl Reference {
    /// The samples that it names; `None` if the series has no such samples.
    fn stretch(self, series: &Series) -> Option<Stretch> {
        let (start, count) = (u64::try_from(self.start).ok()?, u64::try_from(self.count).ok()?);
        if start == 0 && count == series.len() {
            return Some(Stretch::Whole);
        }
        (count >= 2 && start.checked_add(count)? <= series.len()).then_some(Stretch::Part { start, count })
    }
}

/// The rows of `/general/intracellular_ephys/intracellular_recordings`: response and stimulus.
fn table(file: &Hdf5File) -> Option<Vec<(Reference, Option<Reference>)>> {
    let table = file.group("/general/intracellular_ephys/intracellular_recordings").ok()?;
    let responses = references(&table.group("responses").ok()?.dataset("response").ok()?)?;
    let stimuli = table.group("stimuli").ok().and_then(|group| references(&group.dataset("stimulus").ok()?));
    let stimuli = stimuli.unwrap_or_default();
    Some(responses.into_iter().enumerate().map(|(i, row)| (row, stimuli.get(i).copied())).collect())
}

/// A column of records (`idx_start`, `count`, `timeseries`); `None` if it has another layout.
fn references(column: &Dataset) -> Option<Vec<Reference>> {
    let Datatype::Compound { size, fields } = column.dtype() else { return None };
    let place = |name: &str, width: usize| {
        let field = fields.iter().find(|field| field.name == name)?;
        let is_wide = hdf5_reader::dtype_element_size(&field.datatype).ok()? == width;
        is_wide.then(|| usize::try_from(field.byte_offset).ok())?
    };
    let (start, count, series) = (place("idx_start", 4)?, place("count", 4)?, place("timeseries", 8)?);
    let bytes = column.read_raw_bytes().ok()?;
    let rows = bytes.chunks_exact(usize::try_from(*size).ok().filter(|&size| size > 0)?);
    rows.map(|row| {
        let whole = |at: usize| Some(i32::from_le_bytes(row.get(at..at + 4)?.try_into().ok()?));
        let address = u64::from_le_bytes(row.get(series..series + 8)?.try_into().ok()?);
        Some(Reference { start: whole(start)?, count: whole(count)?, address })
    })
    .collect()
}

/// The only stimulus with the sweep number of the response, at the same electrode if there are several.
fn by_sweep_number<'s>(response: &Series, stimuli: &'s [Series]) -> Option<&'s Series> {
    let number = response.sweep_number?;
    only_one(response, stimuli.iter().filter(|stimulus| stimulus.sweep_number == Some(number)).collect())
}

/// The only stimulus with the name of the response, or with the same numbers in it, or the same first number.
fn same_name<'s>(response: &Series, stimuli: &'s [Series]) -> Option<&'s Series> {
    let numbers = numbers_in_name(&response.name);
    let same = |is_same: &dyn Fn(&Series) -> bool| {
        only_one(response, stimuli.iter().filter(|stimulus| is_same(stimulus)).collect())
    };
    let exact = same(&|stimulus| stimulus.name == response.name);
    if exact.is_some() || numbers.is_empty() {
        return exact;
    }
    same(&|stimulus| numbers_in_name(&stimulus.name) == numbers)
        .or_else(|| same(&|stimulus| numbers_in_name(&stimulus.name).first() == numbers.first()))
}

fn only_one<'s>(response: &Series, mut found: Vec<&'s Series>) -> Option<&'s Series> {
    if found.len() > 1 {
        found.retain(|stimulus| stimulus.electrode == response.electrode);
    }
    if found.len() == 1 { found.pop() } else { None }
}
