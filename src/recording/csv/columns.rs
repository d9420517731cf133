//! Which column is the time, which the voltage: by choice, or by what the header says.

use super::{ColumnChoice, CsvError};
use crate::units::{Factor, Unit};

/// What a column may hold.
#[derive(Clone, Copy)]
pub(super) struct Quantity {
    option: &'static str,
    what: &'static str,
    words: &'static [&'static str],
    units: &'static [Unit],
    expected: &'static str,
}

pub(super) const TIME: Quantity = Quantity {
    option: "time",
    what: "time (t_ms, time_s, ...)",
    words: &["t", "time"],
    units: &[Unit::Millisecond],
    expected: "\"ms\" or \"s\"",
};
pub(super) const VOLTAGE: Quantity = Quantity {
    option: "voltage",
    what: "voltage (v_mV, voltage_V, ...)",
    words: &["v", "vm", "voltage"],
    units: &[Unit::Millivolt],
    expected: "\"mV\" or \"V\"",
};
pub(super) const CURRENT: Quantity = Quantity {
    option: "current",
    what: "current (i_pA, i_uA_cm2, ...)",
    words: &["i", "current"],
    units: &[Unit::Picoamp, Unit::MicroampPerCm2],
    expected: "\"pA\", \"nA\" or \"uA/cm^2\"",
};

/// A column that was found: its place and how to bring it into `unit`.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) place: usize,
    pub(super) unit: Unit,
    pub(super) factor: Factor,
}

pub(super) fn not_recognised(header: &[&str], quantity: Quantity) -> CsvError {
    CsvError::NotRecognised { option: quantity.option, what: quantity.what, known: known(header) }
}

fn known(header: &[&str]) -> String {
    header.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The column of a quantity: as chosen, or the first whose header says so.
pub(super) fn find(
    header: &[&str],
    quantity: Quantity,
    choice: Option<&ColumnChoice>,
) -> Result<Option<Column>, CsvError> {
    let column = |place, symbol: &str| {
        let symbol = symbol.replace('_', "/");
        let unit = quantity.units.iter().find_map(|&unit| Some((unit, unit.factor_from(&symbol)?)));
        unit.map(|(unit, factor)| Column { place, unit, factor })
    };
    let Some(choice) = choice else {
        return Ok(header.iter().enumerate().find_map(|(place, name)| {
            let (word, symbol) = word_and_unit(name);
            quantity.words.contains(&word.to_lowercase().as_str()).then(|| column(place, symbol))?
        }));
    };
    let place =
        header.iter().position(|name| *name == choice.column).ok_or_else(|| CsvError::UnknownColumn {
            option: quantity.option,
            asked: choice.column.clone(),
            known: known(header),
        })?;
    let symbol = choice.unit.as_deref().unwrap_or_else(|| word_and_unit(header[place]).1);
    column(place, symbol).map(Some).ok_or_else(|| CsvError::OtherUnit {
        option: quantity.option,
        column: choice.column.clone(),
        expected: quantity.expected,
        found: symbol.to_owned(),
    })
}

/// `v_mV`, `Voltage (mV)` and `v [mV]` are a word and a unit.
fn word_and_unit(name: &str) -> (&str, &str) {
    let is_mark = |letter: char| "_ ()[]/".contains(letter);
    match name.find(is_mark) {
        Some(end) => (&name[..end], name[end..].trim_matches(is_mark)),
        None => (name, ""),
    }
}

pub(super) fn sweep_column(header: &[&str], choice: Option<&str>) -> Result<Option<usize>, CsvError> {
    let place = |asked: &str| header.iter().position(|name| name.eq_ignore_ascii_case(asked));
    match choice {
        None => Ok(place("sweep")),
        Some(asked) => place(asked).map(Some).ok_or_else(|| CsvError::UnknownColumn {
            option: "sweep",
            asked: asked.to_owned(),
            known: known(header),
        }),
    }
}
