//! Answers of a centre as tables and lines for people.

use std::fmt::Write;

use serde_json::Value;

/// Columns as wide as their widest cell.
#[must_use]
pub fn aligned(lines: &[Vec<String>]) -> String {
    let count = lines.first().map_or(0, Vec::len);
    let widest = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(widest).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, widest)| {
            let pad = widest.saturating_sub(width(cell));
            format!("{cell}{}", " ".repeat(pad))
        });
        let row = cells.collect::<Vec<_>>().join("  ");
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// How many columns of a terminal a text takes: Chinese characters take two.
#[must_use]
pub fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// An explanation, a line for each thing that happened.
#[must_use]
pub fn explanation(answer: &Value) -> String {
    let mut text = String::new();
    for line in answer["lines"].as_array().into_iter().flatten() {
        let after_ms = line["after_ms"].as_i64().unwrap_or(0);
        let words = line["text"].as_str().unwrap_or_default();
        let (seconds, rest) = (after_ms / 1_000, after_ms.rem_euclid(1_000));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{seconds:>6}.{rest:03} s  {words}");
    }
    text
}

/// Figures: a line for each formula, a column for the centre and each queue; then the seats.
#[must_use]
pub fn figures(answer: &Value) -> String {
    let rows = answer["rows"].as_array().map(Vec::as_slice);
    let rows = rows.unwrap_or_default();
    let (seats, others): (Vec<&Value>, Vec<&Value>) =
        rows.iter().partition(|row| row["of"] == "seat");
    let mut head = vec!["FIGURE".to_owned(), "FORMULA".to_owned()];
    head.extend(others.iter().map(|row| name(row).to_uppercase()));
    let mut lines = vec![head];
    for formula in answer["formulas"].as_array().into_iter().flatten() {
        let (id, unit) = (text(formula, "id"), text(formula, "unit"));
        let mut line = vec![text(formula, "name").to_owned(), id.to_owned()];
        line.extend(others.iter().map(|row| cell(&row["figures"][id], unit)));
        lines.push(line);
    }
    let mut page = format!(
        "from {} to {}; service level within {} s, short abandons within {} s\n\n{}",
        text(answer, "from"),
        text(answer, "to"),
        answer["target_s"],
        answer["short_s"],
        aligned(&lines)
    );
    if !seats.is_empty() {
        page.push('\n');
        page.push_str(&aligned(&seat_lines(&seats)));
    }
    page
}

fn seat_lines(seats: &[&Value]) -> Vec<Vec<String>> {
    const SHOWN: [(&str, &str); 6] = [
        ("handled.1", "count"),
        ("aht.1", "seconds"),
        ("hold.1", "seconds"),
        ("acw.1", "seconds"),
        ("occupancy.1", "share"),
        ("utilisation.1", "share"),
    ];
    let mut head = vec!["SEAT".to_owned()];
    head.extend(SHOWN.iter().map(|(id, _)| id.to_uppercase()));
    let mut lines = vec![head];
    for seat in seats {
        let mut line = vec![name(seat).to_owned()];
        line.extend(
            SHOWN
                .iter()
                .map(|(id, unit)| cell(&seat["figures"][*id], unit)),
        );
        lines.push(line);
    }
    lines
}

fn name(row: &Value) -> &str {
    row["name"].as_str().unwrap_or("centre")
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn cell(value: &Value, unit: &str) -> String {
    let Some(number) = value.as_f64() else {
        return "-".to_owned();
    };
    match unit {
        "share" => format!("{:.1} %", number * 100.0),
        "seconds" => format!("{number:.1} s"),
        _ => format!("{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_beside_their_formulas() {
        let answer = serde_json::json!({
            "from": "a", "to": "b", "target_s": 20, "short_s": 5,
            "formulas": [
                {"id": "sl.ignore.1", "name": "service level", "unit": "share"},
                {"id": "asa.1", "name": "average speed of answer", "unit": "seconds"}
            ],
            "rows": [
                {"of": "centre", "name": null, "figures": {"sl.ignore.1": 0.7778, "asa.1": null}},
                {"of": "queue", "name": "sales", "figures": {"sl.ignore.1": 1.0, "asa.1": 12.25}},
                {"of": "seat", "name": "1001", "figures": {"handled.1": 3.0}}
            ]
        });
        let page = figures(&answer);
        let lines: Vec<&str> = page.lines().collect();
        assert_eq!(
            lines[2],
            "FIGURE                   FORMULA      CENTRE  SALES"
        );
        assert_eq!(
            lines[3],
            "service level            sl.ignore.1  77.8 %  100.0 %"
        );
        assert_eq!(
            lines[4],
            "average speed of answer  asa.1        -       12.2 s"
        );
        assert!(page.contains("1001  3"));
    }

    #[test]
    fn columns_stand_under_each_other_beside_chinese_names_too() {
        let line = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let table = aligned(&[line(["售后", "1"]), line(["sales", "2"])]);
        assert_eq!(table, "售后   1\nsales  2\n");
    }

    #[test]
    fn an_explanation_reads_line_by_line() {
        let answer = serde_json::json!({"lines": [{"after_ms": 61_005, "text": "waits in sales"}]});
        assert_eq!(explanation(&answer), "    61.005 s  waits in sales\n");
    }
}
