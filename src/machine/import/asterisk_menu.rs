//! A menu of an Asterisk dialplan: the single keys of its context, and what silence and wrong keys
//! lead to.

use crate::machine::import::asterisk_reader::Importer;
use crate::machine::import::asterisk_reader::Spot;
use crate::machine::import::asterisk_table::Priority;
use crate::machine::import::draft::DraftMenu;
use crate::machine::import::draft::or_please;
use crate::machine::import::report::Became;
use crate::machine::ivr::did::DidPattern;
use crate::machine::ivr::press;

/// How often a menu is said again that Asterisk says for ever.
const RETRIES: u32 = 2;
/// Longest extension within a house, in signs.
const WITHIN_MAX: usize = 4;
/// Most applications of a handler.
const HANDLER_MAX: usize = 30;

/// What a handler of silence or wrong keys does.
enum Handler {
    /// Says the menu again, so many times at most, then leads on.
    Again(u32, Option<Spot>),
    /// Leads elsewhere at once.
    Leads(Spot),
    /// There is none.
    Missing,
}

/// The menu that is asked between `start` and `next`.
pub fn menu(
    importer: &mut Importer<'_>,
    (start, next): (&Spot, &Spot),
    asked: String,
    wait_s: u32,
) -> DraftMenu {
    let mut menu = DraftMenu {
        text: or_please(asked),
        key_timeout_s: wait_s,
        ..DraftMenu::default()
    };
    keys(importer, start, &mut menu);
    let line = importer.at(start).map_or(0, |one| one.line);
    let silence = handler(importer, start, next, "t");
    let wrong = handler(importer, start, next, "i");
    if let (Handler::Again(one, _), Handler::Again(other, _)) = (&silence, &wrong)
        && one != other
    {
        let what = format!("wrong keys are answered {one} times too, not {other}");
        importer.note(line, Became::Changed, what);
    }
    menu.retries = match (&silence, &wrong) {
        (Handler::Again(times, _), _) | (_, Handler::Again(times, _)) => *times,
        _ => 0,
    };
    menu.no_input = after(importer, next, silence);
    menu.invalid = after(importer, next, wrong);
    menu
}

/// Where a handler leads at last; without one the call goes on after the menu.
fn after(importer: &mut Importer<'_>, next: &Spot, handler: Handler) -> String {
    match handler {
        Handler::Again(_, Some(spot)) | Handler::Leads(spot) => importer.spot(spot),
        Handler::Again(_, None) => {
            let over = (next.0.clone(), next.1.clone(), usize::MAX);
            importer.spot(over)
        }
        Handler::Missing => importer.spot(next.clone()),
    }
}

/// Single keys, and patterns for one key.
fn keys(importer: &mut Importer<'_>, start: &Spot, menu: &mut DraftMenu) {
    let table = importer.table;
    for (extension, home) in table.dialled(&start.0) {
        let spot = (home.to_owned(), extension.to_owned(), 0);
        let line = importer.at(&spot).map_or(0, |one| one.line);
        let mut signs = extension.chars();
        match (signs.next(), signs.next()) {
            (Some(key), None) if press::is_key(key) => {
                let to = importer.spot(spot);
                menu.keys.insert(key, to);
            }
            (Some(_), None) => {}
            (Some('_'), _) => {
                let pattern = DidPattern::read(extension).ok();
                let fits = |key: &char| {
                    let pattern = pattern.as_ref();
                    pattern.is_some_and(|pattern| pattern.fits(&key.to_string()))
                };
                for key in ('0'..='9').filter(fits) {
                    let to = importer.spot(spot.clone());
                    menu.keys.entry(key).or_insert(to);
                }
            }
            _ if home == start.0
                && extension.starts_with(|c: char| c.is_ascii_digit() || c == '_')
                && !is_whole_number(importer, home, extension) =>
            {
                let what =
                    format!("{extension} is no single key: it cannot be dialled in this menu");
                importer.note(line, Became::Lost, what);
            }
            _ => {}
        }
    }
}

/// Whether this is a number that calls come in by, too long for an extension within the house.
fn is_whole_number(importer: &Importer<'_>, home: &str, extension: &str) -> bool {
    let place = (home.to_owned(), extension.to_owned());
    importer.numbers.contains(&place) && extension.len() > WITHIN_MAX
}

/// Whether an extension is one key, or a pattern of one.
#[must_use]
pub fn is_single_key(extension: &str) -> bool {
    let bare = extension.strip_prefix('_').unwrap_or(extension);
    let choice = bare.strip_prefix('[').and_then(|rest| rest.find(']'));
    choice.map_or(bare.chars().count() == 1, |end| end + 2 == bare.len())
}

