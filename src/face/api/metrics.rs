//! Figures for a monitoring system (OpenMetrics text).

use std::fmt::Write;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::call::histogram::BOUNDS_US;
use crate::call::histogram::Histogram;
use crate::call::report::foresight::FIRST;
use crate::call::report::foresight::Foreseen;
use crate::call::view::View;
use crate::call::wait_book::QueueWaits;
use crate::driver::journal::writer::JournalState;
use crate::driver::post::PostMeter;
use crate::driver::turn_meter::TurnMeter;
use crate::machine::acd::fact::SeatState;

/// Every figure as text.
#[must_use]
pub fn text(
    view: &View,
    journal: &JournalState,
    (meter, post): (&TurnMeter, &PostMeter),
) -> String {
    let mut page = Page::default();
    calls(&mut page, view);
    queues(&mut page, view);
    waits(&mut page, view);
    seats(&mut page, view);
    let totals = &view.totals;
    let histograms = [
        (
            "first_sound_seconds",
            "INVITE to first packet.",
            &totals.first_sound_us,
        ),
        (
            "prompt_stop_seconds",
            "Key to prompt stop.",
            &totals.prompt_stop_us,
        ),
        (
            "two_way_seconds",
            "Seat's answer to two-way sound.",
            &totals.two_way_us,
        ),
    ];
    for (name, help, values) in histograms {
        page.histogram(name, help, values);
    }
    page.histogram(
        "turn_seconds",
        "How long turns of the loop take.",
        &meter.lengths(),
    );
    page.gauge(
        "journal_waiting",
        "Facts not yet durable.",
        &[("", journal.waiting())],
    );
    page.gauge(
        "turn_longest_us",
        "Longest turn of the loop, in microseconds.",
        &[("", meter.longest_us())],
    );
    let counters = [
        ("alarms", "Alarms raised.", totals.alarms),
        (
            "journal_lost",
            "Facts lost to a stalled disk.",
            journal.lost(),
        ),
        ("journal_stalled", "Commits tried again.", journal.stalled()),
        ("turns", "Turns of the loop.", meter.turns()),
        (
            "datagrams_unsent",
            "Datagrams that the kernel did not take.",
            meter.unsent(),
        ),
    ];
    for (name, help, value) in counters {
        page.counter(name, help, &[(String::new(), value)]);
    }
    notices(&mut page, post);
    foresight(&mut page, view);
    page.finish()
}

fn notices(page: &mut Page, post: &PostMeter) {
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let results = [
        ("sent", &post.sent),
        ("failed", &post.failed),
        ("given_up", &post.given_up),
    ];
    let results =
        results.map(|(result, counter)| (format!("{{result=\"{result}\"}}"), read(counter)));
    page.counter("notices", "Notices posted to the webhook.", &results);
    page.gauge(
        "notices_waiting",
        "Notices not yet posted.",
        &[("", read(&post.waiting))],
    );
}

/// What each of the last releases foresaw: to compare a trial with what stood before.
fn foresight(page: &mut Page, view: &View) {
    type Figure = fn(&Foreseen) -> String;
    let figures: [(&str, &str, Figure); 6] = [
        (
            "release_calls",
            "Closed calls that were taken, by release.",
            |f| f.taken.to_string(),
        ),
        ("release_foreseen", "Of these: with a prediction.", |f| {
            f.foreseen.to_string()
        }),
        (
            "release_labelled",
            "Of these: the caller said what they wanted.",
            |f| f.labelled.to_string(),
        ),
        (
            "release_log_loss_nats",
            "Sum of -ln(probability of what was wanted).",
            |f| format!("{:.6}", f.loss),
        ),
        (
            "release_listened_seconds",
            "Sum of the times from the first option to the key.",
            |f| format!("{:.3}", f.listened_s),
        ),
        (
            "release_contained",
            "Calls answered without a person.",
            |f| f.contained.to_string(),
        ),
    ];
    let releases = &view.foresight.releases;
    for (name, help, figure) in figures {
        let values = releases.iter();
        let values: Vec<_> = values
            .map(|(no, foreseen)| (label("release", &no.0.to_string()), figure(foreseen)))
            .collect();
        page.counter(name, help, &values);
    }
    let hits = releases.iter().flat_map(|(no, foreseen)| {
        let hits = FIRST.iter().zip(foreseen.hits);
        hits.map(|(first, hits)| (format!("{{release=\"{}\",first=\"{first}\"}}", no.0), hits))
    });
    let hits: Vec<_> = hits.collect();
    page.counter(
        "release_hits",
        "What was wanted stood among the first so many of the ranking.",
        &hits,
    );
}

fn calls(page: &mut Page, view: &View) {
    let totals = &view.totals;
    page.gauge(
        "calls_live",
        "Calls whose callers are on the line.",
        &[("", view.calls_on_line() as u64)],
    );
    let promised = view.calls.len() - view.calls_on_line();
    page.gauge(
        "callbacks_open",
        "Callers off the line who are to be called back.",
        &[("", promised as u64)],
    );
    page.counter(
        "calls_arrived",
        "Calls accepted.",
        &[(String::new(), totals.arrived)],
    );
    let closed = totals
        .closed
        .iter()
        .map(|(outcome, n)| (label("outcome", &word(outcome)), *n));
    page.counter(
        "calls_closed",
        "Calls closed, by outcome.",
        &closed.collect::<Vec<_>>(),
    );
    let away = totals
        .turned_away
        .iter()
        .map(|(reason, n)| (label("reason", reason), *n));
    page.counter(
        "requests_turned_away",
        "Requests turned away, by reason.",
        &away.collect::<Vec<_>>(),
    );
}

