//! A walk while the distributor has the call, and while it keeps a place there.

use std::sync::Arc;

use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::line;
use crate::machine::ivr::line::Named;
use crate::machine::ivr::queue_step;
use crate::machine::ivr::surface::LeaveReason;
use crate::machine::ivr::surface::WaitingAct;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::tell::Tell;
use crate::machine::ivr::waiting::Queue;
use crate::machine::ivr::waiting::WaitKey;
use crate::machine::ivr::walk::Walk;
use crate::machine::ivr::walk_state::Fate;
use crate::machine::ivr::walk_state::Left;
use crate::machine::ivr::walk_state::State;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::telling;
use crate::machine::speech::spoken::Spoken;
use crate::machine::waiting::range::WaitRange;
use crate::machine::waiting::words;
use crate::vocabulary::time::Now;

impl Walk {
    /// Hands the call to the distributor, or back to the place that it kept there.
    pub(super) fn wait(&mut self, world: WalkWorld<'_>, queue: &Queue) -> State {
        let kept = self.kept_at.take();
        if kept == Some(self.at) {
            self.act_waiting(WaitingAct::Return);
            return State::Queued;
        }
        if kept.is_some() {
            self.act_waiting(WaitingAct::Leave(LeaveReason::Asked));
        }
        let most = queue.waiting.max_wait.filter(|_| self.fate == Fate::Open);
        self.waits_until = most.map(|(most, _)| world.turn.now + most);
        queue_step::enqueue(&mut self.journey, world, queue);
        State::Queued
    }

    /// Whether the call goes on in the dialplan when the seat hangs up and the caller does not.
    #[must_use]
    pub fn goes_on_after_talk(&self) -> bool {
        let queue = self.queue();
        let open = matches!(self.state, State::Queued) && self.fate == Fate::Open;
        let after_seat = open && queue.is_some_and(|queue| queue.talked.is_some());
        after_seat || self.goes_on_after_number()
    }

    /// When a wait has lasted long enough.
    pub(super) fn wait_limit(&self) -> Option<Now> {
        let waits = matches!(self.state, State::Queued);
        self.waits_until.filter(|_| waits)
    }

    /// A wait has lasted long enough.
    pub(super) fn end_wait(&mut self, world: WalkWorld<'_>) {
        self.waits_until = None;
        let to = self.queue().and_then(|queue| queue.waiting.max_wait);
        if let Some((_, to)) = to {
            self.act_waiting(WaitingAct::Leave(LeaveReason::TimedOut));
            self.go(world, to);
        }
    }

    pub(super) fn leave_queue(&mut self, world: WalkWorld<'_>, left: Left) {
        if !matches!(self.state, State::Queued) {
            return;
        }
        if self.fate == Fate::Spent && left != Left::Nobody {
            self.hang_up();
            return;
        }
        let script = Arc::clone(&self.script);
        let step = script.step(self.at);
        let Some(queue) = step.and_then(|step| step.queue()) else {
            return;
        };
        let to = match left {
            Left::Full => Some(queue.full),
            Left::Asked => Some(queue.left),
            Left::Talked => queue.talked,
            Left::Closed => Some(queue.waiting.closed),
            Left::Long => {
                let limit = queue.waiting.max_expected;
                Some(limit.map_or(queue.full, |(_, to)| to))
            }
            Left::Nobody => {
                let open = self.fate == Fate::Open;
                let Some(to) = queue.waiting.nobody.filter(|_| open) else {
                    // Somebody may come.
                    return;
                };
                self.act_waiting(WaitingAct::Leave(LeaveReason::Nobody));
                Some(to)
            }
        };
        self.waits_until = None;
        match to {
            Some(to) => self.go(world, to),
            None => {
                self.hang_up();
            }
        }
    }

