//! Which differences are as good as none, from the command line: `--rope g_K="1 mS/cm^2"`, `--rope g_K=5%`, `--rope 10%`.

use super::RunError;
use super::comparable::SharedParameters;
use crate::comparison::Rope;
use crate::settings::did_you_mean;
use crate::units::quantity_in;

/// The regions that were given.
pub(super) struct Ropes {
    own: Vec<(String, Rope)>,
    all: Option<Rope>,
}

impl Ropes {
    pub(super) fn read(texts: &[String], shared: &SharedParameters) -> Result<Self, RunError> {
        let mut ropes = Self { own: Vec::new(), all: None };
        for text in texts {
            let Some((name, width)) = text.split_once('=') else {
                let share = relative(text).ok_or_else(|| mistake(text, None))?;
                ropes.all = Some(share);
                continue;
            };
            let name = name.trim();
            let Some(own) = shared.parameters.iter().find(|own| own.name == name) else {
                let names: Vec<&str> = shared.parameters.iter().map(|own| &*own.name).collect();
                let help = did_you_mean(name, &names)
                    .unwrap_or_else(|| format!("the results share {}", names.join(", ")));
                return Err(RunError::Usage(format!("no parameter `{name}` is compared\n  help: {help}")));
            };
            let absolute = || {
                let width = quantity_in(width.trim(), own.unit.as_deref().unwrap_or("1"))?;
                (width > 0.0).then_some(Rope::Absolute(width))
            };
            let rope = relative(width).or_else(absolute);
            ropes.own.push((name.to_owned(), rope.ok_or_else(|| mistake(text, own.unit.as_deref()))?));
        }
        Ok(ropes)
    }

    /// The region of a parameter, if one was given.
    pub(super) fn of(&self, name: &str) -> Option<Rope> {
        self.own.iter().rev().find(|(own, _)| own == name).map(|(_, rope)| *rope).or(self.all)
    }
}

/// `5%` or `5 %`.
fn relative(text: &str) -> Option<Rope> {
    let share: f64 = text.trim().strip_suffix('%')?.trim().parse().ok()?;
    (share.is_finite() && share > 0.0).then_some(Rope::Relative(share / 100.0))
}

fn mistake(text: &str, unit: Option<&str>) -> RunError {
    let example = match unit {
        Some(unit) => format!("\"2 {unit}\" or 5%"),
        None => "--rope 5%, or --rope g_K=\"1 mS/cm^2\" for one of them".to_owned(),
    };
    RunError::Usage(format!("expected a width above 0 such as {example}, found `{text}`"))
}
