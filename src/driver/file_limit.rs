//! How many files the process may hold open: a call takes two sockets for each of its legs.

use rustix::process::Resource;
use rustix::process::Rlimit;

/// Files that a centre holds besides the sockets of calls.
const BESIDES: u64 = 256;

/// Raises the process's limit as far as the system lets it; gives the limit that holds then.
#[must_use]
pub fn raise() -> u64 {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let now = match rustix::process::setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            limit.current
        }
    };
    now.unwrap_or(u64::MAX)
}

/// What to say if the limit of open files is reached before the media ports are used up.
#[must_use]
pub fn shortage(limit: u64, media_ports: u64) -> Option<String> {
    let legs = limit.saturating_sub(BESIDES) / 2;
    (legs < media_ports / 2).then(|| {
        format!(
            "the system lets this process open {limit} files, enough for {legs} legs of calls; \
             the media ports would do for {}: raise `ulimit -n` or LimitNOFILE",
            media_ports / 2
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_below_the_ports_is_said() {
        assert_eq!(shortage(20_000, 10_000), None);
        let said = shortage(1024, 10_000).expect("too low");
        assert!(said.contains("384 legs"), "{said}");
        assert!(said.contains("5000"), "{said}");
    }

    #[test]
    fn the_limit_can_be_asked_for() {
        assert!(raise() >= 64);
    }
}
