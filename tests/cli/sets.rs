//! The command `simulate` with many parameter sets.

use crate::folder::{CELL, Folder};

/// The numbers of one line, `None` for an empty cell, and the text in its last column.
type Row<'t> = (Vec<Option<f64>>, &'t str);

/// Header and rows of a table.
fn table(text: &str) -> (Vec<&str>, Vec<Row<'_>>) {
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let number = |cell: &&str| (!cell.is_empty()).then(|| cell.parse().unwrap());
    let rows = lines.map(|line| {
        assert_eq!(line.len(), header.len());
        let (last, numbers) = line.split_last().unwrap();
        (numbers.iter().map(number).collect(), *last)
    });
    let rows = rows.collect();
    (header, rows)
}

/// What a command says beside its table.
fn notes(folder: &Folder, arguments: &[&str]) -> String {
    String::from_utf8(folder.run(arguments).stderr).unwrap()
}

#[test]
fn the_features_of_a_set_are_those_of_its_trace() {
    let folder = Folder::new(CELL);
    folder.write("sets.csv", b"\"g_K\", g_Na,E_K\n# the squid\n36,120,-77\n\n36,120,-80\n30,100,-77\n");
    let text = folder.succeed(&["simulate", "cell.toml", "--sets", "sets.csv"]);
    let (header, rows) = table(&text);
    assert_eq!(
        header,
        ["g_Na", "g_K", "E_K", "Spikecount (sweep 0)", "peak_voltage[0] (sweep 0)", "failure"]
    );
    assert_eq!(rows.len(), 3);
    for ((numbers, failure), [g_k, g_na, e_k]) in
        rows.iter().zip([[36.0, 120.0, -77.0], [36.0, 120.0, -80.0], [30.0, 100.0, -77.0]])
    {
        assert_eq!(numbers[..3], [Some(g_na), Some(g_k), Some(e_k)]);
        assert_eq!(*failure, "");
        let set = [format!("g_Na={g_na}"), format!("g_K={g_k}"), format!("E_K={e_k}")];
        let mut arguments = vec!["simulate", "cell.toml", "--output", "one.csv"];
        arguments.extend(set.iter().flat_map(|set| ["--set", set]));
        folder.succeed(&arguments);
        let features = ["features", "one.csv", "--mode", "precise", "--format", "json"];
        let features: serde_json::Value = serde_json::from_str(&folder.succeed(&features)).unwrap();
        let features = &features["sweeps"][0]["features"];
        assert_eq!(numbers[3], features["Spikecount"].as_f64());
        // The trace is written with all digits, and its stimulus has the same edges.
        assert_eq!(numbers[4], features["peak_voltage"][0].as_f64());
    }
}

#[test]
fn a_parameter_without_a_column_is_noted() {
    let folder = Folder::new(CELL);
    folder.write("sets.csv", b"g_Na\n100\n");
    let arguments = ["simulate", "cell.toml", "--sets", "sets.csv"];
    let notes = notes(&folder, &arguments);
    let lines: Vec<&str> = notes.lines().collect();
    assert_eq!(lines[0], "g_K = 40 mS/cm^2, the median of its prior");
    assert!(lines[1].starts_with("simulated 1 parameter set in "), "{notes}");
    assert!(lines[1].ends_with(" cell-steps per second"), "{notes}");
    let text = folder.succeed(&arguments);
    assert_eq!(table(&text).1[0].0[..2], [Some(100.0), Some(40.0)]);
}

#[test]
fn the_truth_stands_for_a_parameter_without_a_column() {
    let recording = "kind = \"csv\"\nfile = \"trace.csv\"\n";
    let simulated = "kind = \"simulated\"\nduration = \"70 ms\"\ntruth = { g_Na = \"110 mS/cm^2\", g_K = \"33 mS/cm^2\" }\n";
    let folder = Folder::new(&CELL.replace(recording, simulated));
    folder.write("sets.csv", b"g_Na\n100\n");
    let arguments = ["simulate", "cell.toml", "--sets", "sets.csv"];
    assert!(notes(&folder, &arguments).starts_with("g_K = 33 mS/cm^2, its true value\n"));
    let text = folder.succeed(&arguments);
    assert_eq!(table(&text).1[0].0[..2], [Some(100.0), Some(33.0)]);
}

