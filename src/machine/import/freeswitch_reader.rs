//! A FreeSWITCH dialplan being read: its places and the steps they become.

use crate::machine::import::draft;
use crate::machine::import::draft::DraftVerb;
use crate::machine::import::freeswitch_table::Context;
use crate::machine::import::report::Became;
use crate::machine::import::report::Report;
use crate::machine::import::staff::Staff;
use crate::machine::import::workshop::Workshop;
use crate::wire::xml::Element;

/// A place: what a call does there.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Spot {
    /// Deeds of an extension from one on: context, extension, deed, the number dialled.
    Deed(usize, usize, usize, String),
    /// A menu, with where it goes on afterwards and the menu it was opened from.
    Menu(String, Box<Self>, Option<Box<Self>>),
    /// An application that a key runs, the line it stands in, with where it goes on afterwards.
    App(String, String, usize, Box<Self>),
    /// The call ends.
    Over,
}

/// Files being read.
pub struct Importer<'t> {
    /// Contexts, with their files.
    pub contexts: &'t [(String, Context)],
    /// Menus, with their files.
    pub menus: &'t [(String, Element)],
    /// What became of lines.
    pub report: &'t mut Report,
    /// Queues and seats that are named.
    pub staff: &'t mut Staff,
    /// Steps in the making.
    pub workshop: Workshop<Spot>,
}

impl Importer<'_> {
    /// The step for a place, made now or later.
    pub fn step(&mut self, spot: &Spot) -> String {
        let name = match spot {
            Spot::Deed(context, extension, at, _) => {
                let table = self.contexts.get(*context);
                let found = table.and_then(|(_, table)| table.extensions.get(*extension));
                let name = found.map_or("", |one| one.name.as_str());
                let place = if *at == 0 {
                    String::new()
                } else {
                    (at + 1).to_string()
                };
                draft::name(&[name, &place])
            }
            Spot::Menu(name, ..) => draft::name(&[name]),
            Spot::App(app, data, ..) => {
                let first = data.split([' ', '@']).next().unwrap_or_default();
                let first = first.rsplit(['/', ':']).next().unwrap_or_default();
                draft::name(&[app, first.trim_end_matches(".wav")])
            }
            Spot::Over => "over".to_owned(),
        };
        self.workshop.step(spot, &name)
    }

    /// The file of the menus.
    #[must_use]
    pub fn menu_file(&self) -> String {
        self.menus
            .first()
            .map_or_else(String::new, |(file, _)| file.clone())
    }

    /// A step that says this and goes on.
    pub fn says(&mut self, said: &[String], after: &Spot) -> DraftVerb {
        let goto = self.step(after);
        DraftVerb::Say {
            text: said.join(" "),
            goto,
        }
    }

    /// The words of a sound.
    pub fn words(&mut self, app: &str, data: &str, file: &str, line: usize) -> Vec<String> {
        if let Some(text) = data.strip_prefix("say:") {
            return vec![text.trim_matches('"').to_owned()];
        }
        if data.starts_with("silence_stream:") || data.starts_with("tone_stream:") {
            let what = format!("{app} {data}");
            self.report.note(file, line, Became::Needless, what);
            return Vec::new();
        }
        let sounds = data.split('!').map(|sound| {
            let bare = sound.trim_start_matches("file_string://");
            draft::words_of_sound(bare.strip_prefix("phrase:").unwrap_or(bare))
        });
        let words: Vec<String> = sounds.filter(|words| !words.is_empty()).collect();
        let what = format!("the words of {data} are not in this file: write them");
        self.report.note(file, line, Became::Changed, what);
        words
    }
}
