//! What the switchboard writes to the log, and promises to those who command it.

use crate::call::effect::CommandError;
use crate::call::effect::Effect;
use crate::call::effect::Fit;
use crate::call::fact::FACT_VERSION;
use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::switchboard::Switchboard;
use crate::vocabulary::id::CallId;
use crate::vocabulary::time::Turn;

impl Switchboard {
    /// Writes a fact; its call's record takes note.
    pub(super) fn record(&mut self, turn: Turn, call: Option<CallId>, fact: Fact) {
        if let Fact::Learned { bank, outcome } = &fact {
            let model = self.models.entry(bank.clone()).or_default();
            model.learn(outcome);
            if model.is_fit_due() && self.fitting.insert(bank.clone()) {
                let bank = bank.clone();
                self.effects.push_back(Effect::Fit { bank });
            }
        }
        let recorded = self.recorded(turn, call, fact);
        if let Some(live) = call.and_then(|call| self.calls.get_mut(&call)) {
            live.record.take(&recorded, &self.names);
        }
        self.effects.push_back(Effect::Fact(Box::new(recorded)));
    }

    /// What was fitted counts from here on. If nothing was, the model goes on as it is until more is
    /// learned.
    pub(super) fn take_fit(&mut self, turn: Turn, bank: String, result: Result<Fit, String>) {
        self.fitting.remove(&bank);
        let Some(model) = self.models.get_mut(&bank) else {
            return;
        };
        match result {
            Ok(fit) => {
                let calls = fit.fitted.calls;
                model.take(fit.checkpoint.clone(), fit.through, fit.fitted);
                let fact = Fact::Fitted {
                    bank,
                    checkpoint: fit.checkpoint,
                    through: fit.through,
                    calls,
                };
                self.record(turn, None, fact);
            }
            Err(why) => {
                model.postpone_fit();
                let text = format!("the model of the bank {bank} was not fitted anew: {why}");
                self.record(turn, None, Fact::Alarm { text });
            }
        }
    }

    /// A fact with the next place in the log.
    pub(super) fn recorded(&mut self, turn: Turn, call: Option<CallId>, fact: Fact) -> Recorded {
        self.seq += 1;
        Recorded {
            v: FACT_VERSION,
            seq: self.seq,
            now: turn.now,
            wall: turn.wall,
            call,
            fact,
        }
    }

    pub(super) fn reply(&mut self, id: u64, result: Result<(), CommandError>) {
        let after_seq = if result.is_ok() { self.seq } else { 0 };
        self.effects.push_back(Effect::Reply {
            id,
            result,
            after_seq,
        });
    }
}
