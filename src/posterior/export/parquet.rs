//! The draws as Apache Parquet, which pandas, polars, DuckDB, R (arrow, nanoparquet) and MATLAB (`parquetread`) open.

use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Repetition, Type as PhysicalType};
use parquet::data_type::{DoubleType, Int64Type};
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::super::{StoreError, write_atomically};
use super::table::DrawTable;

/// Rows of a group, which a reader holds in memory.
const ROWS_PER_GROUP: usize = 1 << 18;

/// Writes the columns `chain`, `draw`, parameters and statistics. Units stand in the metadata as `units.<name>`.
///
/// # Errors
/// If the folder cannot be written.
pub fn write_parquet(table: &DrawTable, path: &Path) -> Result<(), StoreError> {
    let bytes = encode(table).map_err(|source| StoreError::NotParquet {
        file: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        source,
    })?;
    write_atomically(path, |writer| writer.write_all(&bytes))
}

fn encode(table: &DrawTable) -> ParquetResult<Vec<u8>> {
    let whole = ["chain", "draw"].map(|name| field(name, PhysicalType::INT64));
    let numbers = table.columns().map(|own| field(&own.name, PhysicalType::DOUBLE));
    let fields: Vec<TypePtr> = whole.into_iter().chain(numbers).collect::<ParquetResult<_>>()?;
    let schema = Type::group_type_builder("draws").with_fields(fields).build()?;
    let units = table.columns().filter_map(|own| Some((&own.name, own.unit.clone()?)));
    let units = units.map(|(name, unit)| KeyValue::new(format!("units.{name}"), unit)).collect();
    let properties = WriterProperties::builder().set_key_value_metadata(Some(units)).build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
    let rows = table.chains * table.draws;
    for from in (0..rows).step_by(ROWS_PER_GROUP) {
        let to = (from + ROWS_PER_GROUP).min(rows);
        let mut group = writer.next_row_group()?;
        for of_row in [|row: usize, draws: usize| row / draws, |row: usize, draws: usize| row % draws] {
            let values: Vec<i64> =
                (from..to).map(|row| of_row(row, table.draws).cast_signed() as i64).collect();
            if let Some(mut column) = group.next_column()? {
                column.typed::<Int64Type>().write_batch(&values, None, None)?;
                column.close()?;
            }
        }
        for own in table.columns() {
            if let Some(mut column) = group.next_column()? {
                column.typed::<DoubleType>().write_batch(&own.values[from..to], None, None)?;
                column.close()?;
            }
        }
        group.close()?;
    }
    writer.close()?;
    Ok(bytes)
}

fn field(name: &str, kind: PhysicalType) -> ParquetResult<TypePtr> {
    let field = Type::primitive_type_builder(name, kind).with_repetition(Repetition::REQUIRED);
    Ok(Arc::new(field.build()?))
}
