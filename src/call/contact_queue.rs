//! The distributor's side of a call: its wait, its place, what it is told meanwhile.

use crate::call::contact::Contact;
use crate::call::contact::Place;
use crate::call::contact::Playing;
use crate::call::contact::Stage;
use crate::call::contact::Surroundings;
use crate::call::contact_output::ContactOutput;
use crate::call::contact_wish::Wish;
use crate::call::fact::Fact;
use crate::call::kept::Lapse;
use crate::call::record::Party;
use crate::machine::acd::surface::Arrival;
use crate::machine::acd::surface::Input;
use crate::machine::ivr::surface::LeaveReason;
use crate::machine::ivr::surface::WaitingAct;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::media::contract::Piece;
use crate::machine::media::contract::StopOn;
use crate::machine::waiting::words;

impl Contact {
    /// Enters a queue, unless it is closed or the wait would be longer than the dialplan allows.
    pub(super) fn enqueue(&mut self, queue: &str, wish: Wish, near: &mut Surroundings<'_>) {
        let people = near.people;
        let Some((id, present)) = people.queue(queue) else {
            let text = format!("the dialplan names the queue {queue:?}, which is not configured");
            self.fact(Fact::Alarm { text });
            return self.hang_up(Party::Centre, "unknown_queue", near);
        };
        self.queue = present.to_owned();
        self.stage = Stage::Waiting;
        self.told = None;
        if !people.is_open(id, near.turn.wall, &near.centre.zone) {
            let queue = self.queue.clone();
            self.fact(Fact::QueueClosed { queue });
            return self.not_taken(WalkInput::QueueClosed, near);
        }
        let arrival = Arrival {
            queue: id,
            ..wish.arrival
        };
        if let Some(most) = wish.expected_max
            && let Some(foretold) = near
                .forecaster
                .on_entry(id, &arrival.need, arrival.priority)
            && foretold.wait > most
        {
            let expected_ms = u64::try_from(foretold.wait.as_millis()).unwrap_or(u64::MAX);
            let queue = self.queue.clone();
            self.fact(Fact::WaitTooLong { queue, expected_ms });
            return self.not_taken(WalkInput::QueueLong, near);
        }
        self.play_music(near);
        self.emit(ContactOutput::Acd(Input::Arrived(arrival)));
    }

    /// The queue took no more: the dialplan goes on.
    pub fn queue_full(&mut self, near: &mut Surroundings<'_>) {
        if self.out_of_line(Lapse::Full, near) {
            return;
        }
        match (self.stage, self.place) {
            (Stage::Waiting, _) => self.not_taken(WalkInput::QueueFull, near),
            // It waits elsewhere no more; the dialplan will find out when it comes back.
            (_, Place::Kept) => self.place = Place::None,
            (_, Place::None) => {}
        }
    }

    /// A supervisor took it out of its queue: the dialplan goes on.
    pub fn taken_out(&mut self, near: &mut Surroundings<'_>) {
        if self.out_of_line(Lapse::TakenOut, near) {
            return;
        }
        match (self.stage, self.place) {
            (Stage::Waiting, _) => self.not_taken(WalkInput::QueueLeft, near),
            (_, Place::Kept) => self.place = Place::None,
            (_, Place::None) => {}
        }
    }

    /// Nobody who is signed in could help it: the dialplan may have a way for that.
    pub fn nobody_there(&mut self, near: &mut Surroundings<'_>) {
        if self.stage == Stage::Waiting && self.seat.is_none() {
            self.tell_walk(WalkInput::QueueNobody, near);
        }
    }

    /// The caller's place, as the distributor says it.
    pub fn tell_position(&mut self, position: u32, near: &mut Surroundings<'_>) {
        if self.stage == Stage::Waiting {
            let foretold = near.forecaster.remaining(self.id, position);
            let fresh = foretold.map(|foretold| foretold.said);
            let wait = self
                .told
                .and_then(|(_, told)| told)
                .map_or(fresh, |told| fresh.map(|fresh| fresh.after(told)));
            self.told = Some((position, wait));
            self.tell_walk(WalkInput::Placed { position, wait }, near);
        }
    }

    /// Does what a walk wants that waits.
    pub(super) fn act_waiting(&mut self, act: WaitingAct, near: &mut Surroundings<'_>) {
        match act {
            WaitingAct::Stroll => {
                self.stage = Stage::Walking;
                self.place = Place::Kept;
                self.hush();
                self.fact(Fact::PlaceKept);
            }
            WaitingAct::Return if self.place == Place::Kept => self.be_back(near),
            // Its place is gone: the queue was taken away meanwhile.
            WaitingAct::Return => {
                self.stage = Stage::Waiting;
                self.not_taken(WalkInput::QueueFull, near);
            }
            WaitingAct::Leave(reason) => self.leave_queue(reason),
            WaitingAct::AskPlace => {
                if let Some((position, wait)) = self.told {
                    self.tell_walk(WalkInput::Placed { position, wait }, near);
                }
            }
        }
    }

    /// A seat rings for a call that is elsewhere in the dialplan: it is told, and comes back.
    pub(super) fn call_back_from_stroll(&mut self, near: &mut Surroundings<'_>) {
        if self.stage != Stage::Walking || self.place == Place::None {
            return;
        }
        self.end_message();
        self.hush();
        self.tell_walk(WalkInput::Offered, near);
        self.be_back(near);
        self.say(&words::connecting(self.language), StopOn::Bridge, near);
    }

    /// Whether the distributor has it.
    pub(super) fn is_queued(&self, was: Stage) -> bool {
        was == Stage::Waiting || self.place == Place::Kept
    }

    pub(super) fn play_music(&mut self, near: &mut Surroundings<'_>) {
        if let Some(music) = near.release.music {
            let pieces = vec![Piece::Prompt(music)];
            self.play(pieces, StopOn::Bridge, Playing::Music, near.mint);
        }
    }

    fn be_back(&mut self, near: &mut Surroundings<'_>) {
        self.stage = Stage::Waiting;
        self.place = Place::None;
        self.fact(Fact::BackInQueue);
        self.play_music(near);
    }

    fn leave_queue(&mut self, reason: LeaveReason) {
        self.fact(Fact::LeftQueue { reason });
        self.emit(ContactOutput::Acd(Input::Left(self.id)));
        self.stage = Stage::Walking;
        self.place = Place::None;
        self.hush();
    }

    fn not_taken(&mut self, input: WalkInput, near: &mut Surroundings<'_>) {
        self.stage = Stage::Walking;
        self.hush();
        self.tell_walk(input, near);
    }
}
