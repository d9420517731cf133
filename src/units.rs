//! Physical units: `"0.025 ms"`, `"36 mS/cm^2"` and `"150 pA"` become numbers in the program's own units.
//!
//! Inside the program a quantity is an `f64` in the unit that its name ends in (`time_ms`, `voltage_mv`).
//! This module is the only place where text and numbers meet: any SI prefix is read, `u` and `µ` are the
//! same, and so are `^2` and `²`.

use thiserror::Error;

/// The units in which the program calculates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A pure number; written without a unit.
    One,
    /// ms
    Millisecond,
    /// 1/ms
    PerMillisecond,
    /// Hz
    Hertz,
    /// mV
    Millivolt,
    /// mV/ms
    MillivoltPerMillisecond,
    /// MΩ, the resistance of a whole cell
    Megaohm,
    /// pA, the current into a whole cell
    Picoamp,
    /// µA/cm², the current through a patch of membrane
    MicroampPerCm2,
    /// mS/cm²
    MillisiemensPerCm2,
    /// pS, the conductance of one channel
    Picosiemens,
    /// µF/cm²
    MicrofaradPerCm2,
    /// pF, the capacitance of a whole cell
    Picofarad,
    /// µm²
    SquareMicrometre,
    /// °C
    Celsius,
}

/// Why a text is not the quantity that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnitError {
    /// The text does not start with a number, or the number is not finite.
    #[error("expected {expected}, found \"{found}\"")]
    NotANumber {
        /// What was asked for, with an example.
        expected: String,
        /// The text.
        found: String,
    },
    /// The number has no unit.
    #[error("expected {expected}, found \"{found}\" without a unit")]
    NoUnit {
        /// What was asked for, with an example.
        expected: String,
        /// The text.
        found: String,
    },
    /// The unit is unknown, or measures something else.
    #[error("expected {expected}, found \"{found}\"")]
    OtherUnit {
        /// What was asked for, with an example.
        expected: String,
        /// The text.
        found: String,
    },
}

/// Exponents of volt, ampere, second, metre and kelvin.
type Dimension = [i8; 5];

const VOLT: Dimension = [1, 0, 0, 0, 0];
const AMPERE: Dimension = [0, 1, 0, 0, 0];
const SECOND: Dimension = [0, 0, 1, 0, 0];
const METRE: Dimension = [0, 0, 0, 1, 0];
const KELVIN: Dimension = [0, 0, 0, 0, 1];
const SIEMENS: Dimension = [-1, 1, 0, 0, 0];
const FARAD: Dimension = [-1, 1, 1, 0, 0];
const HERTZ: Dimension = [0, 0, -1, 0, 0];
const OHM: Dimension = [1, -1, 0, 0, 0];

const BASES: [(&str, Dimension); 9] = [
    ("V", VOLT),
    ("A", AMPERE),
    ("s", SECOND),
    ("m", METRE),
    ("S", SIEMENS),
    ("F", FARAD),
    ("Hz", HERTZ),
    ("Ohm", OHM),
    ("Ω", OHM),
];

const PREFIXES: [(&str, i32); 11] = [
    ("", 0),
    ("f", -15),
    ("p", -12),
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("c", -2),
    ("d", -1),
    ("k", 3),
    ("M", 6),
    ("G", 9),
];

const ALL: [Unit; 15] = [
    Unit::One,
    Unit::Millisecond,
    Unit::PerMillisecond,
    Unit::Hertz,
    Unit::Millivolt,
    Unit::MillivoltPerMillisecond,
    Unit::Megaohm,
    Unit::Picoamp,
    Unit::MicroampPerCm2,
    Unit::MillisiemensPerCm2,
    Unit::Picosiemens,
    Unit::MicrofaradPerCm2,
    Unit::Picofarad,
    Unit::SquareMicrometre,
    Unit::Celsius,
];

