//! A result as a Zarr store (version 2 of the format, which every reader knows): a folder for each group and array.
//!
//! Sources: <https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html>; axes are named as xarray does,
//! <https://docs.xarray.dev/en/stable/internals/zarr-encoding-spec.html>

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Map, Value, json};

use super::super::atomic::write_folder_atomically;
use super::super::{Attribute, Group, Posterior, StoreError, Values, Variable};

/// The file that every store has.
const MARK: &str = ".zgroup";

/// Writes the store; one that is there already is replaced once the new one is whole.
///
/// # Errors
/// If a variable does not fill the axes of its group, the folder cannot be written, or there is something else already.
pub fn write_zarr(posterior: &Posterior, path: &Path) -> Result<(), StoreError> {
    for group in &posterior.groups {
        group.check()?;
    }
    write_folder_atomically(path, MARK, |root| {
        let mut store = Store { root, metadata: Map::new() };
        store.group("", &attributes(&posterior.attributes))?;
        for group in &posterior.groups {
            store.group(&group.name, &attributes(&group.attributes))?;
            for variable in group.coordinates.iter().chain(&group.variables) {
                store.array(group, variable)?;
            }
        }
        // All metadata once more in one file, so that a reader need not look for them.
        let consolidated = json!({"zarr_consolidated_format": 1, "metadata": store.metadata});
        fs::write(root.join(".zmetadata"), consolidated.to_string())
    })
}

struct Store<'a> {
    root: &'a Path,
    metadata: Map<String, Value>,
}

impl Store<'_> {
    fn group(&mut self, name: &str, attributes: &Value) -> io::Result<()> {
        fs::create_dir_all(self.root.join(name))?;
        self.describe(name, MARK, json!({"zarr_format": 2}))?;
        self.describe(name, ".zattrs", attributes.clone())
    }

    /// An array is one chunk.
    fn array(&mut self, group: &Group, variable: &Variable) -> io::Result<()> {
        let length = |name: &String| group.coordinates.iter().find(|own| own.name == *name);
        let shape: Vec<usize> =
            variable.dimensions.iter().map(|name| length(name).map_or(1, |own| own.values.len())).collect();
        let name = format!("{}/{}", group.name, variable.name);
        fs::create_dir_all(self.root.join(&name))?;
        let (kind, bytes) = encoded(&variable.values);
        let metadata = json!({
            "zarr_format": 2,
            "shape": shape,
            "chunks": shape,
            "dtype": kind,
            "compressor": {"id": "zlib", "level": LEVEL},
            "fill_value": null,
            "order": "C",
            "filters": null,
        });
        self.describe(&name, ".zarray", metadata)?;
        let mut attributes = attributes(&variable.attributes);
        attributes["_ARRAY_DIMENSIONS"] = json!(variable.dimensions);
        self.describe(&name, ".zattrs", attributes)?;
        let chunk = if shape.is_empty() { "0".to_owned() } else { vec!["0"; shape.len()].join(".") };
        let file = fs::File::create(self.root.join(&name).join(chunk))?;
        let mut encoder = ZlibEncoder::new(file, Compression::new(LEVEL));
        encoder.write_all(&bytes)?;
        encoder.finish()?.sync_all()
    }

    fn describe(&mut self, place: &str, file: &str, content: Value) -> io::Result<()> {
        let name = if place.is_empty() { file.to_owned() } else { format!("{place}/{file}") };
        fs::write(self.root.join(&name), format!("{content:#}"))?;
        self.metadata.insert(name, content);
        Ok(())
    }
}

/// Level of the compression.
const LEVEL: u32 = 4;

fn attributes(attributes: &[(String, Attribute)]) -> Value {
    let value = |value: &Attribute| match value {
        Attribute::Text(text) => json!(text),
        Attribute::Number(number) => json!(number),
        Attribute::Integer(number) => json!(number),
    };
    Value::Object(attributes.iter().map(|(name, own)| (name.clone(), value(own))).collect())
}

/// The type as NumPy names it, and the bytes. Texts have as many letters as the longest, in UTF-32.
fn encoded(values: &Values) -> (String, Vec<u8>) {
    match values {
        Values::F64(values) => ("<f8".to_owned(), values.iter().flat_map(|own| own.to_le_bytes()).collect()),
        Values::F32(values) => ("<f4".to_owned(), values.iter().flat_map(|own| own.to_le_bytes()).collect()),
        Values::I64(values) => ("<i8".to_owned(), values.iter().flat_map(|own| own.to_le_bytes()).collect()),
        Values::Bool(values) => ("|b1".to_owned(), values.iter().map(|own| u8::from(*own)).collect()),
        Values::Text(values) => {
            let longest = values.iter().map(|own| own.chars().count()).max().unwrap_or(0).max(1);
            let letters = |own: &String| {
                let letters = own.chars().map(u32::from).chain(std::iter::repeat(0)).take(longest);
                letters.flat_map(u32::to_le_bytes).collect::<Vec<u8>>()
            };
            (format!("<U{longest}"), values.iter().flat_map(letters).collect())
        }
    }
}
