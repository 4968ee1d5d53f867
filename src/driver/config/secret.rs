//! How each seat proves itself: by a secret, or not at all if it is a telephone that we call.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use crate::driver::config::password::Secret;
use crate::driver::config::seat::Seat;
use crate::driver::config::settings::Settings;
use crate::machine::trunk::destination;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;

/// The secret of each seat that has one, by its id. `read_text` reads files of passwords.
///
/// # Errors
///
/// What `read_text` answers of a file that cannot be read.
pub fn read<E>(
    seats: &[Seat],
    read_text: impl Fn(&Path) -> Result<String, E>,
    faults: &mut Vec<Fault>,
) -> Result<BTreeMap<String, Secret>, E> {
    let mut secrets = BTreeMap::new();
    for seat in seats {
        let given = [
            seat.password.is_some(),
            seat.password_file.is_some(),
            seat.ha1.is_some(),
            seat.number.is_some(),
        ];
        if given.into_iter().filter(|given| *given).count() != 1 {
            let what = format!("seat {} proves itself in no single way", seat.id.get_ref());
            let fault = Fault::new(span(seat.id.span()), what);
            let help = "give one of password, password_file, ha1, or the number of a telephone";
            faults.push(fault.help(help));
            continue;
        }
        if let Some(secret) = one(seat, &read_text, faults)? {
            secrets.insert(seat.id.get_ref().clone(), secret);
        }
    }
    Ok(secrets)
}

fn one<E>(
    seat: &Seat,
    read_text: impl Fn(&Path) -> Result<String, E>,
    faults: &mut Vec<Fault>,
) -> Result<Option<Secret>, E> {
    if let Some(ha1) = &seat.ha1 {
        if ha1.get_ref().is_whole() {
            return Ok(Some(Secret::Ha1(ha1.get_ref().clone())));
        }
        let fault = Fault::new(span(ha1.span()), "these are not hashes");
        faults.push(fault.help("ha1 = { sha256 = \"64 hex digits\", md5 = \"32 hex digits\" }"));
        return Ok(None);
    }
    let (at, password) = match (&seat.password, &seat.password_file) {
        (Some(password), _) => (span(seat.id.span()), password.0.clone()),
        (None, Some(file)) => {
            let text = read_text(file.get_ref())?;
            let first = text.lines().next().unwrap_or_default();
            (span(file.span()), first.trim_end().to_owned())
        }
        (None, None) => return Ok(None),
    };
    if password.is_empty() {
        let what = format!("seat {} has an empty password", seat.id.get_ref());
        faults.push(Fault::new(at, what));
        return Ok(None);
    }
    Ok(Some(Secret::Password(password)))
}

/// Seats that are telephones: each has a number of its own, that a trunk may call.
#[must_use]
pub fn number_faults(settings: &Settings) -> Vec<Fault> {
    let ways_out = settings.trunk.iter().filter_map(|trunk| trunk.out.as_ref());
    let destinations: Vec<_> = ways_out.flat_map(|out| &out.destinations).collect();
    let (mut faults, mut owners) = (Vec::new(), BTreeMap::new());
    for seat in &settings.seat {
        let Some(number) = &seat.number else {
            continue;
        };
        let (at, number) = (span(number.span()), number.get_ref().as_str());
        let (id, reached) = (
            seat.id.get_ref(),
            destinations.iter().any(|one| one.holds(number)),
        );
        let before = owners.insert(number, id);
        if !destination::is_callable(number) {
            let what = format!("{number:?} is no international number");
            faults.push(Fault::new(at, what).help("number = \"+861060000002\""));
        } else if let Some(before) = before {
            let what = format!("the seats {before} and {id} have one number");
            faults.push(Fault::new(at, what).help("a telephone is one seat"));
        } else if !reached {
            let what = format!("no trunk may call {number}");
            let help = "add it to `destinations` of a [trunk.out]";
            faults.push(Fault::new(at, what).help(help));
        }
    }
    faults
}

fn span(range: Range<usize>) -> Span {
    Span::between(range.start, range.end)
}

#[cfg(test)]
mod tests {
    use crate::driver::config::reading::Config;

    const TRUNK: &str = "[[trunk]]\nname = \"carrier\"\nhosts = [\"198.51.100.7\"]\n[trunk.out]\n\
        to = \"udp://198.51.100.7:5060\"\nfrom = \"+861060000000\"\ndestinations = [\"+86*\"]\n";

    fn seats(numbers: &[&str]) -> String {
        let seats = numbers.iter().enumerate();
        let seats =
            seats.map(|(at, number)| format!("[[seat]]\nid = \"s{at}\"\nnumber = \"{number}\"\n"));
        seats.collect()
    }

    #[test]
    fn a_seat_may_be_a_telephone_that_a_trunk_may_call() {
        let text = format!("{TRUNK}{}", seats(&["+8613900000001"]));
        let config = Config::read("ringwise.toml", &text).unwrap();
        assert!(config.secrets.is_empty());
        let number = &config.catalog.seats()[0].number;
        assert_eq!(number.as_deref(), Some("+8613900000001"));
    }

    #[test]
    fn a_number_that_cannot_be_called_is_told_where_it_stands() {
        let twice = "+8613900000001";
        let table = [
            (
                format!("{TRUNK}{}", seats(&["13900000001"])),
                ":10:10: \"13900000001\" is no international number",
            ),
            (
                format!("{TRUNK}{}", seats(&["+4930123456"])),
                ":10:10: no trunk may call +4930123456",
            ),
            (seats(&["+8613900000001"]), ":3:10: no trunk may call"),
            (
                format!("{TRUNK}{}", seats(&[twice, twice])),
                ":13:10: the seats s0 and s1 have one number",
            ),
        ];
        for (text, expected) in table {
            let told = Config::read("ringwise.toml", &text)
                .unwrap_err()
                .to_string();
            assert!(told.contains(expected), "{told}");
        }
    }
}
