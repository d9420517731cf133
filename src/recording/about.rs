//! What a file says about itself beside its samples: protocol, holding levels, comments and descriptions.

/// What a file says about itself; empty where it says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Name of the protocol, or of each stimulus.
    pub protocols: Vec<String>,
    /// What the amplifier commands when no stimulus is on.
    pub holding: Vec<Holding>,
    /// Comments of the experimenter, with their times where the file has them.
    pub comments: Vec<String>,
    /// Other entries, each with its name: who, what, when.
    pub description: Vec<(String, String)>,
}

/// The level that an output of the amplifier holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding {
    /// Name of the output.
    pub output: String,
    /// Level, in `unit`.
    pub level: f64,
    /// Its unit, as the file writes it.
    pub unit: String,
}

impl About {
    /// Adds a protocol that is not known yet.
    pub(super) fn add_protocol(&mut self, text: &str) {
        let text = tidy(text);
        if !text.is_empty() && !self.protocols.contains(&text) {
            self.protocols.push(text);
        }
    }

    /// Adds a comment, unless it is empty.
    pub(super) fn add_comment(&mut self, text: &str) {
        let text = tidy(text);
        if !text.is_empty() {
            self.comments.push(text);
        }
    }

    /// Adds a named entry, unless it is empty.
    pub(super) fn describe(&mut self, name: &str, text: &str) {
        let text = tidy(text);
        if !text.is_empty() {
            self.description.push((name.to_owned(), text));
        }
    }
}

/// Without what a terminal would not show: zeros, line breaks and other control characters.
fn tidy(text: &str) -> String {
    let shown = text.split(|letter: char| letter.is_control()).map(str::trim).filter(|part| !part.is_empty());
    shown.collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_is_one_line_of_text_and_said_once() {
        let mut about = About::default();
        about.add_protocol("steps.pro\0\0");
        about.add_protocol("steps.pro");
        about.add_comment(" \t\0");
        about.add_comment("drug\r\nwashed in\x1b");
        about.describe("lab", "");
        assert_eq!(about.protocols, ["steps.pro"]);
        assert_eq!(about.comments, ["drug washed in"]);
        assert!(about.description.is_empty());
    }
}
