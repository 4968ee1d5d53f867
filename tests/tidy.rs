//! Checks the shape of the code itself: arrows, purity, sizes, captions.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Bottom to top. A floor may use itself and those before it.
const FLOORS: [&str; 6] = ["vocabulary", "wire", "machine", "call", "driver", "face"];
/// Rooms that stand outside the floors and may use all of them.
const DOORS: [&str; 2] = ["lib", "main"];
const FILE_LINES_MAX: usize = 500;

/// What only `driver` and `face` may name.
const IMPURE: [&str; 22] = [
    "async ",
    "Mutex",
    "RwLock",
    "OnceLock",
    "thread_local!",
    "Instant",
    "SystemTime",
    "UdpSocket",
    "TcpStream",
    "TcpListener",
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "println!",
    "HashMap",
    "HashSet",
    "tracing::",
    "tokio",
    "rusqlite",
    "axum",
    "rand::rng",
];

/// Rooms below `driver` that must name one impure word, each with its reason.
const EXCEPTIONS: [(&str, &str, &str); 1] = [(
    "machine::media::browser_peer",
    "Instant",
    "str0m takes std's Instant; the room maps Now onto a base it is given",
)];

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// A source file: its whole text, and its code without tests, comments and strings.
struct Room {
    text: String,
    code: String,
}

#[test]
fn arrows_point_down_and_never_circle() {
    let rooms = rooms();
    let mut arrows = Arrows::new();
    let mut wrong = Vec::new();
    for (name, room) in &rooms {
        for line in room.code.lines() {
            if line.contains("super::") {
                wrong.push(format!(
                    "{name} hides an arrow, write crate:: instead: {line}"
                ));
            }
            if line.contains("pub(in ") {
                wrong.push(format!("{name}: write pub(super) or pub(crate): {line}"));
            }
            for path in line.split("crate::").skip(1) {
                let Some(target) = room_in(path, &rooms) else {
                    wrong.push(format!(
                        "{name} names no file (one path a line, no groups): {line}"
                    ));
                    continue;
                };
                if floor(&target) > floor(name) {
                    wrong.push(format!("{name} looks up at {target}"));
                }
                arrows.entry(name.clone()).or_default().insert(target);
            }
        }
    }
    let circles = arrows.keys().filter(|name| reaches(&arrows, name, name));
    wrong.extend(circles.map(|name| format!("{name} is part of a circle")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn floors_below_the_driver_stay_pure() {
    let mut wrong = Vec::new();
    for (name, room) in rooms() {
        if floor(&name) >= floor("driver") {
            continue;
        }
        for word in IMPURE.iter().filter(|word| room.code.contains(**word)) {
            if !EXCEPTIONS
                .iter()
                .any(|(room, allowed, _)| *room == name && allowed == word)
            {
                wrong.push(format!("{name} names {word}: only driver and face may"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_has_a_caption_and_fits() {
    let mut wrong = Vec::new();
    for (name, room) in rooms() {
        let lines = room.text.lines().count();
        if !room.text.starts_with("//! ") {
            wrong.push(format!("{name} does not say what it is"));
        }
        if lines > FILE_LINES_MAX {
            wrong.push(format!("{name} has {lines} lines: split it"));
        }
        let tests: Vec<_> = room.text.match_indices("#[cfg(test)]").collect();
        let last = tests
            .last()
            .is_none_or(|(at, _)| room.text[*at..].contains("mod tests"));
        if tests.len() > 1 || !last {
            wrong.push(format!(
                "{name}: one #[cfg(test)], last in the file, on mod tests"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// `wire::rtp::Seq;` is in `wire::rtp`. A folder is not a room.
fn room_in(path: &str, rooms: &BTreeMap<String, Room>) -> Option<String> {
    let ends = |c: char| !(c.is_alphanumeric() || c == '_' || c == ':');
    let mut path = path.split(ends).next().unwrap();
    while !rooms.contains_key(path) {
        path = path.rsplit_once("::")?.0;
    }
    let folder = rooms
        .keys()
        .any(|room| room.starts_with(&format!("{path}::")));
    (!folder).then(|| path.to_owned())
}

fn floor(room: &str) -> usize {
    let name = room.split("::").next().unwrap();
    let found = FLOORS.iter().position(|floor| *floor == name);
    assert!(
        found.is_some() || DOORS.contains(&name),
        "{name} is on no floor"
    );
    found.unwrap_or(FLOORS.len())
}

fn reaches(arrows: &Arrows, from: &str, goal: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(room) = next.pop() {
        for target in arrows.get(room).into_iter().flatten() {
            if target == goal {
                return true;
            }
            if seen.insert(target) {
                next.push(target);
            }
        }
    }
    false
}

/// Every source file by its module path.
fn rooms() -> BTreeMap<String, Room> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut next) = (BTreeMap::new(), vec![src.clone()]);
    while let Some(path) = next.pop() {
        if path.is_dir() {
            next.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let name = path.strip_prefix(&src).unwrap().with_extension("");
            let name = name.to_string_lossy().replace('/', "::");
            let name = name.strip_suffix("::mod").unwrap_or(&name).to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let code = bare(text.split("#[cfg(test)]").next().unwrap());
            found.insert(name, Room { text, code });
        }
    }
    assert!(!found.is_empty());
    found
}

/// The code without line comments and without what stands in double quotes.
fn bare(text: &str) -> String {
    let line = |line: &str| {
        let mut quoted = false;
        let mut kept = String::new();
        for (at, c) in line.char_indices() {
            if !quoted && line[at..].starts_with("//") {
                break;
            }
            if c == '"' && !line[..at].ends_with('\\') && !line[..at].ends_with('\'') {
                quoted = !quoted;
            } else if !quoted {
                kept.push(c);
            }
        }
        kept
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
