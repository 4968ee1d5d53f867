//! What would have become of recorded calls under other files, counted and put into words.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::machine::ivr::replay::End;
use crate::machine::ivr::replay::Way;

/// Calls under old and new files.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// Calls that were walked through both.
    pub compared: usize,
    /// Of these: walked through the old files as they were recorded.
    pub as_recorded: usize,
    /// Of these: another way through the new files.
    pub changed: usize,
    /// Calls that could not be walked: no old dialplan answers their number.
    pub left_out: usize,
    /// Steps, by how many calls reach them.
    pub steps: BTreeMap<String, Reach>,
    /// Queues likewise.
    pub queues: BTreeMap<String, Reach>,
    /// Questions that are answered, likewise.
    pub answers: BTreeMap<String, Reach>,
    /// Other ends, likewise.
    pub ends: BTreeMap<End, Reach>,
}

/// How many calls come somewhere.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Reach {
    /// Under the old files.
    pub old: usize,
    /// Under the new files, but not under the old ones.
    pub gained: usize,
    /// Under the old files, but not under the new ones.
    pub lost: usize,
}

impl Comparison {
    /// Counts a call. True if it changes.
    pub fn take(&mut self, recorded: &[String], old: &Way, new: &Way) -> bool {
        self.compared += 1;
        self.as_recorded += usize::from(old.steps == recorded);
        count(&mut self.steps, &old.steps, &new.steps);
        count(&mut self.answers, &old.answers, &new.answers);
        count(&mut self.queues, queue(old), queue(new));
        let (before, after) = (&mut old_end(old), &mut old_end(new));
        count(&mut self.ends, &*before, &*after);
        let changed = old != new;
        self.changed += usize::from(changed);
        changed
    }

    /// Counts a call that no old dialplan answers.
    pub const fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// What would change, a sentence each, the greatest first.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut told: Vec<(usize, String)> = Vec::new();
        let quoted = |name: &String| format!("reach `{name}`");
        tell(&mut told, &self.steps, quoted);
        tell(&mut told, &self.queues, |name| {
            format!("wait in queue `{name}`")
        });
        tell(&mut told, &self.answers, |name| format!("be told `{name}`"));
        tell(&mut told, &self.ends, |end| end_words(end).to_owned());
        told.sort_by(|(one, a), (other, b)| other.cmp(one).then(a.cmp(b)));
        told.into_iter().map(|(_, sentence)| sentence).collect()
    }
}

fn queue(way: &Way) -> &[String] {
    match &way.end {
        End::Queue(queue) => std::slice::from_ref(queue),
        End::Number(_)
        | End::Message(_)
        | End::Dialplan
        | End::Caller
        | End::Hidden
        | End::NoDialplan => &[],
    }
}

fn old_end(way: &Way) -> Vec<End> {
    let other = !matches!(way.end, End::Queue(_));
    other.then(|| way.end.clone()).into_iter().collect()
}

const fn end_words(end: &End) -> &'static str {
    match end {
        End::Queue(_) => "wait in a queue",
        End::Number(_) => "be connected with a number",
        End::Message(_) => "leave a message",
        End::Dialplan => "be hung up on by the dialplan",
        End::Caller => "hang up",
        End::Hidden => "key in a secret, where the comparison ends",
        End::NoDialplan => "be answered by no dialplan",
    }
}

fn count<T: Clone + Ord>(reaches: &mut BTreeMap<T, Reach>, old: &[T], new: &[T]) {
    let (old, new): (BTreeSet<&T>, BTreeSet<&T>) = (old.iter().collect(), new.iter().collect());
    for place in old.union(&new) {
        let reach = reaches.entry((*place).clone()).or_default();
        reach.old += usize::from(old.contains(place));
        reach.gained += usize::from(!old.contains(place));
        reach.lost += usize::from(!new.contains(place));
    }
}

fn tell<T>(
    told: &mut Vec<(usize, String)>,
    reaches: &BTreeMap<T, Reach>,
    words: impl Fn(&T) -> String,
) {
    for (place, reach) in reaches {
        let words = words(place);
        let before = match reach.old {
            0 => "none did".to_owned(),
            old => format!("{old} did"),
        };
        if reach.gained > 0 {
            told.push((
                reach.gained,
                format!("{} would now {words} ({before})", reach.gained),
            ));
        }
        if reach.lost > 0 {
            told.push((
                reach.lost,
                format!("{} would no longer {words} ({before})", reach.lost),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(steps: &[&str], end: End) -> Way {
        Way {
            steps: steps.iter().map(|step| (*step).to_owned()).collect(),
            answers: Vec::new(),
            end,
        }
    }

    #[test]
    fn changes_are_told_the_greatest_first() {
        let mut comparison = Comparison::default();
        let hello = |end| way(&["hello", "menu"], end);
        for _ in 0..3 {
            let (old, new) = (hello(End::Caller), way(&["hello", "survey"], End::Caller));
            assert!(comparison.take(&old.steps.clone(), &old, &new));
        }
        let sales = || hello(End::Queue("sales".to_owned()));
        assert!(comparison.take(&[], &sales(), &hello(End::Dialplan)));
        assert!(!comparison.take(&[], &sales(), &sales()));
        assert_eq!(
            (
                comparison.compared,
                comparison.changed,
                comparison.as_recorded
            ),
            (5, 4, 3)
        );
        assert_eq!(
            comparison.sentences(),
            [
                "3 would no longer reach `menu` (5 did)",
                "3 would now reach `survey` (none did)",
                "1 would no longer wait in queue `sales` (2 did)",
                "1 would now be hung up on by the dialplan (none did)",
            ]
        );
    }
}