impl Unit {
    /// How the program writes the unit, in ASCII as NetCDF readers expect it.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::One => "1",
            Unit::Millisecond => "ms",
            Unit::PerMillisecond => "1/ms",
            Unit::Hertz => "Hz",
            Unit::Millivolt => "mV",
            Unit::MillivoltPerMillisecond => "mV/ms",
            Unit::Megaohm => "MOhm",
            Unit::Picoamp => "pA",
            Unit::MicroampPerCm2 => "uA/cm^2",
            Unit::MillisiemensPerCm2 => "mS/cm^2",
            Unit::Picosiemens => "pS",
            Unit::MicrofaradPerCm2 => "uF/cm^2",
            Unit::Picofarad => "pF",
            Unit::SquareMicrometre => "um^2",
            Unit::Celsius => "degC",
        }
    }

    /// The unit that the program writes so; `None` for any other spelling.
    pub fn of_symbol(symbol: &str) -> Option<Self> {
        ALL.into_iter().find(|unit| unit.symbol() == symbol)
    }

    /// What the unit measures, with an example, for error messages.
    pub fn expected(self) -> &'static str {
        match self {
            Unit::One => "a number such as 0.4",
            Unit::Millisecond => "a time such as \"0.025 ms\"",
            Unit::PerMillisecond => "a rate such as \"0.1 /ms\"",
            Unit::Hertz => "a frequency such as \"20 Hz\"",
            Unit::Millivolt => "a voltage such as \"-65 mV\"",
            Unit::MillivoltPerMillisecond => "a slope such as \"10 mV/ms\"",
            Unit::Megaohm => "a resistance such as \"120 MOhm\"",
            Unit::Picoamp => "a current such as \"150 pA\"",
            Unit::MicroampPerCm2 => "a current density such as \"10 uA/cm^2\"",
            Unit::MillisiemensPerCm2 => "a conductance density such as \"36 mS/cm^2\"",
            Unit::Picosiemens => "a conductance such as \"20 pS\"",
            Unit::MicrofaradPerCm2 => "a specific capacitance such as \"1 uF/cm^2\"",
            Unit::Picofarad => "a capacitance such as \"90 pF\"",
            Unit::SquareMicrometre => "an area such as \"20000 um^2\"",
            Unit::Celsius => "a temperature such as \"6.3 degC\"",
        }
    }

    /// Power of ten and dimension of the unit in volt, ampere, second, metre, kelvin.
    fn definition(self) -> (i32, Dimension) {
        match self {
            Unit::One => (0, [0; 5]),
            Unit::Millisecond => (-3, SECOND),
            Unit::PerMillisecond => (3, HERTZ),
            Unit::Hertz => (0, HERTZ),
            Unit::Millivolt => (-3, VOLT),
            Unit::MillivoltPerMillisecond => (0, [1, 0, -1, 0, 0]),
            Unit::Megaohm => (6, OHM),
            Unit::Picoamp => (-12, AMPERE),
            Unit::MicroampPerCm2 => (-2, [0, 1, 0, -2, 0]),
            Unit::MillisiemensPerCm2 => (1, [-1, 1, 0, -2, 0]),
            Unit::Picosiemens => (-12, SIEMENS),
            Unit::MicrofaradPerCm2 => (-2, [-1, 1, 1, -2, 0]),
            Unit::Picofarad => (-12, FARAD),
            Unit::SquareMicrometre => (-12, [0, 0, 0, 2, 0]),
            Unit::Celsius => (0, KELVIN),
        }
    }

    /// The value of `text` in this unit.
    ///
    /// # Errors
    /// If the text is not a finite number followed by a unit of the same kind.
    pub fn parse(self, text: &str) -> Result<f64, UnitError> {
        let expected = || self.expected().to_owned();
        let found = || text.to_owned();
        let (number, unit) = split_number(text)
            .ok_or_else(|| UnitError::NotANumber { expected: expected(), found: found() })?;
        if unit.is_empty() && self != Unit::One {
            return Err(UnitError::NoUnit { expected: expected(), found: found() });
        }
        let factor = self
            .factor_from(unit)
            .ok_or_else(|| UnitError::OtherUnit { expected: expected(), found: found() })?;
        Ok(factor.apply(number))
    }

    /// How many of this unit one `symbol` is; `None` if it measures something else.
    pub fn factor_from(self, symbol: &str) -> Option<Factor> {
        let (power, dimension) = parse_unit(symbol)?;
        let (own_power, own_dimension) = self.definition();
        (dimension == own_dimension).then_some(Factor(power - own_power))
    }
}

/// A power of ten between two units of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor(i32);

impl Factor {
    /// `value` in the other unit; exact where a power of ten is (dividing by 10³ is, multiplying by 10⁻³ is not).
    pub fn apply(self, value: f64) -> f64 {
        if self.0 >= 0 { value * 10_f64.powi(self.0) } else { value / 10_f64.powi(-self.0) }
    }
}

