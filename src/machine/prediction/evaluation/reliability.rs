//! Whether probabilities come true: of all calls where something was held 30 % likely, was it asked in
//! 30 of a hundred?

use std::fmt::Write;

use crate::machine::prediction::cell;

/// Bins of equal width.
pub const BINS: usize = 15;

/// What was said and what came of it, by how likely it was held.
#[derive(Clone, Debug, Default)]
pub struct Reliability {
    bins: [Bin; BINS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    count: u64,
    said: f64,
    came: u64,
}

impl Reliability {
    /// Something was held so likely, and came true or not.
    pub fn count(&mut self, p: f64, came: Came) {
        let at = (0..BINS - 1)
            .find(|at| p < edge(at + 1))
            .unwrap_or(BINS - 1);
        if let Some(bin) = self.bins.get_mut(at) {
            bin.count += 1;
            bin.said += p;
            bin.came += u64::from(came == Came::True);
        }
    }

    /// Counts what another one counted.
    pub fn add(&mut self, other: &Self) {
        for (sum, bin) in self.bins.iter_mut().zip(&other.bins) {
            sum.count += bin.count;
            sum.said += bin.said;
            sum.came += bin.came;
        }
    }

    /// The expected calibration error: how far, on average, what came is from what was said.
    #[must_use]
    pub fn error(&self) -> f64 {
        let all: u64 = self.bins.iter().map(|bin| bin.count).sum();
        let off = |bin: &Bin| (cell::float(bin.came) - bin.said).abs();
        self.bins.iter().map(off).sum::<f64>() / cell::float(all.max(1))
    }

    /// A picture: what was said from left to right, what came from bottom to top, with the diagonal
    /// where both are the same; the bars below say how often.
    #[must_use]
    pub fn svg(&self, title: &str) -> String {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 460 520\" role=\"img\" \
             font-family=\"'Helvetica Neue',Arial,sans-serif\" font-size=\"12\" fill=\"#111827\">\n\
             <title>{title}</title>\n<rect width=\"460\" height=\"520\" fill=\"#fff\"/>\n\
             <text x=\"50\" y=\"26\" font-size=\"16\">{title}</text>\n"
        );
        for step in 0..=5_u8 {
            let share = f64::from(step) / 5.0;
            let (x, y) = (x(share), y(share));
            let percent = step * 20;
            // Writing to a string cannot fail.
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} 40V410M50 {y:.1}H430\" stroke=\"#e5e7eb\"/>\
                 <text x=\"{x:.1}\" y=\"426\" text-anchor=\"middle\">{percent}</text>\
                 <text x=\"44\" y=\"{:.1}\" text-anchor=\"end\">{percent}</text>",
                y + 4.0
            );
        }
        svg.push_str("<path d=\"M50 410L430 40\" stroke=\"#94a3b8\" stroke-dasharray=\"4 4\"/>\n");
        let most = self
            .bins
            .iter()
            .map(|bin| bin.count)
            .max()
            .unwrap_or(0)
            .max(1);
        let mut line = String::new();
        for (at, bin) in self
            .bins
            .iter()
            .enumerate()
            .filter(|(_, bin)| bin.count > 0)
        {
            let count = cell::float(bin.count);
            let (said, came) = (x(bin.said / count), y(cell::float(bin.came) / count));
            let tall = 50.0 * count / cell::float(most);
            let _ = write!(
                line,
                "{}{said:.1} {came:.1}",
                if line.is_empty() { "M" } else { "L" }
            );
            let _ = writeln!(
                svg,
                "<circle cx=\"{said:.1}\" cy=\"{came:.1}\" r=\"4\" fill=\"#1d4ed8\">\
                 <title>{} times: said {:.3}, came {:.3}</title></circle>\
                 <rect x=\"{:.1}\" y=\"{:.1}\" width=\"22\" height=\"{tall:.1}\" fill=\"#93c5fd\"/>",
                bin.count,
                bin.said / count,
                cell::float(bin.came) / count,
                x(edge(at)) + 1.5,
                500.0 - tall
            );
        }
        let _ = writeln!(svg, "<path d=\"{line}\" fill=\"none\" stroke=\"#1d4ed8\"/>");
        svg.push_str(
            "<text x=\"240\" y=\"442\" text-anchor=\"middle\">said, %</text>\
             <text x=\"16\" y=\"225\" text-anchor=\"middle\" transform=\"rotate(-90 16 225)\">came, %</text>\n</svg>\n",
        );
        svg
    }
}

/// Whether what was held likely came true.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Came {
    /// It did.
    True,
    /// It did not.
    Not,
}

fn edge(bin: usize) -> f64 {
    let part = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    part(bin) / part(BINS)
}

fn x(share: f64) -> f64 {
    50.0 + 380.0 * share
}

fn y(share: f64) -> f64 {
    410.0 - 370.0 * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_how_far_what_came_is_from_what_was_said() {
        let mut reliability = Reliability::default();
        for at in 0..10 {
            reliability.count(0.5, if at < 3 { Came::True } else { Came::Not });
            reliability.count(1.0, Came::True);
        }
        assert!((reliability.error() - 0.1).abs() < 1e-12);
        let svg = reliability.svg("All");
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.contains("10 times: said 0.500, came 0.300"));
    }
}
