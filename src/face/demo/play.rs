//! Calls and seats on stage: cues given, stories told, times measured.

use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::phone::PhoneCommand;
use crate::call::phone::PhoneId;
use crate::call::phone::PhoneReport;
use crate::call::record::Record;
use crate::driver::clock::Clock;
use crate::face::demo::cast::Act;
use crate::face::demo::cast::Caller;
use crate::face::demo::cast::Cue;
use crate::face::demo::cast::Expect;
use crate::face::demo::cast::When;
use crate::face::demo::crowd::Crowd;
use crate::face::demo::crowd::Figures;
use crate::face::demo::narrator::Narrator;
use crate::face::demo::narrator::tenths;
use crate::face::demo::phones::Phones;
use crate::face::demo::phones::Report;
use crate::face::demo::phones::SEAT_HZ;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::SeatState;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::media::contract::Sound;
use crate::vocabulary::id::CallId;
use crate::vocabulary::time::Now;

/// A scene that takes longer has gone wrong.
const SCENE_MAX: Duration = Duration::from_secs(180);
/// Seats that take longer to stand ready have gone wrong.
const SEATS_MAX: Duration = Duration::from_secs(10);

/// What comes to the stage.
#[derive(Debug)]
pub enum Noise {
    /// A durable fact of the centre.
    Fact(Arc<Recorded>),
    /// A report of a phone.
    Report(Report),
}

/// Times taken from real packets, in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Times {
    /// INVITE to first packet, as the caller's phone saw it.
    pub first_packet: Vec<u64>,
    /// Key to the prompt's last packet, as the centre's media saw it.
    pub prompt_stop: Vec<u64>,
    /// Seat's answer to two-way sound, as the centre's media saw it.
    pub two_way: Vec<u64>,
}

impl Times {
    /// A table of them, with what each should not pass at the 99th percentile.
    #[must_use]
    pub fn told(&self) -> String {
        let mut table = format!(
            "  {:<46}{:>8}{:>8}{:>8}  of      (ms; aim at p99)",
            "", "median", "p99", "worst"
        );
        let rows = [
            (
                "INVITE to first packet, at the caller's phone",
                &self.first_packet,
                30,
            ),
            ("key to the prompt's last packet", &self.prompt_stop, 60),
            ("seat's answer to two-way sound", &self.two_way, 50),
        ];
        for (what, values, aim) in rows {
            let shown = |percent| percentile(values, percent).map_or("-".to_owned(), tenths);
            table.push_str(&format!(
                "\n  {what:<46}{:>8}{:>8}{:>8}  {:<7} ({aim})",
                shown(50),
                shown(99),
                shown(100),
                values.len()
            ));
        }
        table
    }

    fn take(&mut self, fact: &Fact) {
        if let Fact::PromptStopped { after_us } = fact {
            self.prompt_stop.push(*after_us);
        } else if let Fact::TwoWay { after_us } = fact {
            self.two_way.push(*after_us);
        }
    }
}

/// The stage.
pub struct Stage<'o, W> {
    phones: Phones,
    noise: Receiver<Noise>,
    clock: Clock,
    out: &'o mut W,
    narrator: Narrator,
    /// What was measured.
    pub times: Times,
}

/// A caller while its call lasts.
struct Part {
    caller: Caller,
    phone: PhoneId,
    dialled: Now,
    call: Option<CallId>,
    next: usize,
    due: Option<(Now, Act)>,
    /// Questions offered, in the order of their keys.
    offered: Vec<String>,
    /// Tones that its phone heard.
    tones: Vec<u16>,
    record: Option<Record>,
}

impl<'o, W: Write> Stage<'o, W> {
    /// A stage with these phones.
    pub fn new(phones: Phones, noise: Receiver<Noise>, clock: Clock, out: &'o mut W) -> Self {
        let (narrator, times) = (Narrator::default(), Times::default());
        Self {
            phones,
            noise,
            clock,
            out,
            narrator,
            times,
        }
    }

