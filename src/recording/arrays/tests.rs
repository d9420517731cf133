//! Names, shapes and corrupt headers of arrays.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// Arrays that are already in memory.
struct InMemory(Vec<(&'static str, Matrix)>);

impl ArrayFile for InMemory {
    const ONE: &'static str = "array";

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn load(&self, place: usize) -> Result<Matrix, ArrayError> {
        Ok(self.0[place].1.clone())
    }
}

fn sweeps(arrays: &[(&'static str, &[usize])]) -> Result<Sweeps, ArrayError> {
    let matrix = |name: &str, shape: &[usize]| {
        let count: usize = shape.iter().product();
        Matrix::new(name, shape, (1..=count).map(|i| i as f64).collect()).unwrap()
    };
    read(
        &InMemory(arrays.iter().map(|&(name, shape)| (name, matrix(name, shape))).collect()),
        &Choice::default(),
    )
}

#[test]
fn samples_run_along_the_time() {
    for time in [&[3][..], &[1, 3], &[3, 1]] {
        let (rows, _) = sweeps(&[("t_ms", time), ("v_mV", &[2, 3]), ("i_pA", &[2, 3])]).unwrap();
        assert_eq!(rows[1].voltage_mv, [4.0, 5.0, 6.0]);
        let (columns, notes) = sweeps(&[("t_ms", time), ("v_mV", &[3, 2]), ("i_pA", &[3])]).unwrap();
        assert_eq!(columns[1].voltage_mv, [2.0, 4.0, 6.0]);
        assert_eq!(columns[1].current.as_ref().unwrap().values, [1.0, 2.0, 3.0]);
        assert_eq!(notes[0], "\"v_mV\" read as 2 sweeps of 3 samples");
    }
    let (longer, _) = sweeps(&[("dt_ms", &[]), ("v_mV", &[3, 2])]).unwrap();
    assert_eq!((longer.len(), longer[0].voltage_mv.len()), (2, 3));
    let (vector, _) = sweeps(&[("fs_kHz", &[1, 1]), ("v_mV", &[4, 1])]).unwrap();
    assert_eq!((vector.len(), vector[0].voltage_mv.len()), (1, 4));
    assert!((vector[0].interval_ms - 1.0).abs() < 1e-15);
}

#[test]
fn arrays_that_do_not_fit_are_named() {
    let message = |arrays: &[(&'static str, &[usize])]| sweeps(arrays).unwrap_err().to_string();
    let found = message(&[("t_ms", &[3]), ("v_mV", &[2, 4])]);
    assert!(
        found.starts_with("\"t_ms\" is 1 x 3, which does not fit \"v_mV\" with 2 x 4; expected 4 samples"),
        "{found}"
    );
    let found = message(&[("dt_ms", &[]), ("v_mV", &[4]), ("i_pA", &[3])]);
    assert!(found.starts_with("\"i_pA\" is 1 x 3"), "{found}");
    let found = message(&[("v_mV", &[4])]);
    assert!(
        found.contains("no array is a time or interval (t_ms, time_s, dt_ms, ...); the file has \"v_mV\""),
        "{found}"
    );
    assert!(message(&[("t_ms", &[1]), ("v_mV", &[1])]).contains("expected at least 2"));
    assert!(message(&[("dt_ms", &[2]), ("v_mV", &[4])]).contains("between samples NaN ms"));
}

#[test]
fn an_array_with_a_corrupt_header_is_refused_or_read() {
    let text = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
    let header =
        [b"\x93NUMPY\x01\0".as_slice(), &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat();
    let numbers: Vec<u8> = (0..6_u8).flat_map(|i| f32::from(i).to_le_bytes()).collect();
    let bytes = [header, numbers].concat();
    let matrix = npz::array("v_mV", &bytes).unwrap();
    assert_eq!(matrix, Matrix { rows: 2, columns: 3, values: vec![0.0, 2.0, 4.0, 1.0, 3.0, 5.0] });
    let huge = String::from_utf8_lossy(&bytes).replace("(2, 3)", "(9e9,)");
    assert!(npz::array("v_mV", huge.as_bytes()).is_err());
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut refused = 0;
    for _ in 0..2000 {
        let mut bytes = bytes.clone();
        for _ in 0..random.random_range(1..6) {
            let at = random.random_range(6..bytes.len());
            bytes[at] =
                if random.random_bool(0.5) { random.random() } else { b'0' + random.random_range(0..10) };
        }
        bytes.truncate(random.random_range(0..2 * bytes.len()));
        refused += usize::from(npz::array("v_mV", &bytes).is_err());
    }
    assert!(refused > 500, "only {refused} of 2000 corrupt arrays were refused");
}
