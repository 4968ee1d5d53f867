//! A service of the centre that is asked for values, or that leads the call for a while.
//!
//! Whatever it does or does not do, the dialplan's own way on follows: an answer too late, none, one
//! that cannot be followed, too many rounds.

use std::collections::VecDeque;

use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

use crate::machine::ivr::asking::Asking;
use crate::machine::ivr::asking::Miss;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::line;
use crate::machine::ivr::lookup_step::COMFORT_AFTER;
use crate::machine::ivr::lookup_step::SILENCE_MAX;
use crate::machine::ivr::patience::Patience;
use crate::machine::ivr::script::Consult;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::script::Yield;
use crate::machine::ivr::service_deed;
use crate::machine::ivr::service_value;
use crate::machine::ivr::sight::CallSight;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::media::contract::StopOn;
use crate::vocabulary::time::Now;
use crate::wire::service;
use crate::wire::service::Deed;
use crate::wire::service::Take;

/// So often a step asks its service.
pub const ROUNDS_MAX: u32 = 50;
/// The version of what a service is told.
const VERSION: u32 = 1;

/// A service being asked, or doing something.
#[derive(Debug)]
pub struct ConsultStep {
    at: StepAt,
    round: u32,
    stage: Stage,
    deeds: VecDeque<Deed>,
}

#[derive(Debug)]
enum Stage {
    /// An answer to this question is awaited until then.
    Awaiting {
        consult: u32,
        until: Now,
        comfort: Comfort,
    },
    /// It says something.
    Saying,
    /// It takes keys.
    Taking {
        take: Take,
        keys: String,
        asking: Asking,
    },
}

/// Words of comfort, as for a look-up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Comfort {
    Due(Now),
    Saying,
    Over(Now),
}

/// What comes of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Upshot {
    /// The call stays or goes on.
    Moved(Move),
    /// It is to end.
    HangUp,
}

/// What the caller did since the service was asked last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Pressed<'k> {
    Nothing,
    Keys(&'k str),
    Silence,
}

impl ConsultStep {
    /// Asks for the first time.
    pub fn enter(
        journey: &mut Journey,
        world: WalkWorld<'_>,
        consult: &Consult,
        at: StepAt,
    ) -> Self {
        let mut step = Self {
            at,
            round: 0,
            stage: Stage::Saying,
            deeds: VecDeque::new(),
        };
        step.ask(journey, world, consult, Pressed::Nothing);
        step
    }

    /// An answer has come.
    pub fn handle_answer(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        consult: &Consult,
        (id, result): (u32, Result<String, LookupFailure>),
    ) -> Upshot {
        match self.stage {
            Stage::Awaiting { consult, .. } if consult == id => {}
            Stage::Awaiting { .. } | Stage::Saying | Stage::Taking { .. } => {
                return Upshot::Moved(Move::Stay);
            }
        }
        match result {
            Ok(body) => self.follow(journey, world, consult, &body),
            Err(failure) => {
                service_deed::note(journey, consult, Err(failure));
                let to = match failure {
                    LookupFailure::Timeout => consult.timed_out,
                    LookupFailure::Failed
                    | LookupFailure::Busy
                    | LookupFailure::Resting
                    | LookupFailure::Stale => consult.failed,
                };
                Upshot::Moved(Move::Go(to))
            }
        }
    }

    /// What was being said has ended.
    pub fn handle_said(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        consult: &Consult,
    ) -> Upshot {
        let now = world.turn.now;
        match &mut self.stage {
            Stage::Awaiting { comfort, .. } => {
                *comfort = Comfort::Over(now + SILENCE_MAX);
                Upshot::Moved(Move::Stay)
            }
            Stage::Saying => self.go_on(journey, world, consult),
            Stage::Taking { asking, .. } => Upshot::Moved(asking.go_on(journey, now)),
        }
    }

    /// Whether a key is the service's.
    #[must_use]
    pub const fn takes_keys(&self) -> bool {
        matches!(self.stage, Stage::Taking { .. })
    }

