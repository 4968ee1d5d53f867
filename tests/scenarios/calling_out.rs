//! Calls that leave over a trunk, and all the ways in which none may: on a whole centre, with every
//! message that it sends.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use ringwise::call::fact::Fact;
use ringwise::call::permit::TrunkSetup;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::record::Outcome;
use ringwise::call::record::Party;
use ringwise::call::record::Record;
use ringwise::driver::simulated::tap::Tap;
use ringwise::machine::sip::surface::Status;
use ringwise::machine::trunk::gate::Refusal;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::time::Turn;

use crate::settlement::CENTRE_IP;
use crate::settlement::Place;
use crate::settlement::Settlement;
use crate::settlement::Wish;

const SHOP: &str = "+861060000002";

/// First lines of the requests that the centre sent, and whether they carried credentials.
#[derive(Clone, Default)]
struct Sent(Rc<RefCell<Vec<(String, bool)>>>);

impl Tap for Sent {
    fn sent(&mut self, _: Turn, flow: Flow, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let first = text.lines().next().unwrap_or_default();
        if flow.local.ip() == CENTRE_IP && !first.starts_with("SIP/2.0") {
            let proves = text.contains("Authorization:");
            self.0.borrow_mut().push((first.to_owned(), proves));
        }
        true
    }
}

impl Sent {
    /// INVITEs to numbers, as often as they were sent.
    fn invites(&self) -> Vec<String> {
        let sent = self.0.borrow();
        let invites = sent
            .iter()
            .filter(|(first, _)| first.starts_with("INVITE sip:+"));
        invites.map(|(first, _)| first.clone()).collect()
    }

    fn proofs(&self) -> usize {
        self.0.borrow().iter().filter(|(_, proves)| *proves).count()
    }
}

struct Centre {
    settlement: Settlement,
    sent: Sent,
    shop: Place,
}

/// A centre with a trunk, behind which one number answers so.
fn centre(answering: Answering, change: impl FnOnce(&mut TrunkSetup)) -> Centre {
    let seats = vec![Answering::After(Duration::from_millis(500))];
    let mut settlement = Settlement::new(Wish::small(seats, 4));
    let shop = settlement.settle_outside(SHOP, answering);
    settlement.set_trunk(shop, &["+86*", "+1*", "+8*"], change);
    let sent = Sent::default();
    settlement.town.tap = Some(Box::new(sent.clone()));
    Centre {
        settlement,
        sent,
        shop,
    }
}

impl Centre {
    /// A caller chooses by this key.
    fn choose(&mut self, caller: usize, key: char) {
        let caller = self.settlement.callers[caller];
        let dial = PhoneCommand::Dial("7020".to_owned());
        self.settlement.tell(0, caller, dial);
        self.settlement
            .tell(1_000, caller, PhoneCommand::Press(key));
    }

    fn refusals(&self) -> Vec<Refusal> {
        let facts = self.settlement.town.facts.iter();
        let refusals = facts.filter_map(|fact| match &fact.fact {
            Fact::CallOutRefused { refusal, .. } => Some(*refusal),
            _ => None,
        });
        refusals.collect()
    }

    fn record(&self) -> Record {
        let record = self.settlement.records().pop().unwrap();
        let sum: u64 = record.segments.iter().map(|one| one.duration_ms).sum();
        assert_eq!(sum, record.duration_ms);
        record
    }

    fn last_step(&self) -> String {
        let steps = self.record().steps;
        let steps = steps.iter().rev().map(|(_, step)| step.clone());
        steps.filter(|step| step != "bye").collect::<Vec<_>>()[0].clone()
    }
}

const ANSWERS: Answering = Answering::After(Duration::from_millis(800));

#[test]
fn a_number_is_called_and_talks_to_the_caller() {
    let mut centre = centre(ANSWERS, |_| {});
    centre.choose(0, '1');
    centre.settlement.pass(8_000);
    let shop = centre.shop;
    centre.settlement.tell(0, shop, PhoneCommand::HangUp);
    centre.settlement.pass(60_000);
    let invite = format!("INVITE sip:{SHOP}@127.0.0.");
    assert!(
        centre
            .sent
            .invites()
            .iter()
            .all(|sent| sent.starts_with(&invite))
    );
    // The trunk asked who we are, and was told once.
    assert_eq!(centre.sent.invites().len(), 2);
    let record = centre.record();
    assert_eq!(record.outcome, Outcome::Served);
    assert_eq!(record.hung_up, Some((Party::Centre, "dialplan".to_owned())));
    assert_eq!(centre.last_step(), "after");
    assert!(
        record
            .quality
            .iter()
            .any(|(party, _)| *party == Party::Number)
    );
    assert!(centre.settlement.town.centre.is_idle());
}

#[test]
fn the_caller_hangs_up_while_it_rings_and_the_number_rings_no_more() {
    let mut centre = centre(Answering::Never, |_| {});
    centre.choose(0, '1');
    centre.settlement.pass(5_000);
    let caller = centre.settlement.callers[0];
    centre.settlement.tell(0, caller, PhoneCommand::HangUp);
    centre.settlement.pass(60_000);
    let sent = centre.sent.0.borrow();
    assert!(sent.iter().any(|(first, _)| first.starts_with("CANCEL")));
    drop(sent);
    assert_eq!(centre.record().outcome, Outcome::LeftInIvr);
    assert!(centre.settlement.town.centre.is_idle());
}