/// Whether two texts are the same quantity, such as `"36 mS/cm^2"` and `"0.036 S/cm²"`. Texts that are no quantity with a
/// unit are not.
pub fn is_same_quantity(a: &str, b: &str) -> bool {
    let quantity = |text| {
        let (number, symbol) = split_number(text).filter(|(_, symbol)| !symbol.is_empty())?;
        let (power, dimension) = parse_unit(symbol)?;
        Some((Factor(power).apply(number), dimension))
    };
    let (Some((a, of_a)), Some((b, of_b))) = (quantity(a), quantity(b)) else { return false };
    of_a == of_b && (a - b).abs() <= 4.0 * f64::EPSILON * a.abs()
}

/// The number of a text such as `"1 mS/cm^2"`, in a unit; `None` if it measures something else. A unit that this program does
/// not know has to stand there letter by letter.
pub fn quantity_in(text: &str, unit: &str) -> Option<f64> {
    let (number, symbol) = split_number(text)?;
    if symbol == unit {
        return Some(number);
    }
    let ((power, dimension), (own_power, own_dimension)) = (parse_unit(symbol)?, parse_unit(unit)?);
    (dimension == own_dimension).then(|| Factor(power - own_power).apply(number))
}

/// Whether two symbols are the same unit, whatever their spelling.
pub fn is_same_unit(a: &str, b: &str) -> bool {
    a == b || parse_unit(a).is_some_and(|unit| Some(unit) == parse_unit(b))
}

/// The leading number of a text, and the rest without blanks around it.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let boundaries = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let mut longest = None;
    for end in boundaries {
        // "1e" is not a number although "1e3" is, so look on after a failure.
        if let Ok(number) = text[..end].replace('−', "-").parse::<f64>()
            && number.is_finite()
            && text[..end].ends_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            longest = Some((number, text[end..].trim()));
        }
    }
    longest
}

/// Power of ten and dimension of a unit such as `mS/cm^2`.
fn parse_unit(symbol: &str) -> Option<(i32, Dimension)> {
    let symbol = symbol.trim().replace(['µ', 'μ'], "u").replace('²', "^2").replace([' ', '·', '*'], "");
    if ["degC", "°C", "celsius", "Celsius"].contains(&symbol.as_str()) {
        return Some((0, KELVIN));
    }
    let mut power = 0;
    let mut dimension = [0_i8; 5];
    if symbol.is_empty() || symbol == "1" {
        return Some((power, dimension));
    }
    for (place, factor) in symbol.split('/').enumerate() {
        if place == 0 && (factor.is_empty() || factor == "1") {
            continue;
        }
        let (name, exponent) = match factor.split_once('^') {
            Some((name, exponent)) => (name, exponent.parse::<i8>().ok().filter(|e| (-9..=9).contains(e))?),
            None => match factor.strip_suffix('2') {
                Some(name) => (name, 2),
                None => (factor, 1),
            },
        };
        let exponent = if place == 0 { exponent } else { -exponent };
        let (base_power, base) = parse_prefixed(name)?;
        power += base_power * i32::from(exponent);
        for (total, base) in dimension.iter_mut().zip(base) {
            *total += base * exponent;
        }
    }
    Some((power, dimension))
}

