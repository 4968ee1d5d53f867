//! Promises to call back: who may be promised, who takes whose place, what a restart goes on with.

use std::sync::Arc;
use std::time::Duration;

use crate::call::contact::Contact;
use crate::call::fact::Fact;
use crate::call::promise::CallbackFact;
use crate::call::promise::Promise;
use crate::call::switchboard::Switchboard;
use crate::call::unfinished::Unfinished;
use crate::machine::acd::surface::Arrival;
use crate::machine::acd::surface::Input;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::ivr::surface::Unpromised;
use crate::machine::ivr::walk::Walk;
use crate::vocabulary::id::CallId;
use crate::vocabulary::time::Turn;

/// Promises open at once; one more is not made.
const PROMISES_MAX: usize = 10_000;

impl Switchboard {
    /// Whether a call may be promised this. Of one number one promise is open.
    pub(super) fn judge_promise(&mut self, turn: Turn, call: CallId, promise: Promise) {
        let judged = if !self.outside.may_call(&promise.number) {
            Err(Unpromised::NotAllowed)
        } else if self.promises.len() >= PROMISES_MAX {
            Err(Unpromised::Full)
        } else {
            Ok(promise)
        };
        let judged = judged.map(|promise| self.set_promise(turn, call, promise));
        self.with_call(turn, call, |contact, near| {
            contact.promise_judged(judged, near);
        });
    }

    /// The promise of its number from here on: an earlier one in the same queue leaves it its place.
    fn set_promise(&mut self, turn: Turn, call: CallId, mut promise: Promise) -> Promise {
        let before = self.promises.insert(promise.number.clone(), call);
        let Some(before) = before.filter(|before| *before != call) else {
            return promise;
        };
        let earlier = self.calls.get(&before);
        let earlier = earlier.and_then(|live| live.contact.promised());
        if let Some(earlier) = earlier.filter(|earlier| earlier.queue == promise.queue) {
            promise.since = promise.since.min(earlier.since);
        }
        self.with_call(turn, before, |contact, near| contact.give_way(near));
        promise
    }

    /// Who phones again while they are to be called back takes their own place.
    pub(super) fn take_over(&mut self, turn: Turn, call: CallId, input: Input) -> Input {
        let Input::Arrived(arrival) = input else {
            return input;
        };
        let Some((before, waited)) = self.own_place(turn, call, &arrival) else {
            return Input::Arrived(arrival);
        };
        self.with_call(turn, before, |contact, near| contact.give_way(near));
        Input::Arrived(Arrival {
            waited,
            is_promised: true,
            ..arrival
        })
    }

    fn own_place(&self, turn: Turn, call: CallId, arrival: &Arrival) -> Option<(CallId, Duration)> {
        let number = self.calls.get(&call)?.keys[1].as_ref()?;
        let before = *self.promises.get(number)?;
        let contact = &self.calls.get(&before)?.contact;
        let promise = contact.promised().filter(|_| contact.may_give_way())?;
        let (queue, _) = self.people.queue(&promise.queue)?;
        if before == call || queue != arrival.queue {
            return None;
        }
        let waited = turn.wall.ms_since(promise.since);
        let waited = Duration::from_millis(u64::try_from(waited).unwrap_or(0));
        Some((before, waited))
    }

    /// A closed call keeps no promise.
    pub(super) fn forget_promise(&mut self, call: CallId, number: Option<&String>) {
        if let Some(number) = number
            && self.promises.get(number) == Some(&call)
        {
            self.promises.remove(number);
        }
    }

    /// Goes on with what the last process promised.
    pub fn resume_promise(&mut self, turn: Turn, unfinished: Unfinished) {
        let Unfinished {
            mut record,
            promise,
            last,
        } = unfinished;
        let arrived = record.arrived().clone();
        let call = record.call();
        let release = Arc::clone(self.releases.for_call(call));
        let script = release.script(&arrived.called);
        let Some(script) = script.or_else(|| release.scripts.first()) else {
            return self.close_lost(turn, record.close_lost(last));
        };
        record.resume(turn);
        let bank = release.bank(script);
        let caller = CallerContext {
            number: arrived.number.clone(),
            called: arrived.called.clone(),
            language: Some(promise.language),
        };
        let walk = Walk::over(Arc::clone(script), caller);
        let kept = CallbackFact::Kept {
            promise: Box::new(promise.clone()),
            arrived: Box::new(arrived.clone()),
            started: Some(record.started()),
        };
        let before = self.promises.insert(promise.number.clone(), call);
        let mut near = self.surroundings(turn, &release);
        let contact = Contact::resumed((call, arrived.remote), walk, (bank, promise), &mut near);
        self.resume_call(turn, contact, (record, arrived));
        self.record(turn, Some(call), Fact::Callback(kept));
        if let Some(before) = before {
            self.with_call(turn, before, |contact, near| contact.give_way(near));
        }
    }
}
