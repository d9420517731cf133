//! What an ABF file says about itself: the protocol, the holding levels, the comment and the tags.

use super::command::Output;
use super::header::{Header, LONGEST_TABLE};
use super::{AbfError, read_header, version1, version2};
use crate::recording::about::{About, Holding};
use crate::recording::bytes::Bytes;

/// Bytes of a tag, and of the comment in it behind its time.
pub(super) const TAG: usize = 64;
const TAG_COMMENT: usize = 56;

/// Texts of the header, and where the tags are.
pub(super) struct Texts {
    pub(super) protocol: String,
    pub(super) comment: String,
    pub(super) tags_at: usize,
    pub(super) tags: usize,
    /// Microseconds of one step of the clock that times tags.
    pub(super) tick_us: f64,
}

/// Whatever can be read; a file without these texts says nothing.
pub(in crate::recording) fn about(bytes: &[u8]) -> About {
    let mut about = About::default();
    if let Ok(header) = read_header(bytes) {
        about.holding = holding(&header);
    }
    if let Ok(texts) = texts(bytes) {
        about.add_protocol(&texts.protocol);
        about.add_comment(&texts.comment);
        add_tags(Bytes::little_endian(bytes), &texts, &mut about);
    }
    about
}

fn texts(bytes: &[u8]) -> Result<Texts, AbfError> {
    let reader = Bytes::little_endian(bytes);
    if bytes.starts_with(b"ABF2") { version2::texts(reader) } else { version1::texts(reader) }
}

/// The outputs that command a cell, or anything else that is not at rest.
fn holding(header: &Header) -> Vec<Holding> {
    let commands = |unit: &str| ["pA", "nA", "mV"].contains(&unit);
    let is_told = |output: &&Output| {
        let unit = output.unit.trim();
        output.holding.is_finite() && (commands(unit) || (!unit.is_empty() && output.holding != 0.0))
    };
    header
        .outputs
        .iter()
        .filter(is_told)
        .map(|output| Holding {
            output: output.name.trim().to_owned(),
            // Levels are 32-bit numbers; more digits are not in the file.
            level: (output.holding * 1e6).round() / 1e6,
            unit: output.unit.trim().to_owned(),
        })
        .collect()
}

fn add_tags(bytes: Bytes<'_>, texts: &Texts, about: &mut About) {
    for tag in 0..texts.tags.min(LONGEST_TABLE) {
        let at = texts.tags_at.saturating_add(tag * TAG);
        let (Ok(time), Ok(text)) = (bytes.i32(at), bytes.text(at.saturating_add(4), TAG_COMMENT)) else {
            return;
        };
        if !text.trim().is_empty() {
            let time_s = f64::from(time) * texts.tick_us / 1e6;
            about.add_comment(&format!("at {time_s:.3} s: {}", text.trim()));
        }
    }
}
