//! The extensions of a FreeSWITCH dialplan, each as a list of what it does.

use crate::machine::import::hours::Hours;
use crate::machine::import::number_expression;
use crate::machine::import::report::Became;
use crate::machine::import::report::Report;
use crate::machine::ivr::did::DidPattern;
use crate::wire::xml::Element;

/// Attributes of a condition that speak of the calendar.
const CALENDAR: [&str; 12] = [
    "year",
    "yday",
    "mon",
    "mday",
    "week",
    "mweek",
    "wday",
    "hour",
    "minute",
    "minute-of-day",
    "time-of-day",
    "date-time",
];

/// What is done next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Deed {
    /// An application runs.
    Runs {
        /// Which, in small letters.
        app: String,
        /// With what.
        data: String,
        /// The line.
        line: usize,
    },
    /// Within these hours it goes on here, else at that place.
    Within {
        /// When.
        hours: Hours,
        /// Else.
        other: usize,
        /// The line.
        line: usize,
    },
    /// The next extension that fits is sought.
    NextExtension,
    /// It is over.
    Over,
}

/// An extension.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// Numbers that lead here; none: every number.
    pub numbers: Option<Vec<String>>,
    /// What it does.
    pub deeds: Vec<Deed>,
    /// Its line.
    pub line: usize,
}

/// A context.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// In order.
    pub extensions: Vec<Extension>,
}

impl Extension {
    /// Whether this number leads here.
    #[must_use]
    pub fn answers(&self, number: &str) -> bool {
        let fits = |written: &String| {
            let pattern = DidPattern::read(written);
            pattern.is_ok_and(|pattern| pattern.fits(number))
        };
        self.numbers
            .as_ref()
            .is_none_or(|numbers| numbers.iter().any(fits))
    }
}

/// Reads every context of a file.
#[must_use]
pub fn contexts(file: &str, root: &Element, report: &mut Report) -> Vec<Context> {
    let mut all = Vec::new();
    for context in root.all("context") {
        let mut found = Context {
            name: context.attribute("name").unwrap_or_default().to_owned(),
            extensions: Vec::new(),
        };
        for element in context.all("extension") {
            let mut table = Reading { file, report };
            found.extensions.extend(table.extension(element));
        }
        all.push(found);
    }
    all
}

struct Reading<'r> {
    file: &'r str,
    report: &'r mut Report,
}

impl Reading<'_> {
    fn note(&mut self, line: usize, became: Became, what: impl Into<String>) {
        self.report.note(self.file, line, became, what);
    }

    fn extension(&mut self, element: &Element) -> Option<Extension> {
        let name = element.attribute("name").unwrap_or_default().to_owned();
        let mut extension = Extension {
            line: element.line,
            name,
            ..Extension::default()
        };
        // Places to be filled once it is known where the other deeds stand.
        let mut others: Vec<(usize, &Element)> = Vec::new();
        for condition in element
            .children
            .iter()
            .filter(|one| one.name == "condition")
        {
            self.condition(condition, &mut extension, &mut others)?;
        }
        extension.deeds.push(Deed::Over);
        for (at, condition) in others {
            let place = extension.deeds.len();
            let before = place;
            self.actions(condition, "anti-action", &mut extension.deeds);
            let end = if extension.deeds.len() == before {
                Deed::NextExtension
            } else {
                Deed::Over
            };
            extension.deeds.push(end);
            if let Some(Deed::Within { other, .. }) = extension.deeds.get_mut(at) {
                *other = place;
            }
        }
        Some(extension)
    }

    /// None if the extension cannot be taken.
    fn condition<'e>(
        &mut self,
        condition: &'e Element,
        extension: &mut Extension,
        others: &mut Vec<(usize, &'e Element)>,
    ) -> Option<()> {
        let attributes = condition.attributes.iter();
        let calendar: Vec<(&str, &str)> = attributes
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| CALENDAR.contains(name))
            .collect();
        if !calendar.is_empty() {
            let hours = Hours::of_freeswitch(calendar);
            match hours.filter(|hours| hours.days.is_empty() && hours.months.is_empty()) {
                Some(hours) => {
                    others.push((extension.deeds.len(), condition));
                    extension.deeds.push(Deed::Within {
                        hours,
                        other: 0,
                        line: condition.line,
                    });
                }
                None => {
                    let what = "a condition on the calendar is taken as never true: write holidays";
                    self.note(condition.line, Became::Lost, what);
                    self.actions(condition, "anti-action", &mut extension.deeds);
                    return Some(());
                }
            }
        }
        match (
            condition.attribute("field"),
            condition.attribute("expression"),
        ) {
            (Some("destination_number"), Some(expression)) => {
                let numbers = number_expression::patterns(expression);
                if numbers.is_none() {
                    let what = format!(
                        "extension {}: which numbers does {expression} mean?",
                        extension.name
                    );
                    self.note(condition.line, Became::Lost, what);
                    return None;
                }
                extension.numbers = numbers;
            }
            (Some(field), expression) => {
                let what = format!(
                    "the condition {field} = {} is taken as true",
                    expression.unwrap_or_default()
                );
                self.note(condition.line, Became::Lost, what);
            }
            (None, _) => {}
        }
        self.actions(condition, "action", &mut extension.deeds);
        Some(())
    }

    fn actions(&mut self, condition: &Element, kind: &str, deeds: &mut Vec<Deed>) {
        for one in &condition.children {
            if one.name == kind {
                deeds.push(Deed::Runs {
                    app: one
                        .attribute("application")
                        .unwrap_or_default()
                        .to_lowercase(),
                    data: one.attribute("data").unwrap_or_default().trim().to_owned(),
                    line: one.line,
                });
            } else if one.name != "action" && one.name != "anti-action" {
                self.note(one.line, Became::Lost, format!("<{}>", one.name));
            }
        }
    }
}
