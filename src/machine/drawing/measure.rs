//! How wide words are, without a font: generous for any sans-serif one.

/// How wide a text is at this size. Both in the units of the picture.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// The same in bold.
#[must_use]
pub fn bold_width(text: &str, size: f64) -> f64 {
    width(text, size) * 1.08
}

/// A sign's width in parts of the size.
fn em(sign: char) -> f64 {
    match sign {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' => 0.32,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '{' | '}' | '-' | '/' | '"' | '·' => 0.39,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '→' | '←' => 0.98,
        'A'..='Z' => 0.73,
        '\u{0}'..='\u{2fff}' => 0.62,
        _ => 1.0,
    }
}

/// A text cut into at most `lines` lines of at most `room`; what does not fit ends in `…`.
#[must_use]
pub fn wrapped(text: &str, size: f64, room: f64, lines: usize) -> Vec<String> {
    let mut done = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && done.len() < lines {
        let whole = width(rest, size) <= room;
        if whole {
            done.push(rest.to_owned());
            return done;
        }
        if done.len() + 1 == lines {
            done.push(cut(rest, size, room));
            return done;
        }
        let at = breaking(rest, size, room);
        let (line, after) = rest.split_at(at);
        done.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    done
}

/// A text no wider than `room`; what does not fit is `…`.
#[must_use]
pub fn cut(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let fits = fitting(text, size, room - width("…", size));
    let kept = text.get(..fits).unwrap_or_default();
    format!(
        "{}…",
        kept.trim_end_matches(|c: char| c.is_whitespace() || ",.，。；;：:".contains(c))
    )
}

/// Bytes of the text's beginning that fit.
fn fitting(text: &str, size: f64, room: f64) -> usize {
    let mut sum = 0.0;
    for (at, sign) in text.char_indices() {
        sum += em(sign) * size;
        if sum > room {
            return at;
        }
    }
    text.len()
}

/// Where a line ends: after a space, or between two signs one of which stands for a whole word; at
/// least one sign long.
fn breaking(text: &str, size: f64, room: f64) -> usize {
    let fits = fitting(text, size, room);
    let mut last = 0;
    let mut before = ' ';
    for (at, sign) in text.char_indices() {
        if at > fits {
            break;
        }
        let closes = "，。；：！？、”’）.,;:!?)".contains(sign);
        let word = |c: char| em(c) >= 1.0;
        if at > 0 && !closes && (before == ' ' || word(before) || word(sign)) {
            last = at;
        }
        before = sign;
    }
    let first = text.chars().next().map_or(0, char::len_utf8);
    if last == 0 { fits.max(first) } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_signs_are_as_wide_as_the_size() {
        assert!((width("您好，再见。", 10.0) - 60.0).abs() < 0.01);
        assert!(width("iiii", 10.0) < width("mmmm", 10.0));
    }

    #[test]
    fn lines_break_at_spaces_and_between_characters_and_never_before_a_mark() {
        let english = wrapped("For anything else, press the pound key.", 10.0, 120.0, 3);
        assert_eq!(english, ["For anything else,", "press the pound key."]);
        let chinese = wrapped("根据您的订单，您可能想了解：", 10.0, 60.0, 3);
        assert_eq!(chinese, ["根据您的订", "单，您可能想", "了解："]);
        for line in english {
            assert!(width(&line, 10.0) <= 120.0);
        }
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis_within_the_room() {
        let cut = wrapped("aaaa bbbb cccc dddd eeee", 10.0, 60.0, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'), "{cut:?}");
        assert!(width(&cut[1], 10.0) <= 60.0);
        assert_eq!(wrapped("", 10.0, 60.0, 2), Vec::<String>::new());
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_wider_than_its_room(text in "[a-zA-Z ,.订单。]{0,80}") {
            for line in wrapped(&text, 12.0, 100.0, 4) {
                proptest::prop_assert!(width(&line, 12.0) <= 100.0, "{line}");
            }
        }
    }
}
