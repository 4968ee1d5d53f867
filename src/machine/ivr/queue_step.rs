//! A call being handed to the distributor.

use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::script::QUESTION_SKILL;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::waiting::Queue;
use crate::machine::ivr::world::WalkWorld;

/// Hands the call to the distributor, with what the seat should see.
pub fn enqueue(journey: &mut Journey, world: WalkWorld<'_>, queue: &Queue) {
    let asked = queue.need.get(&journey.language);
    let skill = |skill: &String| {
        if skill == QUESTION_SKILL {
            question_skill(journey, world)
        } else {
            Some(skill.clone())
        }
    };
    let group = |group: &String| Some(group.clone());
    let need = asked.map(|need| need.named(&skill, &group));
    let briefing = journey.briefing();
    journey.emit(WalkOutput::Enqueue {
        queue: queue.queue.clone(),
        need: need.unwrap_or_default(),
        priority: queue.priority,
        ageing: queue.ageing,
        steps: queue.steps.clone(),
        language: journey.language,
        expected_max: queue.waiting.max_expected.map(|(most, _)| most),
        briefing,
    });
}

/// The skill that the chosen question asks of a person.
fn question_skill(journey: &Journey, world: WalkWorld<'_>) -> Option<String> {
    let chosen = journey.chosen.as_ref()?;
    world.bank.question(&chosen.question)?.skill.clone()
}
