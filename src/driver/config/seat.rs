//! One seat: `[[seat]]`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use crate::driver::config::password::Ha1;
use crate::driver::config::password::Shy;
use crate::driver::config::value::Day;
use crate::machine::catalog::SeatEntry;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::time::Wall;

/// `[[seat]]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// The user it registers as.
    pub id: Spanned<String>,
    /// The person's name.
    #[serde(default)]
    pub name: String,
    /// How it proves itself: a password in clear.
    #[serde(default)]
    pub password: Option<Shy>,
    /// Or a file whose first line is the password.
    #[serde(default)]
    pub password_file: Option<Spanned<PathBuf>>,
    /// Or hashes.
    #[serde(default)]
    pub ha1: Option<Spanned<Ha1>>,
    /// Or it is the telephone of this number, in E.164, called over a trunk.
    #[serde(default)]
    pub number: Option<Spanned<String>>,
    /// Its telephone is asked to answer by itself.
    #[serde(default)]
    pub auto_answer: bool,
    /// Skills with levels 1 to 10, and until when they are certified.
    #[serde(default)]
    pub skills: BTreeMap<String, SkillGrant>,
    /// The groups it is in.
    #[serde(default)]
    pub groups: Vec<String>,
    /// The queues it serves.
    #[serde(default)]
    pub queues: Vec<Spanned<String>>,
    /// Those of them whose contacts it takes before all others.
    #[serde(default)]
    pub first: Vec<Spanned<String>>,
    /// Where it is.
    #[serde(default)]
    pub site: String,
}

impl Seat {
    /// As the catalog takes it; days end as they do in `zone`.
    #[must_use]
    pub fn entry(&self, zone: &TimeZone) -> SeatEntry {
        let queues = self.queues.iter();
        let skills = self.skills.iter();
        let certified = self.skills.iter().filter_map(|(skill, grant)| {
            let until = grant.certified_until?;
            Some((skill.clone(), until.end(zone)))
        });
        SeatEntry {
            id: self.id.get_ref().clone(),
            name: self.name.clone(),
            skills: skills
                .map(|(skill, grant)| (skill.clone(), grant.level))
                .collect(),
            queues: queues.map(|queue| queue.get_ref().clone()).collect(),
            site: self.site.clone(),
            groups: self.groups.clone(),
            certified: certified.collect(),
            auto_answer: self.auto_answer,
            number: self.number.as_ref().map(|one| one.get_ref().clone()),
            first: self
                .first
                .iter()
                .map(|queue| queue.get_ref().clone())
                .collect(),
        }
    }
}

impl Seat {
    /// Warnings of skills whose certificates have ended by `now`: nothing else shows it.
    pub fn ended(&self, zone: &TimeZone, now: Wall) -> impl Iterator<Item = Fault> {
        let at = self.id.span();
        let (start, length) = (at.start, at.len());
        self.skills.iter().filter_map(move |(skill, grant)| {
            let day = grant.certified_until?;
            let what = format!(
                "the certificate for {skill} of seat {} ended on {}: the skill does not count",
                self.id.get_ref(),
                day.0
            );
            let fault = Fault::new(Span { start, length }, what).warning();
            let fault = fault.help("write a later certified_until, or take the skill away");
            (day.end(zone) <= now).then_some(fault)
        })
    }
}

/// A seat's skill: `5`, or `{ level = 5, certified_until = "2026-12-31" }`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SkillGrant {
    /// 1 to 10.
    pub level: u8,
    /// The last day on which it counts; none: it always does.
    pub certified_until: Option<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Certified {
    level: u8,
    certified_until: Option<Day>,
}

impl<'de> Deserialize<'de> for SkillGrant {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(GrantVisitor)
    }
}

struct GrantVisitor;

impl<'de> serde::de::Visitor<'de> for GrantVisitor {
    type Value = SkillGrant;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a level, or { level = 5, certified_until = \"2026-12-31\" }")
    }

    fn visit_i64<E: serde::de::Error>(self, level: i64) -> Result<SkillGrant, E> {
        let fits = u8::try_from(level);
        let level = fits.map_err(|_| E::custom(format!("{level} is not a level of 1 to 10")))?;
        Ok(SkillGrant {
            level,
            certified_until: None,
        })
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<SkillGrant, A::Error> {
        let from = serde::de::value::MapAccessDeserializer::new(map);
        let Certified {
            level,
            certified_until,
        } = Certified::deserialize(from)?;
        Ok(SkillGrant {
            level,
            certified_until,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_has_ended_is_warned_of_from_the_midnight_after_its_day_on() {
        let text =
            "id = \"1\"\nskills = { a = 5, b = { level = 3, certified_until = \"2027-03-31\" } }";
        let seat: Seat = toml::from_str(text).unwrap();
        let day = Day(jiff::civil::date(2027, 3, 31));
        let midnight = day.end(&TimeZone::UTC);
        let told = |now| seat.ended(&TimeZone::UTC, now).collect::<Vec<_>>();
        assert!(told(Wall::from_ms(midnight.as_ms() - 1)).is_empty());
        let faults = told(midnight);
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].span.start, 5);
        assert_eq!(
            faults[0].what,
            "the certificate for b of seat 1 ended on 2027-03-31: the skill does not count"
        );
    }
}
