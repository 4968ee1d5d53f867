//! Figures of a period as tables for people.

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::face::cli::report_table::aligned;

/// Figures: a line for each formula, a column for the centre and each queue; then the seats.
#[must_use]
pub fn figures(answer: &Value, zone: &TimeZone) -> String {
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
    let target = answer["target_s"].as_u64();
    let target = target.map_or_else(|| "each queue's own time".to_owned(), |s| format!("{s} s"));
    let mut page = format!(
        "from {} to {}; service level within {}, short abandons within {} s\n\n{}",
        moment(text(answer, "from"), zone, WHOLE),
        moment(text(answer, "to"), zone, WHOLE),
        target,
        answer["short_s"],
        aligned(&lines)
    );
    if !seats.is_empty() {
        page.push('\n');
        page.push_str(&aligned(&seat_lines(&seats)));
    }
    if let Some(intervals) = answer["intervals"].as_array() {
        for of in others {
            page.push_str(&format!("\n{}\n", name(of).to_uppercase()));
            page.push_str(&aligned(&interval_lines(intervals, of, zone)));
        }
    }
    page
}

/// A line for each interval, of the centre or a queue.
fn interval_lines(intervals: &[Value], of: &Value, zone: &TimeZone) -> Vec<Vec<String>> {
    const SHOWN: [(&str, &str); 12] = [
        ("queued.1", "count"),
        ("answered.1", "count"),
        ("abandoned.1", "count"),
        ("abandoned_short.1", "count"),
        ("left.1", "count"),
        ("refused.1", "count"),
        ("sl.ignore.1", "share"),
        ("abandonment.1", "share"),
        ("asa.1", "seconds"),
        ("handled.1", "count"),
        ("aht.1", "seconds"),
        ("occupancy.1", "share"),
    ];
    let mut head = vec!["FROM".to_owned()];
    head.extend(SHOWN.iter().map(|(id, _)| id.to_uppercase()));
    let mut lines = vec![head];
    for interval in intervals {
        let rows = interval["rows"].as_array().into_iter().flatten();
        let mut rows = rows.filter(|row| row["of"] == of["of"] && row["name"] == of["name"]);
        let row = rows.next().unwrap_or(&Value::Null);
        let mut line = vec![moment(text(interval, "from"), zone, SHORT)];
        let cells = SHOWN.iter();
        line.extend(cells.map(|(id, unit)| match unit {
            // A queue that nobody came to has no row.
            &"count" if row.is_null() => "0".to_owned(),
            _ => cell(&row["figures"][*id], unit),
        }));
        lines.push(line);
    }
    lines
}

const WHOLE: &str = "%Y-%m-%dT%H:%M:%S%:z";
const SHORT: &str = "%Y-%m-%d %H:%M";

/// A moment as the clocks of the centre show it.
fn moment(told: &str, zone: &TimeZone, form: &str) -> String {
    let read: Result<jiff::Timestamp, _> = told.parse();
    read.map_or_else(
        |_| told.to_owned(),
        |moment| moment.to_zoned(zone.clone()).strftime(form).to_string(),
    )
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
            "from": "2026-03-02T00:00:00Z", "to": "2026-03-02T01:00:00Z", "target_s": 20, "short_s": 5,
            "formulas": [
                {"id": "sl.ignore.1", "name": "service level", "unit": "share"},
                {"id": "asa.1", "name": "average speed of answer", "unit": "seconds"}
            ],
            "rows": [
                {"of": "centre", "name": null, "figures": {"sl.ignore.1": 0.7778, "asa.1": null}},
                {"of": "queue", "name": "sales", "figures": {"sl.ignore.1": 1.0, "asa.1": 12.25}},
                {"of": "seat", "name": "1001", "figures": {"handled.1": 3.0}}
            ],
            "intervals": [
                {"from": "2026-03-02T00:30:00Z", "rows": [
                    {"of": "centre", "name": null, "figures": {"queued.1": 4.0, "asa.1": 12.25}}
                ]}
            ]
        });
        let page = figures(&answer, &TimeZone::UTC);
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
        assert!(page.contains("2026-03-02 00:30  4         -"), "{page}");
        assert!(page.contains("2026-03-02 00:30  0         0"), "{page}");
        let there = figures(&answer, &TimeZone::get("Asia/Kathmandu").unwrap());
        assert!(
            there.starts_with("from 2026-03-02T05:45:00+05:45 to"),
            "{there}"
        );
    }
}
