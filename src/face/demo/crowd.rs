//! A crowd that phones again and again, so that times are taken while many calls are live.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::call::phone::PhoneCommand;
use crate::call::phone::PhoneId;
use crate::call::phone::PhoneReport;
use crate::face::demo::phones::Report;
use crate::face::demo::phones::SEAT_HZ;
use crate::machine::media::contract::Sound;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::time::Now;

/// Over how long the members begin.
const RAMP: Duration = Duration::from_secs(12);
/// From the end of a call to the next.
const GAP: Duration = Duration::from_millis(200);
/// From a refused call to the next.
const GAP_AFTER_REFUSAL: Duration = Duration::from_secs(1);
/// One call in so many asks for a person.
const PERSON_ONE_IN: u64 = 8;
/// How long a member waits for a person.
const WAITS_MAX: Duration = Duration::from_secs(40);
/// How long a member talks to one.
const TALKS: Duration = Duration::from_secs(4);

/// Members who phone, press a key in the middle of the greeting, listen on or ask for a person,
/// hang up, and phone again.
#[derive(Debug)]
pub struct Crowd {
    first: u32,
    members: Vec<Member>,
    due: BTreeSet<(Now, usize)>,
    chance: Chance,
    /// What was measured.
    pub figures: Figures,
}

/// What a crowd saw.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// INVITE to first packet in microseconds, call by call.
    pub first_packet: Vec<u64>,
    /// Calls that were connected, at each new call.
    pub live: Vec<u64>,
    /// Calls that were refused.
    pub refused: u64,
}

#[derive(Debug)]
struct Member {
    dialled: Now,
    state: State,
    due: Option<Now>,
}

/// What a member does when its time comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Phones.
    Idle,
    /// Waits for sound.
    Calling,
    /// Presses a key in the middle of a word.
    Greeted,
    /// Asks for a person.
    Asking,
    /// Hangs up.
    Leaving,
    /// Has hung up.
    Over,
}

impl Crowd {
    /// `size` members, whose phones follow each other from `first` on.
    #[must_use]
    pub fn new(first: PhoneId, size: usize, now: Now, mut chance: Chance) -> Self {
        let mut crowd = Self {
            first: first.0,
            members: Vec::new(),
            due: BTreeSet::new(),
            chance: chance.fork(),
            figures: Figures::default(),
        };
        for at in 0..size {
            crowd.members.push(Member {
                dialled: now,
                state: State::Idle,
                due: None,
            });
            let begins = crowd.between(Duration::ZERO, RAMP);
            crowd.set(at, State::Idle, now + begins);
        }
        crowd
    }

    /// When all have phoned once, and some have phoned again.
    #[must_use]
    pub fn stands_at(begun: Now) -> Now {
        begun + RAMP + RAMP
    }

