//! Steps that are over at once: set, branch, look at the clock, tag.

use crate::machine::calendar::Calendar;
use crate::machine::calendar::Standing;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::script::Fork;
use crate::machine::ivr::script::Opening;
use crate::machine::ivr::script::Set;
use crate::machine::ivr::script::Tag;
use crate::machine::ivr::sight::CallSight;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::world::WalkWorld;

/// Sets variables, each seeing those before it.
pub fn set(journey: &mut Journey, world: WalkWorld<'_>, set: &Set) -> StepAt {
    for one in &set.assignments {
        let value = one.value.value(&CallSight { journey, world });
        journey.keep(&one.key, &one.variable, value);
    }
    set.next
}

/// Where the first condition that holds leads.
pub fn fork(journey: &mut Journey, world: WalkWorld<'_>, fork: &Fork) -> StepAt {
    let sight = CallSight { journey, world };
    let mut cases = (1..).zip(&fork.cases);
    let held = cases.find(|(_, case)| case.condition.holds(&sight));
    let (case, condition, to) = match held {
        Some((place, case)) => (place, case.written.clone(), case.to),
        None => (0, "else".to_owned(), fork.otherwise),
    };
    journey.note(WalkFact::Branched { case, condition });
    to
}

/// Where opening hours lead.
pub fn look_at_clock(journey: &mut Journey, world: WalkWorld<'_>, opening: &Opening) -> StepAt {
    let calendar = journey.script.hours.get(&opening.hours);
    let standing = |calendar: &Calendar| calendar.standing(world.turn.wall, world.zone);
    let standing = calendar.map_or(Standing::Closed, standing);
    let hours = opening.hours.clone();
    journey.note(WalkFact::Clocked { hours, standing });
    match standing {
        Standing::Open => opening.open,
        Standing::Closed => opening.closed,
        Standing::Holiday => opening.holiday,
    }
}

/// Marks the contact.
pub fn tag(journey: &mut Journey, tag: &Tag) -> StepAt {
    for tag in &tag.tags {
        journey.mark(tag);
    }
    tag.next
}