    /// Whether an answer is awaited.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Awaiting { .. })
    }

    /// A key is pressed while it takes keys: `#` ends digits, `*` begins again.
    pub fn press(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        consult: &Consult,
        key: char,
    ) -> Upshot {
        let now = world.turn.now;
        let Stage::Taking { take, keys, asking } = &mut self.stage else {
            return Upshot::Moved(Move::Stay);
        };
        let done = match (&take.keys, key) {
            (Some(allowed), _) if allowed.contains(&key) => {
                keys.push(key);
                true
            }
            (None, '0'..='9') => {
                keys.push(key);
                asking.listen(now);
                keys.len() >= take.most
            }
            (None, '#') if keys.len() >= take.least => true,
            (Some(_), '*') | (None, '*') => {
                keys.clear();
                asking.repeat(journey, now);
                false
            }
            (Some(_) | None, _) => return self.miss(journey, world, consult),
        };
        if !done {
            return Upshot::Moved(Move::Stay);
        }
        let keys = std::mem::take(keys);
        journey.take_keys(keys.as_str());
        self.ask(journey, world, consult, Pressed::Keys(&keys));
        Upshot::Moved(Move::Stay)
    }

    /// Time has passed.
    pub fn handle_timeout(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        consult: &Consult,
    ) -> Upshot {
        let now = world.turn.now;
        match &self.stage {
            Stage::Awaiting {
                consult: id,
                until,
                comfort,
            } => {
                let given_up = matches!(comfort, Comfort::Over(at) if *at <= now) || *until <= now;
                if given_up {
                    let consult_id = *id;
                    journey.emit(WalkOutput::ForgetConsult {
                        consult: consult_id,
                    });
                    service_deed::note(journey, consult, Err(LookupFailure::Timeout));
                    return Upshot::Moved(Move::Go(consult.timed_out));
                }
                self.comfort(journey, world, consult);
                Upshot::Moved(Move::Stay)
            }
            Stage::Taking { asking, take, keys } => {
                if asking.deadline().is_none_or(|at| at > now) {
                    return Upshot::Moved(Move::Stay);
                }
                if take.keys.is_none() && keys.len() >= take.least {
                    let keys = keys.clone();
                    journey.take_keys(keys.as_str());
                    self.ask(journey, world, consult, Pressed::Keys(&keys));
                    return Upshot::Moved(Move::Stay);
                }
                self.miss(journey, world, consult)
            }
            Stage::Saying => Upshot::Moved(Move::Stay),
        }
    }

    /// When something is to be done.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        match &self.stage {
            Stage::Awaiting { until, comfort, .. } => Some(match comfort {
                Comfort::Due(at) | Comfort::Over(at) => (*at).min(*until),
                Comfort::Saying => *until,
            }),
            Stage::Taking { asking, .. } => asking.deadline(),
            Stage::Saying => None,
        }
    }

    /// Nobody listens any more.
    pub fn forget(&self, journey: &mut Journey) {
        if let Stage::Awaiting { consult, .. } = self.stage {
            journey.emit(WalkOutput::ForgetConsult { consult });
        }
    }

    fn ask(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        consult: &Consult,
        pressed: Pressed<'_>,
    ) {
        self.round += 1;
        let now = world.turn.now;
        let body = self.body(journey, world, consult, pressed);
        let id = journey.next_consult();
        journey.emit(WalkOutput::Consult {
            consult: id,
            service: consult.service.clone(),
            body,
            timeout: consult.timeout,
        });
        self.stage = Stage::Awaiting {
            consult: id,
            until: now + consult.timeout,
            comfort: match consult.wait {
                Some(_) => Comfort::Due(now + COMFORT_AFTER),
                None => Comfort::Over(now + SILENCE_MAX.max(consult.timeout)),
            },
        };
    }

    fn body(
        &self,
        journey: &Journey,
        world: WalkWorld<'_>,
        consult: &Consult,
        pressed: Pressed<'_>,
    ) -> String {
        let sight = CallSight { journey, world };
        let with = consult.with.iter().map(|(name, expression)| {
            let value = expression.value(&sight);
            let value = value.map_or(Json::Null, |value| service_value::told(&value));
            (name.clone(), value)
        });
        let with: Map<String, Json> = with.collect();
        let (keys, silent) = match pressed {
            Pressed::Nothing => (None, false),
            Pressed::Keys(keys) => (Some(keys), false),
            Pressed::Silence => (None, true),
        };
        let step = journey.script.step(self.at);
        json!({
            "version": VERSION,
            "flow": journey.script.flow,
            "step": step.map(|step| step.name.as_str()),
            "language": journey.language.tag(),
            "caller": journey.caller.number.as_ref().map(|number| number.as_str()),
            "called": journey.caller.called,
            "customer": journey.customer.as_ref().map(|customer| customer.id.as_str()),
            "verified": journey.verified,
            "with": with,
            "round": self.round,
            "keys": keys,
            "silent": silent,
        })
        .to_string()
    }

    fn comfort(&mut self, journey: &mut Journey, world: WalkWorld<'_>, consult: &Consult) {
        let now = world.turn.now;
        let Stage::Awaiting { comfort, .. } = &mut self.stage else {
            return;
        };
        if !matches!(comfort, Comfort::Due(at) if *at <= now) {
            return;
        }
        let wait = consult.wait.iter();
        let mut lines = wait.flat_map(|wait| line::lines(journey, world, wait, Voices::Callers));
        let first = lines.next();
        drop(lines);
        match first {
            Some(line) => {
                journey.fill(now, line);
                *comfort = Comfort::Saying;
            }
            None => *comfort = Comfort::Over(now + SILENCE_MAX),
        }
    }

    fn follow(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        consult: &Consult,
        body: &str,
    ) -> Upshot {
        match &consult.yields {
            Yield::Values(empty) => Upshot::Moved(Move::Go(service_deed::take_values(
                journey, consult, body, *empty,
            ))),
            Yield::Deeds { .. } => match service::decode(body) {
                Ok(deeds) => {
                    service_deed::note(journey, consult, Ok(deeds.len()));
                    self.deeds = deeds.into();
                    self.go_on(journey, world, consult)
                }
                Err(error) => left(journey, consult, &error.to_string()),
            },
        }
    }

    /// Does what comes next.
    fn go_on(&mut self, journey: &mut Journey, world: WalkWorld<'_>, consult: &Consult) -> Upshot {
        let now = world.turn.now;
        let Yield::Deeds {
            ways,
            queues,
            patience,
        } = &consult.yields
        else {
            return Upshot::Moved(Move::Go(consult.failed));
        };
        while let Some(deed) = self.deeds.pop_front() {
            match deed {
                Deed::Say(text) => {
                    journey.say(now, service_deed::said(journey, text), StopOn::Digit);
                    self.stage = Stage::Saying;
                    return Upshot::Moved(Move::Stay);
                }
                Deed::Set(values) => service_deed::keep(journey, consult, &values),
                Deed::Take(take) => {
                    if self.round >= ROUNDS_MAX {
                        return left(journey, consult, "it never comes to an end");
                    }
                    self.take(journey, now, take, *patience);
                    return Upshot::Moved(Move::Stay);
                }
                Deed::Goto(name) => {
                    return match ways.iter().find(|(way, _)| *way == name) {
                        Some((_, to)) => Upshot::Moved(Move::Go(*to)),
                        None => left(journey, consult, &format!("no way is called {name:?}")),
                    };
                }
                Deed::Queue(name) => {
                    let script = &journey.script;
                    let queue = |at: &StepAt| script.step(*at)?.queue().map(|step| &step.queue);
                    let mut known = queues.iter();
                    let to = known.find(|at| queue(at) == Some(&name)).copied();
                    return match to {
                        Some(to) => Upshot::Moved(Move::Go(to)),
                        None => left(
                            journey,
                            consult,
                            &format!("it may not use the queue {name:?}"),
                        ),
                    };
                }
                Deed::HangUp => return Upshot::HangUp,
            }
        }
        Upshot::Moved(Move::Go(consult.ok))
    }

    fn take(&mut self, journey: &mut Journey, now: Now, take: Take, patience: Patience) {
        let line = service_deed::said(journey, take.say.clone());
        let mut asking = Asking::new(vec![line], patience);
        asking.begin(journey, now);
        self.stage = Stage::Taking {
            take,
            keys: String::new(),
            asking,
        };
    }

    /// A wrong key or a silence: asks again, and at last tells the service of the silence.
    fn miss(&mut self, journey: &mut Journey, world: WalkWorld<'_>, consult: &Consult) -> Upshot {
        let Stage::Taking { keys, asking, .. } = &mut self.stage else {
            return Upshot::Moved(Move::Stay);
        };
        keys.clear();
        if asking.miss(journey, world.turn.now) == Miss::Enough {
            self.ask(journey, world, consult, Pressed::Silence);
        }
        Upshot::Moved(Move::Stay)
    }
}

/// The call goes its own way, for this reason.
fn left(journey: &mut Journey, consult: &Consult, why: &str) -> Upshot {
    let to = service_deed::unfollowed(journey, consult, why);
    Upshot::Moved(Move::Go(to))
}
