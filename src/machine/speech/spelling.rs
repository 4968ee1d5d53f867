//! How telephone numbers are grouped.

/// A telephone number in groups that a listener can write down, with a space between them.
///
/// Where it is grouped already, by spaces, hyphens or the like, the groups stay. A Chinese mobile
/// number (eleven digits from 13 to 19) is 3-4-4, a Chinese landline its area code and the rest, a
/// short number one group; other digits are threes with a last group of up to four. An international
/// number keeps its country in a group of its own if that is China's or North America's.
#[must_use]
pub fn grouped(number: &str) -> String {
    let number = number.trim();
    let plain = number.strip_prefix('+').unwrap_or(number);
    if !plain.chars().all(|c| c.is_ascii_digit()) {
        return number.to_owned();
    }
    let country = match (number.starts_with('+'), plain) {
        (true, _) if plain.starts_with("86") => 2,
        (true, _) if plain.starts_with('1') => 1,
        (_, _) => 0,
    };
    let (country, rest) = plain.split_at(country);
    let mut groups = vec![country];
    let area = area_digits(rest);
    let (area, own) = rest.split_at(area);
    groups.push(area);
    match own.len() {
        0..=6 => groups.push(own),
        8 => groups.extend([&own[..4], &own[4..]]),
        11 if is_chinese_mobile(own) => groups.extend([&own[..3], &own[3..7], &own[7..]]),
        _ => groups.extend(threes(own)),
    }
    groups.retain(|group| !group.is_empty());
    groups.join(" ")
}

/// Beijing and the cities from 020 on have three, all others four.
fn area_digits(digits: &str) -> usize {
    match digits.as_bytes() {
        [b'0', b'1' | b'2', ..] if (10..=11).contains(&digits.len()) => 3,
        [b'0', _, ..] if (11..=12).contains(&digits.len()) => 4,
        _ => 0,
    }
}

fn is_chinese_mobile(digits: &str) -> bool {
    let mut first = digits.bytes();
    first.next() == Some(b'1') && first.next().is_some_and(|second| second >= b'3')
}

fn threes(digits: &str) -> Vec<&str> {
    let (mut groups, mut rest) = (Vec::new(), digits);
    while rest.len() > 4 {
        let (group, after) = rest.split_at(3);
        groups.push(group);
        rest = after;
    }
    groups.push(rest);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_grouped_as_people_say_them() {
        let table = [
            ("13800000001", "138 0000 0001"),
            ("+8613912345678", "86 139 1234 5678"),
            ("+12025550123", "1 202 555 0123"),
            ("01088886666", "010 8888 6666"),
            ("075588886666", "0755 8888 6666"),
            ("07718886666", "0771 888 6666"),
            ("010-8888 6666", "010-8888 6666"),
            ("2025550123", "202 555 0123"),
            ("4008001234", "400 800 1234"),
            ("95588", "95588"),
            ("110", "110"),
            ("", ""),
            ("\u{5e7a}1", "\u{5e7a}1"),
        ];
        for (number, groups) in table {
            assert_eq!(grouped(number), groups);
        }
    }
}
