//! Intervals below each other on one axis, for the page and for pictures.

use serde_json::{Value, json};

/// A chart of rows.
pub(super) struct Forest {
    /// What the axis shows.
    pub(super) title: String,
    /// Whether the axis is logarithmic.
    pub(super) is_log: bool,
    /// Where nothing is different.
    pub(super) reference: Option<f64>,
    /// The ends of the axis, if not those of the intervals.
    pub(super) ends: Option<[f64; 2]>,
    /// Whether the bars of a row are on one line.
    pub(super) is_overlaid: bool,
    pub(super) rows: Vec<Row>,
}

/// What belongs to one name.
pub(super) struct Row {
    pub(super) label: String,
    /// What stands at the end of the row.
    pub(super) note: String,
    /// A part of the axis that is shaded.
    pub(super) band: Option<[f64; 2]>,
    pub(super) bars: Vec<Bar>,
}

/// An interval with its median.
pub(super) struct Bar {
    /// Lower end, median, upper end.
    pub(super) values: [f64; 3],
    /// Number of its colour.
    pub(super) colour: usize,
    /// Its dot is filled.
    pub(super) is_sure: bool,
    /// What is said when it is pointed at.
    pub(super) words: String,
}

/// A parameter with its unit, if it has one.
pub(super) fn named(name: &str, unit: Option<&str>) -> String {
    match unit {
        Some(unit) if !unit.is_empty() && unit != "1" => format!("{name} ({unit})"),
        _ => name.to_owned(),
    }
}

impl Forest {
    /// Rows with the same axis, of which each is a title and a row; ratios first, on a logarithmic axis.
    pub(super) fn by_axis(ratios: (&str, Vec<Row>), differences: Vec<(String, Row)>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        if !ratios.1.is_empty() {
            found.push(Self {
                title: ratios.0.to_owned(),
                is_log: true,
                reference: Some(1.0),
                ends: None,
                is_overlaid: false,
                rows: ratios.1,
            });
        }
        for (title, row) in differences {
            if let Some(own) = found.iter_mut().find(|own| own.title == title) {
                own.rows.push(row);
                continue;
            }
            let rows = vec![row];
            found.push(Self {
                title,
                is_log: false,
                reference: Some(0.0),
                ends: None,
                is_overlaid: false,
                rows,
            });
        }
        found
    }

    /// The ends of the axis: those of all intervals and of the reference, with some room.
    pub(super) fn axis(&self) -> [f64; 2] {
        if let Some(ends) = self.ends {
            return ends;
        }
        let scaled = |value: f64| if self.is_log { value.ln() } else { value };
        let back = |value: f64| if self.is_log { value.exp() } else { value };
        let intervals = self.rows.iter().flat_map(|row| row.bars.iter().flat_map(|bar| bar.values));
        let all = intervals.chain(self.reference).map(scaled).filter(|value| value.is_finite());
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = all.fold(none, |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return [back(0.0), back(1.0)];
        }
        let room = (0.04 * (high - low)).max(1e-3);
        [back(low - room), back(high + room)]
    }

    pub(super) fn json(&self) -> Value {
        let bar = |own: &Bar| {
            let [lower, median, upper] = own.values;
            json!({"lower": lower, "median": median, "upper": upper, "colour": own.colour, "sure": own.is_sure,
                   "words": own.words})
        };
        let row = |own: &Row| {
            json!({"label": own.label, "note": own.note, "band": own.band,
                   "bars": own.bars.iter().map(bar).collect::<Vec<_>>()})
        };
        json!({"title": self.title, "log": self.is_log, "reference": self.reference, "ends": self.axis(),
               "overlaid": self.is_overlaid, "rows": self.rows.iter().map(row).collect::<Vec<_>>()})
    }
}
