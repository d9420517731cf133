//! NetCDF-4, as the NetCDF and HDF5 libraries of Python and MATLAB read it.

use std::path::Path;

use netcdf_writer::{DimensionId, NcAttrValue, NcFileBuilder, NcWriteFormat, NcWriteOptions, VariableId};

use super::{Attribute, Group, Posterior, StoreError, Values, Variable, write_atomically};

/// Level of the compression; draws of chains that reject proposals repeat themselves.
const DEFLATE_LEVEL: u8 = 4;

/// Writes a result as NetCDF-4: a group for each group, dimensions with their labels, attributes.
///
/// # Errors
/// If a variable does not fill the axes of its group, NetCDF cannot hold a name or an empty axis, or the
/// folder cannot be written.
pub fn write_netcdf(posterior: &Posterior, path: &Path) -> Result<(), StoreError> {
    for group in &posterior.groups {
        group.check()?;
    }
    let bytes = encode(posterior).map_err(|source| {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        StoreError::NotNetcdf { file, source }
    })?;
    write_atomically(path, |writer| writer.write_all(&bytes))
}

fn encode(posterior: &Posterior) -> netcdf_writer::Result<Vec<u8>> {
    let mut builder = NcFileBuilder::new();
    for (name, value) in &posterior.attributes {
        builder.add_attribute(name, attribute(value))?;
    }
    for group in &posterior.groups {
        add_group(&mut builder, group)?;
    }
    let (_, bytes) = builder.to_vec(NcWriteOptions { format: NcWriteFormat::Nc4 })?;
    Ok(bytes)
}

fn add_group(builder: &mut NcFileBuilder, group: &Group) -> netcdf_writer::Result<()> {
    for (name, value) in &group.attributes {
        builder.add_group_attribute(&group.name, name, attribute(value))?;
    }
    let mut dimensions: Vec<(&str, DimensionId)> = Vec::new();
    for coordinate in &group.coordinates {
        let path = format!("{}/{}", group.name, coordinate.name);
        let id = builder.add_dimension_path(path, coordinate.values.len() as u64)?;
        dimensions.push((&coordinate.name, id));
    }
    for variable in group.coordinates.iter().chain(&group.variables) {
        let find = |name: &String| dimensions.iter().find(|(known, _)| known == name).map(|(_, id)| *id);
        let on = variable.dimensions.iter().filter_map(find).collect::<Vec<_>>();
        add_variable(builder, &group.name, variable, &on)?;
    }
    Ok(())
}

fn add_variable(
    builder: &mut NcFileBuilder,
    group: &str,
    variable: &Variable,
    on: &[DimensionId],
) -> netcdf_writer::Result<()> {
    let path = format!("{group}/{}", variable.name);
    let id = match &variable.values {
        Values::F64(values) => {
            let id = builder.add_variable_path::<f64>(path, on)?;
            builder.write_variable(id, values)?;
            id
        }
        Values::F32(values) => {
            let id = builder.add_variable_path::<f32>(path, on)?;
            builder.write_variable(id, values)?;
            id
        }
        Values::I64(values) => {
            let id = builder.add_variable_path::<i64>(path, on)?;
            builder.write_variable(id, values)?;
            id
        }
        Values::Bool(values) => {
            let id = builder.add_variable_path::<i8>(path, on)?;
            builder.write_variable(id, &values.iter().map(|value| i8::from(*value)).collect::<Vec<_>>())?;
            // How xarray marks a boolean array.
            builder.add_variable_attribute(id, "dtype", NcAttrValue::Chars("bool".to_owned()))?;
            id
        }
        Values::Text(values) => {
            let id = builder.add_string_variable_path(path, on)?;
            builder.write_string_variable(id, values)?;
            id
        }
    };
    compress(builder, id, variable)?;
    for (name, value) in &variable.attributes {
        builder.add_variable_attribute(id, name, attribute(value))?;
    }
    Ok(())
}

/// Arrays with two axes or more; the others are short, and texts cannot be compressed.
fn compress(builder: &mut NcFileBuilder, id: VariableId, variable: &Variable) -> netcdf_writer::Result<()> {
    if variable.dimensions.len() < 2 || matches!(variable.values, Values::Text(_)) {
        return Ok(());
    }
    builder.set_variable_deflate(id, Some(DEFLATE_LEVEL), true)
}

fn attribute(value: &Attribute) -> NcAttrValue {
    match value {
        Attribute::Text(text) => NcAttrValue::Strings(vec![text.clone()]),
        Attribute::Number(number) => NcAttrValue::Doubles(vec![*number]),
        Attribute::Integer(integer) => NcAttrValue::Int64s(vec![*integer]),
    }
}
