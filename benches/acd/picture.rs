//! How the times grow: a table, a file of values, a drawing.

use std::fmt::Write;
use std::fs;
use std::io;

use crate::centre::Size;
use crate::event::Row;

const FOLDER: &str = "target/bench";
const COLOURS: [&str; 14] = [
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f",
    "#bcbd22", "#17becf", "#393b79", "#637939", "#8c6d31", "#843c39",
];

/// Prints p50 of every kind for every size.
pub(super) fn table(rows: &[(Size, Row)]) {
    let mut sizes: Vec<Size> = Vec::new();
    for (size, _) in rows {
        if !sizes.contains(size) {
            sizes.push(*size);
        }
    }
    print!("{:>34}", "seats");
    sizes.iter().for_each(|size| print!(" {:>8}", size.seats));
    print!("\n{:>34}", "waiting");
    sizes.iter().for_each(|size| print!(" {:>8}", size.waiting));
    println!();
    for event in kinds(rows) {
        print!("{event:>34}");
        for size in &sizes {
            let row = rows
                .iter()
                .find(|(of, row)| of == size && row.event == event);
            print!(" {:>8.1}", row.map_or(0.0, |(_, row)| row.half));
        }
        println!();
    }
}

/// Writes the values and the drawing; their paths.
pub(super) fn write(rows: &[(Size, Row)]) -> io::Result<Vec<String>> {
    fs::create_dir_all(FOLDER)?;
    let mut values = "seats,waiting,event,p50_us,p999_us,longest_us\n".to_owned();
    for (size, row) in rows {
        let _ = writeln!(
            values,
            "{},{},\"{}\",{:.2},{:.2},{:.2}",
            size.seats, size.waiting, row.event, row.half, row.most, row.longest
        );
    }
    let (csv, svg) = (format!("{FOLDER}/acd.csv"), format!("{FOLDER}/acd.svg"));
    fs::write(&csv, values)?;
    fs::write(&svg, drawing(rows))?;
    Ok(vec![csv, svg])
}

fn kinds(rows: &[(Size, Row)]) -> Vec<&'static str> {
    let mut kinds: Vec<&'static str> = Vec::new();
    for (_, row) in rows {
        if !kinds.contains(&row.event) {
            kinds.push(row.event);
        }
    }
    kinds
}

/// One drawing of a size's growth, the other kept.
struct Panel {
    left: f64,
    title: &'static str,
    across: fn(&Size) -> Option<f64>,
}

const PANELS: [Panel; 2] = [
    Panel {
        left: 60.0,
        title: "who wait, with 10,000 seats",
        across: |size| (size.seats == 10_000).then_some(size.waiting as f64),
    },
    Panel {
        left: 500.0,
        title: "seats, with 10,000 who wait",
        across: |size| (size.waiting == 10_000).then_some(f64::from(size.seats)),
    },
];
const TOP: f64 = 40.0;
const HEIGHT: f64 = 340.0;
/// Pixels for a power of ten, from a hundred on.
const DECADE: f64 = 120.0;

/// p50 over a logarithmic axis: a straight line grows with the logarithm.
fn drawing(rows: &[(Size, Row)]) -> String {
    let most = rows.iter().map(|(_, row)| row.half).fold(1.0, f64::max);
    let mut text = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1120\" height=\"430\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"1120\" height=\"430\" fill=\"white\"/>\n",
    );
    for panel in &PANELS {
        frame(&mut text, panel, most);
        for (kind, colour) in kinds(rows).into_iter().zip(COLOURS) {
            let _ = writeln!(
                text,
                "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{}\"/>",
                line(rows, kind, panel, most)
            );
        }
    }
    for (at, (kind, colour)) in kinds(rows).into_iter().zip(COLOURS).enumerate() {
        let y = 52 + 22 * at;
        let _ = writeln!(
            text,
            "<text x=\"900\" y=\"{y}\" fill=\"{colour}\">{kind}</text>"
        );
    }
    text.push_str("</svg>\n");
    text
}

fn frame(text: &mut String, panel: &Panel, most: f64) {
    let (left, bottom) = (panel.left, TOP + HEIGHT);
    let _ = writeln!(
        text,
        "<text x=\"{left}\" y=\"24\">p50 in µs by {}</text>\n\
         <path d=\"M{left} {TOP}V{bottom}H{:.0}\" fill=\"none\" stroke=\"black\"/>\n\
         <text x=\"{:.0}\" y=\"{TOP}\" text-anchor=\"end\">{most:.0}</text>",
        panel.title,
        left + 3.0 * DECADE,
        left - 6.0,
    );
    for (power, number) in ["100", "1,000", "10,000", "100,000"].iter().enumerate() {
        let x = left + DECADE * power as f64;
        let _ = writeln!(
            text,
            "<text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{number}</text>",
            bottom + 18.0
        );
    }
}

fn line(rows: &[(Size, Row)], kind: &str, panel: &Panel, most: f64) -> String {
    let of_kind = rows.iter().filter(|(_, row)| row.event == kind);
    let points = of_kind.filter_map(|(size, row)| Some(((panel.across)(size)?, row.half)));
    let mut points: Vec<(f64, f64)> = points.collect();
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    let shown = points.iter().map(|(across, up)| {
        let x = panel.left + DECADE * (across / 100.0).log10();
        format!("{x:.1},{:.1}", TOP + HEIGHT * (1.0 - up / most))
    });
    shown.collect::<Vec<_>>().join(" ")
}
