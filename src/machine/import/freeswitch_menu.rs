//! The menus of FreeSWITCH's `ivr.conf`.

use std::collections::BTreeSet;

use crate::machine::import::draft::DraftMenu;
use crate::machine::import::draft::DraftVerb;
use crate::machine::import::draft::or_please;
use crate::machine::import::draft::whole_seconds;
use crate::machine::import::freeswitch_reader::Importer;
use crate::machine::import::freeswitch_reader::Spot;
use crate::machine::import::report::Became;
use crate::machine::ivr::press;
use crate::wire::xml::Element;

impl Importer<'_> {
    /// A menu: its own place, where it goes on afterwards, the menu it was opened from.
    pub fn menu(
        &mut self,
        own: &Spot,
        name: &str,
        after: &Spot,
        parent: Option<&Spot>,
    ) -> DraftVerb {
        let menus = self.menus;
        let found = menus
            .iter()
            .find(|(_, menu)| menu.attribute("name") == Some(name));
        let Some((file, element)) = found else {
            let file = self.contexts.first().map_or("", |(file, _)| file);
            let what = format!("the menu {name} is in none of these files");
            self.report.note(file, 0, Became::Lost, what);
            return self.says(&[], after);
        };
        let number = |name: &str| {
            element
                .attribute(name)
                .and_then(|text| text.parse::<f64>().ok())
        };
        let words = element.attribute("greet-long").unwrap_or_default();
        let words = self.words("menu", words, file, element.line);
        let failures = number("max-failures").unwrap_or(3.0);
        let silences = number("max-timeouts").unwrap_or(failures);
        let mut menu = DraftMenu {
            text: or_please(words.join(" ")),
            key_timeout_s: whole_seconds(number("timeout").unwrap_or(10_000.0) / 1000.0),
            retries: whole_seconds(silences) - 1,
            ..DraftMenu::default()
        };
        menu.retries = menu.retries.min(9);
        let exit = element
            .attribute("exit-sound")
            .filter(|sound| !sound.is_empty());
        let end = exit.map_or_else(
            || after.clone(),
            |sound| {
                let sound = sound.to_owned();
                Spot::App(
                    "playback".to_owned(),
                    sound,
                    element.line,
                    Box::new(after.clone()),
                )
            },
        );
        menu.no_input = self.step(&end);
        menu.invalid.clone_from(&menu.no_input);
        for sound in ["greet-short", "invalid-sound"] {
            if let Some(file_of_sound) = element.attribute(sound) {
                let what = format!("{sound} {file_of_sound} is not said");
                self.report.note(file, element.line, Became::Changed, what);
            }
        }
        for entry in element.all("entry") {
            if let Some((key, to)) = self.entry(entry, own, (after, parent), file) {
                let to = self.step(&to);
                menu.keys.insert(key, to);
            }
        }
        DraftVerb::Menu(menu)
    }

    fn entry(
        &mut self,
        entry: &Element,
        own: &Spot,
        (after, parent): (&Spot, Option<&Spot>),
        file: &str,
    ) -> Option<(char, Spot)> {
        let digits = entry.attribute("digits").unwrap_or_default();
        let param = entry.attribute("param").unwrap_or_default();
        let action = entry.attribute("action").unwrap_or_default();
        let key = digits
            .parse::<char>()
            .ok()
            .filter(|key| press::is_key(*key));
        let Some(key) = key else {
            let what = format!("{digits} is no single key: it cannot be dialled in this menu");
            self.report.note(file, entry.line, Became::Lost, what);
            return None;
        };
        let to = match action {
            "menu-exec-app" => {
                let (app, data) = param.split_once(' ').unwrap_or((param, ""));
                let known = BTreeSet::from([
                    "transfer",
                    "callcenter",
                    "playback",
                    "hangup",
                    "bridge",
                    "fifo",
                ]);
                if !known.contains(app) {
                    self.report.note(
                        file,
                        entry.line,
                        Became::Lost,
                        format!("key {key}: {param}"),
                    );
                    return None;
                }
                // After words the menu is said again; all else leads away.
                let back = if app == "playback" { own } else { after };
                let (app, data) = (app.to_owned(), data.to_owned());
                Spot::App(app, data, entry.line, Box::new(back.clone()))
            }
            "menu-sub" => opened(own, param).cloned().unwrap_or_else(|| {
                let parent = Some(Box::new(own.clone()));
                Spot::Menu(param.to_owned(), Box::new(after.clone()), parent)
            }),
            "menu-play-sound" => {
                let sound = param.to_owned();
                Spot::App(
                    "playback".to_owned(),
                    sound,
                    entry.line,
                    Box::new(own.clone()),
                )
            }
            "menu-top" => top(own).clone(),
            "menu-back" => parent.unwrap_or(after).clone(),
            "menu-exit" => after.clone(),
            _ => {
                self.report.note(
                    file,
                    entry.line,
                    Became::Lost,
                    format!("key {key}: {action} {param}"),
                );
                return None;
            }
        };
        Some((key, to))
    }
}

/// The menu of this name that is open, if one is: a menu that opens one of those it was opened from
/// goes back to it.
fn opened<'s>(menu: &'s Spot, sought: &str) -> Option<&'s Spot> {
    let mut open = Some(menu);
    while let Some(spot @ Spot::Menu(name, _, parent)) = open {
        if name == sought {
            return Some(spot);
        }
        open = parent.as_deref();
    }
    None
}

/// The menu from which all others were opened.
fn top(menu: &Spot) -> &Spot {
    let mut top = menu;
    while let Spot::Menu(_, _, Some(parent)) = top {
        top = parent;
    }
    top
}
