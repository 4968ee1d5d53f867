//! A centre whose files stand in a folder, with the keeper that reads them again, in a town.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;

use ringwise::call::effect::CommandError;
use ringwise::call::effect::Event;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::release::Share;
use ringwise::driver::centre::keeper::Keeper;
use ringwise::driver::centre::keeper::Opening;
use ringwise::driver::centre::keeper::PrepareError;
use ringwise::driver::centre::keeper::Prepared;
use ringwise::driver::centre::keeper::Report;
use ringwise::driver::centre::keeper::Wish;
use ringwise::driver::clock::Clock;
use ringwise::driver::config::reading::Config;
use ringwise::driver::stock::Sounds;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::machine::media::library::Encoded;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::ReleaseNo;

use crate::settlement;
use crate::settlement::Place;
use crate::settlement::Settlement;

/// The dialplan of the works: key 1 leads to a person, key 2 says which words these are.
pub(crate) const DIALPLAN: &str = r##"version: 1
flow: hotline
entry: { did: ["10101234"] }
languages: [en]
defaults: { person: agent, key_timeout: 60s, retries: 2 }
steps:
  hello: { say: { en: "Welcome to the first." }, goto: topics }
  topics:
    menu: { en: "For sales, press 1." }
    keys: { "1": agent, "2": words }
    goto: { no_input: bye }
  words: { say: { en: "These are the first words." }, goto: topics }
  agent:
    queue: sales
    need: "selling >= 2"
    goto: { full: bye, left: bye }
  bye: { say: { en: "Goodbye." }, hangup: normal }
"##;

/// What is recorded of it.
const FIRST_WORDS: [&str; 3] = [
    "Welcome to the first.",
    "For sales, press 1.",
    "These are the first words.",
];

/// One queue and as many seats as asked for, which serve it.
pub(crate) fn config(queues: &[&str], seats: usize) -> String {
    let mut text = format!("[sip]\nrealm = \"{}\"\n", settlement::REALM);
    text += "[centre]\nlanguages = [\"en\"]\n";
    for queue in queues {
        text += &format!("[[queue]]\nname = \"{queue}\"\nwrap_up_s = 0\nring_s = 12\n");
    }
    for seat in 0..seats {
        let user = settlement::seat_user(seat);
        text += &format!(
            "[[seat]]\nid = \"{user}\"\npassword = \"secret of {user}\"\nskills = {{ selling = 5 }}\n\
             queues = [\"{}\"]\n",
            queues.join("\", \"")
        );
    }
    text
}

/// A folder with everything that a release is made of.
pub(crate) struct Works {
    pub(crate) dir: PathBuf,
    pub(crate) keeper: Keeper,
    pub(crate) last: Option<Report>,
    /// What the library of a centre would hold.
    sounds: Vec<Arc<Encoded>>,
    turnovers: u64,
}

