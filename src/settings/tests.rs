//! Every reader with a value, without one, and with every kind of mistake.

use super::*;
use crate::units::Unit;

fn settings(text: &str) -> Settings {
    Settings::from_text(Path::new("cell.toml"), text.to_owned())
}

/// What `read` returns for a text, and the mistakes it notes, each as `line:column message`.
fn read<T>(text: &str, read: impl Fn(&Section<'_>) -> T) -> (T, Vec<String>) {
    let settings = settings(text);
    let root = settings.root();
    let value = read(&root);
    root.finish();
    let place = |mistake: &Mistake| {
        let before = &text[..mistake.span.start];
        let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
        format!("{}:{column} {}", before.matches('\n').count() + 1, mistake.message)
    };
    let mistakes = match settings.finish() {
        Ok(()) => Vec::new(),
        Err(SettingsError::Mistakes { mistakes, .. }) => mistakes.iter().map(place).collect(),
        Err(other) => panic!("{other}"),
    };
    (value, mistakes)
}

/// That a text is read without a mistake.
fn good<T: PartialEq + std::fmt::Debug>(text: &str, reader: impl Fn(&Section<'_>) -> T, expected: T) {
    let (value, mistakes) = read(text, reader);
    assert_eq!(mistakes, [""; 0], "{text}");
    assert_eq!(value, expected, "{text}");
}

/// That a text gives one mistake and the placeholder.
fn bad<T: PartialEq + std::fmt::Debug>(
    text: &str,
    reader: impl Fn(&Section<'_>) -> T,
    placeholder: T,
    expected: &str,
) {
    let (value, mistakes) = read(text, reader);
    assert_eq!(mistakes, [expected], "{text}");
    assert_eq!(value, placeholder, "{text}");
}

#[test]
fn quantities() {
    let quantity =
        |root: &Section<'_>| root.key("dt", "time step").between(0.0, 1.0).quantity(Unit::Millisecond);
    good("dt = '25 us'", quantity, 0.025);
    good("dt = '0 ms'", quantity, 0.0);
    good("dt = '1 ms'", quantity, 1.0);
    bad("", quantity, 0.5, "1:1 missing option `dt`");
    bad("dt = '2 ms'", quantity, 0.5, "1:6 `dt` must be between 0 and 1 ms, found 2 ms");
    bad("dt = 1", quantity, 0.5, "1:6 expected a time such as \"0.025 ms\", found 1 without a unit");
    bad("dt = true", quantity, 0.5, "1:6 expected a time such as \"0.025 ms\", found true");
    bad("dt = '1 mV'", quantity, 0.5, "1:6 expected a time such as \"0.025 ms\", found \"1 mV\"");

    let positive = |root: &Section<'_>| root.key("x", "a number").positive().quantity(Unit::One);
    good("x = 3", positive, 3.0);
    good("x = 0.5", positive, 0.5);
    good("x = '0.5'", positive, 0.5);
    bad("x = 0", positive, 1.0, "1:5 `x` must be above 0, found 0");
    bad("x = nan", positive, 1.0, "1:5 expected a number such as 0.4, found NaN");
    bad("x = inf", positive, 1.0, "1:5 expected a number such as 0.4, found inf");
    bad("x = [1]", positive, 1.0, "1:5 expected a number such as 0.4, found a list");

    let or = |root: &Section<'_>| root.key("x", "a voltage").quantity_or(Unit::Millivolt, -20.0);
    good("", or, -20.0);
    good("x = '-0.02 V'", or, -20.0);
    bad("x = 'low'", or, 1.0, "1:5 expected a voltage such as \"-65 mV\", found \"low\"");

    let maybe = |root: &Section<'_>| root.key("x", "a voltage").quantity_maybe(Unit::Millivolt);
    good("", maybe, None);
    good("x = '5 mV'", maybe, Some(5.0));
    bad("x = 5", maybe, Some(1.0), "1:5 expected a voltage such as \"-65 mV\", found 5 without a unit");
}

#[test]
fn counts() {
    let count = |root: &Section<'_>| root.key("n", "how many").between(2.0, 100.0).count();
    good("n = 2", count, 2);
    bad("", count, 51, "1:1 missing option `n`");
    bad("n = 1", count, 51, "1:5 `n` must be between 2 and 100, found 1");
    bad("n = 2.5", count, 51, "1:5 expected a whole number, found 2.5");
    bad("n = '2'", count, 51, "1:5 expected a whole number, found \"2\"");
    let or = |root: &Section<'_>| root.key("n", "how many").count_or(7);
    good("", or, 7);
    bad("n = -1", or, 1, "1:5 `n` must be at least 0, found -1");
    let maybe = |root: &Section<'_>| root.key("n", "how many").count_maybe();
    good("", maybe, None);
    good("n = 0", maybe, Some(0));
}

#[test]
fn flags_texts_and_choices() {
    let flag = |root: &Section<'_>| root.key("on", "whether").flag_or(true);
    good("", flag, true);
    good("on = false", flag, false);
    bad("on = 0", flag, true, "1:6 expected true or false, found 0");

    let text = |root: &Section<'_>| root.key("file", "a file").text();
    good("file = 'a.csv'", text, "a.csv".to_owned());
    bad("", text, String::new(), "1:1 missing option `file`");
    bad("file = 3", text, String::new(), "1:8 expected a text in quotes, found 3");
    let maybe = |root: &Section<'_>| root.key("file", "a file").text_maybe();
    good("", maybe, None);

    let choice = |root: &Section<'_>| root.key("kind", "which").choice(&["step", "ramp"]);
    good("kind = 'ramp'", choice, "ramp".to_owned());
    bad("", choice, String::new(), "1:1 missing option `kind`");
    bad("kind = 'rampe'", choice, String::new(), "1:8 unknown kind \"rampe\"");
    let or = |root: &Section<'_>| root.key("kind", "which").choice_or(&["step", "ramp"], "step");
    good("", or, "step".to_owned());
    bad("kind = 1", or, String::new(), "1:8 expected a text in quotes, found 1");
}

#[test]
fn lists() {
    let quantities = |root: &Section<'_>| root.key("x", "times").quantities_maybe(Unit::Millisecond);
    good("", quantities, None);
    good("x = ['1 ms', '1 s']", quantities, Some(vec![1.0, 1000.0]));
    bad("x = '1 ms'", quantities, Some(vec![]), "1:5 expected a list such as [..], found \"1 ms\"");
    let expected = "1:14 expected a time such as \"0.025 ms\", found 2 without a unit";
    bad("x = ['1 ms', 2]", quantities, Some(vec![1.0, 1.0]), expected);
    let counts = |root: &Section<'_>| root.key("n", "sweeps").counts_maybe();
    good("n = [3, 0]", counts, Some(vec![3, 0]));
    bad("n = [3, -1]", counts, Some(vec![3, 1]), "1:9 `n` must be at least 0, found -1");
    let texts = |root: &Section<'_>| root.key("file", "files").texts_maybe();
    good("", texts, None);
    good("file = 'a'", texts, Some(vec!["a".to_owned()]));
    good("file = ['a', 'b']", texts, Some(vec!["a".to_owned(), "b".to_owned()]));
    bad("file = 3", texts, Some(vec![]), "1:8 expected a list such as [..], found 3");
}

#[test]
fn tables() {
    let inner = |root: &Section<'_>| {
        let table = root.table("run", "a run");
        let seed = table.key("seed", "names").count_or(1);
        table.finish();
        seed
    };
    good("", inner, 1);
    good("[run]\nseed = 5", inner, 5);
    bad("[run]\nsed = 5", inner, 1, "2:1 unknown option `sed` in [run]");
    bad("run = 5", inner, 1, "1:7 expected a table, found 5");
    let names = |root: &Section<'_>| -> Vec<String> {
        root.table("prior", "open").entries().iter().map(|(name, _)| (*name).to_owned()).collect()
    };
    good("[prior]\nb = 1\na = 2", names, vec!["b".to_owned(), "a".to_owned()]);
    let sweeps = |root: &Section<'_>| -> Vec<usize> {
        let tables = root.key("sweeps", "many").tables();
        tables.iter().map(|table| table.key("n", "a number").count()).collect()
    };
    good("", sweeps, vec![]);
    good("[[sweeps]]\nn = 3\n[[sweeps]]\nn = 4", sweeps, vec![3, 4]);
    bad("[[sweeps]]\nn = 3\n[[sweeps]]", sweeps, vec![3, 1], "3:1 missing option `n` in [sweeps[1]]");
    // A required option of a table that is none is not missed a second time.
    let required = |root: &Section<'_>| root.table("run", "a run").key("seed", "names").count();
    bad("run = 5", required, 1, "1:7 expected a table, found 5");
    // A table that is not there is missed where it would stand.
    let nested =
        |root: &Section<'_>| root.table("a", "outer").table("b", "inner").key("n", "a number").count();
    bad("\n[a]\n", nested, 1, "2:1 missing option `n` in [a.b]");
}

