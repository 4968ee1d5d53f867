//! What the steps of a dialplan file have in common: targets, outcomes, texts, times.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::expression::environment::Types;
use crate::machine::ivr::certainty::Use;
use crate::machine::ivr::patience::Patience;
use crate::machine::ivr::reading::scope::Scope;
use crate::machine::ivr::reading::scope::Subflow;
use crate::machine::ivr::reading::step_name::RETURN;
use crate::machine::ivr::surroundings::Surroundings;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::target::Target;
use crate::machine::ivr::variable::ARGS;
use crate::machine::ivr::variable::Variable;
use crate::machine::prediction::attribute::Attribute;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::fault::nearest;
use crate::vocabulary::language::Language;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Shortest and longest wait for a key.
const KEY_TIMEOUT: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(200)..=Duration::from_secs(60);
/// Most times a text is said again.
const RETRIES_MAX: u32 = 9;

/// A file being read: what is known while its steps are read, and what is wrong so far.
#[derive(Debug)]
pub struct Reader<'r> {
    /// The text of the file.
    pub source: &'r str,
    /// What may be named.
    pub around: &'r Surroundings,
    /// Which steps may name each other.
    pub scopes: Vec<Scope<'r>>,
    /// The scope of the step being read.
    pub scope: usize,
    /// The step being read.
    pub at: StepAt,
    /// The file's subflows.
    pub subflows: Vec<Subflow<'r>>,
    /// The file's variables by name: `vars.tries`.
    pub variables: BTreeMap<String, Variable>,
    /// The names of the file's opening hours.
    pub hours: BTreeSet<String>,
    /// The attributes of the bank; none if the file names none.
    pub attributes: Option<&'r BTreeMap<String, Attribute>>,
    /// Expressions read so far.
    pub uses: Vec<Use>,
    /// Languages every text needs.
    pub languages: Vec<Language>,
    /// Questions of the bank; none if the file names none.
    pub questions: Option<&'r BTreeSet<String>>,
    /// Unless a step says otherwise.
    pub patience: Patience,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What is likely wrong.
    pub warnings: Vec<Fault>,
}

impl<'r> Reader<'r> {
    /// Begins to read a file in these languages.
    #[must_use]
    pub const fn new(source: &'r str, around: &'r Surroundings, languages: Vec<Language>) -> Self {
        Self {
            source,
            around,
            scopes: Vec::new(),
            scope: 0,
            at: StepAt(0),
            subflows: Vec::new(),
            variables: BTreeMap::new(),
            hours: BTreeSet::new(),
            attributes: None,
            uses: Vec::new(),
            languages,
            questions: None,
            patience: Patience {
                key_timeout: Duration::from_secs(5),
                retries: 2,
            },
            faults: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Notes a fault at a node.
    pub fn wrong(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// A step by its name, or `return.OUTCOME` where a subflow ends.
    pub fn step(&mut self, node: &Node) -> Option<StepAt> {
        let name = record::text(node, "the next step", &mut self.faults)?;
        let scope = self.scopes.get(self.scope)?;
        let outcome = name.strip_prefix(RETURN);
        let found = match outcome {
            Some(outcome) => scope.returns.get(outcome),
            None => scope.names.get(name),
        };
        if found.is_some() {
            return found.copied();
        }
        let returns = scope.returns.keys().map(|name| format!("{RETURN}{name}"));
        let names = scope.names.keys().map(|name| (*name).to_owned());
        let known: Vec<String> = names.chain(returns).collect();
        let fault = match outcome.filter(|_| !scope.within.is_empty()) {
            Some(outcome) => {
                let fault = Fault::new(node.span, format!("no outcome is called `{outcome}`"));
                fault.help("declare it where the subflow begins: `outcomes: [NAME]`")
            }
            None => {
                let fault = Fault::new(node.span, format!("no step is called `{name}`"));
                fault.nearest(name, known.iter().map(String::as_str))
            }
        };
        self.wrong(fault);
        None
    }

    /// What expressions of the step being read may name.
    #[must_use]
    pub fn types(&self) -> &Types {
        const NONE: &Types = &Types::NONE;
        self.scopes
            .get(self.scope)
            .map_or(NONE, |scope| &scope.types)
    }

    /// What a subflow's argument is, by its name in an expression.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&Variable> {
        let name = name.strip_prefix(ARGS)?;
        let within = self.scopes.get(self.scope)?.within.last()?;
        let used = self.subflows.iter().find(|one| one.name == *within)?;
        used.arguments.get(name)
    }

    /// The only next step.
    pub fn next(&mut self, record: &mut Record<'r>) -> Option<StepAt> {
        let Some(node) = record.take("goto") else {
            let what = "this step ends in silence: `goto` is missing";
            self.wrong(Fault::new(record.span(), what).help("add goto: STEP"));
            return None;
        };
        self.step(node)
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

    /// A language as the key of a text. What was meant is taken as written: its text is not
    /// missing.
    pub fn key_of_language(&mut self, node: &Node) -> Option<Language> {
        let found = self.language(node);
        let known = || self.languages.iter().copied();
        let near = || nearest(node.text()?, known().map(Language::tag));
        let meant = || near().and_then(|tag| known().find(|known| known.tag() == tag));
        found.or_else(meant)
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

    /// Where each outcome leads. `any` stands for all that are not named.
    ///
    /// A missing one of `needed` is a fault; it leads to the first step so that reading goes on.
    pub fn outcomes(
        &mut self,
        record: &mut Record<'r>,
        needed: &[(&'r str, &str)],
        optional: &[&'r str],
    ) -> Outcomes<'r> {
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
pub struct Outcomes<'r>(BTreeMap<&'r str, StepAt>);

impl Outcomes<'_> {
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
