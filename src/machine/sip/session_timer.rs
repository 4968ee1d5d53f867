//! A session that must be refreshed to live (RFC 4028).

use std::time::Duration;

use crate::vocabulary::time::Now;
use crate::wire::sip::param::Params;

/// The shortest interval that we grant and the shortest that may be asked for (section 4).
pub const MIN_SE_S: u32 = 90;

/// Who sends the refreshes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refresher {
    /// Who sent the request that carries this.
    Uac,
    /// Who answers it.
    Uas,
}

/// The value of a `Session-Expires` header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionExpires {
    /// Session interval in seconds.
    pub interval_s: u32,
    /// Who refreshes, if it says so.
    pub refresher: Option<Refresher>,
}

impl SessionExpires {
    /// Reads `delta-seconds *(SEMI se-params)`; `None` if it is malformed.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let end = text.find(';').unwrap_or(text.len());
        let (interval, params) = text.split_at(end);
        let params = Params::decode(params).ok()?;
        let refresher = match params.get("refresher").as_deref() {
            None => None,
            Some(side) if side.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(side) if side.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            Some(_) => return None,
        };
        Some(Self {
            interval_s: interval.trim().parse().ok()?,
            refresher,
        })
    }

    /// As on the wire.
    #[must_use]
    pub fn encode(&self) -> String {
        let refresher = match self.refresher {
            None => "",
            Some(Refresher::Uac) => ";refresher=uac",
            Some(Refresher::Uas) => ";refresher=uas",
        };
        format!("{}{refresher}", self.interval_s)
    }
}

/// Whether the client knows session timers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClientTimer {
    /// `Supported: timer`.
    Supported,
    /// A proxy put the header there.
    Unknown,
}

/// The interval is shorter than we serve: 422 with `Min-SE` (section 6).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a session interval of {0} s, at least {MIN_SE_S} s are served")]
pub struct TooSmall(pub u32);

/// Answers a request's `Session-Expires` (section 9, table 2). The client refreshes wherever
/// it can, so that a client that has died is noticed.
///
/// # Errors
///
/// [`TooSmall`] if the client can be told so.
pub fn agree(asked: SessionExpires, client: ClientTimer) -> Result<SessionExpires, TooSmall> {
    let supported = client == ClientTimer::Supported;
    if asked.interval_s < MIN_SE_S && supported {
        return Err(TooSmall(asked.interval_s));
    }
    let refresher = match (supported, asked.refresher) {
        (true, Some(Refresher::Uac) | None) => Refresher::Uac,
        (true, Some(Refresher::Uas)) | (false, _) => Refresher::Uas,
    };
    Ok(SessionExpires {
        interval_s: asked.interval_s.max(MIN_SE_S),
        refresher: Some(refresher),
    })
}

/// What is due when a [`SessionTimer`] fires.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Due {
    /// Send a refresh.
    Refresh,
    /// End the session.
    Expired,
}

/// The running timer of one session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionTimer {
    due: Due,
    at: Now,
}

/// Which side of the exchange we were when the terms were agreed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// We sent the request.
    Uac,
    /// We answered it.
    Uas,
}

impl SessionTimer {
    /// The timer under the terms of a 2xx: we refresh at half the interval, or end the session
    /// shortly before it runs out (section 10).
    #[must_use]
    pub fn start(terms: SessionExpires, side: Side, now: Now) -> Self {
        let interval = Duration::from_secs(u64::from(terms.interval_s.max(MIN_SE_S)));
        let ours = match (terms.refresher, side) {
            (Some(Refresher::Uac) | None, Side::Uac) | (Some(Refresher::Uas), Side::Uas) => true,
            (Some(Refresher::Uac) | None, Side::Uas) | (Some(Refresher::Uas), Side::Uac) => false,
        };
        if ours {
            return Self {
                due: Due::Refresh,
                at: now + interval / 2,
            };
        }
        let early = Duration::from_secs(32).min(interval / 3);
        Self {
            due: Due::Expired,
            at: now + interval.saturating_sub(early),
        }
    }

    /// When it fires.
    #[must_use]
    pub const fn at(&self) -> Now {
        self.at
    }

    /// What is due at `now`.
    #[must_use]
    pub fn due(&self, now: Now) -> Option<Due> {
        (self.at <= now).then_some(self.due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_follow_table_2() {
        use ClientTimer::{Supported, Unknown};
        let rows = [
            ("1800", Supported, Ok("1800;refresher=uac")),
            ("1800;refresher=uac", Supported, Ok("1800;refresher=uac")),
            ("1800;refresher=UAS", Supported, Ok("1800;refresher=uas")),
            ("1800", Unknown, Ok("1800;refresher=uas")),
            ("60", Unknown, Ok("90;refresher=uas")),
            ("60", Supported, Err(TooSmall(60))),
            ("90;x=y", Supported, Ok("90;refresher=uac")),
        ];
        for (asked, client, answer) in rows {
            let asked = SessionExpires::decode(asked).unwrap();
            let got = agree(asked, client).map(|terms| terms.encode());
            assert_eq!(got, answer.map(str::to_owned), "{asked:?}");
        }
        for bad in ["", "x", "-1", "4294967296", "90;refresher=me", "90;;"] {
            assert_eq!(SessionExpires::decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_side_refreshes_at_half_the_other_ends_before_the_whole() {
        let rows = [
            ("1800;refresher=uac", Side::Uac, Due::Refresh, 900),
            ("1800;refresher=uac", Side::Uas, Due::Expired, 1768),
            ("90;refresher=uas", Side::Uac, Due::Expired, 60),
            ("90;refresher=uas", Side::Uas, Due::Refresh, 45),
        ];
        for (terms, side, due, at_s) in rows {
            let terms = SessionExpires::decode(terms).unwrap();
            let timer = SessionTimer::start(terms, side, Now::START);
            assert_eq!(timer.at(), Now::at_ms(at_s * 1000));
            assert_eq!(timer.due(Now::at_ms(at_s * 1000 - 1)), None);
            assert_eq!(timer.due(timer.at()), Some(due));
        }
    }
}