#[test]
fn mistakes_come_in_the_order_of_the_file_and_once() {
    let reader = |root: &Section<'_>| {
        root.key("last", "read first").count_or(1);
        root.key("first", "read last").count_or(1);
        root.key("first", "read again").count_or(1);
    };
    let ((), mistakes) = read("first = 'a'\nother = 1\nlast = 'b'", reader);
    assert_eq!(
        mistakes,
        [
            "1:9 expected a whole number, found \"a\"",
            "2:1 unknown option `other`",
            "3:8 expected a whole number, found \"b\"",
        ]
    );
}

#[test]
fn syntax_is_told_with_the_rest() {
    let reader = |root: &Section<'_>| root.key("n", "a number").count_or(1);
    let (_, mistakes) = read("n = 'a'\nn = 2\nm = = 3\n", reader);
    assert!(mistakes.contains(&"2:1 `n` is given a second time".to_owned()), "{mistakes:?}");
    assert!(mistakes.contains(&"1:5 expected a whole number, found \"a\"".to_owned()), "{mistakes:?}");
    assert!(mistakes.iter().any(|mistake| mistake.starts_with("3:")), "{mistakes:?}");
    let (_, mistakes) = read("n = 99999999999999999999", reader);
    assert_eq!(mistakes, ["1:5 the number 99999999999999999999 is outside the range of numbers"]);
}

