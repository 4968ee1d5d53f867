//! A recorded call walked again, through the dialplan it had or through another.
//!
//! What a caller did belongs to the step it was done in: a key pressed two seconds after the words
//! of a menu is pressed two seconds after the words of that menu, wherever it comes. In a step that
//! the caller never met nothing is pressed.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::rehearsal::Rehearsal;
use crate::machine::ivr::rehearsal::Scene;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::ranking::Ranking;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Wall;

/// A call that is longer ends here.
const LONGEST: Now = Now::at(Duration::from_secs(3600));

/// A call as the journal has it.
#[derive(Clone, Debug, PartialEq)]
pub struct PastCall {
    /// Who called.
    pub caller: CallerContext,
    /// When it rang.
    pub started: Wall,
    /// The steps it went through, with what the caller did in each.
    pub visits: Vec<Visit>,
    /// What look-ups answered.
    pub answers: Vec<PastAnswer>,
    /// What services answered, in order.
    pub served: Vec<PastService>,
    /// What was held to be likely, the first time that was asked.
    pub ranking: Option<Ranking>,
}

/// A step, and what the caller did there.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Its name.
    pub step: String,
    /// What was done, in order.
    pub deeds: Vec<Deed>,
}

/// Something a caller did.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// How long after the step began.
    pub after: Duration,
    /// What.
    pub what: Act,
}

/// What a caller does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Presses a key.
    Press(char),
    /// Chooses a question at a predicted menu, whatever its key is there.
    Choose {
        /// About this order, if it is about one.
        order: Option<String>,
        /// The question.
        question: String,
    },
    /// Presses a key that the record does not show: what follows cannot be told.
    Hide,
    /// Hangs up.
    HangUp,
}

/// What a look-up answered.
#[derive(Clone, Debug, PartialEq)]
pub struct PastAnswer {
    /// What was asked.
    pub key: LookupKey,
    /// How long it took.
    pub after: Duration,
    /// What was found.
    pub result: Result<Customer, LookupFailure>,
}

/// What a service answered.
#[derive(Clone, Debug, PartialEq)]
pub struct PastService {
    /// The service.
    pub service: String,
    /// How long it took.
    pub after: Duration,
    /// In JSON, or why not.
    pub result: Result<String, LookupFailure>,
}

/// Where a call went.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Way {
    /// Steps, in order.
    pub steps: Vec<String>,
    /// Questions that were answered, in order.
    pub answers: Vec<String>,
    /// How it ended.
    pub end: End,
}

/// How a call ended.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It was handed to a queue.
    Queue(String),
    /// This number was called for it.
    Number(String),
    /// The caller left a message for this queue.
    Message(String),
    /// The dialplan ended it.
    Dialplan,
    /// The caller hung up.
    Caller,
    /// It cannot be told: a secret was keyed in.
    Hidden,
    /// No dialplan answers its number.
    NoDialplan,
}

/// How long after the end of a step's words each deed came; none: during them.
pub type Pauses = Vec<Vec<Option<Duration>>>;

/// Walks a call again. `pauses` are those of an earlier walk of it, by visit and deed; without them
/// deeds come as long after the step's beginning as they did. Gives its own for the next.
#[must_use]
pub fn walk(
    scene: Scene<'_>,
    script: &Arc<Script>,
    past: &PastCall,
    pauses: Option<&Pauses>,
) -> (Way, Pauses) {
    let call = Rehearsal::new(scene, Arc::clone(script), past.caller.clone(), past.started);
    let mut replay = Replay {
        call,
        past,
        pauses,
        next_visit: 0,
        visit: None,
        waiting: VecDeque::new(),
        entered: Now::START,
        silent_since: None,
        read: Vec::new(),
        served: BTreeMap::new(),
        measured: past.visits.iter().map(|_| Vec::new()).collect(),
        way: Way {
            steps: Vec::new(),
            answers: Vec::new(),
            end: End::Caller,
        },
        over: false,
    };
    replay.drain();
    replay.call.tell(WalkInput::Connected);
    replay.drain();
    replay.run();
    (replay.way, replay.measured)
}

/// A walk going on.
struct Replay<'r> {
    call: Rehearsal<'r>,
    past: &'r PastCall,
    pauses: Option<&'r Pauses>,
    next_visit: usize,
    /// The recorded visit that this step is, if the caller was in it.
    visit: Option<usize>,
    /// Its deeds that are still to come, by their places.
    waiting: VecDeque<usize>,
    entered: Now,
    silent_since: Option<Now>,
    /// What each key of the predicted menu stands for, from 1 on.
    read: Vec<(Option<String>, String)>,
    measured: Pauses,
    /// How often each service was asked.
    served: BTreeMap<String, usize>,
    way: Way,
    over: bool,
}

