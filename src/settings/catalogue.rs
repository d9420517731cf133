//! A catalogue lists the members of a kind; the word `kind` in a settings file picks one.

use super::section::Section;

/// One member of a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry<Build> {
    /// The word in the settings file.
    pub name: &'static str,
    /// One line for `hhbayes list`.
    pub summary: &'static str,
    /// Makes the member from its options.
    pub build: Build,
}

/// The names of a catalogue, in its order.
pub fn names<Build>(entries: &[Entry<Build>]) -> Vec<&'static str> {
    entries.iter().map(|entry| entry.name).collect()
}

/// The entry that `kind = "..."` of `section` names, or `default` if the section does not say.
/// A word that is not in the catalogue is noted as a mistake.
pub fn find<'e, Build>(
    entries: &'e [Entry<Build>],
    section: &Section<'_>,
    default: Option<&str>,
) -> Option<&'e Entry<Build>> {
    let known = names(entries);
    let key = section.key("kind", "which one is meant");
    let name = match default {
        Some(default) => key.choice_or(&known, default),
        None => key.choice(&known),
    };
    entries.iter().find(|entry| entry.name == name)
}
