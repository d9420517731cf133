//! The page of the notebook: one HTML file that needs nothing else.

use minijinja::Environment;
use serde_json::json;

use super::part::Part;

const TEMPLATE: &str = include_str!("page.html");

/// The whole page.
///
/// # Errors
/// If the template cannot be filled in; then the program itself is at fault.
pub(super) fn html(parts: &[Part]) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.add_template("page.html", TEMPLATE)?;
    let page = json!({"parts": parts.iter().map(Part::for_page).collect::<Vec<_>>()});
    environment.get_template("page.html")?.render(minijinja::value::Serde(page))
}
