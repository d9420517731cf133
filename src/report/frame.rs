//! What all pages have in common: the frame around their sections, the style, the charts, and words for units and provenance.

use minijinja::{Environment, HtmlEscape};
use serde_json::{Value, json};

use super::Origin;

const FRAME: &str = include_str!("template/frame.html");
const PARTS: &str = include_str!("template/parts.html");
const STYLE: &str = include_str!("template/style.css");
const UPLOT: &str = include_str!("uplot/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("uplot/uPlot.min.css");

/// What every script draws with.
const DRAWING: &str = include_str!("template/drawing.js");
pub(super) const MARGINALS: &str = include_str!("template/marginals.js");
pub(super) const PAIRS: &str = include_str!("template/pairs.js");
/// Draws of chains, by uPlot.
pub(super) const CHAINS: &str = include_str!("template/chains.js");

pub(super) const FOREST: &str = include_str!("template/forest.js");

/// A kind of page.
pub(super) struct Frame {
    /// Such as `report`.
    pub(super) kind: &'static str,
    /// Sections and links to them.
    pub(super) template: &'static str,
    /// Parts of the script, that of the page itself last.
    pub(super) scripts: &'static [&'static str],
    /// Whether uPlot draws some of the charts.
    pub(super) uplot: bool,
}

impl Frame {
    /// The whole page. `data`: what the script reads; `content`: an object with what the template asks for.
    ///
    /// # Errors
    /// If the template cannot be filled in; then the program itself is at fault.
    pub(super) fn page(
        &self,
        name: &str,
        data: &Value,
        mut content: Value,
    ) -> Result<String, minijinja::Error> {
        let mut environment = Environment::new();
        environment.add_filter("coded", coded);
        environment.add_template("frame.html", FRAME)?;
        environment.add_template("parts.html", PARTS)?;
        environment.add_template("page.html", self.template)?;
        let scripts: Vec<&str> = [DRAWING].into_iter().chain(self.scripts.iter().copied()).collect();
        let frame = json!({
            "name": name,
            "kind": self.kind,
            "style": STYLE,
            "uplot": self.uplot.then_some(UPLOT),
            "uplot_style": UPLOT_STYLE,
            "scripts": scripts,
            // Nothing in the numbers ends the element that they stand in.
            "data": data.to_string().replace('<', "\\u003c"),
        });
        if let (Some(content), Value::Object(frame)) = (content.as_object_mut(), frame) {
            content.extend(frame);
        }
        environment.get_template("page.html")?.render(minijinja::value::Serde(content))
    }
}

/// A text in which what stands between backticks is code; nothing of what is not there.
fn coded(text: Option<&str>) -> minijinja::Value {
    let parts: Vec<String> =
        text.unwrap_or_default().split('`').map(|part| HtmlEscape(part).to_string()).collect();
    // A single backtick begins nothing.
    if parts.len().is_multiple_of(2) {
        return minijinja::Value::from_safe_string(parts.join("`"));
    }
    let of = |(place, part): (usize, &String)| {
        if place % 2 == 1 { format!("<code>{part}</code>") } else { part.clone() }
    };
    minijinja::Value::from_safe_string(parts.iter().enumerate().map(of).collect())
}

/// Nothing for what has no unit.
pub(super) fn unit(symbol: &str) -> &str {
    if symbol == "1" { "" } else { symbol }
}

/// The lines of `provenance.json`, but for its notes.
pub(super) fn provenance(provenance: &Value) -> Vec<[String; 2]> {
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(members) => members
            .iter()
            .map(|own| own.as_str().map_or_else(|| own.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    };
    let lines = provenance.as_object().into_iter().flatten().filter(|(key, _)| *key != "notes");
    lines.map(|(key, value)| [key.replace('_', " "), words(value)]).collect()
}

/// A result as the pages of several results tell of it.
pub(super) fn origin(own: &Origin) -> Value {
    json!({
        "name": own.name,
        "place": own.place,
        "group": own.group,
        "is_converged": own.is_converged,
        "verdict": own.verdict,
        "predictions": own.predictions,
        "provenance": provenance(&own.provenance),
        "notes": own.provenance["notes"],
        "settings": own.settings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code_and_nothing_ends_it() {
        let of = |text| coded(Some(text)).to_string();
        assert_eq!(of("R-hat of `g_K` and `g<b>`"), "R-hat of <code>g_K</code> and <code>g&lt;b&gt;</code>");
        assert_eq!(of("a ` & b"), "a ` &amp; b");
        assert_eq!(coded(None).to_string(), "");
    }
}
