//! Tables as they are found in the wild.

use approx::assert_relative_eq;

use super::*;
use crate::recording::Current;
use crate::units::Unit;

fn table(text: &str) -> Result<(Vec<Sweep>, Vec<String>), CsvError> {
    read(text.as_bytes(), &Choice::default())
}

#[test]
fn headers_tell_quantity_and_unit() {
    for text in [
        "t_ms,v_mV,i_pA\n0,-65,0\n0.1,-64,10\n0.2,-63,10\n",
        "# a comment, with a comma\nt_s;v_V;i_nA\n0;-0.065;0\n0.0001;-0.064;0.01\n0.0002;-0.063;0.01\n",
        "\u{feff}\"Time (ms)\"\tVoltage [mV]\tCurrent (pA)\r\n\r\n0\t-65\t0\r\n0.1\t-64\t10\r\n0.2\t-63\t10\r\n",
    ] {
        let (sweeps, notes) = table(text).unwrap();
        assert_eq!((sweeps.len(), notes.len()), (1, 0), "{text}");
        assert_relative_eq!(sweeps[0].interval_ms, 0.1);
        assert_eq!(sweeps[0].voltage_mv, [-65.0, -64.0, -63.0]);
        let current = Current { values: vec![0.0, 10.0, 10.0], unit: Unit::Picoamp };
        assert_eq!(sweeps[0].current, Some(current));
    }
    let (sweeps, _) = table("v_mV,t_ms,i_uA_cm2\n-65,0,10\n-64,1,10\n").unwrap();
    assert_eq!(sweeps[0].current.as_ref().unwrap().unit, Unit::MicroampPerCm2);
    assert_eq!(table("v_mV,t_ms\n-65,0\n-64,1\n").unwrap().0[0].current, None);
}

#[test]
fn a_comment_can_state_the_interval() {
    for comment in [
        "# cell 7 sweep 39; dt_ms=0.02; t = row*0.02 ms",
        "# fs_kHz = 50 as set",
        "# x=1\n\n# interval_s=2e-5",
    ] {
        let (sweeps, notes) = table(&format!("{comment}\nv_mV,i_pA\n-65,0\n-64,10\n-63,10\n")).unwrap();
        assert_relative_eq!(sweeps[0].interval_ms, 0.02, max_relative = 1e-12);
        assert_eq!(sweeps[0].voltage_mv, [-65.0, -64.0, -63.0], "{comment}");
        assert!(notes[0].starts_with("no column is a time"), "{notes:?}");
    }
    for comment in ["# dt_ms=0", "# dt=0.02", "# fs_Hz=fast", "# the interval is 0.02 ms"] {
        let error = table(&format!("{comment}\nv_mV\n-65\n-64\n-63\n")).unwrap_err();
        assert_eq!(error.option(), "time", "{comment}");
    }
}

#[test]
fn columns_can_be_named() {
    let column = |column: &str, unit: &str| {
        Some(ColumnChoice { column: column.to_owned(), unit: Some(unit.to_owned()) })
    };
    let choice = Choice {
        time: column("when", "s"),
        voltage: column("soma", "mV"),
        current: column("clamp", "nA"),
        sweep: Some("trial".to_owned()),
    };
    let text = "when,trial,soma,clamp\n0,a,1,0.5\n0,b,2,0\n1e-3,a,3,0\n2e-3,b,4,0\n";
    let (sweeps, _) = read(text.as_bytes(), &choice).unwrap();
    assert_eq!([&sweeps[0].name, &sweeps[1].name], ["a", "b"]);
    assert_eq!(sweeps[1].voltage_mv, [2.0, 4.0]);
    assert_relative_eq!(sweeps[1].interval_ms, 2.0);
    assert_eq!(sweeps[0].current.as_ref().unwrap().values, [500.0, 0.0]);
    let error = read(text.as_bytes(), &Choice { voltage: column("dendrite", "mV"), ..choice.clone() });
    assert_eq!(error.unwrap_err().option(), "voltage");
    let error = read(text.as_bytes(), &Choice { current: column("clamp", "mV"), ..choice }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the column \"clamp\" needs a unit such as \"pA\", \"nA\" or \"uA/cm^2\", found \"mV\""
    );
}

#[test]
fn unequal_times_are_interpolated_on_the_finest_interval() {
    let (sweeps, notes) = table("t_ms,v_mV,i_pA\n10,0,0\n10.2,4,2\n10.3,8,2\n10.7,0,2\n").unwrap();
    assert_relative_eq!(sweeps[0].interval_ms, 0.1);
    let expected = [0.0, 2.0, 4.0, 8.0, 6.0, 4.0, 2.0, 0.0];
    assert_eq!(sweeps[0].voltage_mv.len(), expected.len());
    for (voltage, expected) in sweeps[0].voltage_mv.iter().zip(expected) {
        // Rounding of times near 10 ms over an interval of 0.1 ms and a slope of 40 mV/ms.
        assert_relative_eq!(*voltage, expected, epsilon = 1e-12);
    }
    assert_eq!(sweeps[0].current.as_ref().unwrap().values.len(), expected.len());
    assert_eq!(notes[0], "sweep 0: time 0 is 10 ms of the file");
    assert_eq!(notes[1], "sweep 0: sampled at unequal times, interpolated linearly every 0.1 ms");
    let error = table("t_ms,v_mV\n0,0\n1e-6,0\n5000,0\n").unwrap_err();
    assert!(matches!(error, CsvError::Sampling(SamplingError::TooUneven { rows: 3, .. })), "{error}");
}

#[test]
fn times_with_few_digits_are_equal_times() {
    // 30 kHz, written with three decimals.
    let rows: String = (0..3000)
        .fold("t_ms,v_mV\n".to_owned(), |text, i| text + &format!("{:.3},{i}\n", f64::from(i) / 30.0));
    let (sweeps, notes) = table(&rows).unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(sweeps[0].voltage_mv.len(), 3000);
    // The first and the last time are wrong by at most 0.0005 ms each.
    assert_relative_eq!(sweeps[0].interval_ms, 1.0 / 30.0, epsilon = 0.001 / 2999.0);
}

#[test]
fn mistakes_name_line_and_column() {
    let message = |text: &str| table(text).unwrap_err().to_string();
    assert_eq!(
        message("# note\nt_ms,v_mV\n0,-65\n1, \n"),
        "4:3: expected a number in column \"v_mV\", found \"\""
    );
    assert_eq!(
        message("t_ms,v_mV\n0,-65\n1,NaN\n"),
        "3:3: expected a number in column \"v_mV\", found \"NaN\""
    );
    assert_eq!(message("t_ms,v_mV\n0,-65\n1\n"), "3:2: expected a number in column \"v_mV\", found \"\"");
    assert!(message("t_ms,v_mV\n0,-65\n2,-65\n1,-65\n").starts_with("4:1: time goes from 2 ms to 1 ms"));
    assert!(message("t_ms,v_mV\n0,-65\n").contains("1 rows of numbers"));
    let error = table("a,b\n0,-65\n1,-65\n").unwrap_err();
    assert_eq!(error.option(), "time");
    assert!(error.to_string().contains("the table has \"a\", \"b\""), "{error}");
    assert_eq!(read(b"\xff\xfe\x00", &Choice::default()), Err(CsvError::NotText));
    assert!(matches!(
        table("t_ms,v_mV,sweep\n0,-65,0\n1,-65,0\n0,-65,1\n"),
        Err(CsvError::Sampling(SamplingError::ShortSweep { rows: 1, .. }))
    ));
}
