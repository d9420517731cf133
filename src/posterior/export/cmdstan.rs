//! Draws as the CSV files of CmdStan, which cmdstanr, posterior, bayesplot, shinystan, MCMCChains and ArviZ open.
//! Source: <https://mc-stan.org/docs/cmdstan-guide/stan_csv_apdx.html>

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::super::csv::number;
use super::super::{StoreError, write_atomically};
use super::table::DrawTable;
use crate::numeric::systematic;

/// Writes `<stem>_1.csv`, `<stem>_2.csv`, one for each chain. CmdStan has no weights: weighted particles are resampled to
/// as many that count the same. Returns the files.
///
/// # Errors
/// If the folder cannot be written.
pub fn write_cmdstan(table: &DrawTable, folder: &Path, stem: &str) -> Result<Vec<PathBuf>, StoreError> {
    let rows: Vec<usize> = match table.statistic("weight") {
        // In the middle of each interval, so that nothing is random.
        Some(weights) => {
            let total: f64 = weights.iter().sum();
            let shares: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
            systematic(&shares, shares.len(), 0.5)
        }
        None => (0..table.chains * table.draws).collect(),
    };
    let mut files = Vec::new();
    for (chain, rows) in rows.chunks(table.draws).enumerate() {
        let path = folder.join(format!("{stem}_{}.csv", chain + 1));
        let text = chain_text(table, chain, rows);
        write_atomically(&path, |writer| writer.write_all(text.as_bytes()))?;
        files.push(path);
    }
    Ok(files)
}

/// Its comments are those by which readers know how many draws to expect.
fn chain_text(table: &DrawTable, chain: usize, rows: &[usize]) -> String {
    let mut text = format!(
        "# model = hhbayes\n# method = sample (Default)\n#   sample\n#     num_samples = {}\n#     num_warmup = 0\n#     save_warmup = 0\n#     thin = 1\n# id = {}\n",
        rows.len(),
        chain + 1
    );
    let none = vec![f64::NAN; table.chains * table.draws];
    let lp = table.statistic("lp").unwrap_or(&none);
    text.push_str("lp__");
    table.parameters.iter().for_each(|own| {
        let _ = write!(text, ",{}", stan_name(&own.name));
    });
    text.push('\n');
    for &row in rows {
        text.push_str(&stan_number(lp[row]));
        for own in &table.parameters {
            text.push(',');
            text.push_str(&stan_number(own.values[row]));
        }
        text.push('\n');
    }
    text
}

fn stan_number(value: f64) -> String {
    if value.is_nan() { "nan".to_owned() } else { number(value) }
}

/// `rate[0][1]` is `rate.1.2`: Stan counts from one. What Stan's names cannot hold becomes `_`.
fn stan_name(name: &str) -> String {
    let mut parts = name.split(['[', ']']).filter(|part| !part.is_empty());
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let mut own: String = parts.next().unwrap_or_default().chars().map(plain).collect();
    for place in parts {
        let _ = match place.parse::<usize>() {
            Ok(place) => write!(own, ".{}", place + 1),
            Err(_) => write!(own, "_{}", place.chars().map(plain).collect::<String>()),
        };
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_stan() {
        assert_eq!(stan_name("g_Na"), "g_Na");
        assert_eq!(stan_name("rate[0][1]"), "rate.1.2");
        assert_eq!(stan_name("sd of mean(peak)"), "sd_of_mean_peak_");
    }
}
