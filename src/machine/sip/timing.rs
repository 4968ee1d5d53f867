//! The round-trip estimates that all SIP timers stand on (RFC 3261 appendix A).

use std::time::Duration;

/// Round-trip estimate: the first retransmission interval.
pub const T1: Duration = Duration::from_millis(500);
/// The longest retransmission interval for non-INVITE requests and INVITE responses.
pub const T2: Duration = Duration::from_secs(4);
/// The longest time that a message stays in the network.
pub const T4: Duration = Duration::from_secs(5);
/// 64·T1: how long a transaction tries, and how long a finished one absorbs repeats.
pub const TRANSACTION_LIMIT: Duration = Duration::from_secs(32);

/// How long an INVITE of ours may go unanswered though it rings. RFC 3261 has this limit for
/// proxies (timer C, section 16.6), where each provisional response starts it anew; a phone that
/// nobody picks up repeats those for ever, so ours runs on.
pub const RING_LIMIT: Duration = Duration::from_secs(180);
/// The same in seconds, for queues that say how long their seats ring.
pub const RING_LIMIT_S: u32 = 180;

/// The next retransmission interval: doubled, at most [`T2`].
#[must_use]
pub fn doubled(interval: Duration) -> Duration {
    (interval * 2).min(T2)
}
