//! What a contact needs of a seat, with ids or with names.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::vocabulary::id::SeatGroupId;
use crate::vocabulary::id::SkillId;

/// Highest level of a skill.
pub const LEVEL_MAX: u8 = 10;

/// A skill and the levels that will do, both ends included.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct SkillTerm<S = SkillId> {
    /// Which skill. A seat without it never meets the term, whatever the levels.
    pub skill: S,
    /// 1 to [`LEVEL_MAX`].
    pub level_min: u8,
    /// 1 to [`LEVEL_MAX`]; under `level_min`: no seat meets it.
    #[serde(default = "highest", skip_serializing_if = "is_highest")]
    pub level_max: u8,
}

const fn highest() -> u8 {
    LEVEL_MAX
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_highest(level: &u8) -> bool {
    *level >= LEVEL_MAX
}

impl<S> SkillTerm<S> {
    /// The skill at this level or above.
    pub const fn at_least(skill: S, level_min: u8) -> Self {
        Self {
            skill,
            level_min,
            level_max: LEVEL_MAX,
        }
    }

    /// Whether this level will do.
    pub const fn takes(&self, level: u8) -> bool {
        self.level_min <= level && level <= self.level_max
    }
}

/// One of the things a need asks, all of which must hold.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Clause<S = SkillId, G = SeatGroupId> {
    /// A skill at these levels.
    Skill(SkillTerm<S>),
    /// The seat is in this group.
    Group {
        /// Which.
        group: G,
    },
    /// At least one of these holds.
    Any {
        /// Of which.
        any: Vec<Need<S, G>>,
    },
    /// This does not hold.
    Not {
        /// What.
        not: Need<S, G>,
    },
}

/// What a contact needs of a seat: every clause. Sorted, so that equal needs are equal.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Need<S = SkillId, G = SeatGroupId>(pub Vec<Clause<S, G>>);

/// A need as people write it.
pub type NamedNeed = Need<String, String>;

impl<S, G> Default for Need<S, G> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S: Clone + Ord, G: Clone + Ord> Need<S, G> {
    /// All of these: sorted, each once, the stricter levels where a skill stands twice.
    #[must_use]
    pub fn of(clauses: impl IntoIterator<Item = Clause<S, G>>) -> Self {
        let mut all: Vec<Clause<S, G>> = Vec::new();
        for clause in clauses {
            if let Clause::Any { any } = &clause
                && let [only] = any.as_slice()
            {
                all.extend(only.0.iter().cloned());
            } else {
                all.push(clause);
            }
        }
        let key = |clause: &Clause<S, G>| match clause {
            Clause::Skill(term) => (0, Some(term.skill.clone()), Reverse(term.level_min)),
            Clause::Group { .. } | Clause::Any { .. } | Clause::Not { .. } => (1, None, Reverse(0)),
        };
        all.sort_by(|one, other| key(one).cmp(&key(other)).then_with(|| one.cmp(other)));
        all.dedup_by(|next, kept| match (next, kept) {
            (Clause::Skill(next), Clause::Skill(kept)) if next.skill == kept.skill => {
                kept.level_max = kept.level_max.min(next.level_max);
                true
            }
            (next, kept) => next == kept,
        });
        Self(all)
    }

    /// Both needs as one.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).cloned())
    }

    /// Whether it asks nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The skills it names, wherever they stand.
    #[must_use]
    pub fn skills(&self) -> BTreeSet<S> {
        let mut found = BTreeSet::new();
        self.visit(&mut |clause| {
            if let Clause::Skill(term) = clause {
                found.insert(term.skill.clone());
            }
        });
        found
    }

    /// The groups it names, wherever they stand.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<G> {
        let mut found = BTreeSet::new();
        self.visit(&mut |clause| {
            if let Clause::Group { group } = clause {
                found.insert(group.clone());
            }
        });
        found
    }

    fn visit(&self, see: &mut impl FnMut(&Clause<S, G>)) {
        for clause in &self.0 {
            see(clause);
            match clause {
                Clause::Skill(_) | Clause::Group { .. } => {}
                Clause::Any { any } => any.iter().for_each(|one| one.visit(see)),
                Clause::Not { not } => not.visit(see),
            }
        }
    }

    /// The same need by other names. A skill or group without another name asks nothing; an
    /// alternative that hangs on it is none, unless there is no other.
    #[must_use]
    pub fn named<T: Clone + Ord, H: Clone + Ord>(
        &self,
        skill: &impl Fn(&S) -> Option<T>,
        group: &impl Fn(&G) -> Option<H>,
    ) -> Need<T, H> {
        let clauses = self.0.iter().filter_map(|clause| match clause {
            Clause::Skill(term) => Some(Clause::Skill(SkillTerm {
                skill: skill(&term.skill)?,
                level_min: term.level_min,
                level_max: term.level_max,
            })),
            Clause::Group { group: name } => Some(Clause::Group {
                group: group(name)?,
            }),
            Clause::Any { any } => {
                let any = any.iter().map(|one| one.named(skill, group));
                let mut any: Vec<Need<T, H>> = any.filter(|one| !one.is_empty()).collect();
                any.sort();
                any.dedup();
                (!any.is_empty()).then_some(Clause::Any { any })
            }
            Clause::Not { not } => {
                let not = not.named(skill, group);
                (!not.is_empty()).then_some(Clause::Not { not })
            }
        });
        Need::of(clauses)
    }
}