#[test]
fn what_is_not_reached_leads_on() {
    let table = [
        (Answering::Refuse(Status(486)), "engaged"),
        (Answering::Never, "silent"),
        (Answering::Refuse(Status(480)), "silent"),
        (Answering::Refuse(Status(404)), "not_reached"),
        // A trunk that sends us elsewhere is not followed.
        (Answering::Refuse(Status(302)), "not_reached"),
    ];
    for (answering, step) in table {
        let mut centre = centre(answering, |_| {});
        centre.choose(0, '1');
        centre.settlement.pass(60_000);
        assert_eq!(centre.last_step(), step);
        assert_eq!(centre.sent.invites().len(), 2, "{step}");
        assert!(centre.settlement.town.centre.is_idle());
    }
}

#[test]
fn credentials_go_to_their_realm_only() {
    let mut centre = centre(ANSWERS, |trunk| {
        if let Some(account) = &mut trunk.permit.account {
            "another realm".clone_into(&mut account.realm);
        }
    });
    centre.choose(0, '1');
    centre.settlement.pass(30_000);
    assert_eq!(centre.sent.proofs(), 0);
    assert_eq!(centre.last_step(), "not_reached");
}

/// Ways to make the centre call where it should not (the toll-fraud table): what is tried, and why
/// it is refused. Nothing leaves in any of them.
#[test]
fn no_way_leads_to_a_number_that_is_not_allowed() {
    let table = [
        (
            "a premium number of an allowed country",
            '2',
            Refusal::NotAllowed,
        ),
        (
            "a satellite number under a wide destination",
            '4',
            Refusal::NotAllowed,
        ),
    ];
    for (what, key, refusal) in table {
        let mut centre = centre(ANSWERS, |_| {});
        centre.choose(0, key);
        centre.settlement.pass(30_000);
        assert_eq!(centre.refusals(), [refusal], "{what}");
        assert_eq!(centre.sent.invites(), Vec::<String>::new(), "{what}");
        assert_eq!(centre.last_step(), "not_reached", "{what}");
    }
    // A country that no destination holds.
    let mut centre = centre(ANSWERS, |trunk| {
        trunk.rules.destinations = vec!["+861060000002".parse().unwrap()];
    });
    centre.choose(0, '3');
    centre.choose(1, '5');
    centre.settlement.pass(30_000);
    assert_eq!(
        centre.refusals(),
        [Refusal::NotAllowed, Refusal::NotAllowed]
    );
    assert_eq!(centre.sent.invites(), Vec::<String>::new());
}

#[test]
fn without_a_trunk_nothing_leaves() {
    let mut centre = centre(ANSWERS, |_| {});
    let turn = centre.settlement.town.turn();
    centre.settlement.town.centre.set_trunks(turn, Vec::new());
    centre.choose(0, '1');
    centre.settlement.pass(30_000);
    assert_eq!(centre.refusals(), [Refusal::NotAllowed]);
    assert_eq!(centre.sent.invites(), Vec::<String>::new());
}

#[test]
fn a_caller_cannot_dial_through_nor_change_what_is_dialled() {
    let mut centre = centre(Answering::Never, |_| {});
    let (first, second) = (centre.settlement.callers[0], centre.settlement.callers[1]);
    for number in ["+19005550143", "0019005550143", SHOP] {
        centre
            .settlement
            .tell(0, first, PhoneCommand::Dial(number.to_owned()));
        centre.settlement.pass(5_000);
    }
    assert_eq!(centre.sent.invites(), Vec::<String>::new());
    // Keys while the number is called say nothing to anybody.
    centre.choose(1, '1');
    for (at, key) in (2..).zip("2*#0019005550143".chars()) {
        centre
            .settlement
            .tell(at * 200 + 1_000, second, PhoneCommand::Press(key));
    }
    centre.settlement.pass(60_000);
    let invite = format!("INVITE sip:{SHOP}@");
    assert!(!centre.sent.invites().is_empty());
    assert!(
        centre
            .sent
            .invites()
            .iter()
            .all(|sent| sent.starts_with(&invite))
    );
}

#[test]
fn a_seat_that_redirects_is_not_followed() {
    let seats = vec![Answering::Refuse(Status(302))];
    let mut settlement = Settlement::new(Wish::small(seats, 1));
    let sent = Sent::default();
    settlement.open();
    settlement.town.tap = Some(Box::new(sent.clone()));
    let caller = settlement.callers[0];
    settlement.tell(0, caller, PhoneCommand::Dial("7007".to_owned()));
    settlement.pass(20_000);
    assert_eq!(sent.invites(), Vec::<String>::new());
    let away = settlement.town.facts.iter();
    let failed = away.filter(|fact| matches!(fact.fact, Fact::SeatFailed { status: 302, .. }));
    assert!(failed.count() > 0);
}

#[test]
fn calls_out_are_bounded_at_once_and_in_a_minute() {
    let mut at_once = centre(ANSWERS, |trunk| trunk.rules.calls_max = 1);
    at_once.choose(0, '1');
    at_once.settlement.pass(5_000);
    at_once.choose(1, '1');
    at_once.settlement.pass(20_000);
    assert_eq!(at_once.refusals(), [Refusal::Full]);
    let first = at_once.settlement.callers[0];
    at_once.settlement.tell(0, first, PhoneCommand::HangUp);
    at_once.settlement.pass(45_000);
    at_once.choose(2, '1');
    at_once.settlement.pass(5_000);
    assert_eq!(at_once.refusals(), [Refusal::Full]);
    let mut fast = centre(Answering::Refuse(Status(486)), |trunk| {
        trunk.rules.per_minute = 2;
    });
    for caller in 0..3 {
        fast.choose(caller, '1');
        fast.settlement.pass(10_000);
    }
    assert_eq!(fast.refusals(), [Refusal::TooFast]);
}
