//! What reading needs to know throughout, and the faults found so far.

use crate::machine::acd::need::Need;
use crate::machine::simulation::scenario::ByPeriod;
use crate::machine::simulation::scenario::Day;
use crate::machine::skill_need;
use crate::machine::skill_need::NameKind;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::id::SeatGroupId;
use crate::vocabulary::id::SkillId;
use crate::wire::yaml::record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads a file by the name that a scenario gives it, or says why not.
pub type Files<'f> = dyn Fn(&str) -> Result<String, String> + 'f;

/// What is known while reading.
pub struct Context<'f> {
    /// What is wrong so far.
    pub faults: Vec<Fault>,
    /// The hours of the day.
    pub day: Day,
    /// Skills by id.
    pub skills: Vec<String>,
    /// Groups by id.
    pub groups: Vec<String>,
    /// Queues by place.
    pub queues: Vec<String>,
    /// Types by place.
    pub types: Vec<String>,
    /// Files beside the scenario.
    pub files: &'f Files<'f>,
}

impl Context<'_> {
    /// Says that something is wrong.
    pub fn fault(&mut self, span: Span, what: impl Into<String>) {
        self.faults.push(Fault::new(span, what));
    }

    /// The values of a list; a fault if it is none or longer than `most`.
    pub fn list<'n>(&mut self, node: &'n Node, what: &str, most: usize) -> &'n [Node] {
        let Tree::List(nodes) = &node.tree else {
            self.faults.push(record::expected(node, what, "a list"));
            return &[];
        };
        if nodes.len() > most {
            let many = format!("{} of {what}, at most {most}", nodes.len());
            self.fault(node.span, many);
            return &[];
        }
        nodes
    }

    /// A name: letters, digits, `.`, `_`, `-`.
    pub fn name(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = record::text(node, what, &mut self.faults)?;
        if !skill_need::is_name(text) {
            let fault = Fault::new(node.span, format!("{what} is {text:?}"));
            let expected = "expected letters, digits, `.`, `_`, `-`, at most 64";
            self.faults.push(fault.label(expected));
            return None;
        }
        Some(text.to_owned())
    }

    /// The place of a name among `known`; a fault with the nearest if it is none of them.
    pub fn place(&mut self, node: &Node, what: &str, known: &[String]) -> Option<usize> {
        let text = record::text(node, what, &mut self.faults)?;
        let found = known.iter().position(|one| one == text);
        if found.is_none() {
            let fault = Fault::new(node.span, format!("no {what} is called `{text}`"));
            let known = known.iter().map(String::as_str);
            self.faults.push(fault.nearest(text, known));
        }
        found
    }

    /// One of these words.
    pub fn word<T: Copy>(&mut self, node: &Node, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = record::text(node, what, &mut self.faults)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let fault = Fault::new(node.span, format!("{what} is `{text}`"));
            let known = words.iter().map(|(word, _)| *word);
            self.faults.push(fault.nearest(text, known));
        }
        found.map(|(_, value)| *value)
    }

    /// One value for all periods, or a list with one for each.
    pub fn by_period<T>(
        &mut self,
        node: &Node,
        what: &str,
        one: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Option<ByPeriod<T>> {
        let Tree::List(nodes) = &node.tree else {
            return one(self, node).map(|value| ByPeriod(vec![value]));
        };
        let periods = self.day.periods();
        if nodes.len() != periods {
            let many = format!(
                "{what} has {} values, the day {periods} periods",
                nodes.len()
            );
            let fault = Fault::new(node.span, many);
            let help = "write one value for each period of `day`, or one without brackets for all";
            self.faults.push(fault.help(help));
            return None;
        }
        let values: Vec<Option<T>> = nodes.iter().map(|node| one(self, node)).collect();
        values.into_iter().collect::<Option<Vec<T>>>().map(ByPeriod)
    }

    /// What is needed of a seat.
    pub fn need(&mut self, node: &Node) -> Option<Need> {
        let text = record::text(node, "`need`", &mut self.faults)?;
        // The text in quotes begins after the first of them.
        let quote = matches!(node.tree, Tree::Quoted(_)) && node.span.length >= text.len() + 2;
        let start = node.span.start + usize::from(quote);
        let within = |span: Span| Span {
            start: start + span.start,
            length: span.length,
        };
        let written = match skill_need::read_need(text) {
            Ok(written) => written,
            Err(error) => {
                let fault = Fault::new(within(error.span), error.what);
                let help = "needs are written \"refund >= 3 and (lang.zh or group == night)\"";
                self.faults.push(fault.help(help));
                return None;
            }
        };
        for name in &written.names {
            let (what, known) = match name.kind {
                NameKind::Skill => ("seat has a skill", &self.skills),
                NameKind::Group => ("group is", &self.groups),
            };
            if !known.contains(&name.name) {
                let fault = Fault::new(
                    within(name.span),
                    format!("no {what} called `{}`", name.name),
                );
                let known = known.iter().map(String::as_str);
                self.faults.push(fault.nearest(&name.name, known));
            }
        }
        let skill = |name: &String| place(&self.skills, name).map(SkillId);
        let group = |name: &String| place(&self.groups, name).map(SeatGroupId);
        Some(written.need.named(&skill, &group))
    }

    /// The id of a skill; a fault if no seat has it.
    pub fn skill(&mut self, node: &Node) -> Option<SkillId> {
        let known = self.skills.clone();
        let at = self.place(node, "skill of a group", &known)?;
        u32::try_from(at).ok().map(SkillId)
    }
}

fn place(names: &[String], name: &str) -> Option<u32> {
    let at = names.iter().position(|one| one == name)?;
    u32::try_from(at).ok()
}