/// What `t` or `i` of a menu's context does.
fn handler(importer: &mut Importer<'_>, start: &Spot, next: &Spot, extension: &str) -> Handler {
    let Some(home) = importer.table.home(&start.0, extension).map(str::to_owned) else {
        return Handler::Missing;
    };
    let first: Spot = (home, extension.to_owned(), 0);
    let mut at = first.clone();
    let mut said = Vec::new();
    let mut counting = Vec::new();
    for _ in 0..HANDLER_MAX {
        let Some(one) = importer.at(&at).cloned() else {
            return Handler::Leads(first);
        };
        let following = (at.0.clone(), at.1.clone(), at.2 + 1);
        match one.app.as_str() {
            "playback" | "background" => said.push(one.line),
            "set" | "noop" | "verbose" | "wait" => counting.push(one.line),
            "goto" => {
                let to = importer.target_spot(&at, &one.written);
                if !asks_again(&to, start, next) {
                    return Handler::Leads(first);
                }
                unsaid(importer, &said, &counting);
                let what = "said again for ever: here twice, then the call ends";
                importer.note(one.line, Became::Changed, what);
                return Handler::Again(RETRIES, None);
            }
            "gotoif" => {
                return match counted(importer, &one, &at, start, next) {
                    Some((times, then)) => {
                        counting.push(one.line);
                        unsaid(importer, &said, &counting);
                        Handler::Again(times, Some(then.unwrap_or(following)))
                    }
                    None => Handler::Leads(first),
                };
            }
            _ => return Handler::Leads(first),
        }
        at = following;
    }
    Handler::Leads(first)
}

/// What a handler did before the menu was said again.
fn unsaid(importer: &mut Importer<'_>, said: &[usize], counting: &[usize]) {
    for line in counting {
        let what = "`retries` of the menu stands for it";
        importer.note(*line, Became::Needless, what);
    }
    for line in said {
        importer.note(
            *line,
            Became::Changed,
            "not said before the menu is said again",
        );
    }
}

/// Whether a place leads to this menu again.
fn asks_again(to: &Spot, start: &Spot, next: &Spot) -> bool {
    to.0 == start.0 && to.1 == start.1 && to.2 < next.2
}

/// A way back that a counter ends: how often the menu is said again, and where then, if that is not
/// the next application.
fn counted(
    importer: &Importer<'_>,
    one: &Priority,
    here: &Spot,
    start: &Spot,
    next: &Spot,
) -> Option<(u32, Option<Spot>)> {
    let (condition, targets) = one.written.split_once('?')?;
    let (yes, no) = targets.split_once(':').unwrap_or((targets, ""));
    let (sign, limit) = comparison(condition)?;
    let spot =
        |written: &str| (!written.trim().is_empty()).then(|| importer.target_spot(here, written));
    let (yes, no) = (spot(yes), spot(no));
    let back = |spot: &Option<Spot>| {
        spot.as_ref()
            .is_some_and(|spot| asks_again(spot, start, next))
    };
    // The counter was raised before: at its first silence it is one.
    match sign {
        '<' if back(&yes) => Some((limit.saturating_sub(1), no)),
        'l' if back(&yes) => Some((limit, no)),
        '>' => {
            let again = no.is_none() || back(&no);
            again.then_some((limit, yes))
        }
        'g' => {
            let again = no.is_none() || back(&no);
            again.then_some((limit.saturating_sub(1), yes))
        }
        _ => None,
    }
    .map(|(times, then)| (times.min(9), then))
}

/// `$[${TRIES} < 3]`: the sign (`l` and `g` with equality) and the number.
fn comparison(condition: &str) -> Option<(char, u32)> {
    let bare = condition.trim().strip_prefix("$[")?.strip_suffix(']')?;
    let bare = bare.replace('"', "");
    let at = bare.find(['<', '>'])?;
    let (left, right) = bare.split_at(at);
    if !left.contains("${") {
        return None;
    }
    let sign = right.chars().next()?;
    let rest = right.get(1..)?;
    let equal = rest.starts_with('=');
    let limit = rest.trim_start_matches('=').trim().parse().ok()?;
    let sign = match (sign, equal) {
        ('<', true) => 'l',
        ('>', true) => 'g',
        (sign, _) => sign,
    };
    Some((sign, limit))
}

/// Whether this value raises the variable `name` by one.
#[must_use]
pub fn counts(value: &str, name: &str) -> bool {
    let bare: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    bare == format!("$[${{{}}}+1]", name.trim())
}
