//! Two releases side by side, measure by measure, and what follows, in words.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::call::report::comparison;
use crate::call::report::comparison::Finding;
use crate::call::report::comparison::Measure;
use crate::call::report::comparison::Unit;

/// Two releases by the same measures.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The one that stood before, and the other.
    pub names: [String; 2],
    /// The measures.
    pub measures: Vec<Measure>,
    /// What follows.
    pub verdict: String,
}

impl Comparison {
    /// Says what follows from the measures.
    #[must_use]
    pub fn of(names: [String; 2], measures: Vec<Measure>) -> Self {
        Self {
            verdict: comparison::verdict(&measures),
            names,
            measures,
        }
    }

    /// As a table, the verdict below it.
    ///
    /// # Errors
    ///
    /// `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let [before, after] = &self.names;
        writeln!(
            out,
            "{:<36}{before:>14}{after:>14}{:>14}{:>22}",
            format!("{after} against {before}"),
            "difference",
            "19 times in 20"
        )?;
        for measure in &self.measures {
            let Measure {
                name,
                unit,
                values,
                difference,
                margin,
                finding,
                ..
            } = measure;
            let [was, is] = values.map(|value| figure(*unit, value));
            let [low, high] =
                [difference - margin, difference + margin].map(|end| signed(*unit, end));
            let said = word(*finding);
            writeln!(
                out,
                "{name:<36}{was:>14}{is:>14}{:>14}{:>22}  {said}",
                signed(*unit, *difference),
                format!("{low} … {high}")
            )?;
        }
        let [was, is] = self
            .measures
            .first()
            .map_or([0; 2], |measure| measure.calls);
        writeln!(
            out,
            "\n{was} and {is} callers said what they wanted. {after}: {}.",
            self.verdict
        )
    }
}

fn figure(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Share => format!("{:.1} %", value * 100.0),
        Unit::Nats => format!("{value:.3}"),
        Unit::Seconds => format!("{value:.1} s"),
    }
}

fn signed(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Share => format!("{:+.1}", value * 100.0),
        Unit::Nats => format!("{value:+.3}"),
        Unit::Seconds => format!("{value:+.1}"),
    }
}

fn word(finding: Finding) -> String {
    match finding {
        Finding::Better => "better".to_owned(),
        Finding::Worse => "worse".to_owned(),
        Finding::Same => "the same".to_owned(),
        Finding::TooFew(wanted) => format!("too few calls: about {wanted} of each would do"),
    }
}
