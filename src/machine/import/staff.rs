//! Queues and the seats that serve them, as other systems name them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Queues and seats.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Staff {
    /// Queues by name.
    pub queues: BTreeMap<String, QueueFound>,
    /// Seats by the user they register as.
    pub seats: BTreeMap<String, SeatFound>,
}

/// What a file says of a queue.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct QueueFound {
    /// How long a seat rings, in seconds.
    pub ring_s: Option<u32>,
    /// After-call work, in seconds.
    pub wrap_up_s: Option<u32>,
    /// How many may wait.
    pub waiting_max: Option<u32>,
    /// How often they hear their position, in seconds.
    pub announce_s: Option<u32>,
}

/// What a file says of a seat.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SeatFound {
    /// The person's name; may be empty.
    pub name: String,
    /// The queues it serves.
    pub queues: BTreeSet<String>,
}

impl Staff {
    /// A queue that a dialplan names.
    pub fn queue(&mut self, name: &str) -> &mut QueueFound {
        self.queues.entry(name.to_owned()).or_default()
    }

    /// A seat of a queue.
    pub fn seat(&mut self, seat: &str, queue: &str) -> &mut SeatFound {
        let found = self.seats.entry(seat.to_owned()).or_default();
        found.queues.insert(queue.to_owned());
        found
    }

    /// As a configuration says it.
    #[must_use]
    pub fn written(&self) -> String {
        let mut text = String::new();
        for (name, queue) in &self.queues {
            put(&mut text, format_args!("\n[[queue]]\nname = \"{name}\"\n"));
            for (key, value) in [
                ("ring_s", queue.ring_s),
                ("wrap_up_s", queue.wrap_up_s),
                ("waiting_max", queue.waiting_max),
                ("announce_s", queue.announce_s),
            ] {
                if let Some(value) = value {
                    put(&mut text, format_args!("{key} = {value}\n"));
                }
            }
        }
        for (id, seat) in &self.seats {
            let queues: Vec<String> = seat
                .queues
                .iter()
                .map(|name| format!("\"{name}\""))
                .collect();
            let name = seat.name.replace(['"', '\\'], "");
            put(
                &mut text,
                format_args!(
                    "\n[[seat]]\nid = \"{id}\"\nname = \"{name}\"\npassword = \"change-me-{id}\"\nqueues = [{}]\n",
                    queues.join(", ")
                ),
            );
        }
        text
    }
}

fn put(text: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _never = text.write_fmt(piece);
}

/// The seat that a device of the house belongs to: `PJSIP/1001`.
#[must_use]
pub fn seat_of(device: &str) -> Option<&str> {
    let (technology, rest) = device.trim().split_once('/')?;
    let known = ["SIP", "PJSIP", "IAX2", "Local", "Agent", "DAHDI"];
    let name = rest.split('@').next().unwrap_or(rest);
    let plain = !rest.contains(['/', '$']) && !name.is_empty();
    (known.contains(&technology) && technology != "DAHDI" && plain).then_some(name)
}
