//! Queues and agents of other systems' files.

use crate::machine::import::draft;
use crate::machine::import::report::Became;
use crate::machine::import::report::Report;
use crate::machine::import::staff;
use crate::machine::import::staff::Staff;
use crate::machine::sip::timing::RING_LIMIT_S;
use crate::wire::xml::Element;

/// Reads Asterisk's `queues.conf`.
pub fn queues_conf(file: &str, text: &str, report: &mut Report, staff: &mut Staff) {
    let mut queue = String::new();
    for (at, raw) in text.lines().enumerate() {
        let number = at + 1;
        let line = raw.split(';').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            queue = rest.split(']').next().unwrap_or_default().to_owned();
            if queue != "general" {
                staff.queue(&draft::name(&[&queue]));
            }
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let (key, value) = (key.trim(), value.trim_start_matches('>').trim());
        if queue == "general" || queue.is_empty() {
            let what = format!("a setting of all queues: {line}");
            report.note(file, number, Became::Needless, what);
            continue;
        }
        let name = draft::name(&[&queue]);
        let seconds: Option<u32> = value.parse().ok();
        let found = staff.queue(&name);
        match (key, seconds) {
            ("timeout", Some(seconds)) => found.ring_s = Some(seconds.clamp(1, RING_LIMIT_S)),
            ("wrapuptime", Some(seconds)) => found.wrap_up_s = Some(seconds),
            ("maxlen", Some(0)) => {}
            ("maxlen", Some(most)) => found.waiting_max = Some(most),
            ("announce-frequency", Some(seconds)) => found.announce_s = Some(seconds),
            ("member", _) => member(file, number, value, &name, (report, staff)),
            ("strategy", _) if value == "leastrecent" => {}
            ("strategy", _) => {
                let what =
                    format!("the seat that is idle for longest is offered first, not {value}");
                report.note(file, number, Became::Changed, what);
            }
            (
                "announce-position" | "retry" | "autofill" | "ringinuse" | "musicclass" | "music",
                _,
            ) => {
                let what = format!("{key} = {value}");
                report.note(file, number, Became::Needless, what);
            }
            _ => report.note(file, number, Became::Lost, format!("{key} = {value}")),
        }
    }
}

/// `member => PJSIP/1001,penalty,name`.
fn member(
    file: &str,
    line: usize,
    value: &str,
    queue: &str,
    (report, staff): (&mut Report, &mut Staff),
) {
    let mut parts = value.split(',').map(str::trim);
    let device = parts.next().unwrap_or_default();
    let penalty = parts.next().unwrap_or("0");
    let person = parts.next().unwrap_or_default();
    let Some(seat) = staff::seat_of(device) else {
        report.note(file, line, Became::Lost, format!("member {value}"));
        return;
    };
    let seat = draft::name(&[seat]);
    person.clone_into(&mut staff.seat(&seat, queue).name);
    if !matches!(penalty, "0" | "") {
        let what = format!("the penalty {penalty} of {seat}: give seats levels of skills instead");
        report.note(file, line, Became::Changed, what);
    }
}

/// Reads the queues, agents and tiers of FreeSWITCH's `callcenter.conf.xml`.
pub fn callcenter(file: &str, root: &Element, report: &mut Report, staff: &mut Staff) {
    for queue in root.all("queues").iter().flat_map(|all| &all.children) {
        let name = short(queue.attribute("name").unwrap_or_default());
        staff.queue(&name);
        for param in queue.all("param") {
            let key = param.attribute("name").unwrap_or_default();
            let value = param.attribute("value").unwrap_or_default();
            match (key, value) {
                ("strategy", "longest-idle-agent")
                | ("moh-sound" | "time-base-score" | "discard-abandoned-after", _)
                | ("abandoned-resume-allowed" | "tier-rules-apply", "false")
                | ("max-wait-time" | "max-wait-time-with-no-agent", "0") => {
                    let what = format!("{key} = {value}");
                    report.note(file, param.line, Became::Needless, what);
                }
                ("strategy", _) => {
                    let what =
                        format!("the seat that is idle for longest is offered first, not {value}");
                    report.note(file, param.line, Became::Changed, what);
                }
                _ => report.note(file, param.line, Became::Lost, format!("{key} = {value}")),
            }
        }
    }
    for agent in root.all("agents").iter().flat_map(|all| &all.children) {
        let wrap_up = agent
            .attribute("wrap-up-time")
            .and_then(|text| text.parse().ok());
        let name = short(agent.attribute("name").unwrap_or_default());
        for tier in tiers(root, agent.attribute("name")) {
            let queue = short(tier.attribute("queue").unwrap_or_default());
            staff.seat(&name, &queue);
            let known = staff.queue(&queue);
            known.wrap_up_s = known.wrap_up_s.max(wrap_up);
            let first = |name| tier.attribute(name).is_none_or(|place| place == "1");
            if !first("level") || !first("position") {
                let what = "tiers: give seats levels of skills instead";
                report.note(file, tier.line, Became::Changed, what);
            }
        }
        let what = format!("a seat of this name registers as {name}; its password is yours to set");
        report.note(file, agent.line, Became::Changed, what);
    }
}

fn tiers<'e>(root: &'e Element, agent: Option<&str>) -> Vec<&'e Element> {
    let all = root.all("tiers").into_iter().flat_map(|all| &all.children);
    all.filter(|tier| tier.attribute("agent") == agent)
        .collect()
}

/// A name without its domain.
#[must_use]
pub fn short(name: &str) -> String {
    draft::name(&[name.split('@').next().unwrap_or(name)])
}
