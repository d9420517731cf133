//! Groups of a NetCDF-4 file, of this program and of ArviZ, as plain arrays: the way back of `write_netcdf`.
//!
//! A variable names its axes by references to the coordinates (`DIMENSION_LIST`), which stand in its own group or in the
//! root, <https://docs.hdfgroup.org/hdf5/develop/_h5_d_s__u_g.html>.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use hdf5_reader::group::Group as Hdf5Group;
use hdf5_reader::reference::resolve_object_reference;
use hdf5_reader::{Attribute as Hdf5Attribute, Dataset, Datatype};

use super::ReadError;
use crate::posterior::{Attribute, Group, Posterior, Values, Variable};
use crate::recording::{Hdf5Error, hdf5};

/// Reads the groups of these names, of which some may be missing, and the attributes of the file.
///
/// What is neither number nor text is left out. Groups and variables come in the order of the file.
///
/// # Errors
/// If the file cannot be opened or is broken.
pub fn read_netcdf(path: &Path, groups: &[&str]) -> Result<Posterior, ReadError> {
    let broken = |source: Hdf5Error| ReadError::Broken { path: path.to_owned(), source };
    check_format(path)?;
    let file = hdf5::open(path).map_err(broken)?;
    let root = file.root_group().map_err(|error| broken(error.into()))?;
    let (members, in_root) = root.members().map_err(|error| broken(error.into()))?;
    let attributes = root.attributes().map_err(|error| broken(error.into()))?;
    let shared = scales(&in_root);
    let mut posterior = Posterior { groups: Vec::new(), attributes: plain(&attributes) };
    for member in members.iter().filter(|member| groups.contains(&member.name())) {
        posterior.groups.push(read_group(member, &shared).map_err(broken)?);
    }
    Ok(posterior)
}

/// Reads all groups.
///
/// # Errors
/// If the file cannot be opened or is broken.
pub fn read_all_netcdf(path: &Path) -> Result<Posterior, ReadError> {
    check_format(path)?;
    let names = group_names(path)?;
    read_netcdf(path, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

fn check_format(path: &Path) -> Result<(), ReadError> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(hdf5::HEAD as u64).read_to_end(&mut head));
    read.map_err(|source| ReadError::Unreadable { path: path.to_owned(), source })?;
    if hdf5::is_hdf5(&head) {
        return Ok(());
    }
    let found = if head.is_empty() {
        "nothing".to_owned()
    } else if head.starts_with(b"CDF") {
        "NetCDF-3".to_owned()
    } else {
        let first = String::from_utf8_lossy(&head[..head.len().min(12)]).into_owned();
        format!("{first:?}")
    };
    Err(ReadError::OtherFormat { path: path.to_owned(), found })
}

/// The names of all groups of a file.
///
/// # Errors
/// If the file is broken.
pub(super) fn group_names(path: &Path) -> Result<Vec<String>, ReadError> {
    let broken = |source: Hdf5Error| ReadError::Broken { path: path.to_owned(), source };
    let file = hdf5::open(path).map_err(broken)?;
    let names = file.root_group().and_then(|root| root.member_names());
    Ok(names.map_err(|error| broken(error.into()))?.0)
}

/// Address and name of each dataset that is the scale of an axis.
fn scales(datasets: &[Dataset]) -> Vec<(u64, String)> {
    let scales = datasets.iter().filter(|dataset| is_scale(dataset));
    scales.map(|dataset| (dataset.address(), dataset.name().to_owned())).collect()
}

fn is_scale(dataset: &Dataset) -> bool {
    text(dataset, "CLASS").is_some_and(|class| class == "DIMENSION_SCALE")
}

fn text(dataset: &Dataset, name: &str) -> Option<String> {
    dataset.attribute(name).ok()?.read_string().ok()
}

fn read_group(group: &Hdf5Group, shared: &[(u64, String)]) -> Result<Group, Hdf5Error> {
    let (_, datasets) = group.members()?;
    let own = scales(&datasets);
    let known = || own.iter().chain(shared);
    let mut read =
        Group { name: group.name().to_owned(), attributes: plain(&group.attributes()?), ..Group::default() };
    for dataset in &datasets {
        let name = dataset.name();
        if is_scale(dataset) {
            read.coordinates.push(coordinate(dataset)?);
            continue;
        }
        let Some(values) = values(dataset)? else { continue };
        let dimensions = match dimension_addresses(group, dataset) {
            Some(addresses) => addresses
                .iter()
                .map(|address| known().find(|(own, _)| own == address).map(|(_, name)| name.clone()))
                .enumerate()
                .map(|(place, name)| name.unwrap_or_else(|| format!("dim_{place}")))
                .collect(),
            None => by_convention(dataset.ndim()),
        };
        let attributes = plain(&dataset.attributes());
        read.variables.push(Variable { name: name.to_owned(), dimensions, values, attributes });
    }
    Ok(read)
}