    /// Registers seats and makes them ready.
    ///
    /// # Errors
    ///
    /// What `out` says, or that a seat did not stand ready in time.
    pub fn seat(&mut self, seats: &[PhoneId]) -> io::Result<()> {
        for phone in seats {
            self.phones.tell(*phone, PhoneCommand::Register);
        }
        let until = self.clock.now() + SEATS_MAX;
        let mut ready = 0;
        while ready < seats.len() {
            match self.next(until) {
                Some(Noise::Report((phone, _, PhoneReport::Registered(status)))) => {
                    if status.0 != 200 {
                        let text = format!("a seat could not register: {}", status.0);
                        return Err(io::Error::other(text));
                    }
                    self.phones
                        .tell(phone, PhoneCommand::Dial("*11".to_owned()));
                }
                Some(Noise::Fact(fact)) => {
                    self.narrator.tell(&fact);
                    let Fact::Acd(AcdFact::SeatChanged { state, .. }) = fact.fact else {
                        continue;
                    };
                    ready += usize::from(state == SeatState::Ready);
                }
                Some(Noise::Report(_)) => {}
                None => return Err(io::Error::other("the seats did not stand ready in time")),
            }
        }
        Ok(())
    }

    /// Tells the audience something.
    ///
    /// # Errors
    ///
    /// What `out` says.
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    /// Lets these callers phone at once and tells their stories to the end. Gives what went
    /// otherwise than told.
    ///
    /// # Errors
    ///
    /// What `out` says.
    pub fn scene(
        &mut self,
        number: &str,
        callers: Vec<(PhoneId, Caller)>,
    ) -> io::Result<Vec<String>> {
        let mut parts: Vec<Part> = Vec::new();
        for (phone, caller) in callers {
            writeln!(self.out, "\n{}: {}", caller.name, caller.wish)?;
            self.phones
                .tell(phone, PhoneCommand::Dial(number.to_owned()));
            parts.push(Part {
                caller,
                phone,
                dialled: self.clock.now(),
                call: None,
                next: 0,
                due: None,
                offered: Vec::new(),
                tones: Vec::new(),
                record: None,
            });
        }
        let end = self.clock.now() + SCENE_MAX;
        while parts.iter().any(|part| part.record.is_none()) && self.clock.now() < end {
            let due = parts
                .iter()
                .filter_map(|part| part.due.map(|(at, _)| at))
                .min();
            match self.next(due.unwrap_or(end).min(end)) {
                Some(Noise::Fact(fact)) => self.hear_fact(&fact, &mut parts)?,
                Some(Noise::Report(report)) => self.hear_report(&report, &mut parts),
                None => {}
            }
            self.act(&mut parts);
        }
        Ok(parts.iter().flat_map(wrong).collect())
    }

    /// Lets a crowd phone, and takes times for `window` once it stands; gives them with what it
    /// saw.
    pub fn rush(&mut self, number: &str, mut crowd: Crowd, window: Duration) -> (Times, Figures) {
        let stands = Crowd::stands_at(self.clock.now());
        let end = stands + window;
        let mut times = None;
        loop {
            let now = self.clock.now();
            if now >= end {
                break;
            }
            if times.is_none() && now >= stands {
                times = Some(Times::default());
                crowd.figures = Figures::default();
            }
            while let Some((phone, command)) = crowd.poll(number, now) {
                self.phones.tell(phone, command);
            }
            let wait = crowd.poll_timeout().unwrap_or(end).min(end);
            match self.next(wait) {
                Some(Noise::Fact(fact)) => times.iter_mut().for_each(|t| t.take(&fact.fact)),
                Some(Noise::Report(report)) => crowd.hear(&report),
                None => {}
            }
        }
        for (phone, command) in crowd.disperse() {
            self.phones.tell(phone, command);
        }
        let mut times = times.unwrap_or_default();
        times.first_packet.clone_from(&crowd.figures.first_packet);
        (times, crowd.figures)
    }

    fn next(&self, until: Now) -> Option<Noise> {
        let wait = until.since(self.clock.now());
        self.noise.recv_timeout(wait).ok()
    }

    fn hear_fact(&mut self, fact: &Recorded, parts: &mut [Part]) -> io::Result<()> {
        if let (Fact::Arrived(arrived), Some(call)) = (&fact.fact, fact.call) {
            let new = parts
                .iter_mut()
                .find(|part| part.call.is_none() && part.caller.display == arrived.caller_name);
            if let Some(part) = new {
                part.call = Some(call);
                self.narrator
                    .introduce(call, part.caller.name.clone(), fact.wall);
            }
        }
        self.times.take(&fact.fact);
        for line in self.narrator.tell(fact) {
            writeln!(self.out, "  {line}")?;
        }
        self.out.flush()?;
        let owner = parts
            .iter_mut()
            .find(|part| part.call.is_some() && part.call == fact.call);
        if let Some(part) = owner {
            part.hear(&fact.fact, self.clock.now());
        }
        Ok(())
    }

