//! XML to a tree in which every element knows its line. No external entities, no schemas.

/// Longest text that is read, in bytes.
pub const BYTES_MAX: usize = 4 << 20;
/// Deepest nesting.
pub const DEPTH_MAX: usize = 64;
/// Most elements.
const ELEMENTS_MAX: usize = 100_000;

/// An element.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Its attributes, in order.
    pub attributes: Vec<(String, String)>,
    /// Its elements, in order.
    pub children: Vec<Self>,
    /// The line it begins in, from 1.
    pub line: usize,
}

/// What is no XML, and where.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{line}: {what}")]
pub struct XmlError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl Element {
    /// Reads a text; the elements at its top are the children of the answer.
    ///
    /// # Errors
    ///
    /// [`XmlError`] at the first thing that is no XML.
    pub fn read(text: &str) -> Result<Self, XmlError> {
        let mut reader = Reader { text, at: 0 };
        if text.len() > BYTES_MAX {
            return Err(reader.wrong(format!("{} bytes, at most {BYTES_MAX}", text.len())));
        }
        reader.elements()
    }

    /// An attribute's value.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All elements of this name below here, in order.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&Self> {
        let mut found = Vec::new();
        let mut next: Vec<&Self> = self.children.iter().rev().collect();
        while let Some(element) = next.pop() {
            if element.name == name {
                found.push(element);
            }
            next.extend(element.children.iter().rev());
        }
        found
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn wrong(&self, what: impl Into<String>) -> XmlError {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        XmlError {
            line: before.matches('\n').count() + 1,
            what: what.into(),
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Up to and past this mark.
    fn past(&mut self, mark: &str, what: &str) -> Result<&'t str, XmlError> {
        let rest = self.rest();
        let Some(end) = rest.find(mark) else {
            return Err(self.wrong(format!("{what} is not closed: {mark} is missing")));
        };
        self.at += end + mark.len();
        Ok(rest.get(..end).unwrap_or_default())
    }

    fn elements(&mut self) -> Result<Element, XmlError> {
        let mut open = vec![Element::default()];
        let mut count = 0;
        while let Some(next) = self.rest().find('<') {
            self.at += next;
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.past("-->", "a comment")?;
            } else if rest.starts_with("<![CDATA[") {
                self.past("]]>", "a CDATA section")?;
            } else if rest.starts_with("<?") {
                self.past("?>", "an instruction")?;
            } else if rest.starts_with("<!") {
                self.past(">", "a declaration")?;
            } else if rest.starts_with("</") {
                self.at += 2;
                let name = self.past(">", "an end")?.trim();
                self.close(&mut open, name)?;
            } else {
                count += 1;
                if count > ELEMENTS_MAX || open.len() > DEPTH_MAX {
                    return Err(self.wrong("too many elements, or too deep"));
                }
                let (element, is_closed) = self.element()?;
                open.push(element);
                if is_closed {
                    let name = open.last().map(|one| one.name.clone()).unwrap_or_default();
                    self.close(&mut open, &name)?;
                }
            }
        }
        match (open.pop(), open.pop()) {
            (Some(root), None) => Ok(root),
            (Some(inner), _) => Err(XmlError {
                line: inner.line,
                what: format!("<{}> is not closed", inner.name),
            }),
            (None, _) => Err(self.wrong("nothing is here")),
        }
    }

    fn close(&self, open: &mut Vec<Element>, name: &str) -> Result<(), XmlError> {
        match open.pop() {
            Some(element) if element.name == name && !open.is_empty() => {
                if let Some(parent) = open.last_mut() {
                    parent.children.push(element);
                }
                Ok(())
            }
            Some(element) if !element.name.is_empty() => Err(self.wrong(format!(
                "</{name}> closes <{}> of line {}",
                element.name, element.line
            ))),
            _ => Err(self.wrong(format!("</{name}> closes nothing"))),
        }
    }

    /// An element's beginning, and whether it is its end too.
    fn element(&mut self) -> Result<(Element, bool), XmlError> {
        let line = self.wrong("").line;
        self.at += 1;
        let mut element = Element {
            name: self.name(),
            line,
            ..Element::default()
        };
        if element.name.is_empty() {
            return Err(self.wrong("a name is missing after <; write &lt; for the sign"));
        }
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let rest = self.rest();
            if rest.starts_with("/>") {
                self.at += 2;
                return Ok((element, true));
            }
            if rest.starts_with('>') {
                self.at += 1;
                return Ok((element, false));
            }
            let name = self.name();
            let rest = self.rest().trim_start();
            let value = rest.strip_prefix('=').map(str::trim_start);
            let Some(value) = value.filter(|_| !name.is_empty()) else {
                return Err(self.wrong(format!(
                    "<{}> is not closed, or an attribute has no value",
                    element.name
                )));
            };
            let Some(quote @ ('"' | '\'')) = value.chars().next() else {
                return Err(self.wrong(format!("the value of {name} is not in quotes")));
            };
            self.at = self.text.len() - value.len() + 1;
            let value = self.past(&quote.to_string(), "a value")?;
            element.attributes.push((name, meant(value)));
        }
    }

    fn name(&mut self) -> String {
        let rest = self.rest();
        let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'));
        let length = rest.find(ends).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default().to_owned()
    }
}

/// A value with its entities as signs; those that are not known stay as they are.
fn meant(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() <= 8);
        let sign = entity.and_then(|(name, _)| match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            name => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => number.parse().ok(),
                };
                code.and_then(char::from_u32)
            }
        });
        match (sign, entity) {
            (Some(sign), Some((_, after))) => {
                text.push(sign);
                rest = after;
            }
            _ => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_know_their_lines_and_attributes() {
        let text = "<?xml version=\"1.0\"?>\n<!-- <x> -->\n<a>\n  <b one='1 &amp; 2' two=\"&#x4E00;\"/>\n\
                    <c><b/></c>\n</a>";
        let root = Element::read(text).unwrap();
        let found: Vec<_> = root.all("b").iter().map(|one| one.line).collect();
        assert_eq!(found, [4, 5]);
        assert_eq!(root.all("b")[0].attribute("one"), Some("1 & 2"));
        assert_eq!(root.all("b")[0].attribute("two"), Some("一"));
        assert_eq!(root.children.len(), 1);
    }

    #[test]
    fn what_is_no_xml_is_named_with_its_line() {
        for (text, expected) in [
            ("<a>\n</b>", "2: </b> closes <a> of line 1"),
            ("<a>", "1: <a> is not closed"),
            ("</a>", "1: </a> closes nothing"),
            ("\n<a b=c/>", "2: the value of b is not in quotes"),
            (
                "<a b/>",
                "1: <a> is not closed, or an attribute has no value",
            ),
            ("<a><!-- </a>", "1: a comment is not closed: --> is missing"),
            (
                "< a>",
                "1: a name is missing after <; write &lt; for the sign",
            ),
        ] {
            let error = Element::read(text).unwrap_err();
            assert_eq!(error.to_string(), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[a-c<>/=\"'&;#! ?\\[\\]-]{0,80}") {
            let _ = Element::read(&text);
        }
    }
}
