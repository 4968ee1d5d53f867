//! What the steps of a dialplan file have in common: targets, outcomes, texts, times.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::ivr::script::Patience;
use crate::machine::ivr::script::StepAt;
use crate::machine::ivr::script::Target;
use crate::machine::ivr::surroundings::Surroundings;
use crate::machine::ivr::wording::Slot;
use crate::machine::ivr::wording::Wording;
use crate::machine::ivr::wording::WordingError;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::language::Language;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Longest text, in bytes.
const TEXT_BYTES_MAX: usize = 2000;
/// Shortest and longest wait for a key.
const KEY_TIMEOUT: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(200)..=Duration::from_secs(60);
/// Most times a text is said again.
const RETRIES_MAX: u32 = 9;

/// A file being read: what is known while its steps are read, and what is wrong so far.
#[derive(Debug)]
pub struct Reader<'r> {
    /// What may be named.
    pub around: &'r Surroundings,
    /// Places of steps by name.
    pub names: BTreeMap<&'r str, StepAt>,
    /// Languages every text needs.
    pub languages: Vec<Language>,
    /// Questions of the bank; none if the file names none.
    pub questions: Option<&'r BTreeSet<String>>,
    /// Unless a step says otherwise.
    pub patience: Patience,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl<'r> Reader<'r> {
    /// Notes a fault at a node.
    pub fn wrong(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// A step by its name.
    pub fn step(&mut self, node: &Node) -> Option<StepAt> {
        let name = record::text(node, "the next step", &mut self.faults)?;
        let found = self.names.get(name).copied();
        if found.is_none() {
            let fault = Fault::new(node.span, format!("no step is called `{name}`"));
            self.wrong(fault.nearest(name, self.names.keys().copied()));
        }
        found
    }

    /// Where a key leads: a step's name, or a map that also sets the language or the question.
    pub fn target(&mut self, node: &'r Node) -> Option<Target> {
        if node.text().is_some() {
            let step = self.step(node)?;
            return Some(Target {
                step,
                language: None,
                question: None,
            });
        }
        let mut record = Record::open(node, "where a key leads", &mut self.faults);
        let step = record.need("goto", &mut self.faults);
        let language = record.take("language");
        let question = record.take("question");
        record.finish(&mut self.faults);
        let language = language.and_then(|node| self.language(node));
        let question = question.and_then(|node| self.question(node));
        Some(Target {
            step: self.step(step?)?,
            language,
            question,
        })
    }

    /// A language of this file.
    pub fn language(&mut self, node: &Node) -> Option<Language> {
        let tag = record::text(node, "the language", &mut self.faults)?;
        let known = self.languages.iter().copied();
        let found = known.clone().find(|known| known.tag() == tag);
        if found.is_none() {
            let fault = Fault::new(node.span, format!("{tag} is none of this file's languages"));
            let fault = fault.nearest(tag, known.map(Language::tag));
            self.wrong(fault);
        }
        found
    }

    /// The id of a question in the bank.
    pub fn question(&mut self, node: &Node) -> Option<String> {
        let id = record::text(node, "the question", &mut self.faults)?;
        let Some(questions) = self.questions else {
            let fault = Fault::new(node.span, "there is no bank to take a question from");
            self.wrong(fault.help("name one at the top of the file: `bank: NAME`"));
            return None;
        };
        if !questions.contains(id) {
            let fault = Fault::new(node.span, format!("the bank has no question `{id}`"));
            self.wrong(fault.nearest(id, questions.iter().map(String::as_str)));
            return None;
        }
        Some(id.to_owned())
    }

    /// Where keys lead. Keys are one of `0`-`9`, `*`, `#`, in quotes.
    pub fn keys(&mut self, node: &'r Node) -> BTreeMap<char, Target> {
        let mut keys = BTreeMap::new();
        let Tree::Map(entries) = &node.tree else {
            self.wrong(record::expected(node, "`keys`", "a map of keys"));
            return keys;
        };
        for (key, value) in entries {
            let target = self.target(value);
            let Some(text) = record::dialled(key, "key", &mut self.faults) else {
                continue;
            };
            let mut signs = text.chars();
            match (signs.next(), signs.next(), target) {
                (Some(sign @ ('0'..='9' | '*' | '#')), None, Some(target)) => {
                    keys.insert(sign, target);
                }
                (Some('0'..='9' | '*' | '#'), None, None) => {}
                _ => {
                    let fault = Fault::new(key.span, format!("{text:?} is no key of a telephone"));
                    self.wrong(fault.label("expected one of 0-9, * and #"));
                }
            }
        }
        keys
    }

    /// Questions need a bank; `written` is what should stand here.
    pub fn need_bank(&mut self, at: Span, value_fits: bool, written: &str) {
        if !value_fits {
            self.wrong(Fault::new(at, "unknown value").help(format!("write {written}")));
        }
        if self.questions.is_none() {
            let fault = Fault::new(at, "there is no bank to take questions from");
            self.wrong(fault.help("name one at the top of the file: `bank: NAME`"));
        }
    }

    /// Where keys lead, if the step names any.
    pub fn optional_keys(&mut self, record: &mut Record<'r>) -> BTreeMap<char, Target> {
        let keys = record.take("keys").map(|node| self.keys(node));
        keys.unwrap_or_default()
    }

    /// A text in every language of the file.
    pub fn wording(&mut self, node: &Node, allowed: &[Slot]) -> Wording {
        let mut wording = Wording::default();
        match &node.tree {
            Tree::Plain(_) | Tree::Quoted(_) => {
                let languages = self.languages.clone();
                if languages.len() > 1 {
                    let fault = Fault::new(node.span, "a text in one language only");
                    let tags: Vec<_> = languages.iter().map(|one| format!("{one}: …")).collect();
                    self.wrong(fault.help(format!("write {{ {} }}", tags.join(", "))));
                }
                for language in languages {
                    self.text(&mut wording, language, node, allowed);
                }
            }
            Tree::Map(entries) => {
                let mut missing = self.languages.clone();
                for (key, value) in entries {
                    if let Some(language) = self.language(key) {
                        missing.retain(|one| *one != language);
                        self.text(&mut wording, language, value, allowed);
                    }
                }
                for language in missing {
                    let what = format!("the text in {language} is missing");
                    self.wrong(Fault::new(node.span, what));
                }
            }
            Tree::Nothing | Tree::List(_) => {
                self.wrong(record::expected(node, "what is said", "a text"));
            }
        }
        wording
    }

    fn text(&mut self, to: &mut Wording, language: Language, node: &Node, allowed: &[Slot]) {
        let Some(text) = record::text(node, "what is said", &mut self.faults) else {
            return;
        };
        if text.trim().is_empty() {
            self.wrong(Fault::new(
                node.span,
                format!("the text in {language} is empty"),
            ));
        }
        if text.len() > TEXT_BYTES_MAX {
            let what = format!(
                "{} bytes of text, at most {TEXT_BYTES_MAX} are said",
                text.len()
            );
            self.wrong(Fault::new(node.span, what));
        }
        let Err(error) = to.add(language, text, allowed) else {
            return;
        };
        let quote = usize::from(matches!(node.tree, Tree::Quoted(_)));
        let fault = |offset: usize, length: usize| {
            let start = (node.span.start + quote + offset).min(node.span.end());
            Fault::new(Span { start, length }, error.to_string())
        };
        let fault = match &error {
            WordingError::Open { offset } => fault(*offset, 2),
            WordingError::Unknown { name, offset } => {
                let known = Slot::NAMES
                    .iter()
                    .filter(|(_, slot)| allowed.contains(slot));
                let known = known.map(|(name, _)| *name);
                fault(*offset, name.len()).nearest(name.trim(), known)
            }
        };
        self.wrong(fault);
    }

    /// Where each outcome leads. `any` stands for all that are not named.
    ///
    /// A missing one of `needed` is a fault; it leads to the first step so that reading goes on.
    pub fn outcomes(
        &mut self,
        record: &mut Record<'r>,
        needed: &[(&'static str, &'static str)],
        optional: &[&'static str],
    ) -> Outcomes {
        let mut steps = BTreeMap::new();
        let lists: Vec<String> = needed
            .iter()
            .map(|(name, _)| format!("{name}: STEP"))
            .collect();
        let whole = format!("goto: {{ {} }}", lists.join(", "));
        let Some(node) = record.take("goto") else {
            let fault = Fault::new(
                record.span(),
                "this step ends in silence: `goto` is missing",
            );
            self.wrong(fault.help(format!("add {whole}")));
            return Outcomes(steps);
        };
        if node.text().is_some() {
            let fault = Fault::new(node.span, "this step has several outcomes");
            self.wrong(fault.help(format!("write {whole}")));
            return Outcomes(steps);
        }
        let mut goto = Record::open(node, "`goto`", &mut self.faults);
        let any = goto.take("any").and_then(|node| self.step(node));
        for (name, meaning) in needed {
            match goto.take(name) {
                Some(node) => steps.extend(self.step(node).map(|step| (*name, step))),
                None if any.is_some() => {}
                None => {
                    let fault = Fault::new(
                        node.span,
                        format!("`goto` does not say where `{name}` leads"),
                    );
                    self.wrong(
                        fault
                            .label(format!("{name}: {meaning}"))
                            .help(format!("add {name}: STEP, or any: STEP for all the rest")),
                    );
                }
            }
        }
        for name in optional {
            if let Some(node) = goto.take(name) {
                steps.extend(self.step(node).map(|step| (*name, step)));
            }
        }
        goto.finish(&mut self.faults);
        steps.extend(any.map(|step| ("any", step)));
        Outcomes(steps)
    }

    /// How long and how often to wait.
    pub fn patience(&mut self, record: &mut Record<'r>) -> Patience {
        let Patience {
            key_timeout,
            retries,
        } = self.patience;
        let retries = match record.take("retries") {
            Some(node) => {
                let count = record::count(node, "`retries`", 0..=RETRIES_MAX, &mut self.faults);
                count.unwrap_or(retries)
            }
            None => retries,
        };
        let key_timeout = match record.take("key_timeout") {
            Some(node) => {
                let what = "`key_timeout`";
                let read = record::duration(node, what, KEY_TIMEOUT, &mut self.faults);
                read.unwrap_or(key_timeout)
            }
            None => key_timeout,
        };
        Patience {
            key_timeout,
            retries,
        }
    }
}

/// Where outcomes lead.
#[derive(Clone, Debug, Default)]
pub struct Outcomes(BTreeMap<&'static str, StepAt>);

impl Outcomes {
    /// Where this outcome leads; the first step if a fault was found.
    #[must_use]
    pub fn to(&self, name: &str) -> StepAt {
        let found = self.named(name).or_else(|| self.named("any"));
        found.unwrap_or(StepAt(0))
    }

    /// Where this outcome leads, if the file names it.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<StepAt> {
        self.0.get(name).copied()
    }
}