impl Works {
    /// The folder of a test, with this dialplan and configuration, and the town around it.
    pub(crate) fn open(test: &str, toml: &str, wish: settlement::Wish) -> (Self, Settlement) {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("works-{test}"));
        let _nothing_there = fs::remove_dir_all(&dir);
        lay_out(&dir, toml);
        let mut chance = Chance::from_seed(wish.seed);
        let (keeper, opening) = start(&dir, None);
        let Opening {
            release,
            mut sounds,
            mut pending,
            ..
        } = opening;
        let decoded = Mutex::new(Vec::new());
        pending.decode(|one| {
            decoded
                .lock()
                .unwrap()
                .push((one.row.prompt, one.sound.unwrap()));
        });
        sounds.extend(decoded.into_inner().unwrap());
        let mut media = settlement::media(wish.ports.clone(), &mut chance);
        for (prompt, sound) in &sounds {
            media.insert_prompt(*prompt, sound.duration());
        }
        let settlement = Settlement::around(wish, (settlement::centre(), release, media), chance);
        let works = Self {
            dir,
            keeper,
            last: None,
            sounds: sounds.into_iter().map(|(_, sound)| sound).collect(),
            turnovers: 1_000_000,
        };
        (works, settlement)
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.dir.join(file), text).unwrap();
    }

    pub(crate) fn write_config(&self, toml: &str) {
        write_config(&self.dir, toml);
    }

    pub(crate) fn write_prompts(&self, words: &[&str]) {
        write_prompts(&self.dir, words);
    }

    /// Reads the files again: for all new calls.
    pub(crate) fn reload(&mut self, town: &mut Settlement) -> Result<(), Refused> {
        self.ask(town, Keeper::reload, &Wish::default())
    }

    /// Reads them again for a share of new calls.
    pub(crate) fn try_out(&mut self, town: &mut Settlement, percent: u8) -> Result<(), Refused> {
        let share = Share::of(percent);
        let wish = Wish {
            share,
            ..Wish::default()
        };
        self.ask(town, Keeper::reload, &wish)
    }

    /// As a face would: prepares, fills the library, tells the engine, notes what it did.
    pub(crate) fn ask(
        &mut self,
        town: &mut Settlement,
        prepare: impl FnOnce(&mut Keeper, &Wish) -> Result<Prepared, PrepareError>,
        wish: &Wish,
    ) -> Result<(), Refused> {
        let prepared = prepare(&mut self.keeper, wish).map_err(Refused::Prepare)?;
        let plan = match prepared {
            Prepared::Ready(plan) => plan,
            Prepared::Unchanged(report) => {
                self.last = Some(report);
                return Ok(());
            }
        };
        self.last = Some(plan.report.clone());
        let (turnover, sounds, done) = plan.part();
        self.keep(town, sounds);
        self.turnovers += 1;
        let id = self.turnovers;
        let turnover = Box::new(turnover);
        town.town.tell_centre(Event::TurnOver { id, turnover });
        let mut replies = town.town.replies.drain(..);
        let reply = replies.find(|(of, _)| *of == id).unwrap().1;
        drop(replies);
        reply.map_err(Refused::Engine)?;
        self.keeper.note(&done);
        Ok(())
    }

    fn keep(&mut self, town: &mut Settlement, sounds: Sounds) {
        for (prompt, sound) in sounds {
            town.town.media.insert_prompt(prompt, sound.duration());
            self.sounds.push(sound);
        }
    }
}

/// The files of the works in a folder.
pub(crate) fn lay_out(dir: &Path, toml: &str) {
    for folder in ["dialplans", "banks", "prompts", "data"] {
        fs::create_dir_all(dir.join(folder)).unwrap();
    }
    let tone = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio/tone.wav");
    fs::copy(tone, dir.join("prompts/tone.wav")).unwrap();
    write_prompts(dir, &FIRST_WORDS);
    fs::write(dir.join("dialplans/hotline.yaml"), DIALPLAN).unwrap();
    write_config(dir, toml);
}

/// Why a reload was refused.
#[derive(Debug)]
pub(crate) enum Refused {
    Prepare(PrepareError),
    Engine(CommandError),
}

impl Refused {
    /// As the person reads it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Prepare(PrepareError::Material(error)) => {
                let files = error.faulty().iter().map(ToString::to_string);
                let files: Vec<String> = files.collect();
                if files.is_empty() {
                    error.to_string()
                } else {
                    files.join("\n")
                }
            }
            Self::Prepare(error) => error.to_string(),
            Self::Engine(error) => error.to_string(),
        }
    }
}

/// A centre starts in this folder.
pub(crate) fn start(dir: &Path, last: Option<(ReleaseNo, String)>) -> (Keeper, Opening) {
    let config = Config::load(&dir.join("ringwise.toml")).unwrap();
    let around = (Clock::start(), Chance::from_seed(9));
    Keeper::open(&config, around, last).unwrap()
}

