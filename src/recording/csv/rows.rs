//! Lines and cells of a table of text.

/// A cell and the letter of its line at which it starts, from 1.
pub(super) type Cell<'t> = (usize, &'t str);

/// One row; cells in the order of the header.
pub(super) struct Row<'t> {
    pub(super) line: usize,
    pub(super) cells: Vec<Cell<'t>>,
}

/// The rows that are neither empty nor comments, header first.
pub(super) fn rows(text: &str) -> Vec<Row<'_>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut delimiter = None;
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .map(|(number, line)| {
            let delimiter = *delimiter.get_or_insert_with(|| delimiter_of(line));
            Row { line: number + 1, cells: cells(line, delimiter) }
        })
        .collect()
}

/// The mark that separates the cells of the header.
fn delimiter_of(header: &str) -> char {
    ['\t', ';'].into_iter().find(|&mark| header.contains(mark)).unwrap_or(',')
}

/// The cells of a line, without the blanks and quotes around them. A delimiter in quotes does not separate.
fn cells(line: &str, delimiter: char) -> Vec<Cell<'_>> {
    let mut is_quoted = false;
    let separates = |letter: char| {
        is_quoted ^= letter == '"';
        letter == delimiter && !is_quoted
    };
    let mut start = 0;
    let mut cells = Vec::new();
    for cell in line.split(separates) {
        cells.push((start + 1, cell.trim().trim_matches('"').trim()));
        start += cell.chars().count() + 1;
    }
    cells
}
