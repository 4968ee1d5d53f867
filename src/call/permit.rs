//! What a call out goes by, and the gate that lets it out.

use crate::machine::sip::surface::Account;
use crate::machine::sip::surface::Invitation;
use crate::machine::sip::surface::Target;
use crate::machine::trunk::gate::Gate;
use crate::machine::trunk::gate::Refusal;
use crate::machine::trunk::gate::TrunkRules;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;

/// What a call out goes by. The switchboard alone makes them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Permit {
    /// To the trunk.
    pub flow: Flow,
    /// Host of the URI.
    pub host: String,
    /// User part of From: a number of ours.
    pub from: String,
    /// What the trunk is answered if it asks who we are.
    pub account: Option<Account>,
}

impl Permit {
    /// The INVITE of this leg to a number in E.164.
    #[must_use]
    pub fn invitation(self, leg: LegId, number: &str, sdp: String) -> Invitation {
        let uri = format!("sip:{number}@{};user=phone", self.host);
        let flow = self.flow;
        Invitation {
            leg,
            target: Target::Uri { uri, flow },
            from_name: String::new(),
            from_user: self.from,
            headers: Vec::new(),
            sdp,
            account: self.account,
        }
    }
}

/// A trunk that calls may leave over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrunkSetup {
    /// What it may be used for.
    pub rules: TrunkRules,
    /// What its calls go by.
    pub permit: Permit,
}

/// Trunks and the gate before them. Without trunks nothing leaves.
#[derive(Debug, Default)]
pub struct Outside {
    gate: Gate,
    permits: Vec<Permit>,
}

impl Outside {
    /// The outside that is reached over these trunks.
    #[must_use]
    pub fn new(trunks: Vec<TrunkSetup>) -> Self {
        let rules = trunks.iter().map(|trunk| trunk.rules.clone());
        Self {
            gate: Gate::new(rules),
            permits: trunks.into_iter().map(|trunk| trunk.permit).collect(),
        }
    }

    /// Lets a call out, or says why not. It counts until [`Self::release`].
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub fn admit(&mut self, now: Now, leg: LegId, number: &str) -> Result<Permit, Refusal> {
        let trunk = self.gate.admit(now, leg, number)?;
        let permit = self.permits.get(trunk.0);
        permit.cloned().ok_or(Refusal::NotAllowed)
    }

    /// Whether any trunk may call this number, whatever its calls at present.
    #[must_use]
    pub fn may_call(&self, number: &str) -> bool {
        self.gate.may_call(number)
    }

    /// A call out is over, if it was one.
    pub fn release(&mut self, leg: LegId) {
        self.gate.release(leg);
    }

    /// Whether this call was let out and is not over.
    #[must_use]
    pub fn is_out(&self, leg: LegId) -> bool {
        self.gate.is_out(leg)
    }
}
