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

#[cfg(test)]
mod tests {
    use super::*;

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
