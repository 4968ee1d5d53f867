//! Types of contacts.

use crate::machine::simulation::distribution::Distribution;
use crate::machine::simulation::distribution::ENDLESS;
use crate::machine::simulation::reading::context::Context;
use crate::machine::simulation::reading::quantity;
use crate::machine::simulation::reading::table;
use crate::machine::simulation::reading::timing;
use crate::machine::simulation::scenario::Again;
use crate::machine::simulation::scenario::Arrivals;
use crate::machine::simulation::scenario::ByPeriod;
use crate::machine::simulation::scenario::Choice;
use crate::machine::simulation::scenario::ContactType;
use crate::machine::simulation::scenario::Same;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;

/// One type.
pub fn read(context: &mut Context<'_>, name: &str, node: &Node) -> Option<ContactType> {
    let mut record = Record::open(node, "a type", &mut context.faults);
    record.take("name");
    let queues = context.queues.clone();
    let queue = match record.take("queue") {
        Some(node) => context.place(node, "queue", &queues),
        None => {
            let own = queues.iter().position(|queue| queue == name);
            if own.is_none() {
                let fault = Fault::new(record.span(), format!("no queue is called `{name}`"));
                let help = "name the queue of this type: queue: NAME";
                context.faults.push(fault.help(help));
            }
            own
        }
    };
    let arrivals = record.need("arrivals", &mut context.faults);
    let arrivals = arrivals.and_then(|node| arrivals_of(context, name, node));
    let talk = record.need("talk", &mut context.faults);
    let talk = talk.and_then(|node| timing::by_period(context, node, "`talk`"));
    let patience = record.take("patience");
    let endless = || Some(ByPeriod(vec![Distribution::Constant(ENDLESS)]));
    let patience = patience.map_or_else(endless, |node| {
        timing::by_period(context, node, "`patience`")
    });
    let at_once = record.take("at_once");
    let at_once = at_once.map_or(Some(0.0), |node| {
        quantity::share(node, "`at_once`", &mut context.faults)
    });
    let need = record.take("need").and_then(|node| context.need(node));
    let priority = record.take("priority").map(|node| priority(context, node));
    let again = record.take("again");
    let again = again.map_or_else(|| Some(nobody()), |node| again_of(context, node));
    let choice = record.take("choice").and_then(|node| {
        let words = [("configured", Choice::Configured), ("lot", Choice::Lot)];
        context.word(node, "`choice`", &words)
    });
    record.finish(&mut context.faults);
    Some(ContactType {
        name: name.to_owned(),
        queue: queue?,
        need: need.unwrap_or_default(),
        priority: priority.unwrap_or_default(),
        arrivals: arrivals?,
        patience: patience?,
        at_once: at_once?,
        talk: talk?,
        again: again?,
        choice: choice.unwrap_or_default(),
    })
}

fn priority(context: &mut Context<'_>, node: &Node) -> i32 {
    let text = record::text(node, "`priority`", &mut context.faults);
    let read = text.and_then(|text| text.parse::<i32>().ok());
    let fits = read.filter(|priority| (-1_000..=1_000).contains(priority));
    if fits.is_none() && text.is_some() {
        let fault = Fault::new(node.span, "this is no priority");
        context
            .faults
            .push(fault.label("expected a whole number from -1000 to 1000"));
    }
    fits.unwrap_or_default()
}

fn arrivals_of(context: &mut Context<'_>, name: &str, node: &Node) -> Option<Arrivals> {
    let mut record = Record::open(node, "`arrivals`", &mut context.faults);
    if let Some(file) = record.take("replay") {
        for drawn in ["rate", "busyness"] {
            if let Some(node) = record.take(drawn) {
                let what = format!("`arrivals` has `{drawn}` or `replay`, not both");
                context.fault(node.span, what);
            }
        }
        record.finish(&mut context.faults);
        return replay(context, name, file);
    }
    let rate = record.need("rate", &mut context.faults);
    let rates = rate.and_then(|node| {
        context.by_period(node, "`rate`", |context, node| {
            quantity::rate(node, "`rate`", &mut context.faults)
        })
    });
    let busyness = record
        .take("busyness")
        .map(|node| quantity::number(node, "`busyness`", 0.1..=1e9, &mut context.faults));
    record.finish(&mut context.faults);
    match busyness {
        Some(None) => None,
        Some(shape) => Some(Arrivals::Poisson(rates?, shape)),
        None => Some(Arrivals::Poisson(rates?, None)),
    }
}

fn replay(context: &mut Context<'_>, name: &str, node: &Node) -> Option<Arrivals> {
    let path = record::text(node, "`replay`", &mut context.faults)?;
    let hours = (context.day.from, context.day.to);
    let text = (context.files)(path);
    let days = text
        .and_then(|text| table::arrivals(&text, name, hours).map_err(|error| error.to_string()));
    match days {
        Ok(days) => Some(Arrivals::Replay(days)),
        Err(error) => {
            context.fault(node.span, format!("{path}: {error}"));
            None
        }
    }
}

const fn nobody() -> Again {
    Again {
        left: 0.0,
        blocked: 0.0,
        after: Distribution::Constant(0.0),
        same: Same::Drawn,
    }
}

fn again_of(context: &mut Context<'_>, node: &Node) -> Option<Again> {
    let mut record = Record::open(node, "`again`", &mut context.faults);
    let mut share = |name| match record.take(name) {
        Some(node) => quantity::share(node, name, &mut context.faults),
        None => Some(0.0),
    };
    let (left, blocked) = (share("left"), share("blocked"));
    let after = record.need("after", &mut context.faults);
    let after = after.and_then(|node| timing::distribution(context, node, "`after`"));
    let same = record.take("same").map(|node| {
        let words = [("drawn", Same::Drawn), ("kept", Same::Kept)];
        context.word(node, "`same`", &words)
    });
    record.finish(&mut context.faults);
    Some(Again {
        left: left?,
        blocked: blocked?,
        after: after?,
        same: same.unwrap_or(Some(Same::Drawn))?,
    })
}
