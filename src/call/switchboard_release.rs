//! What the switchboard does with releases: one event, between two others.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::call::effect::CommandError;
use crate::call::effect::Effect;
use crate::call::fact::Fact;
use crate::call::release::Release;
use crate::call::switchboard::SeatDesk;
use crate::call::switchboard::Switchboard;
use crate::call::turnover::NewNames;
use crate::call::turnover::Occasion;
use crate::call::turnover::Released;
use crate::call::turnover::Step;
use crate::call::turnover::Turnover;
use crate::machine::acd::reorganisation::Order;
use crate::machine::acd::reorganisation::Removal;
use crate::machine::acd::surface::Input;
use crate::vocabulary::time::Turn;

impl Switchboard {
    /// The releases stand otherwise from here on, or all stays as it is and the reply says why.
    pub(super) fn turn_over(&mut self, turn: Turn, id: u64, turnover: Turnover) {
        let result = match self.refusal(&turnover) {
            Some(refusal) => {
                let text = format!("a release was refused: {refusal}");
                self.record(turn, None, Fact::Alarm { text });
                if let Step::Take(release, _) = turnover.step {
                    self.effects.push_back(Effect::Retire(release));
                }
                Err(refusal)
            }
            None => {
                self.carry_out(turn, turnover);
                Ok(())
            }
        };
        self.reply(id, result);
    }

    /// The first release of a centre is written in the log.
    pub(super) fn note_start(&mut self, turn: Turn) {
        let first = Arc::clone(self.releases.current());
        let note = self.note(&first, Occasion::Started, "start");
        self.record(turn, None, Fact::Released(Box::new(note)));
    }

    /// Releases that nobody needs are let go.
    pub(super) fn retire_releases(&mut self, turn: Turn) {
        for release in self.releases.retire() {
            let number = release.number;
            self.record(turn, None, Fact::ReleaseRetired { release: number });
            self.effects.push_back(Effect::Retire(release));
        }
    }

    /// Why a turnover cannot be.
    fn refusal(&self, turnover: &Turnover) -> Option<CommandError> {
        let standing = self.releases.standing();
        if standing != turnover.from {
            return Some(CommandError::Overtaken);
        }
        match &turnover.step {
            Step::Take(release, _) if release.number <= self.releases.highest() => {
                return Some(CommandError::Overtaken);
            }
            Step::Take(_, share) => {
                if let Err((oldest, calls)) = self.releases.room(*share) {
                    return Some(CommandError::ReleasesFull { oldest, calls });
                }
            }
            Step::Promote if standing.canary.is_none() => return Some(CommandError::NothingTried),
            Step::RollBack if standing.canary.is_none() && standing.before.is_none() => {
                return Some(CommandError::NothingBefore);
            }
            Step::Promote | Step::RollBack => {}
        }
        if let Some(to) = &turnover.move_to {
            let there = turnover.people.queue(to).is_some();
            return (!there).then(|| CommandError::NoSuchQueue(to.clone()));
        }
        let used = self.used(turnover);
        (!used.is_empty()).then_some(CommandError::InUse(used))
    }

    /// The queues and skills that go although somebody needs them, in words.
    fn used(&self, turnover: &Turnover) -> Vec<String> {
        let mut used = Vec::new();
        let catalog = &self.people.catalog;
        for queue in &turnover.change.gone_queues {
            let name = catalog.queue_entry(*queue).map(|queue| &queue.name);
            let waiting = self.acd.in_queue(*queue);
            let coming = name.map_or(0, |name| self.releases.calls_towards(name));
            if waiting > 0 || coming > 0 {
                let name = name.map_or("", String::as_str);
                used.push(format!(
                    "queue {name:?} goes, but {waiting} contact(s) wait in it and the dialplans of \
                     {coming} live call(s) lead to it"
                ));
            }
        }
        for skill in &turnover.change.gone_skills {
            let waiting = self.acd.needing(*skill);
            if waiting > 0 {
                let name = catalog.skill_name(*skill).unwrap_or_default();
                used.push(format!(
                    "no seat has the skill {name:?} any more, but {waiting} contact(s) wait for it"
                ));
            }
        }
        used
    }

    fn carry_out(&mut self, turn: Turn, turnover: Turnover) {
        let Turnover {
            step,
            people,
            change,
            names,
            users,
            move_to,
            by,
            ..
        } = turnover;
        let to = move_to.as_deref();
        self.people.follow(people, &change.gone_queues, to);
        let to = to.and_then(|to| self.people.catalog.queue(to));
        let removal = to.map(|to| Removal {
            queues: change.gone_queues.into_iter().collect::<BTreeSet<_>>(),
            skills: change.gone_skills,
            to,
        });
        let (release, occasion) = self.step(step);
        let mut note = self.note(&release, occasion, &by);
        if let Some(NewNames { shared, written }) = names {
            self.names = shared;
            note.names = Some(written);
        }
        self.seats
            .resize(self.people.catalog.seats().len(), SeatDesk::default());
        self.record(turn, None, Fact::Released(Box::new(note)));
        for seat in change.gone_seats {
            if self.set_flow(seat, None) {
                self.record(turn, None, Fact::SeatUnregistered { seat });
            }
            self.acd.handle(turn, Input::SeatSignedOut(seat));
        }
        self.watch_seats(turn, &change.seats);
        let order = Order {
            queues: change.queues,
            seats: change.seats,
            removal,
        };
        self.acd.reorganise(turn, &order);
        self.sign_in_numbers(turn);
        if let Some(users) = users {
            self.ua.set_users(users);
        }
        self.retire_releases(turn);
    }

    /// Which release a step was about.
    fn step(&mut self, step: Step) -> (Arc<Release>, Occasion) {
        let tried = self.releases.tried();
        match step {
            Step::Take(release, share) => {
                let occasion = match share {
                    Some(_) => Occasion::Tried,
                    None => Occasion::Reloaded,
                };
                self.releases.take(Arc::clone(&release), share);
                (release, occasion)
            }
            Step::Promote => {
                self.releases.promote();
                (Arc::clone(self.releases.current()), Occasion::Promoted)
            }
            Step::RollBack => {
                self.releases.roll_back();
                let back = tried.unwrap_or_else(|| Arc::clone(self.releases.current()));
                (back, Occasion::RolledBack)
            }
        }
    }

    fn note(&self, release: &Release, occasion: Occasion, by: &str) -> Released {
        Released {
            occasion,
            release: release.number,
            hash: release.hash.clone(),
            versions: release.versions.clone(),
            standing: self.releases.standing(),
            by: by.to_owned(),
            names: None,
        }
    }
}