    fn hear_report(&mut self, (phone, at, report): &Report, parts: &mut [Part]) {
        let Some(part) = parts.iter_mut().find(|part| part.phone == *phone) else {
            return;
        };
        match report {
            PhoneReport::Heard(Sound::FirstPacket) => {
                let us = at.since(part.dialled).as_micros();
                self.times
                    .first_packet
                    .push(u64::try_from(us).unwrap_or(u64::MAX));
            }
            PhoneReport::Heard(Sound::Tone(hz)) => part.tones.push(*hz),
            PhoneReport::Heard(Sound::Marker)
            | PhoneReport::Registered(_)
            | PhoneReport::Rings(_)
            | PhoneReport::Connected
            | PhoneReport::Refused(_)
            | PhoneReport::Reoffered(_)
            | PhoneReport::Over => {}
        }
    }

    fn act(&self, parts: &mut [Part]) {
        let now = self.clock.now();
        for part in parts {
            let Some((_, act)) = part.due.filter(|(at, _)| *at <= now) else {
                continue;
            };
            let command = match act {
                Act::Press(key) => Some(PhoneCommand::Press(key)),
                Act::Choose(question) => part.key_of(question).map(PhoneCommand::Press),
                Act::HangUp => Some(PhoneCommand::HangUp),
            };
            let Some(command) = command else {
                part.due = None;
                continue;
            };
            self.phones.tell(part.phone, command);
            part.next += 1;
            part.due = part
                .cue()
                .filter(|cue| cue.when == When::Then)
                .map(|cue| (now + cue.after, cue.act));
        }
    }
}

impl Part {
    fn cue(&self) -> Option<Cue> {
        self.caller.cues.get(self.next).copied()
    }

    /// The key that was offered for this question.
    fn key_of(&self, question: &str) -> Option<char> {
        let place = self.offered.iter().position(|asked| asked == question)?;
        char::from_digit(u32::try_from(place).ok()? + 1, 10)
    }

    fn hear(&mut self, fact: &Fact, now: Now) {
        if let Fact::Walk(predicted) = fact
            && let Some(offered) = offered(predicted)
        {
            self.offered = offered;
        }
        if let Fact::Closed(record) = fact {
            self.record = Some((**record).clone());
            self.due = None;
        }
        if self.due.is_some() {
            return;
        }
        let due = self.cue().filter(|cue| cue.when.is(fact));
        self.due = due.map(|cue| (now + cue.after, cue.act));
    }
}

/// The questions that are read, in the order of their keys.
fn offered(fact: &WalkFact) -> Option<Vec<String>> {
    let WalkFact::Predicted {
        ranked,
        read,
        order,
        ..
    } = fact
    else {
        return None;
    };
    let places = if order.is_empty() {
        (0..*read).collect()
    } else {
        order.clone()
    };
    let question = |place: &u32| Some(ranked.get(usize::try_from(*place).ok()?)?.1.clone());
    Some(places.iter().filter_map(question).collect())
}

/// What went otherwise than told.
fn wrong(part: &Part) -> Vec<String> {
    let name = &part.caller.name;
    let Some(record) = &part.record else {
        return vec![format!("{name}: the call did not end in a record")];
    };
    let facts = || record.story.iter().map(|(_, fact)| fact);
    let answered = |asked: &str| {
        facts().any(|fact| {
            matches!(fact, WalkFact::Answered { question, .. } if asked.is_empty() || question == asked)
        })
    };
    let chose =
        |asked: u32| facts().any(|f| matches!(f, WalkFact::Chose { place, .. } if *place == asked));
    let verified = || facts().any(|fact| matches!(fact, WalkFact::Verified { ok: true, .. }));
    let mut wrong = Vec::new();
    let mut demand = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{name}: {what}"));
        }
    };
    match part.caller.expect {
        Expect::Answered(question, place) => {
            demand(answered(question), "did not hear the answer");
            demand(chose(place), "did not choose at the place told");
        }
        Expect::Verified(question) => {
            demand(verified(), "was not verified");
            demand(answered(question), "did not hear the answer");
        }
        Expect::Served => {
            demand(record.seat.is_some(), "did not talk to a seat");
            demand(part.tones.contains(&SEAT_HZ), "did not hear the seat");
        }
        Expect::ServedBy(seat) => {
            demand(
                record.seat.as_deref() == Some(seat),
                "did not talk to the seat told",
            );
            demand(part.tones.contains(&SEAT_HZ), "did not hear the seat");
        }
    }
    demand(
        part.caller.cues.len() == part.next,
        "did not do all that was told",
    );
    wrong
}

/// The smallest value that at least this share of them does not pass; none of none.
#[must_use]
pub fn percentile(values: &[u64], percent: usize) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(rank).copied()
}