    /// When a member has something to do.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        self.due.first().map(|(at, _)| *at)
    }

    /// What a member does now.
    pub fn poll(&mut self, number: &str, now: Now) -> Option<(PhoneId, PhoneCommand)> {
        let (_, at) = self.due.first().copied().filter(|(due, _)| *due <= now)?;
        self.due.pop_first();
        let member = self.members.get_mut(at)?;
        member.due = None;
        let command = match member.state {
            State::Idle => {
                member.dialled = now;
                member.state = State::Calling;
                let live = self.live();
                self.figures.live.push(live);
                PhoneCommand::Dial(number.to_owned())
            }
            State::Greeted => {
                if self.chance.below(PERSON_ONE_IN) == 0 {
                    let listens = self.between(Duration::from_secs(1), Duration::from_secs(3));
                    self.set(at, State::Asking, now + listens);
                } else {
                    let listens = self.between(Duration::from_secs(6), Duration::from_secs(14));
                    self.set(at, State::Leaving, now + listens);
                }
                PhoneCommand::Press('2')
            }
            State::Asking => {
                self.set(at, State::Leaving, now + WAITS_MAX);
                PhoneCommand::Press('0')
            }
            State::Leaving | State::Calling | State::Over => {
                member.state = State::Over;
                PhoneCommand::HangUp
            }
        };
        let place = u32::try_from(at).unwrap_or(u32::MAX);
        Some((PhoneId(self.first.saturating_add(place)), command))
    }

    /// Something happened at a phone, perhaps of the crowd.
    pub fn hear(&mut self, (phone, at, report): &Report) {
        let place = phone.0.checked_sub(self.first);
        let Some(place) = place.and_then(|place| usize::try_from(place).ok()) else {
            return;
        };
        let Some((dialled, state)) = self.members.get(place).map(|m| (m.dialled, m.state)) else {
            return;
        };
        match report {
            PhoneReport::Heard(Sound::FirstPacket) if state == State::Calling => {
                let us = at.since(dialled).as_micros();
                let us = u64::try_from(us).unwrap_or(u64::MAX);
                self.figures.first_packet.push(us);
                let listens = self.between(Duration::from_millis(400), Duration::from_secs(2));
                self.set(place, State::Greeted, *at + listens);
            }
            PhoneReport::Heard(Sound::Tone(SEAT_HZ)) => {
                self.set(place, State::Leaving, *at + TALKS);
            }
            PhoneReport::Refused(_) => {
                self.figures.refused += 1;
                self.set(place, State::Idle, *at + GAP_AFTER_REFUSAL);
            }
            PhoneReport::Over if state != State::Idle => {
                self.set(place, State::Idle, *at + GAP);
            }
            PhoneReport::Heard(_)
            | PhoneReport::Registered(_)
            | PhoneReport::Rings(_)
            | PhoneReport::Connected
            | PhoneReport::Reoffered(_)
            | PhoneReport::Over => {}
        }
    }

    /// All hang up; nobody phones again.
    pub fn disperse(&mut self) -> Vec<(PhoneId, PhoneCommand)> {
        self.due.clear();
        let all = self.members.iter_mut().zip(self.first..);
        let connected = all.filter_map(|(member, phone)| {
            let state = std::mem::replace(&mut member.state, State::Over);
            let hangs_up = !matches!(state, State::Idle | State::Over);
            hangs_up.then_some((PhoneId(phone), PhoneCommand::HangUp))
        });
        connected.collect()
    }

    fn live(&self) -> u64 {
        let connected = self.members.iter().filter(|member| {
            matches!(
                member.state,
                State::Greeted | State::Asking | State::Leaving
            )
        });
        u64::try_from(connected.count()).unwrap_or(u64::MAX)
    }

    fn set(&mut self, place: usize, state: State, at: Now) {
        let Some(member) = self.members.get_mut(place) else {
            return;
        };
        if let Some(due) = member.due.replace(at) {
            self.due.remove(&(due, place));
        }
        member.state = state;
        self.due.insert((at, place));
    }

    fn between(&mut self, least: Duration, most: Duration) -> Duration {
        least + most.saturating_sub(least).mul_f64(self.chance.fraction())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_phones_presses_hangs_up_and_phones_again() {
        let begun = Now::at_ms(0);
        let mut crowd = Crowd::new(PhoneId(7), 1, begun, Chance::from_seed(1));
        let mut did = Vec::new();
        while did.len() < 12 {
            let now = crowd.poll_timeout().expect("something to do");
            let (phone, command) = crowd.poll("1", now).expect("due");
            assert_eq!(phone, PhoneId(7));
            match &command {
                PhoneCommand::Dial(_) => {
                    let at = now + Duration::from_millis(5);
                    crowd.hear(&(phone, at, PhoneReport::Heard(Sound::FirstPacket)));
                }
                PhoneCommand::HangUp => crowd.hear(&(phone, now, PhoneReport::Over)),
                PhoneCommand::Register
                | PhoneCommand::Press(_)
                | PhoneCommand::Hold
                | PhoneCommand::Resume => {}
            }
            did.push(command);
        }
        assert!(did.iter().filter(|c| **c == PhoneCommand::HangUp).count() >= 3);
        assert!(did.contains(&PhoneCommand::Press('2')));
        assert_eq!(crowd.figures.first_packet.first(), Some(&5000));
        assert_eq!(crowd.figures.live.first(), Some(&0));
    }
}
