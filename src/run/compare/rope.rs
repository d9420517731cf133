//! Which differences are as good as none, from the command line: `--rope g_K="1 mS/cm^2"`, `--rope g_K=5%`, `--rope 10%`.

use super::RunError;
use super::comparable::SharedParameters;
use crate::comparison::{Rope, has_natural_zero};
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
            let share = relative(width);
            if share.is_some() && !has_natural_zero(own.unit.as_deref()) {
                return Err(no_share(name, own.unit.as_deref().unwrap_or_default()));
            }
            let absolute = || {
                let width = quantity_in(width.trim(), own.unit.as_deref().unwrap_or("1"))?;
                (width > 0.0).then_some(Rope::Absolute(width))
            };
            let rope = share.or_else(absolute);
            ropes.own.push((name.to_owned(), rope.ok_or_else(|| mistake(text, own.unit.as_deref()))?));
        }
        Ok(ropes)
    }

    /// The region of a parameter, if one was given. A share for all is not for those without a natural zero.
    pub(super) fn of(&self, name: &str, unit: Option<&str>) -> Option<Rope> {
        let own = self.own.iter().rev().find(|(own, _)| own == name).map(|(_, rope)| *rope);
        own.or(self.all.filter(|_| has_natural_zero(unit)))
    }
}

/// `5%` or `5 %`.
fn relative(text: &str) -> Option<Rope> {
    let share: f64 = text.trim().strip_suffix('%')?.trim().parse().ok()?;
    (share.is_finite() && share > 0.0).then_some(Rope::Relative(share / 100.0))
}

fn no_share(name: &str, unit: &str) -> RunError {
    RunError::Usage(format!(
        "a share of `{name}` means nothing, as the zero of {unit} is a convention\n  help: give a width such as --rope \
         {name}=\"2 {unit}\""
    ))
}

fn mistake(text: &str, unit: Option<&str>) -> RunError {
    let example = match unit {
        Some(unit) => format!("\"2 {unit}\" or 5%"),
        None => "--rope 5%, or --rope g_K=\"1 mS/cm^2\" for one of them".to_owned(),
    };
    RunError::Usage(format!("expected a width above 0 such as {example}, found `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::super::comparable::Shared;
    use super::*;

    fn read(texts: &[&str]) -> Result<Ropes, RunError> {
        let own = |(name, unit): (&str, &str)| Shared { name: name.to_owned(), unit: Some(unit.to_owned()) };
        let parameters = [("g_K", "mS/cm^2"), ("E_K", "mV")].map(own).into();
        let shared = SharedParameters { parameters, left_out: Vec::new() };
        Ropes::read(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>(), &shared)
    }

    fn regions(texts: &[&str]) -> [Option<Rope>; 2] {
        let ropes = read(texts).unwrap();
        [ropes.of("g_K", Some("mS/cm^2")), ropes.of("E_K", Some("mV"))]
    }

    #[test]
    fn widths_are_shares_or_quantities() {
        assert_eq!(regions(&[]), [None, None]);
        assert_eq!(regions(&["g_K=0.002 S/cm^2"]), [Some(Rope::Absolute(2.0)), None]);
        assert_eq!(
            regions(&["g_K=5 %", "E_K=2 mV"]),
            [Some(Rope::Relative(0.05)), Some(Rope::Absolute(2.0))]
        );
        // The one of a parameter comes before the one of all, which a voltage does not take.
        assert_eq!(regions(&["g_K=2 mS/cm^2", "10%"]), [Some(Rope::Absolute(2.0)), None]);
        assert_eq!(regions(&["10%"]), [Some(Rope::Relative(0.1)), None]);
    }

    #[test]
    fn what_is_no_width_is_refused() {
        for texts in [["E_K=5%"], ["g_K=-1 mS/cm^2"], ["g_K=0%"], ["g_K=3"], ["g_K="], ["much"], ["h=5%"]] {
            assert!(read(&texts).is_err(), "{texts:?}");
        }
    }
}