impl<S: fmt::Display, G: fmt::Display> fmt::Display for Need<S, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, clause) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(" and ")?;
            }
            clause.fmt(f)?;
        }
        Ok(())
    }
}

impl<S: fmt::Display, G: fmt::Display> fmt::Display for Clause<S, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skill(term) if term.level_max >= LEVEL_MAX => {
                write!(f, "{} >= {}", term.skill, term.level_min)
            }
            Self::Skill(term) if term.level_min <= 1 => {
                write!(f, "{} <= {}", term.skill, term.level_max)
            }
            Self::Skill(term) => {
                let (skill, from, to) = (&term.skill, term.level_min, term.level_max);
                write!(f, "{skill} >= {from} and {skill} <= {to}")
            }
            Self::Group { group } => write!(f, "group == {group}"),
            Self::Any { any } => {
                f.write_str("(")?;
                for (at, one) in any.iter().enumerate() {
                    let or = if at > 0 { " or " } else { "" };
                    write!(f, "{or}{one}")?;
                }
                f.write_str(")")
            }
            Self::Not { not } => write!(f, "not ({not})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skill(name: &str, level_min: u8) -> Clause<String, String> {
        Clause::Skill(SkillTerm::at_least(name.to_owned(), level_min))
    }

    #[test]
    fn the_stricter_level_wins_where_both_name_a_skill() {
        let one = Need::of([skill("b", 1), skill("a", 5)]);
        let other = Need::of([skill("a", 3), skill("c", 2), skill("a", 3)]);
        let whole = one.and(&other);
        assert_eq!(whole.to_string(), "a >= 5 and b >= 1 and c >= 2");
        assert_eq!(other.and(&one), whole);
        let low = Clause::Skill(SkillTerm {
            skill: "a".to_owned(),
            level_min: 1,
            level_max: 7,
        });
        assert_eq!(
            Need::of([low]).and(&one).to_string(),
            "a >= 5 and a <= 7 and b >= 1"
        );
    }

    #[test]
    fn a_name_that_is_gone_asks_nothing_and_takes_no_alternative_with_it() {
        let any = Clause::Any {
            any: vec![Need::of([skill("gone", 1)]), Need::of([skill("here", 2)])],
        };
        let not = Clause::Not {
            not: Need::of([skill("gone", 1)]),
        };
        let need: NamedNeed = Need::of([skill("gone", 4), any, not, skill("here", 1)]);
        assert_eq!(need.skills().len(), 2);
        let kept = |skill: &String| (skill == "here").then(|| skill.clone());
        let left = need.named(&kept, &|group: &String| Some(group.clone()));
        assert_eq!(left.to_string(), "here >= 2");
    }

    #[test]
    fn needs_of_the_first_release_are_read() {
        let old = r#"[{"skill":1,"level_min":3}]"#;
        let need: Need = serde_json::from_str(old).unwrap();
        let term = SkillTerm::at_least(SkillId(1), 3);
        assert_eq!(need, Need(vec![Clause::Skill(term)]));
        assert_eq!(serde_json::to_string(&need).unwrap(), old);
        let whole = r#"[{"any":[[{"group":2}],[{"skill":1,"level_min":1,"level_max":4}]]},{"not":[{"group":0}]}]"#;
        let need: Need = serde_json::from_str(whole).unwrap();
        assert_eq!(serde_json::to_string(&need).unwrap(), whole);
    }
}
