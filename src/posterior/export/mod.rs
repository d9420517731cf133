//! A result in the formats of other programs.

mod cmdstan;
mod json;
mod parquet;
mod table;
mod zarr;

pub use cmdstan::write_cmdstan;
pub use json::write_inference_json;
pub use parquet::write_parquet;
pub use table::DrawTable;
pub use zarr::write_zarr;
