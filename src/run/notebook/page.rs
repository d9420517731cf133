//! The page of the notebook: one HTML file that needs nothing else.

use minijinja::{Environment, HtmlEscape, Value};
use serde_json::json;

use super::part::Part;

const TEMPLATE: &str = include_str!("page.html");

/// The whole page.
///
/// # Errors
/// If the template cannot be filled in; then the program itself is at fault.
pub(super) fn html(parts: &[Part]) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.add_filter("linked", |text: &str| Value::from_safe_string(linked(text)));
    environment.add_template("page.html", TEMPLATE)?;
    let page = json!({"parts": parts.iter().map(Part::for_page).collect::<Vec<_>>()});
    environment.get_template("page.html")?.render(minijinja::value::Serde(page))
}

/// A text as HTML, in which addresses can be followed.
fn linked(text: &str) -> String {
    let linked = |word: &str| {
        let Some(start) = word.find("https://") else { return HtmlEscape(word).to_string() };
        let (before, mut address) = word.split_at(start);
        // What ends a sentence is not of the address, and a bracket only if the address has opened it.
        while address.ends_with(['.', ',', ';', ':'])
            || (address.ends_with(')') && address.matches(')').count() > address.matches('(').count())
        {
            address = &address[..address.len() - 1];
        }
        let after = &word[start + address.len()..];
        let [before, address, after] = [before, address, after].map(|own| HtmlEscape(own).to_string());
        format!("{before}<a href=\"{address}\">{address}</a>{after}")
    };
    text.split(' ').map(linked).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_links_without_the_end_of_their_sentence() {
        let found = linked("a < b (see https://doi.org/10.1/(02)3-X); or https://doi.org/1.");
        let expected = "a &lt; b (see <a href=\"https:&#x2f;&#x2f;doi.org&#x2f;10.1&#x2f;(02)3-X\">https:&#x2f;&#x2f;doi.org&#x2f;10.1&#x2f;(02)3-X</a>); or <a href=\"https:&#x2f;&#x2f;doi.org&#x2f;1\">https:&#x2f;&#x2f;doi.org&#x2f;1</a>.";
        assert_eq!(found, expected);
    }
}