fn parse_prefixed(name: &str) -> Option<(i32, Dimension)> {
    PREFIXES.iter().find_map(|(prefix, power)| {
        let base = name.strip_prefix(prefix)?;
        BASES.iter().find(|(symbol, _)| *symbol == base).map(|(_, dimension)| (*power, *dimension))
    })
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "decimal texts have one nearest number")]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_spellings_are_alike() {
        assert_eq!(Unit::Millisecond.parse("0.025 ms"), Ok(0.025));
        assert_eq!(Unit::Millisecond.parse("25 µs"), Ok(0.025));
        assert_eq!(Unit::Millisecond.parse("1e-3s"), Ok(1.0));
        assert_eq!(Unit::Millivolt.parse("-0.065 V"), Ok(-65.0));
        assert_eq!(Unit::MillisiemensPerCm2.parse("36 mS/cm^2"), Ok(36.0));
        assert_eq!(Unit::MillisiemensPerCm2.parse("36 mS/cm²"), Ok(36.0));
        assert_eq!(Unit::MillisiemensPerCm2.parse("360 S/m2"), Ok(36.0));
        assert_eq!(Unit::MicroampPerCm2.parse("10 uA/cm^2"), Ok(10.0));
        assert_eq!(Unit::MicroampPerCm2.parse("10 μA/cm²"), Ok(10.0));
        assert_eq!(Unit::Picoamp.parse("0.15 nA"), Ok(150.0));
        assert_eq!(Unit::Megaohm.parse("0.15 GΩ"), Ok(150.0));
        assert_eq!(Unit::SquareMicrometre.parse("2.1e-4 cm^2"), Ok(21000.0));
        assert_eq!(Unit::Hertz.parse("4 kHz"), Ok(4000.0));
        assert_eq!(Unit::Celsius.parse("6.3 °C"), Ok(6.3));
        assert_eq!(Unit::PerMillisecond.parse("0.1 /ms"), Ok(0.1));
        assert_eq!(Unit::PerMillisecond.parse("0.1 1/ms"), Ok(0.1));
        assert_eq!(Unit::One.parse("3.4"), Ok(3.4));
    }

    #[test]
    fn every_symbol_reads_itself() {
        for unit in ALL.into_iter().filter(|unit| *unit != Unit::One) {
            assert_eq!(unit.parse(&format!("3 {}", unit.symbol())), Ok(3.0), "{unit:?}");
        }
    }

    #[test]
    fn quantities_and_units_are_the_same_in_any_spelling() {
        for (a, b) in [("36 mS/cm^2", "0.036 S/cm²"), ("25 µs", "0.025ms"), ("-65 mV", "-0.065 V")] {
            assert!(is_same_quantity(a, b), "{a} {b}");
        }
        for (a, b) in [("36 mS/cm^2", "36.1 mS/cm^2"), ("3 ms", "3 mV"), ("3", "3"), ("a.csv", "b.csv")] {
            assert!(!is_same_quantity(a, b), "{a} {b}");
        }
        assert_eq!(quantity_in("0.001 S/cm²", "mS/cm^2"), Some(1.0));
        assert_eq!((quantity_in("2", "1"), quantity_in("2 nights", "nights")), (Some(2.0), Some(2.0)));
        assert_eq!((quantity_in("2", "mV"), quantity_in("2 ms", "mV")), (None, None));
        assert!(is_same_unit("mS/cm^2", "mS/cm²") && is_same_unit("nights", "nights"));
        assert!(!is_same_unit("mS/cm^2", "S/cm^2") && !is_same_unit("nights", "days"));
    }

    #[test]
    fn mistakes_are_told_apart() {
        assert!(matches!(Unit::Millisecond.parse("fast"), Err(UnitError::NotANumber { .. })));
        assert!(matches!(Unit::Millisecond.parse("NaN ms"), Err(UnitError::NotANumber { .. })));
        assert!(matches!(Unit::Millisecond.parse("0.025"), Err(UnitError::NoUnit { .. })));
        assert!(matches!(Unit::Millisecond.parse("0.025 mV"), Err(UnitError::OtherUnit { .. })));
        assert!(matches!(Unit::Picoamp.parse("10 uA/cm^2"), Err(UnitError::OtherUnit { .. })));
        assert_eq!(
            Unit::Millisecond.parse("0.025 mV").unwrap_err().to_string(),
            "expected a time such as \"0.025 ms\", found \"0.025 mV\""
        );
    }

    #[test]
    fn texts_that_are_nearly_quantities_are_refused() {
        for text in
            ["", " ", "mV", "-", "1e400 mV", "inf mV", "--5 mV", "5 mV 3", "5 mV/", "5 mV^x", "5 mV^99"]
        {
            assert!(Unit::Millivolt.parse(text).is_err(), "{text}");
        }
        assert_eq!(Unit::Millivolt.parse("−65 mV"), Ok(-65.0), "a minus sign as word processors write it");
        assert_eq!(Unit::Millivolt.parse("  5e1mV "), Ok(50.0));
        assert_eq!(Unit::Millivolt.parse("5. mV"), Ok(5.0));
        assert!(Unit::One.parse("0.4 ms").is_err());
        assert!(Unit::Celsius.parse("279 K").is_err(), "kelvin have another zero");
    }

    #[test]
    fn units_of_one_kind_convert_there_and_back() {
        for (unit, symbol) in
            [(Unit::Millisecond, "us"), (Unit::Picoamp, "nA"), (Unit::SquareMicrometre, "cm^2")]
        {
            let factor = unit.factor_from(symbol).unwrap();
            let text = format!("{} {}", factor.apply(1.0), unit.symbol());
            assert_eq!(unit.parse(&text), Ok(factor.apply(1.0)), "{symbol}");
        }
        assert_eq!(Unit::Millivolt.factor_from("ms"), None);
        assert_eq!(Unit::Millivolt.factor_from("parsec"), None);
    }
}
