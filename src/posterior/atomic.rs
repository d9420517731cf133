//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a result file was not written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder is missing, read-only or full.
    #[error("cannot write `{file}` into the folder `{folder}`: {source}; free it, or choose another folder")]
    NotWritten {
        /// Name of the file.
        file: String,
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The path names a folder or nothing.
    #[error("expected the path of a file, found `{path}`; add a file name")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A variable or coordinate has a dimension that its group does not have.
    #[error("`{variable}` has the dimension `{dimension}`, but its group has no such coordinate; add one")]
    UnknownDimension {
        /// Group and name.
        variable: String,
        /// The dimension.
        dimension: String,
    },
    /// The values do not fill the dimensions.
    #[error(
        "`{variable}` has {found} values, expected {expected} for its dimensions; give one for each place"
    )]
    WrongLength {
        /// Group and name.
        variable: String,
        /// Number of values.
        found: usize,
        /// Product of the dimensions.
        expected: usize,
    },
    /// The table has columns of different lengths.
    #[error("the column `{column}` has {found} values, expected {expected}; give one for each draw")]
    WrongColumn {
        /// The column.
        column: String,
        /// Number of values.
        found: usize,
        /// Number of rows.
        expected: usize,
    },
    /// NetCDF cannot hold a name or a value, such as a coordinate of length 0.
    #[error("cannot write `{file}` as NetCDF-4: {source}; rename or leave out what it names")]
    NotNetcdf {
        /// Name of the file.
        file: String,
        /// What the encoder says.
        source: netcdf_writer::Error,
    },
    /// Parquet cannot hold the draws.
    #[error("`{file}` cannot be written as Parquet: {source}")]
    NotParquet {
        /// Name of the file.
        file: String,
        /// What the encoder says.
        source: parquet::errors::ParquetError,
    },
}

/// Writes a file through a temporary one in the same folder, so that no reader sees half of it and a run that
/// is killed leaves the file as it was.
///
/// # Errors
/// If the folder does not exist or cannot be written, or `fill` fails.
pub fn write_atomically(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), StoreError> {
    let not_a_file = || StoreError::NotAFile { path: path.to_owned() };
    let file = path.file_name().ok_or_else(not_a_file)?.to_string_lossy().into_owned();
    let folder = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(not_a_file()),
    };
    // Two runs in one folder must not share it.
    let temporary = folder.join(format!(".{file}.{}.partial", std::process::id()));
    let written = write_and_rename(&temporary, path, fill);
    written.map_err(|source| {
        // It may not exist; the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
        StoreError::NotWritten { file, folder: folder.to_owned(), source }
    })
}

fn write_and_rename(
    temporary: &Path,
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = BufWriter::new(File::create(temporary)?);
    fill(&mut writer)?;
    writer.into_inner()?.sync_all()?;
    fs::rename(temporary, path)
}

/// Writes a folder through a temporary one beside it. An earlier one that holds a file called `mark` is replaced.
///
/// # Errors
/// If the folder above does not exist or cannot be written, `fill` fails, or there is something else already.
pub(super) fn write_folder_atomically(
    path: &Path,
    mark: &str,
    fill: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), StoreError> {
    let not_a_file = || StoreError::NotAFile { path: path.to_owned() };
    let name = path.file_name().ok_or_else(not_a_file)?.to_string_lossy().into_owned();
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = folder.join(format!(".{name}.{}.partial", std::process::id()));
    let written = || {
        fs::create_dir(&temporary)?;
        fill(&temporary)?;
        if path.join(mark).exists() {
            fs::remove_dir_all(path)?;
        }
        // It fails onto a folder with anything in it.
        fs::rename(&temporary, path)
    };
    written().map_err(|source| {
        // It may not exist; the first error is the one to tell.
        let _ = fs::remove_dir_all(&temporary);
        StoreError::NotWritten { file: name, folder: folder.to_owned(), source }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_failure_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("draws.csv");
        write_atomically(&path, |writer| writer.write_all(b"first")).unwrap();
        let error = write_atomically(&path, |writer| {
            writer.write_all(b"half")?;
            Err(io::Error::other("disk is full"))
        });
        assert!(error.unwrap_err().to_string().contains("disk is full"));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(folder.path()), ["draws.csv"]);
        write_atomically(&path, |writer| writer.write_all(b"second")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let error = write_atomically(&missing.join("draws.csv"), |_| Ok(())).unwrap_err();
        assert!(matches!(&error, StoreError::NotWritten { folder, .. } if *folder == missing));
        assert!(error.to_string().contains("missing"), "{error}");
        assert!(matches!(write_atomically(Path::new("/"), |_| Ok(())), Err(StoreError::NotAFile { .. })));
    }
}