impl Replay<'_> {
    fn run(&mut self) {
        while !self.over && self.call.now() < LONGEST {
            let deed = self.deed_at();
            let until = deed.map_or(LONGEST, |at| at.max(self.call.now()).min(LONGEST));
            let alone = self.call.next_at().filter(|at| *at < until);
            if alone.is_some() {
                self.call.go_on(until);
                self.drain();
            } else if deed.is_some() {
                self.call.go_on(until);
                self.drain();
                self.act();
            } else if !self.call.go_on(LONGEST) {
                return;
            } else {
                self.drain();
            }
        }
    }

    /// When the caller does the next thing; none while the words before it are still being said.
    fn deed_at(&self) -> Option<Now> {
        let (visit, deed) = (self.visit?, *self.waiting.front()?);
        let pause = self.pauses.and_then(|all| *all.get(visit)?.get(deed)?);
        match pause {
            Some(pause) => self.silent_since.map(|since| since + pause),
            None => {
                let deed = self.past.visits.get(visit)?.deeds.get(deed)?;
                Some(self.entered + deed.after)
            }
        }
    }

    fn act(&mut self) {
        let (Some(visit), Some(deed)) = (self.visit, self.waiting.pop_front()) else {
            return;
        };
        let now = self.call.now();
        let pause = self.silent_since.map(|since| now.since(since));
        if let Some(measured) = self.measured.get_mut(visit) {
            measured.push(pause);
        }
        let acts = self.past.visits.get(visit);
        let Some(deed) = acts.and_then(|visit| visit.deeds.get(deed)) else {
            return;
        };
        match &deed.what {
            Act::Press(key) => self.press(*key),
            Act::Choose { order, question } => {
                let mut read = (1..10).zip(&self.read);
                let found = read.find(|(_, (about, asked))| about == order && asked == question);
                let key = found.and_then(|(place, _)| char::from_digit(place, 10));
                self.press(key.unwrap_or('#'));
            }
            Act::Hide => self.end(End::Hidden),
            Act::HangUp => self.end(End::Caller),
        }
    }

    fn press(&mut self, key: char) {
        self.call.press(key);
        self.drain();
    }

    fn end(&mut self, end: End) {
        if !self.over {
            self.over = true;
            self.way.end = end;
        }
    }

    fn drain(&mut self) {
        while let Some((at, output)) = self.call.poll() {
            if self.over {
                continue;
            }
            match output {
                WalkOutput::Note(fact) => self.note(at, &fact),
                WalkOutput::LookUp { lookup, key, .. } => self.answer(lookup, &key),
                WalkOutput::Enqueue { queue, .. } => self.end(End::Queue(queue)),
                WalkOutput::Dial { number, .. } => self.end(End::Number(number)),
                WalkOutput::TakeMessage { queue, .. } => self.end(End::Message(queue)),
                WalkOutput::Hangup => self.end(End::Dialplan),
                WalkOutput::Consult {
                    consult, service, ..
                } => self.serve(consult, &service),
                // The replay of a call that waits is over.
                WalkOutput::Waiting(_)
                | WalkOutput::CallBack { .. }
                | WalkOutput::EndMessage
                | WalkOutput::Unpromise
                | WalkOutput::Say { .. }
                | WalkOutput::Hush
                | WalkOutput::Forget { .. }
                | WalkOutput::ForgetConsult { .. } => {}
            }
        }
        match (self.call.is_saying(), self.silent_since) {
            (true, _) => self.silent_since = None,
            (false, None) => self.silent_since = Some(self.call.now()),
            (false, Some(_)) => {}
        }
    }

    fn note(&mut self, at: Now, fact: &WalkFact) {
        if let WalkFact::Entered { step } = fact {
            self.enter(at, step);
        } else if let WalkFact::Predicted {
            ranked,
            read,
            order,
            ..
        } = fact
        {
            let order = if order.is_empty() {
                (0..*read).collect()
            } else {
                order.clone()
            };
            let places = order.iter().filter_map(|at| usize::try_from(*at).ok());
            self.read = places
                .filter_map(|at| ranked.get(at))
                .map(|(order, question, _)| (order.clone(), question.clone()))
                .collect();
        } else if let WalkFact::Answered { question, .. } = fact {
            self.way.answers.push(question.clone());
        }
    }

    fn enter(&mut self, at: Now, step: &str) {
        self.way.steps.push(step.to_owned());
        self.entered = at;
        self.silent_since = None;
        self.waiting.clear();
        let mut rest = self.past.visits.iter().enumerate().skip(self.next_visit);
        let found = rest.find(|(_, visit)| visit.step == step);
        self.visit = found.map(|(at, _)| at);
        if let Some((at, visit)) = found {
            self.next_visit = at + 1;
            self.waiting = (0..visit.deeds.len()).collect();
        }
    }

    /// A service answers as it did then, in the same order; where it was not asked it has failed.
    fn serve(&mut self, consult: u32, service: &str) {
        let own = self
            .past
            .served
            .iter()
            .filter(|one| one.service == *service);
        let asked = self.served.entry(service.to_owned()).or_default();
        let known = own.clone().nth(*asked);
        *asked += 1;
        let (result, after) = match known {
            Some(answer) => (answer.result.clone(), answer.after),
            None => (Err(LookupFailure::Failed), Duration::from_millis(50)),
        };
        self.call.serve(consult, result, after);
    }

    /// What was asked then is answered as it was then; what was not asked finds nothing.
    fn answer(&mut self, lookup: u32, key: &LookupKey) {
        let mut answers = self.past.answers.iter();
        let known = answers.find(|answer| answer.key == *key);
        let (result, after) = match known {
            Some(answer) => (answer.result.clone(), answer.after),
            None => (Ok(Customer::default()), Duration::from_millis(50)),
        };
        self.call.answer(lookup, result, after);
    }
}