fn queues(page: &mut Page, view: &View) {
    type Figure = fn(&crate::call::queue_view::QueueView) -> u64;
    let figures: [(&str, &str, Figure); 8] = [
        ("queue_offered", "Contacts that entered.", |queue| {
            queue.offered
        }),
        ("queue_answered", "Contacts answered.", |queue| {
            queue.answered
        }),
        (
            "queue_abandoned",
            "Contacts gone before an answer.",
            |queue| queue.abandoned,
        ),
        (
            "queue_left",
            "Contacts that left by a key or a limit.",
            |queue| queue.left,
        ),
        (
            "queue_moved",
            "Contacts that moved to another queue or to their customer's next call.",
            |queue| queue.moved,
        ),
        (
            "queue_withdrawn",
            "Contacts taken out by a supervisor.",
            |queue| queue.withdrawn,
        ),
        (
            "queue_not_reached",
            "Contacts that were to be called back, in vain.",
            |queue| queue.not_reached,
        ),
        ("queue_overflowed", "Contacts turned away: full.", |queue| {
            queue.overflowed
        }),
    ];
    let all = |figure: Figure| -> Vec<(String, u64)> {
        view.queues
            .iter()
            .map(|queue| (label("queue", &queue.name), figure(queue)))
            .collect()
    };
    let waiting = all(|queue| queue.waiting);
    page.gauge("queue_waiting", "Contacts that wait.", &waiting);
    for (name, help, figure) in figures {
        page.counter(name, help, &all(figure));
    }
}

/// How well waits were foretold: of the ratios of these counters are made the mean error, its root
/// mean square and the share of waits within what was said.
fn waits(page: &mut Page, view: &View) {
    let by_queue = |figure: &dyn Fn(&QueueWaits) -> String| -> Vec<(String, String)> {
        let queues = view.waits.queues.iter();
        let named = queues.filter_map(|(queue, waits)| {
            let at = usize::try_from(queue.0).ok()?;
            let name = &view.queues.get(at)?.name;
            Some((label("queue", name), figure(waits)))
        });
        named.collect()
    };
    type Figure = fn(&QueueWaits) -> String;
    let figures: [(&str, &str, Figure); 6] = [
        (
            "wait_foretold",
            "Answered waits that were foretold when they began.",
            |waits| waits.on_entry.waits.to_string(),
        ),
        (
            "wait_foretold_within",
            "Of these: within the range foretold.",
            |waits| waits.on_entry.within.to_string(),
        ),
        (
            "wait_foretold_absolute_error_seconds",
            "Sum of their errors without sign.",
            |waits| format!("{:.3}", waits.on_entry.absolute_error_s),
        ),
        (
            "wait_foretold_squared_error_seconds2",
            "Sum of their squared errors.",
            |waits| format!("{:.3}", waits.on_entry.squared_error_s2),
        ),
        (
            "wait_said",
            "Ranges last told to callers who were answered.",
            |waits| waits.said.to_string(),
        ),
        ("wait_said_right", "Of these: right.", |waits| {
            waits.said_right.to_string()
        }),
    ];
    for (name, help, figure) in figures {
        page.counter(name, help, &by_queue(&figure));
    }
    let error = by_queue(&|waits| format!("{:.3}", waits.on_entry.error_s));
    page.gauge(
        "wait_foretold_error_seconds",
        "Sum of foretold less actual waits.",
        &error,
    );
}

fn seats(page: &mut Page, view: &View) {
    let states = [
        SeatState::SignedOut,
        SeatState::Away,
        SeatState::Ready,
        SeatState::Reserved,
        SeatState::Offered,
        SeatState::Talking,
        SeatState::WrapUp,
    ];
    let count = |state| view.seats.iter().filter(|seat| seat.state == state).count() as u64;
    let seats: Vec<_> = states
        .map(|state| (label("state", &word(&state)), count(state)))
        .into();
    page.gauge("seats", "Seats by state.", &seats);
}

fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

fn label(name: &str, value: &str) -> String {
    let value = value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("{{{name}=\"{value}\"}}")
}

/// The page as it grows.
#[derive(Default)]
struct Page(String);

impl Page {
    fn gauge(
        &mut self,
        name: &str,
        help: &str,
        values: &[(impl AsRef<str>, impl std::fmt::Display)],
    ) {
        self.head(name, "gauge", help);
        for (labels, value) in values {
            self.line(&format!("ringwise_{name}{} {value}", labels.as_ref()));
        }
    }

    fn counter(&mut self, name: &str, help: &str, values: &[(String, impl std::fmt::Display)]) {
        self.head(name, "counter", help);
        for (labels, value) in values {
            self.line(&format!("ringwise_{name}_total{labels} {value}"));
        }
    }

    fn histogram(&mut self, name: &str, help: &str, values: &Histogram) {
        self.head(name, "histogram", help);
        let mut sum = 0;
        for (bound, count) in BOUNDS_US.iter().zip(values.counts) {
            sum += count;
            self.line(&format!(
                "ringwise_{name}_bucket{{le=\"{}\"}} {sum}",
                seconds(*bound)
            ));
        }
        let count = values.count();
        self.line(&format!("ringwise_{name}_bucket{{le=\"+Inf\"}} {count}"));
        self.line(&format!("ringwise_{name}_sum {}", seconds(values.sum_us)));
        self.line(&format!("ringwise_{name}_count {count}"));
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(&format!("# HELP ringwise_{name} {help}"));
        self.line(&format!("# TYPE ringwise_{name} {kind}"));
    }

    fn line(&mut self, line: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{line}");
    }

    fn finish(mut self) -> String {
        self.line("# EOF");
        self.0
    }
}

fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}
