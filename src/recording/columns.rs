//! Which column of a table, or which named array of a file, is the time and which the voltage: by choice, or
//! by what its name says.

use thiserror::Error;

use crate::units::{Factor, Unit};

/// A quantity that cannot be found.
#[derive(Debug, PartialEq, Error)]
pub enum ColumnError {
    /// A column that was asked for does not exist.
    #[error("no {one} \"{asked}\"; {all} {known}")]
    Unknown {
        /// The option that asked.
        option: &'static str,
        /// What a column is called in this format.
        one: &'static str,
        /// What has the columns.
        all: &'static str,
        /// The name.
        asked: String,
        /// All columns.
        known: String,
    },
    /// No name says that it is the time, or the voltage.
    #[error(
        "no {one} is a {what}; {all} {known}; name it with {option} = {{ {one} = \"..\", unit = \"..\" }}"
    )]
    NotRecognised {
        /// The option that mends it.
        option: &'static str,
        /// What a column is called in this format.
        one: &'static str,
        /// What has the columns.
        all: &'static str,
        /// The quantity and examples of its name.
        what: &'static str,
        /// All columns.
        known: String,
    },
    /// A unit cannot be understood.
    #[error("the {one} \"{column}\" needs a unit such as {expected}, found \"{found}\"")]
    OtherUnit {
        /// The option that mends it.
        option: &'static str,
        /// What a column is called in this format.
        one: &'static str,
        /// The column.
        column: String,
        /// Examples.
        expected: &'static str,
        /// What was given.
        found: String,
    },
}

impl ColumnError {
    /// The option of the settings file that mends it.
    pub(super) fn option(&self) -> &'static str {
        match self {
            ColumnError::Unknown { option, .. }
            | ColumnError::NotRecognised { option, .. }
            | ColumnError::OtherUnit { option, .. } => option,
        }
    }
}

/// A column as the settings name it; without a unit its name tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ColumnChoice {
    pub(super) column: String,
    pub(super) unit: Option<String>,
}

/// The names of all columns, and what they are called in a format.
#[derive(Clone, Copy)]
pub(super) struct Names<'n> {
    pub(super) list: &'n [&'n str],
    /// "column"
    pub(super) one: &'static str,
    /// "the table has"
    pub(super) all: &'static str,
}

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

/// Time between samples, for arrays that have no time of each.
pub(super) const INTERVAL: Quantity = Quantity {
    option: "time",
    what: "time or interval (t_ms, time_s, dt_ms, ...)",
    words: &["dt", "interval", "sampling_interval"],
    units: &[Unit::Millisecond],
    expected: "\"ms\" or \"s\"",
};
/// Samples per time.
pub(super) const RATE: Quantity = Quantity {
    option: "time",
    what: "sampling rate (fs_Hz, rate_kHz, ...)",
    words: &["fs", "rate"],
    units: &[Unit::Hertz],
    expected: "\"Hz\" or \"kHz\"",
};

/// A column that was found: its place and how to bring it into `unit`.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) place: usize,
    pub(super) unit: Unit,
    pub(super) factor: Factor,
}

impl Names<'_> {
    /// The error that no name says what it is.
    pub(super) fn not_recognised(&self, quantity: Quantity) -> ColumnError {
        let Quantity { option, what, .. } = quantity;
        ColumnError::NotRecognised { option, one: self.one, all: self.all, what, known: self.known() }
    }

    fn known(&self) -> String {
        let quoted: Vec<String> = self.list.iter().map(|name| format!("\"{name}\"")).collect();
        if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
    }

    fn unknown(&self, option: &'static str, asked: &str) -> ColumnError {
        ColumnError::Unknown {
            option,
            one: self.one,
            all: self.all,
            asked: asked.to_owned(),
            known: self.known(),
        }
    }

    /// The column of a quantity: as chosen, or the first whose name says so.
    pub(super) fn find(
        &self,
        quantity: Quantity,
        choice: Option<&ColumnChoice>,
    ) -> Result<Option<Column>, ColumnError> {
        let column = |place, symbol: &str| {
            let symbol = symbol.replace('_', "/");
            let unit = quantity.units.iter().find_map(|&unit| Some((unit, unit.factor_from(&symbol)?)));
            unit.map(|(unit, factor)| Column { place, unit, factor })
        };
        let Some(choice) = choice else {
            return Ok(self.list.iter().enumerate().find_map(|(place, name)| {
                let (word, symbol) = word_and_unit(name);
                quantity.words.contains(&word.to_lowercase().as_str()).then(|| column(place, symbol))?
            }));
        };
        let place = self.list.iter().position(|name| *name == choice.column);
        let place = place.ok_or_else(|| self.unknown(quantity.option, &choice.column))?;
        let symbol = choice.unit.as_deref().unwrap_or_else(|| word_and_unit(self.list[place]).1);
        column(place, symbol).map(Some).ok_or_else(|| ColumnError::OtherUnit {
            option: quantity.option,
            one: self.one,
            column: choice.column.clone(),
            expected: quantity.expected,
            found: symbol.to_owned(),
        })
    }

    /// The column that names the sweep of each row.
    pub(super) fn sweep(&self, choice: Option<&str>) -> Result<Option<usize>, ColumnError> {
        let place = |asked: &str| self.list.iter().position(|name| name.eq_ignore_ascii_case(asked));
        match choice {
            None => Ok(place("sweep")),
            Some(asked) => place(asked).map(Some).ok_or_else(|| self.unknown("sweep", asked)),
        }
    }
}

/// `v_mV`, `Voltage (mV)` and `v [mV]` are a word and a unit.
pub(super) fn word_and_unit(name: &str) -> (&str, &str) {
    let is_mark = |letter: char| "_ ()[]/".contains(letter);
    match name.find(is_mark) {
        Some(end) => (&name[..end], name[end..].trim_matches(is_mark)),
        None => (name, ""),
    }
}
