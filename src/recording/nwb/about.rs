//! What an NWB file says about itself: stimuli, session, experimenter, subject.

use hdf5_reader::Hdf5File;
use hdf5_reader::group::Group;

use crate::recording::about::About;
use crate::recording::hdf5;

/// Texts of the root, of `/general` and of `/general/subject`, in the order in which they are shown.
const ROOT: &[&str] = &["session_description", "session_start_time", "identifier"];
const GENERAL: &[&str] = &[
    "experiment_description",
    "experimenter",
    "institution",
    "lab",
    "session_id",
    "protocol",
    "notes",
    "pharmacology",
    "slices",
    "stimulus",
    "keywords",
    "related_publications",
];
const SUBJECT: &[&str] = &["subject_id", "species", "strain", "genotype", "sex", "age", "description"];

/// What `PyNWB` and others write where there is nothing to say.
const EMPTY: [&str; 4] = ["", "no description", "no comments", "n/a"];

/// Whatever can be read.
pub(in crate::recording) fn about(file: &Hdf5File) -> About {
    let mut about = About::default();
    if let Ok(acquisition) = file.group("/acquisition").and_then(|folder| folder.groups()) {
        for series in &acquisition {
            of_series(series, &mut about);
        }
    }
    let parts = [("/", ROOT, ""), ("/general", GENERAL, ""), ("/general/subject", SUBJECT, "subject ")];
    for (path, names, prefix) in parts {
        let group = if path == "/" { file.root_group() } else { file.group(path) };
        let Ok(group) = group else { continue };
        for name in names {
            if let Some(text) = texts(&group, name) {
                about.describe(&format!("{}{}", prefix, name.replace('_', " ")), &text);
            }
        }
    }
    about
}

/// The stimulus of a series is its protocol; comments that every series has are said once.
fn of_series(series: &Group, about: &mut About) {
    let text = |name: &str| hdf5::text_of(series, name).filter(|text| !is_empty(text));
    if let Some(stimulus) = text("stimulus_description") {
        about.add_protocol(&stimulus);
    }
    for comment in [text("description"), text("comments")].into_iter().flatten() {
        if !about.comments.contains(&comment) {
            about.add_comment(&comment);
        }
    }
}

fn is_empty(text: &str) -> bool {
    EMPTY.contains(&text.trim().to_lowercase().as_str())
}

fn texts(group: &Group, name: &str) -> Option<String> {
    let dataset = group.dataset(name).ok()?;
    let texts = dataset.read_strings().or_else(|_| dataset.read_string().map(|text| vec![text])).ok()?;
    Some(texts.join(", ")).filter(|text| !is_empty(text))
}
