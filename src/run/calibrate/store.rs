//! The files of a calibration: `runs.csv`, `settings.toml` and `calibration.json`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::trial::{Outcome, Trial};
use crate::posterior::{write_atomically, write_json};
use crate::run::RunError;
use crate::run::check::Plan;

/// The folder of one calibration.
pub(super) struct Store {
    folder: PathBuf,
    /// First line of the table of runs: what they are runs of.
    title: String,
    header: Vec<String>,
}

impl Store {
    /// Opens or makes the folder. The same settings, seed and draws go on where they stopped.
    pub(super) fn open(folder: &Path, plan: &Plan, ranked: usize, quick: bool) -> Result<Self, RunError> {
        let output = |source| RunError::Output { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(output)?;
        let quick = if quick { ", quick" } else { "" };
        let title = format!("# seed {}, rank of the truth among {ranked} draws{quick}", plan.seed);
        let parameters = plan.problem.space.parameters().iter().map(|parameter| parameter.name.clone());
        let header = ["run", "outcome", "nearer"].map(str::to_owned).into_iter().chain(parameters).collect();
        let store = Self { folder: folder.to_owned(), title, header };
        let settings = folder.join("settings.toml");
        match fs::read_to_string(&settings) {
            Ok(text) if text != plan.text => Err(store.is_of_something_else("of other settings")),
            Ok(_) => Ok(store),
            Err(_) => {
                write_atomically(&settings, |writer| writer.write_all(plan.text.as_bytes()))?;
                Ok(store)
            }
        }
    }

    fn is_of_something_else(&self, what: &str) -> RunError {
        RunError::Usage(format!(
            "`{}` holds a calibration {what}\n  help: choose another folder with --output, or remove that one",
            self.folder.display()
        ))
    }

    fn runs(&self) -> PathBuf {
        self.folder.join("runs.csv")
    }

    /// The runs that are there already.
    pub(super) fn load(&self) -> Result<Vec<Trial>, RunError> {
        let Ok(text) = fs::read_to_string(self.runs()) else { return Ok(Vec::new()) };
        let mut lines = text.lines();
        if lines.next() != Some(&self.title) || lines.next() != Some(&self.header.join(",")) {
            return Err(self.is_of_something_else("with another seed or of another kind"));
        }
        let broken = || self.is_of_something_else("whose table of runs cannot be read");
        lines.map(|line| self.trial(line).ok_or_else(broken)).collect()
    }

    fn trial(&self, line: &str) -> Option<Trial> {
        let fields: Vec<&str> = line.split(',').collect();
        let outcome = Outcome::ALL.into_iter().find(|outcome| Some(&outcome.word()) == fields.get(1))?;
        let ranks = fields.get(3..)?.iter().filter(|field| !field.is_empty());
        let ranks: Vec<usize> = ranks.map(|rank| rank.parse()).collect::<Result<_, _>>().ok()?;
        let complete = ranks.len() + 3 == self.header.len() || outcome == Outcome::NoDraws;
        complete.then_some(Trial { outcome, nearer: fields[2].parse().ok()?, ranks })
    }

    /// Saves all runs, whole or not at all.
    pub(super) fn save(&self, trials: &[Trial]) -> Result<(), RunError> {
        let parameters = self.header.len() - 3;
        write_atomically(&self.runs(), |writer| {
            writeln!(writer, "{}\n{}", self.title, self.header.join(","))?;
            for (run, trial) in trials.iter().enumerate() {
                write!(writer, "{run},{},{}", trial.outcome.word(), trial.nearer)?;
                for parameter in 0..parameters {
                    let rank = trial.ranks.get(parameter).map(usize::to_string).unwrap_or_default();
                    write!(writer, ",{rank}")?;
                }
                writeln!(writer)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    pub(super) fn save_report(&self, report: &Value) -> Result<(), RunError> {
        Ok(write_json(&self.folder.join("calibration.json"), report)?)
    }
}