#[test]
fn a_mistake_shows_its_line_and_the_column_in_letters() {
    let settings = settings("name = 'µµ'\n[a]\n  x = 'é' # note\n");
    settings.root().table("a", "a table").key("x", "a number").count_or(1);
    let message = settings.finish().unwrap_err().to_string();
    let expected = "error: expected a whole number, found \"é\"\n  --> cell.toml:3:7\n   |   x = 'é' # note\n\n1 mistake in cell.toml";
    assert_eq!(message, expected);
    assert!(settings.finish().is_ok(), "mistakes are told once");
}

#[test]
fn a_listening_section_hears_options_and_notes_nothing() {
    let section = Section::listening();
    section.key("dt", "time step").positive().quantity_or(Unit::Millisecond, 0.025);
    section.key("kind", "which").choice(&["a", "b"]);
    section.table("start", "where").key("n", "how many").count();
    section.finish();
    assert!(!section.has_mistakes());
    let described = section.described();
    let names: Vec<&str> = described.iter().map(|option| option.name.as_str()).collect();
    assert_eq!(names, ["dt", "kind", "start"]);
    assert_eq!(described[0].default.as_deref(), Some("0.025 ms"));
    assert_eq!(described.iter().map(|option| option.required).collect::<Vec<_>>(), [false, true, false]);
    assert!(matches!(&described[2].shape, Shape::Table(inner) if inner.borrow()[0].name == "n"));
}

#[test]
fn near_words_are_proposed_and_far_ones_are_not() {
    assert_eq!(did_you_mean("chain", &["draws", "chains"]).as_deref(), Some("did you mean `chains`?"));
    assert_eq!(did_you_mean("G_NA", &["g_K", "g_Na"]).as_deref(), Some("did you mean `g_Na`?"));
    assert_eq!(did_you_mean("temperature", &["draws", "chains"]), None);
}
