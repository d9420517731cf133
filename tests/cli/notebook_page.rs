//! `docs/notebook.md` tells the story of the notebook; every number in it is looked up or has its source.
//!
//! The page is written in `tests/neuroai/notebook.md`. There a number is a place in `notebook.json`, or under `/settings` in
//! `configs/notebook.toml`: `{/notebook/peak_mv .2}` has two decimals, `.0%` is a percentage, `.1e` has a power of ten, and
//! without digits it stands as it is. A digit that is none of these is a mistake, but for code and the texts of links to a DOI.
//!
//! `HHBAYES_WRITE_DOCS=1 cargo test --test cli notebook` writes the page and its figures anew.

use serde_json::Value;

use crate::folder::repository;

/// Relative difference that another processor may make: it matters where a number lies on the edge of its last digit.
const ROUNDING: f64 = 1e-5;

/// Words, and what follows them: a place with its digits, or the end.
type Piece<'a> = (&'a str, Option<(&'a str, &'a str)>);

fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((words, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').unwrap_or_else(|| panic!("no }} after {words}"));
        pieces.push((words, Some(place.split_once(' ').unwrap_or((place, "")))));
        rest = after;
    }
    pieces.push((rest, None));
    pieces
}

/// A value with its digits, times one plus `change`.
fn shown(value: &Value, digits: &str, change: f64) -> String {
    if digits.is_empty() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        return text.replace("uA/cm^2", "µA/cm²").replace("um^2", "µm²").replace("degC", "°C");
    }
    let number = value.as_f64().unwrap_or_else(|| panic!("{value} is no number")) * (1.0 + change);
    let decimals = |text: &str| -> usize { text.trim_start_matches('.').parse().unwrap() };
    if let Some(digits) = digits.strip_suffix('%') {
        return format!("{:.*}", decimals(digits), 100.0 * number);
    }
    let Some(digits) = digits.strip_suffix('e') else { return format!("{number:.*}", decimals(digits)) };
    let text = format!("{number:.*e}", decimals(digits));
    let (mantissa, exponent) = text.split_once('e').unwrap();
    let raised = |letter: char| match letter {
        '-' => '⁻',
        digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit.to_digit(10).unwrap() as usize],
    };
    format!("{mantissa} × 10{}", exponent.chars().map(raised).collect::<String>())
}

fn at<'a>(values: &'a Value, place: &str) -> &'a Value {
    values.pointer(place).filter(|own| !own.is_null()).unwrap_or_else(|| panic!("there is no {place}"))
}

fn written(template: &str, values: &Value) -> String {
    let one = |(words, place): Piece<'_>| {
        let value = place.map_or_else(String::new, |(place, digits)| shown(at(values, place), digits, 0.0));
        format!("{words}{value}")
    };
    pieces(template).into_iter().map(one).collect()
}

/// The first place at which the page is not what the template makes of the values.
fn fault(template: &str, values: &Value, page: &str) -> Option<String> {
    let mut rest = page;
    let begins = |rest: &str| rest.chars().take(60).collect::<String>();
    for (words, place) in pieces(template) {
        let Some(after) = rest.strip_prefix(words) else {
            return Some(format!("expected `{}`, found `{}`", begins(words), begins(rest)));
        };
        let Some((place, digits)) = place else { return (!after.is_empty()).then(|| begins(after)) };
        let value = at(values, place);
        let fits = |change: f64| after.strip_prefix(&*shown(value, digits, change));
        let Some(after) = [0.0, -ROUNDING, ROUNDING].into_iter().find_map(fits) else {
            return Some(format!("{place} is {value}, the page has `{}`", begins(after)));
        };
        rest = after;
    }
    None
}

/// Words without places, code, the targets of links, and the texts of links to a DOI.
fn without_sources(template: &str) -> String {
    let words: String = pieces(template).into_iter().map(|own| own.0).collect();
    let mut left: String = words.split('`').step_by(2).collect();
    while let Some(middle) = left.find("](") {
        let end = middle + left[middle..].find(')').unwrap();
        let start = left[..middle].rfind('[').unwrap();
        let is_source = left[middle..].starts_with("](https://doi.org/");
        let text = if is_source { String::new() } else { left[start + 1..middle].to_owned() };
        left.replace_range(start..=end, &text);
    }
    left
}

fn template() -> String {
    std::fs::read_to_string(repository("tests/neuroai/notebook.md")).unwrap()
}

/// The words in a figure.
fn words_in(svg: &str) -> Vec<String> {
    svg.split("</text>").filter_map(|own| Some(own.rsplit_once('>')?.1.to_owned())).collect()
}

/// The page and its figures are those of a run of the notebook.
pub fn is_of(values: &Value, folder: &std::path::Path) {
    let text = std::fs::read_to_string(repository("configs/notebook.toml")).unwrap();
    let mut values = values.clone();
    values["settings"] = toml::from_str(&text).unwrap();
    let (template, file) = (template(), repository("docs/notebook.md"));
    let write = std::env::var_os("HHBAYES_WRITE_DOCS").is_some();
    if write {
        std::fs::write(&file, written(&template, &values)).unwrap();
    }
    let page = std::fs::read_to_string(file).unwrap();
    assert_eq!(fault(&template, &values, &page), None, "docs/notebook.md");
    for name in ["neurons", "f_i", "timing", "learning"] {
        let figure = repository(&format!("docs/figures/notebook_{name}.svg"));
        let now = std::fs::read_to_string(folder.join(format!("{name}.svg"))).unwrap();
        if write {
            std::fs::write(&figure, &now).unwrap();
        }
        let kept = std::fs::read_to_string(figure).unwrap();
        assert_eq!(words_in(&kept), words_in(&now), "docs/figures/notebook_{name}.svg");
        assert!(page.contains(&format!("(figures/notebook_{name}.svg)")), "{name}");
    }
}

#[test]
fn every_number_of_the_page_is_looked_up_or_has_a_source() {
    let left = without_sources(&template());
    let loose: Vec<&str> =
        left.lines().filter(|line| line.contains(|own: char| own.is_ascii_digit())).collect();
    assert!(loose.is_empty(), "numbers from nowhere: {loose:#?}");
}

#[test]
fn a_wrong_digit_on_a_page_is_found() {
    let values =
        serde_json::json!({"a": {"b": 2.345}, "share": 0.25, "small": 1.42e-14, "five": 5, "s": "5 uA/cm^2"});
    let template = "It is {/a/b .2} mV, {/share .0%} %, {/small .1e}, {/five} and {/s}.";
    let page = "It is 2.35 mV, 25 %, 1.4 × 10⁻¹⁴, 5 and 5 µA/cm².";
    assert_eq!(written(template, &values).replace("2.34", "2.35"), page);
    assert_eq!(fault(template, &values, page), None);
    for (from, to) in
        [("2.35", "2.36"), ("25", "26"), ("1.4 ", "1.5 "), ("⁻¹⁴", "⁻¹³"), ("²", "³"), ("mV", "V")]
    {
        assert!(fault(template, &values, &page.replace(from, to)).is_some(), "{to}");
    }
    assert!(fault(template, &values, &format!("{page} More.")).is_some());
    assert!(without_sources("`12` [1](https://doi.org/3) [2](a.md) {/x .1}").contains('2'));
    assert_eq!(without_sources("`12` [1](https://doi.org/3) {/x .1}").trim(), "");
}