#[test]
fn draws_from_the_prior_have_its_bounds_and_their_seed() {
    let folder = Folder::new(CELL);
    let draw = |count: &str, seed: &str| {
        folder.succeed(&["simulate", "cell.toml", "--prior", count, "--seed", seed])
    };
    let text = draw("1000", "1");
    let (header, rows) = table(&text);
    assert_eq!(header[..2], ["g_Na", "g_K"]);
    assert_eq!(rows.len(), 1000);
    for (column, lower, upper) in [(0, 60.0, 200.0), (1, 20.0, 60.0)] {
        let values: Vec<f64> = rows.iter().map(|(numbers, _)| numbers[column].unwrap()).collect();
        assert!(values.iter().all(|value| (lower..=upper).contains(value)));
        let mean = values.iter().sum::<f64>() / 1000.0;
        // Six standard errors of the mean of 1000 uniform draws.
        let six = 6.0 * (upper - lower) / 12000_f64.sqrt();
        assert!((mean - 0.5 * (lower + upper)).abs() < six, "{mean}");
    }
    assert!(text.starts_with(&draw("10", "1")), "a longer table begins with the shorter one");
    assert_ne!(draw("10", "1"), draw("10", "2"));
}

#[test]
fn a_set_that_fails_or_lacks_a_feature_has_empty_cells() {
    let folder = Folder::new(CELL);
    folder.write("sets.csv", b"bias_current,g_Na\n20,120\n0,0.1\n");
    let text = folder.succeed(&["simulate", "cell.toml", "--sets", "sets.csv"]);
    let (_, rows) = table(&text);
    assert_eq!(rows[0].0[3..], [None, None]);
    assert_eq!(rows[0].1, "no stable rest under the holding current");
    assert_eq!(rows[1].0[3..], [Some(0.0), None], "an axon without sodium is silent");
    assert_eq!(rows[1].1, "");
}

/// More draws than are simulated together, with noise of their own.
#[test]
fn threads_do_not_change_the_table() {
    let folder = Folder::new(&CELL.replace("dt = ", "current_noise = 1\ndt = "));
    let table = |threads: &str, output: &str| {
        let arguments =
            ["simulate", "cell.toml", "--prior", "5000", "--threads", threads, "--output", output];
        assert_eq!(folder.succeed(&arguments), "");
        folder.read(output)
    };
    let (one, two) = (table("1", "one.csv"), table("2", "two.csv"));
    assert!(one == two, "the table differs with the number of threads");
    assert_eq!(String::from_utf8(one).unwrap().lines().count(), 5001);
    // Rows that are simulated apart do not share their noise.
    folder.write("sets.csv", ("g_Na,g_K\n".to_owned() + &"120,36\n".repeat(5000)).as_bytes());
    let text = folder.succeed(&["simulate", "cell.toml", "--sets", "sets.csv"]);
    let mut peaks: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').nth(3).unwrap()).collect();
    peaks.sort_unstable();
    peaks.dedup();
    assert_eq!(peaks.len(), 5000, "two rows have the same noise");
}

/// Other instructions, same arithmetic: AVX2 rounds as AVX-512 does. Plain numbers round products before sums.
#[test]
fn instructions_do_not_change_the_table() {
    let folder = Folder::new(CELL);
    let simulate = |instructions: &str| {
        folder.succeed(&["simulate", "cell.toml", "--prior", "50", "--instructions", instructions])
    };
    let best = simulate("best");
    assert_eq!(best, simulate("avx2"));
    let plain = simulate("plain");
    let ((header, best), (_, plain)) = (table(&best), table(&plain));
    let peak = header.iter().position(|name| name.starts_with("peak_voltage")).unwrap();
    for ((best, _), (plain, _)) in best.iter().zip(&plain) {
        match (best[peak], plain[peak]) {
            (Some(best), Some(plain)) => assert!((best - plain).abs() < 1e-6, "{best} {plain}"),
            (best, plain) => assert_eq!(best, plain),
        }
    }
}
