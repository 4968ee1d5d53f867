//! Who can be reached where: bindings of users to flows (RFC 3261 section 10.3).

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::vocabulary::flow::Flow;
use crate::vocabulary::time::Now;

/// How long bindings last and how many there may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RegistrarLimits {
    /// The shortest that is granted, in seconds; less gets 423.
    pub expires_s_min: u32,
    /// The longest that is granted, in seconds.
    pub expires_s_max: u32,
    /// What a REGISTER without wishes gets, in seconds.
    pub expires_s_default: u32,
    /// Bindings of one user; the oldest gives way.
    pub per_user_max: usize,
    /// Bindings of all users; beyond it 503.
    pub bindings_max: usize,
}

impl Default for RegistrarLimits {
    fn default() -> Self {
        Self {
            expires_s_min: 60,
            expires_s_max: 3600,
            expires_s_default: 3600,
            per_user_max: 5,
            bindings_max: 100_000,
        }
    }
}

/// One place where a user can be reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Binding {
    /// The Contact URI as sent: it is the request URI of what we send there.
    pub uri: String,
    /// Header parameters of the Contact as sent, to be returned on a query.
    pub params: String,
    /// What makes two Contacts the same place: `+sip.instance`, or else the URI.
    pub instance: String,
    /// Call-ID of the REGISTER.
    pub call_id: String,
    /// `CSeq` of the REGISTER.
    pub cseq: u32,
    /// When it ends.
    pub until: Now,
    /// Where its REGISTER came from and requests go.
    pub flow: Flow,
    /// Rises with every REGISTER: the newest binding is the one that is used.
    pub age: u64,
}

/// One Contact of a REGISTER.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wish {
    /// The URI as sent.
    pub uri: String,
    /// Its header parameters without `expires`.
    pub params: String,
    /// As [`Binding::instance`].
    pub instance: String,
    /// Its `expires`, or else that of the header, in seconds.
    pub expires_s: Option<u32>,
}

/// What a REGISTER wants changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// Nothing: the bindings are asked for.
    Query,
    /// `Contact: *` with `Expires: 0`.
    RemoveAll,
    /// Add, refresh or, with 0 seconds, remove.
    Update(Vec<Wish>),
}

/// A REGISTER whose sender has been proved to be the user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Registration {
    /// User part of the address of record.
    pub user: String,
    /// Its Call-ID.
    pub call_id: String,
    /// Its `CSeq` number.
    pub cseq: u32,
    /// Where it came from.
    pub flow: Flow,
    /// What it wants.
    pub change: Change,
}

/// Why nothing was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RegistrarError {
    /// 423 with `Min-Expires`.
    #[error("a binding lasts at least {min_s} s")]
    TooBrief {
        /// The shortest that is granted, in seconds.
        min_s: u32,
    },
    /// 500: a newer REGISTER of the same Call-ID has been served (section 10.3 step 7).
    #[error("out of order: CSeq {cseq} after {last}")]
    OutOfOrder {
        /// The number that came.
        cseq: u32,
        /// The number that was served.
        last: u32,
    },
    /// 503.
    #[error("the table of bindings is full")]
    Full,
}

/// What a served REGISTER has changed for its user.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Bindings as before, or none before and after.
    Unchanged,
    /// Reachable for this long; `fresh` if it was not before.
    Reachable {
        /// Of the newest binding.
        expires: Duration,
        /// There was no binding before.
        fresh: bool,
    },
    /// No binding is left.
    Unreachable,
}

/// All bindings, by user.
#[derive(Debug, Default)]
pub struct Registrar {
    limits: RegistrarLimits,
    users: BTreeMap<String, Vec<Binding>>,
    flows: BTreeMap<Flow, BTreeSet<String>>,
    count: usize,
    age: u64,
}

