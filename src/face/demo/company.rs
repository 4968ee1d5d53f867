//! Who works in the demo centre and who phones it: every phone, and its place.

use std::time::Duration;

use crate::call::phone::Answering;
use crate::call::phone::PhoneId;
use crate::call::phone::PhoneSetup;
use crate::face::demo::cast;
use crate::face::demo::cast::Caller;
use crate::face::demo::phones::SEAT_HZ;
use crate::machine::sip::surface::Account;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::language::Language;

/// The demo's seats: id, the person, password, skills as TOML.
const SEATS: [(&str, &str, &str, &str); 2] = [
    (
        "1001",
        "Zhao Min",
        "demo-1001",
        r#"{ ticketing = 5, "lang.zh" = 5, "lang.en" = 4 }"#,
    ),
    (
        "1002",
        "Sun Lei",
        "demo-1002",
        r#"{ refund = 3, "lang.zh" = 5, "lang.en" = 3 }"#,
    ),
];
/// A seat for whoever phones in as one.
pub const GUEST_SEAT: (&str, &str, &str, &str) = (
    "1003",
    "You",
    "demo-1003",
    r#"{ refund = 5, ticketing = 5, "lang.zh" = 5, "lang.en" = 5 }"#,
);
/// The realm of the demo's passwords.
pub const REALM: &str = "ringwise";
/// A crowd has a seat for so many callers.
const CALLERS_A_SEAT: usize = 8;
/// Most callers of a crowd: its phones' ports allow no more.
pub const LIVE_MAX: usize = 800;

/// Who works here and who phones: seats first, then each language's callers, then the crowd.
#[derive(Clone, Debug)]
pub struct Company {
    /// In which languages callers phone.
    pub languages: Vec<Language>,
    /// How many calls a crowd keeps live after the stories; none: there is no crowd.
    pub live: usize,
}

impl Company {
    /// The seats, as the configuration has them.
    #[must_use]
    pub fn seats_toml(&self) -> String {
        let mut text = String::new();
        for (id, name, password, skills) in SEATS.into_iter().chain([GUEST_SEAT]) {
            text.push_str(&seat_toml(id, name, password, skills));
        }
        for (id, password) in self.crowd_accounts() {
            let skills = r#"{ "lang.zh" = 5, "lang.en" = 5 }"#;
            text.push_str(&seat_toml(&id, &id, &password, skills));
        }
        text
    }

    /// The phones of the seats.
    #[must_use]
    pub fn seats(&self) -> Vec<PhoneId> {
        (0..).take(SEATS.len()).map(PhoneId).collect()
    }

    /// The phones of the crowd's seats.
    #[must_use]
    pub fn crowd_seats(&self) -> Vec<PhoneId> {
        let first = id(self.crowd_from());
        (first..)
            .take(self.crowd_accounts().len())
            .map(PhoneId)
            .collect()
    }

    /// The first phone of the crowd, and how many there are: a few more than calls are wanted,
    /// since some are between two calls.
    #[must_use]
    pub fn crowd(&self) -> (PhoneId, usize) {
        let first = self.crowd_from() + self.crowd_accounts().len();
        (PhoneId(id(first)), self.live + self.live / 25)
    }

    /// All phones, in the order of their places.
    #[must_use]
    pub fn phones(&self, flow: Flow) -> Vec<PhoneSetup> {
        let mut phones = Vec::new();
        for (id, name, password, _) in SEATS {
            phones.push(seat(id, name, password, (flow, 1500)));
        }
        for language in &self.languages {
            let callers = cast::callers(*language).into_iter();
            phones.extend(callers.map(|it| caller(&it.number, it.display, (flow, it.tone_hz))));
        }
        for (id, password) in self.crowd_accounts() {
            phones.push(seat(&id, &id, &password, (flow, 300)));
        }
        for at in 0..self.crowd().1 {
            let number = format!("1390001{at:04}");
            phones.push(caller(&number, String::new(), (flow, 440)));
        }
        phones
    }

    /// Scene by scene: the same caller in each language at once.
    #[must_use]
    pub fn scenes(&self) -> Vec<Vec<(PhoneId, Caller)>> {
        let mut scenes: Vec<Vec<(PhoneId, Caller)>> = Vec::new();
        let mut phone = SEATS.len();
        for language in &self.languages {
            for (at, caller) in cast::callers(*language).into_iter().enumerate() {
                if scenes.len() <= at {
                    scenes.push(Vec::new());
                }
                if let Some(scene) = scenes.get_mut(at) {
                    scene.push((PhoneId(id(phone)), caller));
                }
                phone += 1;
            }
        }
        scenes
    }

    fn crowd_from(&self) -> usize {
        SEATS.len() + self.scenes().iter().map(Vec::len).sum::<usize>()
    }

    /// Ids and passwords of the crowd's seats.
    fn crowd_accounts(&self) -> Vec<(String, String)> {
        let ids = (2001..).take(self.live.div_ceil(CALLERS_A_SEAT));
        ids.map(|id| (id.to_string(), format!("demo-{id}")))
            .collect()
    }
}

fn seat_toml(id: &str, name: &str, password: &str, skills: &str) -> String {
    format!(
        "[[seat]]\nid = \"{id}\"\nname = \"{name}\"\npassword = \"{password}\"\n\
         skills = {skills}\nqueues = [\"after-sales\"]\n",
    )
}

fn seat(id: &str, name: &str, password: &str, (flow, rings_ms): (Flow, u64)) -> PhoneSetup {
    PhoneSetup {
        user: id.to_owned(),
        name: name.to_owned(),
        centre: flow,
        tone_hz: Some(SEAT_HZ),
        answering: Answering::After(Duration::from_millis(rings_ms)),
        account: Some(Account {
            user: id.to_owned(),
            password: password.to_owned(),
            realm: REALM.to_owned(),
            flow,
            expires_s: 300,
        }),
    }
}

fn caller(number: &str, display: String, (flow, tone_hz): (Flow, u16)) -> PhoneSetup {
    PhoneSetup {
        user: number.replace([' ', '-'], ""),
        name: display,
        centre: flow,
        tone_hz: Some(tone_hz),
        answering: Answering::Never,
        account: None,
    }
}

fn id(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
