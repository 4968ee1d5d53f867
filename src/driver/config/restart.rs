//! Which keys of `ringwise.toml` count from the next start on, and were changed.

use crate::driver::config::settings::Centre;
use crate::driver::config::settings::Settings;

/// The keys that differ and that a reload does not take: a centre reads them when it starts.
#[must_use]
pub fn waiting(running: &Settings, read: &Settings) -> Vec<String> {
    let (old, new) = (running, read);
    let mut keys = vec![
        ("data_dir", old.data_dir != new.data_dir),
        ("drain_s", old.drain_s != new.drain_s),
        ("[centre] zone", old.centre.zone != new.centre.zone),
        (
            "[centre] languages",
            old.centre.languages != new.centre.languages,
        ),
        ("[numbers]", old.numbers != new.numbers),
        ("[sip] listen", old.sip.listen != new.sip.listen),
        ("[sip] advertise", old.sip.advertise != new.sip.advertise),
        ("[sip] local_nets", old.sip.local_nets != new.sip.local_nets),
        ("[sip] realm", old.sip.realm != new.sip.realm),
        ("[sip] md5", old.sip.md5 != new.sip.md5),
        ("[sip] allow", old.sip.allow != new.sip.allow),
        ("[sip] dscp", old.sip.dscp != new.sip.dscp),
        ("[sip] watch_s", old.sip.watch_s != new.sip.watch_s),
        ("[media]", old.media != new.media),
        ("[http]", old.http != new.http),
        (
            "[prompts] command",
            old.prompts.command != new.prompts.command,
        ),
        ("[orders]", old.orders != new.orders),
        ("[[service]]", old.service != new.service),
        ("[webhook]", old.webhook != new.webhook),
        ("[callback]", old.callback != new.callback),
        ("[health]", old.health != new.health),
        ("[[trunk]]", old.trunk != new.trunk),
    ];
    let rest = keys.iter().all(|(_, differs)| !differs) && !same_rest(old, new);
    keys.push(("another key", rest));
    let differing = keys.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(key, _)| key.to_owned()).collect()
}

/// Whether nothing differs but what a reload takes.
fn same_rest(old: &Settings, new: &Settings) -> bool {
    let taken = Settings {
        dialplans: new.dialplans.clone(),
        banks: new.banks.clone(),
        prompts: new.prompts.clone(),
        queue: new.queue.clone(),
        centre: Centre {
            policy: new.centre.policy,
            ..old.centre.clone()
        },
        seat: new.seat.clone(),
        ..old.clone()
    };
    taken == *new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_next_start_are_named_and_the_others_are_not() {
        let old = Settings::default();
        let read = |text: &str| toml::from_str::<Settings>(text).unwrap();
        let taken = "[dialplans]\ndir = \"d\"\n[prompts]\ndir = \"p\"\n[[queue]]\nname = \"q\"\n";
        assert!(waiting(&old, &read(taken)).is_empty());
        let waits = "drain_s = 5\n[sip]\nlisten = [\"udp://127.0.0.1:5070\"]\n[http]\nlisten = \"127.0.0.1:1\"\n";
        assert_eq!(
            waiting(&old, &read(waits)),
            ["drain_s", "[sip] listen", "[http]"]
        );
    }
}
