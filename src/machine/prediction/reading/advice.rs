//! What a bank promises that the centre cannot keep.

use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Severity;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Warnings about a bank that can be read: a skill that no seat has.
#[must_use]
pub fn advise(text: &str, skills: &[String]) -> Vec<Fault> {
    let Ok(root) = Node::read(text) else {
        return Vec::new();
    };
    let questions = entry(&root, "questions").into_iter().flat_map(items);
    let needs = questions.filter_map(|question| entry(question, "skill"));
    let unmet = needs.filter_map(|node| {
        let skill = node.text()?;
        if skills.iter().any(|known| known == skill) {
            return None;
        }
        let fault = Fault::new(node.span, format!("no seat has the skill `{skill}`"));
        let fault = fault.nearest(skill, skills.iter().map(String::as_str));
        Some(Fault {
            severity: Severity::Warning,
            ..fault
        })
    });
    unmet.collect()
}

fn entry<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Tree::Map(entries) = &node.tree else {
        return None;
    };
    let found = entries.iter().find(|(key, _)| key.text() == Some(name));
    found.map(|(_, value)| value)
}

fn items(node: &Node) -> &[Node] {
    match &node.tree {
        Tree::List(nodes) => nodes,
        Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::Map(_) => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skill_that_no_seat_has_is_told_with_the_nearest() {
        let text = "questions:\n  - { id: a, skill: refund }\n  - { id: b, skill: refnd }\n";
        let faults = advise(text, &["refund".to_owned()]);
        let [fault] = faults.as_slice() else {
            panic!("{faults:?}");
        };
        assert_eq!(fault.severity, Severity::Warning);
        assert_eq!(fault.what, "no seat has the skill `refnd`");
        assert!(
            fault
                .help
                .as_ref()
                .is_some_and(|help| help.contains("`refund`"))
        );
    }
}
