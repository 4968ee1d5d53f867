//! Faults as a person reads them: the place in its line, a label under it, a way out.

use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::sync::Arc;

use miette::Diagnostic;
use miette::GraphicalReportHandler;
use miette::GraphicalTheme;
use miette::LabeledSpan;
use miette::NamedSource;
use miette::SourceSpan;
use serde::Serialize;

use crate::face::cli::ending::Ending;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::FaultyFile;
use crate::vocabulary::fault::Place;
use crate::vocabulary::fault::Severity;

/// A fault as programs read it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FaultLine {
    /// The file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// What stands under the place.
    pub label: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("{what}")]
struct Shown {
    what: String,
    severity: miette::Severity,
    source_code: NamedSource<Arc<String>>,
    span: SourceSpan,
    label: String,
    help: Option<String>,
}

impl Diagnostic for Shown {
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let help = self.help.as_ref();
        help.map(|help| -> Box<dyn std::fmt::Display> { Box::new(help) })
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source_code)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = Some(self.label.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(
            label, self.span,
        ))))
    }
}

/// The faults of a file as programs read them.
#[must_use]
pub fn lines(file: &FaultyFile) -> Vec<FaultLine> {
    let line = |fault: &Fault| {
        let Place { line, column } = Place::of(&file.text, fault.span.start);
        FaultLine {
            file: file.name.clone(),
            line,
            column,
            severity: match fault.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: fault.what.clone(),
            label: Some(fault.label.clone()).filter(|label| !label.is_empty()),
            help: fault.help.clone(),
        }
    };
    file.faults.iter().map(line).collect()
}

/// Tells a person on standard error what is wrong with files that they wrote.
pub fn tell(files: &[FaultyFile]) -> Ending {
    let mut told = Vec::new();
    let written = files.iter().try_for_each(|file| write(file, &mut told));
    // Nobody is left to tell if standard error is gone.
    let _ = written.and_then(|()| io::stderr().write_all(&told));
    Ending::Input
}

/// Writes the faults of a file for people.
///
/// # Errors
///
/// `out` cannot be written.
pub fn write(file: &FaultyFile, out: &mut dyn Write) -> io::Result<()> {
    // One goes to standard output, another to standard error; neither wants colours in a file.
    let coloured = io::stdout().is_terminal() && io::stderr().is_terminal();
    if coloured && std::env::var_os("NO_COLOR").is_none() {
        return write_themed(file, GraphicalTheme::unicode(), out);
    }
    write_plain(file, out)
}

/// As [`write()`], without colours whatever standard output is.
///
/// # Errors
///
/// `out` cannot be written.
pub fn write_plain(file: &FaultyFile, out: &mut dyn Write) -> io::Result<()> {
    write_themed(file, GraphicalTheme::unicode_nocolor(), out)
}

fn write_themed(file: &FaultyFile, theme: GraphicalTheme, out: &mut dyn Write) -> io::Result<()> {
    let handler = GraphicalReportHandler::new_themed(theme);
    let text = Arc::new(file.text.clone());
    for fault in &file.faults {
        let label = if fault.label.is_empty() {
            "here"
        } else {
            &fault.label
        };
        let shown = Shown {
            what: fault.what.clone(),
            severity: match fault.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            },
            source_code: NamedSource::new(&file.name, Arc::clone(&text)),
            span: (fault.span.start, fault.span.length.max(1)).into(),
            label: label.to_owned(),
            help: fault.help.clone(),
        };
        let mut report = String::new();
        handler
            .render_report(&mut report, &shown)
            .map_err(io::Error::other)?;
        writeln!(out, "{report}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::fault::Span;

    #[test]
    fn a_fault_shows_its_line_and_a_way_out() {
        let text = "steps:\n  a: { goto: bee }\n";
        let start = text.find("bee").unwrap();
        let fault = Fault::new(Span { start, length: 3 }, "no step is called `bee`");
        let file = FaultyFile {
            name: "x.yaml".to_owned(),
            text: text.to_owned(),
            faults: vec![fault.nearest("bee", ["be", "agent"])],
        };
        let mut shown = Vec::new();
        write(&file, &mut shown).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        for part in [
            "no step is called `bee`",
            "x.yaml:2:14",
            "did you mean `be`?",
            "here",
        ] {
            assert!(shown.contains(part), "{shown}");
        }
        let line = lines(&file).remove(0);
        assert_eq!((line.line, line.column), (2, 14));
    }
}
