//! Questions with their answers.

use crate::machine::prediction::answer::Then;
use crate::machine::prediction::bank::About;
use crate::machine::prediction::bank::AnswerRule;
use crate::machine::prediction::bank::Prose;
use crate::machine::prediction::bank::Question;
use crate::machine::prediction::bank::Wording;
use crate::machine::prediction::condition::Condition;
use crate::machine::prediction::reading::attribute::PRIVACIES;
use crate::machine::prediction::reading::condition;
use crate::machine::prediction::reading::context::Context;
use crate::machine::prediction::reading::wording;
use crate::machine::prediction::reading::wording::Place;
use crate::machine::prediction::template::Template;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::privacy::Privacy;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads one question; none if it has no id.
pub fn read(context: &mut Context, node: &Node) -> Option<Question> {
    let mut record = Record::open(node, "a question", &mut context.faults);
    let id_node = record.need("id", &mut context.faults);
    let id = id_node.and_then(|node| record::text(node, "`id`", &mut context.faults));
    let about = record.take("about");
    let abouts = [("order", About::Order), ("caller", About::Caller)];
    let about = about.and_then(|node| context.word(node, "`about`", &abouts));
    let when = condition::read(context, record.take("when"));
    let short = record.need("short", &mut context.faults);
    let short = short.map(|node| wording::read(context, node, "`short`", Place::Alone));
    let prose = prose(context, &mut record);
    let prior = record.need("prior", &mut context.faults);
    let priors = prior.map(|node| priors(context, node));
    let skill = record.take("skill");
    let skill = skill.and_then(|node| record::text(node, "`skill`", &mut context.faults));
    let solvable = record.take("solvable");
    let solvable = solvable.and_then(|node| share(context, node));
    let answers = record.need("answers", &mut context.faults);
    let id = id.unwrap_or_default();
    let answers = answers.map(|node| read_answers(context, node, id));
    record.finish(&mut context.faults);
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if let Some(node) = id_node.filter(|_| id.is_empty() || !id.chars().all(fits)) {
        let fault = Fault::new(node.span, format!("`{id}` cannot be an id"));
        let help = "ids are small letters, digits and _";
        context.faults.push(fault.help(help));
    }
    Some(Question {
        id: id_node.map(|_| id.to_owned())?,
        about: about.unwrap_or_default(),
        when,
        short: short.unwrap_or_default(),
        prose,
        priors: priors.unwrap_or_default(),
        skill: skill.map(str::to_owned),
        solvable: solvable.unwrap_or(1.0),
        answers: answers.unwrap_or_default(),
    })
}

fn read_answers(context: &mut Context, node: &Node, id: &str) -> Vec<AnswerRule> {
    let nodes = context.list(node, "`answers`");
    let mut answers: Vec<AnswerRule> = Vec::with_capacity(nodes.len());
    for (node, place) in nodes.iter().zip(1_u32..) {
        if answers.last().is_some_and(always_fits) {
            let fault = Fault::new(
                node.span,
                "nobody gets this answer: the one above always fits",
            );
            let help = "give the one above a `when`, or put it last";
            context.faults.push(fault.help(help));
        }
        answers.push(answer(context, node, format!("{id}.{place}")));
    }
    answers
}

/// Whether no order leaves this answer without its values.
fn always_fits(rule: &AnswerRule) -> bool {
    let slots = rule.say.values().flat_map(Template::slots);
    rule.when.is_always() && !rule.say.is_empty() && slots.count() == 0
}

/// What is written about a question. Pages show the first two to whoever asks, so nothing private
/// may stand in them.
fn prose(context: &mut Context, record: &mut Record<'_>) -> Prose {
    let mut open = |context: &mut Context, key: &'static str| {
        let node = record.take(key);
        let wording = wording::read_prose(context, node, &format!("`{key}`"));
        let private = wording::privacy(context, &wording) == Privacy::Private;
        if let Some(node) = node.filter(|_| private) {
            let fault = Fault::new(node.span, format!("`{key}` tells something private"));
            let help = "put the value into an answer, which may be private";
            context.faults.push(fault.help(help));
        }
        wording
    };
    let text = open(context, "text");
    let self_service = open(context, "self_service");
    Prose {
        text,
        self_service,
        notes: wording::read_prose(context, record.take("notes"), "`notes`"),
        script: wording::read_prose(context, record.take("script"), "`script`"),
    }
}

fn priors(context: &mut Context, node: &Node) -> Vec<(Condition, f64)> {
    let Tree::List(nodes) = &node.tree else {
        let weight = context.number(node, "`prior`", 0.0);
        return weight
            .map(|weight| (Condition::default(), weight))
            .into_iter()
            .collect();
    };
    let mut priors = Vec::new();
    for node in nodes {
        let mut record = Record::open(node, "a prior", &mut context.faults);
        let when = condition::read(context, record.take("when"));
        let weight = record.need("weight", &mut context.faults);
        let weight = weight.and_then(|node| context.number(node, "`weight`", 0.0));
        record.finish(&mut context.faults);
        priors.extend(weight.map(|weight| (when, weight)));
    }
    if priors.last().is_some_and(|(when, _)| !when.is_always()) {
        let fault = Fault::new(node.span, "the last prior has a condition");
        let help = "end with one without `when`, for all other orders";
        context.faults.push(fault.help(help));
    }
    priors
}

fn share(context: &mut Context, node: &Node) -> Option<f64> {
    let share = context.number(node, "`solvable`", 0.0)?;
    if share > 1.0 {
        let what = "`solvable` is a share, at most 1";
        context.faults.push(Fault::new(node.span, what));
        return None;
    }
    Some(share)
}

fn answer(context: &mut Context, node: &Node, id: String) -> AnswerRule {
    let mut record = Record::open(node, "an answer", &mut context.faults);
    let when = condition::read(context, record.take("when"));
    let say = record.need("say", &mut context.faults);
    let say = say.map(|node| wording::read(context, node, "`say`", Place::Alone));
    let say: Wording = say.unwrap_or_default();
    let text = wording::read_prose(context, record.take("text"), "`text`");
    let seat = wording::read_prose(context, record.take("seat"), "`seat`");
    let privacy_node = record.take("privacy");
    let told = privacy_node.and_then(|node| context.word(node, "privacy", &PRIVACIES));
    let needed = wording::privacy(context, &say).max(wording::privacy(context, &text));
    if let Some(node) = privacy_node.filter(|_| told.is_some_and(|told| told < needed)) {
        let fault = Fault::new(node.span, "an open answer tells something private");
        let help = "take `privacy` out, or the private slot";
        context.faults.push(fault.help(help));
    }
    let thens = [("done", Then::Done), ("person", Then::Person)];
    let then = record.take("then");
    let then = then.and_then(|node| context.word(node, "`then`", &thens));
    record.finish(&mut context.faults);
    AnswerRule {
        id,
        when,
        privacy: told.unwrap_or_default().max(needed),
        say,
        text,
        seat,
        then: then.unwrap_or_default(),
    }
}