    /// A key while the call waits.
    pub(super) fn press_waiting(&mut self, world: WalkWorld<'_>, key: char) {
        let script = Arc::clone(&self.script);
        let queue = script.step(self.at).and_then(|step| step.queue());
        let does = queue.and_then(|queue| queue.waiting.keys.get(&key));
        let Some(does) = does.filter(|_| self.fate == Fate::Open) else {
            return;
        };
        self.journey.take_keys(key);
        match does {
            WaitKey::Again => self.act_waiting(WaitingAct::AskPlace),
            WaitKey::Visit(to) => {
                self.kept_at = Some(self.at);
                self.act_waiting(WaitingAct::Stroll);
                self.go(world, *to);
            }
            WaitKey::Leave(target) => {
                self.waits_until = None;
                self.act_waiting(WaitingAct::Leave(LeaveReason::Asked));
                let moved = self.journey.follow(world, key, target);
                self.follow(world, moved);
            }
        }
    }

    /// Tells a waiting caller what the step says is told.
    pub(super) fn tell_place(
        &mut self,
        world: WalkWorld<'_>,
        position: u32,
        wait: Option<WaitRange>,
    ) {
        let script = Arc::clone(&self.script);
        let queue = script.step(self.at).and_then(|step| step.queue());
        let Some(queue) = queue.filter(|_| matches!(self.state, State::Queued)) else {
            return;
        };
        let waiting = &queue.waiting;
        let language = self.journey.language;
        let mut speech: Vec<Spoken> = Vec::new();
        for tell in &waiting.tell {
            match (tell, wait) {
                (Tell::Position, _) => speech.extend(words::position(language, position)),
                (Tell::Wait, Some(wait)) => {
                    if !speech.is_empty() {
                        speech.push(Spoken::Pause(BREATH));
                    }
                    speech.extend(words::wait(language, wait));
                }
                (Tell::Wait, None) => {}
            }
        }
        let position = Some(position).filter(|_| waiting.tell.contains(&Tell::Position));
        let wait = wait.filter(|_| waiting.tell.contains(&Tell::Wait));
        if position.is_some() || wait.is_some() {
            self.journey.note(WalkFact::PlaceTold { position, wait });
        }
        if let Some(hint) = &waiting.hint {
            let line = line::line(&self.journey, world, hint, (language, Named::default()));
            let text = line.masked;
            let text = text.unwrap_or_else(|| telling::text(&line.speech, language));
            self.journey.note(WalkFact::Said { text });
            if !speech.is_empty() {
                speech.push(Spoken::Pause(BREATH));
            }
            speech.extend(line.speech);
        }
        if !speech.is_empty() {
            self.journey.emit(WalkOutput::Say {
                speech,
                language,
                stop_on: StopOn::Bridge,
                filler: false,
            });
        }
    }

    /// A seat rings for a call that kept its place: it is back where it waited.
    pub(super) fn be_offered(&mut self, world: WalkWorld<'_>) {
        let ended = matches!(self.state, State::Ended);
        if let Some(at) = self.kept_at.take().filter(|_| !ended) {
            self.journey.hear_end(world.turn.now);
            self.journey.drop_keys();
            self.at = at;
            self.journey.enter(at);
            self.state = State::Queued;
        }
    }

    /// The call has had all the steps or words it may have: a person must help, if there is one.
    pub(super) fn give_to_people(&mut self, world: WalkWorld<'_>) {
        let script = Arc::clone(&self.script);
        let queue = |at: StepAt| {
            let step = script.step(at)?;
            step.queue().map(|queue| (at, queue))
        };
        let all = (0..script.steps.len()).map(StepAt);
        let kept = self.kept_at.into_iter().chain(script.person);
        let found = kept.chain(all).find_map(queue);
        match found {
            Some((at, queue)) if self.fate == Fate::Open => {
                self.fate = Fate::Spent;
                self.at = at;
                self.state = self.wait(world, queue);
            }
            Some(_) | None => {
                self.hang_up();
            }
        }
    }

    fn queue(&self) -> Option<&Queue> {
        self.script.step(self.at)?.queue()
    }

    fn act_waiting(&mut self, act: WaitingAct) {
        self.journey.emit(WalkOutput::Waiting(act));
    }
}

/// Between what is told.
const BREATH: std::time::Duration = std::time::Duration::from_millis(300);
