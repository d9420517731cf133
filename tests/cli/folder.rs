//! A folder of its own for each test, with a settings file, a recording, and the program to run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;

/// A complete settings file. Mistakes are made by changing it.
pub const CELL: &str = r#"[recording]
kind = "csv"
file = "trace.csv"

[stimulus]
kind = "step"
amplitude = "10 uA/cm^2"
start = "10 ms"
stop = "60 ms"

[model]
kind = "hodgkin_huxley"
dt = "0.05 ms"

[prior]
g_Na = { kind = "uniform", lower = "60 mS/cm^2", upper = "200 mS/cm^2" }
g_K = { kind = "uniform", lower = "20 mS/cm^2", upper = "60 mS/cm^2" }

[likelihood.features]
Spikecount = 0.5
"peak_voltage[0]" = "2 mV"

[sampler]
kind = "demcz"
chains = 4

[run]
seed = 1
"#;

/// A trace of 70 ms with three spikes, at 15, 30 and 45 ms, written without the program.
pub fn trace() -> String {
    let spike = |time: f64, peak: f64| 100.0 * (-0.5 * ((time - peak) / 0.4).powi(2)).exp();
    (0..700)
        .map(|sample| f64::from(sample) / 10.0)
        .map(|time| (time, -65.0 + [15.0, 30.0, 45.0].map(|peak| spike(time, peak)).iter().sum::<f64>()))
        .fold("t_ms,v_mV\n".to_owned(), |table, (time, voltage)| table + &format!("{time:.1},{voltage:.3}\n"))
}

/// A file of the repository.
pub fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A temporary folder with `cell.toml` and `trace.csv`.
pub struct Folder(TempDir);

impl Folder {
    pub fn new(settings: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("cell.toml", settings.as_bytes());
        folder.write("trace.csv", trace().as_bytes());
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// Every file in the folder and below it, in order.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        files
    }

    /// The program, in this folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("hhbayes").unwrap();
        command.args(arguments).current_dir(self.0.path()).env("COLUMNS", "100");
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What is said about a mistake.
    pub fn fail(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    /// Runs the program, which must succeed; returns what it shows.
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {:?}\n{error}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }
}