impl Registrar {
    /// A registrar without bindings.
    #[must_use]
    pub fn new(limits: RegistrarLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// The user's bindings, oldest first.
    #[must_use]
    pub fn bindings(&self, user: &str) -> &[Binding] {
        self.users.get(user).map_or(&[], Vec::as_slice)
    }

    /// Where requests to the user go.
    #[must_use]
    pub fn newest(&self, user: &str) -> Option<&Binding> {
        self.bindings(user).iter().max_by_key(|binding| binding.age)
    }

    /// The users who registered over this flow.
    pub fn users_of(&self, flow: &Flow) -> impl Iterator<Item = &str> {
        self.flows
            .get(flow)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Serves a REGISTER, wholly or not at all.
    ///
    /// # Errors
    ///
    /// [`RegistrarError`], each with its status.
    pub fn register(&mut self, asked: &Registration, now: Now) -> Result<Outcome, RegistrarError> {
        let before = self.bindings(&asked.user).len();
        let mut kept = match &asked.change {
            Change::Query => return Ok(Outcome::Unchanged),
            Change::RemoveAll => self.remaining(asked)?,
            Change::Update(wishes) => self.updated(asked, wishes, now)?,
        };
        kept.sort_by_key(|binding| binding.age);
        let surplus = kept.len().saturating_sub(self.limits.per_user_max);
        kept.drain(..surplus);
        if self.count - before + kept.len() > self.limits.bindings_max {
            return Err(RegistrarError::Full);
        }
        let newest = kept.last().map(|binding| binding.until.since(now));
        self.put(&asked.user, kept);
        Ok(match newest {
            Some(expires) => Outcome::Reachable {
                expires,
                fresh: before == 0,
            },
            None if before == 0 => Outcome::Unchanged,
            None => Outcome::Unreachable,
        })
    }

    fn remaining(&self, asked: &Registration) -> Result<Vec<Binding>, RegistrarError> {
        for binding in self.bindings(&asked.user) {
            in_order(asked, binding)?;
        }
        Ok(Vec::new())
    }

    fn updated(
        &mut self,
        asked: &Registration,
        wishes: &[Wish],
        now: Now,
    ) -> Result<Vec<Binding>, RegistrarError> {
        let mut kept = self.bindings(&asked.user).to_vec();
        for wish in wishes {
            let expires_s = self.granted_s(wish)?;
            if let Some(at) = kept.iter().position(|old| old.instance == wish.instance) {
                in_order(asked, &kept.remove(at))?;
            }
            if expires_s == 0 {
                continue;
            }
            self.age += 1;
            kept.push(Binding {
                uri: wish.uri.clone(),
                params: wish.params.clone(),
                instance: wish.instance.clone(),
                call_id: asked.call_id.clone(),
                cseq: asked.cseq,
                until: now + Duration::from_secs(u64::from(expires_s)),
                flow: asked.flow,
                age: self.age,
            });
        }
        Ok(kept)
    }

    fn granted_s(&self, wish: &Wish) -> Result<u32, RegistrarError> {
        let wished = wish.expires_s.unwrap_or(self.limits.expires_s_default);
        let min_s = self.limits.expires_s_min;
        if wished > 0 && wished < min_s {
            return Err(RegistrarError::TooBrief { min_s });
        }
        Ok(wished.min(self.limits.expires_s_max))
    }

    /// The first moment at which a binding of the user ends.
    #[must_use]
    pub fn next_end(&self, user: &str) -> Option<Now> {
        self.bindings(user)
            .iter()
            .map(|binding| binding.until)
            .min()
    }

    /// Drops the user's bindings that have ended; true if none is left where some were.
    pub fn expire(&mut self, user: &str, now: Now) -> bool {
        self.drop_where(user, |binding| binding.until <= now)
    }

    /// Drops the user's bindings over a flow; true if none is left where some were.
    pub fn drop_flow(&mut self, user: &str, flow: &Flow) -> bool {
        self.drop_where(user, |binding| binding.flow == *flow)
    }

    /// Drops all bindings of a user; true if there were any.
    pub fn drop_user(&mut self, user: &str) -> bool {
        self.drop_where(user, |_| true)
    }

    fn drop_where(&mut self, user: &str, gone: impl Fn(&Binding) -> bool) -> bool {
        let mut kept = self.bindings(user).to_vec();
        let before = kept.len();
        kept.retain(|binding| !gone(binding));
        if kept.len() == before {
            return false;
        }
        let empty = kept.is_empty();
        self.put(user, kept);
        empty
    }

    fn put(&mut self, user: &str, kept: Vec<Binding>) {
        let old = self.users.remove(user).unwrap_or_default();
        self.count = self.count + kept.len() - old.len();
        for binding in &old {
            if let Some(users) = self.flows.get_mut(&binding.flow) {
                users.remove(user);
                if users.is_empty() {
                    self.flows.remove(&binding.flow);
                }
            }
        }
        for binding in &kept {
            let users = self.flows.entry(binding.flow).or_default();
            users.insert(user.to_owned());
        }
        if !kept.is_empty() {
            self.users.insert(user.to_owned(), kept);
        }
    }
}

fn in_order(asked: &Registration, old: &Binding) -> Result<(), RegistrarError> {
    if old.call_id == asked.call_id && asked.cseq <= old.cseq {
        return Err(RegistrarError::OutOfOrder {
            cseq: asked.cseq,
            last: old.cseq,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::flow::Transport;

    fn flow(port: u16) -> Flow {
        Flow {
            transport: Transport::Udp,
            local: ([127, 0, 0, 1], 5060).into(),
            remote: ([10, 0, 0, 1], port).into(),
        }
    }

    fn wish(instance: &str, expires_s: u32) -> Wish {
        Wish {
            uri: format!("sip:1001@{instance}"),
            params: String::new(),
            instance: instance.to_owned(),
            expires_s: Some(expires_s),
        }
    }

    fn ask(call_id: &str, cseq: u32, port: u16, change: Change) -> Registration {
        Registration {
            user: "1001".to_owned(),
            call_id: call_id.to_owned(),
            cseq,
            flow: flow(port),
            change,
        }
    }

    fn places(registrar: &Registrar) -> Vec<&str> {
        let bindings = registrar.bindings("1001").iter();
        bindings.map(|binding| binding.instance.as_str()).collect()
    }

    #[test]
    fn a_new_binding_of_the_same_instance_replaces_the_old() {
        let mut registrar = Registrar::default();
        let first = ask("a", 1, 1, Change::Update(vec![wish("x", 60)]));
        let outcome = registrar.register(&first, Now::START).unwrap();
        let expires = Duration::from_secs(60);
        assert_eq!(
            outcome,
            Outcome::Reachable {
                expires,
                fresh: true
            }
        );
        let second = ask("b", 1, 2, Change::Update(vec![wish("x", 60)]));
        let outcome = registrar.register(&second, Now::START).unwrap();
        assert_eq!(
            outcome,
            Outcome::Reachable {
                expires,
                fresh: false
            }
        );
        assert_eq!(places(&registrar), ["x"]);
        assert_eq!(registrar.newest("1001").unwrap().flow, flow(2));
        assert_eq!(registrar.users_of(&flow(1)).count(), 0);
        assert_eq!(registrar.users_of(&flow(2)).collect::<Vec<_>>(), ["1001"]);
    }

    #[test]
    fn the_newest_binding_is_used_and_the_oldest_gives_way() {
        let limits = RegistrarLimits {
            per_user_max: 2,
            ..RegistrarLimits::default()
        };
        let mut registrar = Registrar::new(limits);
        for (port, place) in [(1, "x"), (2, "y"), (3, "z")] {
            let asked = ask(place, 1, port, Change::Update(vec![wish(place, 60)]));
            registrar.register(&asked, Now::START).unwrap();
        }
        assert_eq!(places(&registrar), ["y", "z"]);
        let again = ask("y", 2, 2, Change::Update(vec![wish("y", 60)]));
        registrar.register(&again, Now::START).unwrap();
        assert_eq!(registrar.newest("1001").unwrap().instance, "y");
    }

    #[test]
    fn what_cannot_be_served_changes_nothing() {
        let mut registrar = Registrar::default();
        let first = ask("a", 5, 1, Change::Update(vec![wish("x", 60)]));
        registrar.register(&first, Now::START).unwrap();
        let late = RegistrarError::OutOfOrder { cseq: 5, last: 5 };
        let rows = [
            (ask("a", 5, 1, Change::Update(vec![wish("x", 0)])), late),
            (ask("a", 5, 1, Change::RemoveAll), late),
            (
                ask(
                    "a",
                    6,
                    1,
                    Change::Update(vec![wish("y", 90), wish("x", 59)]),
                ),
                RegistrarError::TooBrief { min_s: 60 },
            ),
        ];
        for (asked, error) in rows {
            assert_eq!(registrar.register(&asked, Now::START), Err(error));
            assert_eq!(places(&registrar), ["x"]);
        }
    }

    #[test]
    fn star_and_zero_and_time_and_flow_end_bindings() {
        let ends: [fn(&mut Registrar) -> bool; 4] = [
            |r| {
                let all = ask("a", 2, 1, Change::RemoveAll);
                r.register(&all, Now::START) == Ok(Outcome::Unreachable)
            },
            |r| {
                let zero = ask("a", 2, 1, Change::Update(vec![wish("x", 0)]));
                r.register(&zero, Now::START) == Ok(Outcome::Unreachable)
            },
            |r| !r.expire("1001", Now::at_ms(59_999)) && r.expire("1001", Now::at_ms(60_000)),
            |r| !r.drop_flow("1001", &flow(2)) && r.drop_flow("1001", &flow(1)),
        ];
        for (row, end) in ends.into_iter().enumerate() {
            let mut registrar = Registrar::default();
            let first = ask("a", 1, 1, Change::Update(vec![wish("x", 60)]));
            registrar.register(&first, Now::START).unwrap();
            assert!(end(&mut registrar), "row {row}");
            assert_eq!(registrar.count, 0);
            assert!(registrar.flows.is_empty());
        }
    }

    #[test]
    fn a_full_table_refuses_new_users_only() {
        let limits = RegistrarLimits {
            bindings_max: 1,
            ..RegistrarLimits::default()
        };
        let mut registrar = Registrar::new(limits);
        let first = ask("a", 1, 1, Change::Update(vec![wish("x", 60)]));
        registrar.register(&first, Now::START).unwrap();
        let mut other = ask("b", 1, 2, Change::Update(vec![wish("y", 60)]));
        other.user = "1002".to_owned();
        let full = Err(RegistrarError::Full);
        assert_eq!(registrar.register(&other, Now::START), full);
        let again = ask("a", 2, 1, Change::Update(vec![wish("x", 60)]));
        assert!(registrar.register(&again, Now::START).is_ok());
    }
}
