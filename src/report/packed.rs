//! Many numbers in little text: whole numbers of 16 bits in base 64.

/// What stands for a number that is not there.
const MISSING: u16 = u16::MAX;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Numbers between `lowest` and `highest`, to 1/65534 of their distance.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) lowest: f64,
    pub(super) highest: f64,
}

impl Scale {
    /// The scale that holds all of these numbers.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        let finite = values.filter(|value| value.is_finite());
        let (lowest, highest) = finite.fold(none, |(low, high), value| (low.min(value), high.max(value)));
        if lowest > highest { Self { lowest: 0.0, highest: 1.0 } } else { Self { lowest, highest } }
    }

    /// Little-endian numbers of 16 bits, in base 64.
    pub(super) fn pack(&self, values: impl Iterator<Item = f64>) -> String {
        let width = self.highest - self.lowest;
        let number = |value: f64| {
            if !value.is_finite() {
                return MISSING;
            }
            let share = if width > 0.0 { (value - self.lowest) / width } else { 0.0 };
            (share.clamp(0.0, 1.0) * f64::from(MISSING - 1)).round() as u16
        };
        let bytes: Vec<u8> = values.flat_map(|value| number(value).to_le_bytes()).collect();
        base64(&bytes)
    }
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let is_there = digit <= group.len();
            let place = (bits >> (18 - 6 * digit)) & 63;
            text.push(if is_there { DIGITS[place as usize] as char } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_rfc_4648_says() {
        let of = |text: &str| base64(text.as_bytes());
        assert_eq!(
            [of(""), of("f"), of("fo"), of("foo"), of("foobar")],
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]
        );
    }

    #[test]
    fn the_ends_of_a_scale_are_the_smallest_and_largest_number() {
        let scale = Scale::of([2.0, f64::NAN, -1.0].into_iter());
        assert_eq!((scale.lowest, scale.highest), (-1.0, 2.0));
        // 0, 65534 and 65535.
        assert_eq!(scale.pack([-1.0, 2.0, f64::NAN].into_iter()), base64(&[0, 0, 254, 255, 255, 255]));
    }
}