/// The axes of a variable that does not name them: as ArviZ orders them.
fn by_convention(count: usize) -> Vec<String> {
    let names = ["chain".to_owned(), "draw".to_owned()];
    names.into_iter().chain((2..count).map(|place| format!("dim_{place}"))).take(count).collect()
}

/// The labels of an axis; an axis without labels is counted.
fn coordinate(dataset: &Dataset) -> Result<Variable, Hdf5Error> {
    const WITHOUT_LABELS: &str = "This is a netCDF dimension but not a netCDF variable";
    let length = dataset.shape().first().map_or(0, |&length| length as usize);
    let has_labels = text(dataset, "NAME").is_none_or(|name| !name.starts_with(WITHOUT_LABELS));
    let labels = if has_labels { values(dataset)? } else { None };
    let Some(labels) = labels else { return Ok(Variable::counted(dataset.name(), length)) };
    let mut variable = Variable::coordinate(dataset.name(), labels);
    variable.attributes = plain(&dataset.attributes());
    Ok(variable)
}

/// The addresses of the scales of a variable, slowest axis first.
fn dimension_addresses(group: &Hdf5Group, dataset: &Dataset) -> Option<Vec<u64>> {
    if dataset.ndim() == 0 {
        return Some(Vec::new());
    }
    let list = dataset.attribute("DIMENSION_LIST").ok()?;
    let width = group.offset_size();
    let references = list.raw_data.chunks_exact(dataset.vlen_reference_size());
    let addresses = references.map(|reference| {
        let bytes = dataset.resolve_vlen_reference_bytes(reference, usize::from(width)).ok()?;
        resolve_object_reference(&bytes, width).ok()
    });
    let addresses: Option<Vec<u64>> = addresses.collect();
    addresses.filter(|addresses| addresses.len() == dataset.ndim())
}

/// The values of a dataset; `None` if they are neither numbers nor texts.
fn values(dataset: &Dataset) -> Result<Option<Values>, Hdf5Error> {
    let is_flag = || text(dataset, "dtype").is_some_and(|name| name == "bool");
    Ok(match dataset.dtype() {
        Datatype::FloatingPoint { size: 4, .. } => {
            Some(Values::F32(dataset.read_array::<f32>()?.into_raw_vec_and_offset().0))
        }
        Datatype::FloatingPoint { size: 8, .. } => {
            Some(Values::F64(dataset.read_array::<f64>()?.into_raw_vec_and_offset().0))
        }
        Datatype::FixedPoint { size: 1, .. } if is_flag() => {
            Some(Values::Bool(hdf5::numbers(dataset)?.into_iter().map(|value| value > 0.0).collect()))
        }
        Datatype::FixedPoint { size: 8, signed: true, .. } => {
            Some(Values::I64(dataset.read_array::<i64>()?.into_raw_vec_and_offset().0))
        }
        Datatype::FixedPoint { .. } => {
            let whole = hdf5::numbers(dataset)?.into_iter().map(|value| value as i64);
            Some(Values::I64(whole.collect()))
        }
        Datatype::String { .. } | Datatype::VarLen { .. } => dataset.read_strings().ok().map(Values::Text),
        Datatype::FloatingPoint { .. }
        | Datatype::Compound { .. }
        | Datatype::Array { .. }
        | Datatype::Enum { .. }
        | Datatype::Opaque { .. }
        | Datatype::Bitfield { .. }
        | Datatype::Reference { .. } => None,
    })
}

/// The attributes that say something; those with which HDF5 and NetCDF keep house are left out.
fn plain(attributes: &[Hdf5Attribute]) -> Vec<(String, Attribute)> {
    const HOUSEKEEPING: [&str; 9] = [
        "DIMENSION_LIST",
        "REFERENCE_LIST",
        "CLASS",
        "NAME",
        "_Netcdf4Dimid",
        "_Netcdf4Coordinates",
        "_NCProperties",
        "_FillValue",
        "dtype",
    ];
    let attributes = attributes.iter().filter(|own| !HOUSEKEEPING.contains(&own.name.as_str()));
    attributes.filter_map(|own| Some((own.name.clone(), attribute(own)?))).collect()
}

fn attribute(own: &Hdf5Attribute) -> Option<Attribute> {
    match own.datatype {
        Datatype::String { .. } | Datatype::VarLen { .. } => own.read_string().ok().map(Attribute::Text),
        Datatype::FixedPoint { size: 8, .. } => own.read_scalar::<i64>().ok().map(Attribute::Integer),
        Datatype::FixedPoint { .. } => own.read_as_f64().ok().map(|value| Attribute::Integer(value as i64)),
        Datatype::FloatingPoint { .. } => own.read_as_f64().ok().map(Attribute::Number),
        Datatype::Compound { .. }
        | Datatype::Array { .. }
        | Datatype::Enum { .. }
        | Datatype::Opaque { .. }
        | Datatype::Bitfield { .. }
        | Datatype::Reference { .. } => None,
    }
}