/// A configuration of the files below `root`.
pub(crate) fn write_config_of(dir: &Path, data: &Path, root: &Path) {
    let place = |folder: &str| root.join(folder).display().to_string();
    let text = format!(
        "data_dir = \"{}\"\n[dialplans]\ndir = \"{}\"\n[banks]\ndir = \"{}\"\n[prompts]\n\
         dir = \"{}\"\n[[queue]]\nname = \"after-sales\"\n[[seat]]\nid = \"1\"\npassword = \"1\"\n\
         skills = {{ ticketing = 1, change = 1, refund = 1, hotel = 1, package = 1, payment = 1, \
         invoice = 1, complaint = 1, \"lang.zh\" = 1, \"lang.en\" = 1 }}\n",
        data.display(),
        place("dialplans"),
        place("banks"),
        place("prompts")
    );
    fs::write(dir.join("ringwise.toml"), text).unwrap();
}

fn write_config(dir: &Path, toml: &str) {
    let place = |folder: &str| dir.join(folder).display().to_string();
    let text = format!(
        "data_dir = \"{}\"\n{toml}\n[dialplans]\ndir = \"{}\"\n[banks]\ndir = \"{}\"\n[prompts]\n\
         dir = \"{}\"\ncommand = \"espeak-ng -v {{language}} --stdin --stdout\"\n",
        place("data"),
        place("dialplans"),
        place("banks"),
        place("prompts")
    );
    fs::write(dir.join("ringwise.toml"), text).unwrap();
}

fn write_prompts(dir: &Path, words: &[&str]) {
    let mut index = "phrase,language,text,file,duration_ms,hash\n".to_owned();
    for (at, words) in words.iter().enumerate() {
        index += &format!("words.{at},en,\"{words}\",tone.wav,500,{at:02}\n");
    }
    fs::write(dir.join("prompts/index.csv"), index).unwrap();
}

/// What happened to a call, by its number in the order of arrival.
pub(crate) fn calls(facts: &[Recorded]) -> Vec<CallId> {
    let arrived = facts
        .iter()
        .filter(|fact| matches!(fact.fact, Fact::Arrived(_)));
    arrived.filter_map(|fact| fact.call).collect()
}

/// The release that a call is pinned to.
pub(crate) fn release_of(facts: &[Recorded], call: CallId) -> ReleaseNo {
    let mut own = facts.iter().filter(|fact| fact.call == Some(call));
    let arrived = own.find_map(|fact| match &fact.fact {
        Fact::Arrived(arrived) => Some(arrived.release),
        _ => None,
    });
    arrived.unwrap()
}

/// All that was said to a call.
pub(crate) fn said(facts: &[Recorded], call: CallId) -> Vec<String> {
    let own = facts.iter().filter(|fact| fact.call == Some(call));
    let said = own.filter_map(|fact| match &fact.fact {
        Fact::Walk(WalkFact::Said { text }) => Some(text.clone()),
        _ => None,
    });
    said.collect()
}

/// Words of a call that had no sound.
pub(crate) fn unspeakable(facts: &[Recorded], call: CallId) -> Vec<String> {
    let own = facts.iter().filter(|fact| fact.call == Some(call));
    let missing = own.filter_map(|fact| match &fact.fact {
        Fact::Walk(WalkFact::Unspeakable { text }) => Some(text.clone()),
        _ => None,
    });
    missing.collect()
}

/// The alarms so far.
pub(crate) fn alarms(facts: &[Recorded]) -> Vec<String> {
    let texts = facts.iter().filter_map(|fact| match &fact.fact {
        Fact::Alarm { text } => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

/// A caller dials and hears the first menu.
pub(crate) fn call(town: &mut Settlement, at: usize) -> Place {
    let caller = town.callers[at];
    town.dial(0, caller);
    town.pass(3_000);
    caller
}

/// A caller presses a key and hears what comes of it.
pub(crate) fn press(town: &mut Settlement, caller: Place, key: char) {
    town.tell(0, caller, PhoneCommand::Press(key));
    town.pass(3_000);
}
