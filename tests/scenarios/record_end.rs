//! How records end: refused calls say so with their status, and no record waits for a seat's phone.

use std::cell::Cell;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use ringwise::call::effect::Command;
use ringwise::call::effect::Effect;
use ringwise::call::effect::Event;
use ringwise::call::fact::Fact;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::phone::PhoneReport;
use ringwise::call::record::Outcome;
use ringwise::call::record::Party;
use ringwise::driver::simulated::tap::Tap;
use ringwise::machine::sip::surface::Status;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::flow::Transport;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;

use crate::settlement::CENTRE_IP;
use crate::settlement::HOTLINE;
use crate::settlement::Settlement;
use crate::settlement::Wish;

/// What counters say of calls closed.
fn closed(settlement: &Settlement) -> Vec<(Outcome, u64)> {
    let view = settlement.view();
    assert!(view.calls.is_empty());
    view.totals.closed.into_iter().collect()
}

#[test]
fn a_call_that_finds_no_port_is_refused_with_503_in_its_record() {
    let mut settlement = Settlement::new(Wish {
        ports: 20_000..=20_001,
        ..Wish::small(Vec::new(), 2)
    });
    let (first, second) = (settlement.callers[0], settlement.callers[1]);
    settlement.dial(0, first);
    settlement.dial(1_000, second);
    settlement.pass(2_000);
    let reports = settlement.reports(second);
    assert_eq!(reports[0].1, PhoneReport::Refused(Status(503)));
    let record = settlement.records().pop().unwrap();
    assert_eq!(record.outcome, Outcome::Refused);
    assert_eq!(record.refused_status, Some(503));
    assert_eq!(
        record.hung_up,
        Some((Party::Centre, "refused_503".to_owned()))
    );
    settlement.tell(0, first, PhoneCommand::HangUp);
    settlement.pass(40_000);
    let answered = &settlement.records()[1];
    assert_eq!(
        (answered.outcome, answered.refused_status),
        (Outcome::LeftInIvr, None)
    );
    let counted = [(Outcome::LeftInIvr, 1), (Outcome::Refused, 1)];
    assert_eq!(closed(&settlement), counted);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn an_offer_that_cannot_be_met_is_refused_with_488_in_its_record() {
    let mut settlement = Settlement::new(Wish::small(Vec::new(), 0));
    let body = "v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\n\
                m=video 4000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n";
    let text = format!(
        "INVITE sip:{HOTLINE}@127.0.0.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKvideo;rport\r\nMax-Forwards: 70\r\n\
         From: <sip:13800000001@127.0.0.9>;tag=v\r\nTo: <sip:{HOTLINE}@127.0.0.1>\r\n\
         Call-ID: video\r\nCSeq: 1 INVITE\r\nContact: <sip:v@127.0.0.9>\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let flow = Flow {
        transport: Transport::Udp,
        local: (CENTRE_IP, 5060).into(),
        remote: ([127, 0, 0, 9], 5060).into(),
    };
    let bytes = text.into_bytes();
    settlement.town.tell_centre(Event::Message { flow, bytes });
    settlement.pass(1_000);
    let record = settlement.records().pop().unwrap();
    assert_eq!(
        (record.outcome, record.refused_status),
        (Outcome::Refused, Some(488))
    );
    let json = serde_json::to_value(&record).unwrap();
    assert_eq!(json["outcome"], "refused");
    assert_eq!(json["refused_status"], 488);
}

#[test]
fn a_record_of_before_there_were_refusals_is_still_read() {
    let mut settlement = Settlement::new(Wish::small(Vec::new(), 1));
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.tell(2_000, caller, PhoneCommand::HangUp);
    settlement.pass(4_000);
    let record = settlement.records().pop().unwrap();
    let mut json = serde_json::to_value(&record).unwrap();
    json.as_object_mut().unwrap().remove("refused_status");
    let read: ringwise::call::record::Record = serde_json::from_value(json).unwrap();
    assert_eq!(read, record);
}

/// Nothing that seats send arrives once it is dark. Seats are settled first: 127.0.0.2.
struct DarkSeats(Rc<Cell<bool>>);

impl Tap for DarkSeats {
    fn sent(&mut self, _: Turn, flow: Flow, _: &[u8]) -> bool {
        let seat = "127.0.0.2".parse();
        !(self.0.get() && seat == Ok(flow.local.ip()))
    }
}

/// A caller waits, a seat rings and goes dark, and the caller hangs up 1 s later: the settlement and
/// the milliseconds from there to the record.
fn hung_up_while_a_dark_seat_rings(answering: Answering) -> (Settlement, u128) {
    let mut settlement = Settlement::new(Wish::small(vec![answering], 1));
    let dark = Rc::new(Cell::new(false));
    settlement.town.tap = Some(Box::new(DarkSeats(Rc::clone(&dark))));
    settlement.open();
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.tell(2_000, caller, PhoneCommand::Press('0'));
    settlement.pass(10_000);
    dark.set(true);
    settlement.pass(1_000);
    assert!(settlement.records().is_empty());
    let begun = settlement.town.turn().now;
    settlement.tell(0, caller, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let facts = settlement.town.facts.iter();
    let closed = facts.filter(|fact| matches!(fact.fact, Fact::Closed(_)));
    let after: Vec<_> = closed
        .map(|fact| fact.now.since(begun).as_millis())
        .collect();
    assert_eq!(after.len(), 1, "one call leaves one record");
    (settlement, after[0])
}

/// When each command was answered.
struct Answers(Rc<RefCell<Vec<Now>>>, DarkSeats);

impl Tap for Answers {
    fn effect(&mut self, turn: Turn, effect: Effect) -> Vec<Effect> {
        if matches!(effect, Effect::Reply { .. }) {
            self.0.borrow_mut().push(turn.now);
        }
        vec![effect]
    }

    fn sent(&mut self, turn: Turn, flow: Flow, bytes: &[u8]) -> bool {
        self.1.sent(turn, flow, bytes)
    }
}

/// Milliseconds until the command to end everything is answered while two talk.
fn all_ended_after_ms(dark: bool) -> u128 {
    let answers = Answering::After(Duration::from_millis(500));
    let mut settlement = Settlement::new(Wish::small(vec![answers], 1));
    let (is_dark, heard) = (Rc::new(Cell::new(false)), Rc::default());
    let tap = Answers(Rc::clone(&heard), DarkSeats(Rc::clone(&is_dark)));
    settlement.town.tap = Some(Box::new(tap));
    settlement.open();
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.tell(2_000, caller, PhoneCommand::Press('0'));
    settlement.pass(15_000);
    is_dark.set(dark);
    let begun = settlement.town.turn().now;
    let command = Command::EndAll;
    settlement
        .town
        .tell_centre(Event::Command { id: 1, command });
    settlement.pass(60_000);
    assert_eq!(settlement.records().len(), 1);
    let heard = heard.borrow();
    assert_eq!(heard.len(), 1, "one answer");
    heard[0].since(begun).as_millis()
}

#[test]
fn the_end_of_everything_is_confirmed_when_the_last_phone_has_let_go() {
    let soon = all_ended_after_ms(false);
    assert!((1..200).contains(&soon), "{soon} ms");
    let late = all_ended_after_ms(true);
    assert!((31_000..33_000).contains(&late), "{late} ms");
}

#[test]
fn a_record_closes_with_its_caller_though_the_seat_answers_no_cancel() {
    let (mut settlement, after_ms) = hung_up_while_a_dark_seat_rings(Answering::Never);
    assert!(after_ms < 200, "closed after {after_ms} ms");
    let record = &settlement.records()[0];
    assert_eq!(record.outcome, Outcome::Abandoned);
    let sum: u64 = record.segments.iter().map(|one| one.duration_ms).sum();
    assert_eq!(sum, record.duration_ms);
    let parties: Vec<_> = record.quality.iter().map(|(party, _)| *party).collect();
    assert!(parties.contains(&Party::Seat), "{parties:?}");
    settlement.pass(60_000);
    assert!(settlement.town.centre.is_idle());
    assert_eq!(settlement.town.centre.user_agent().leg_count(), 0);
}

#[test]
fn a_record_closes_with_its_caller_though_the_seat_answers_no_bye() {
    let answers = Answering::After(Duration::from_millis(500));
    let (mut settlement, after_ms) = hung_up_while_a_dark_seat_rings(answers);
    assert!(after_ms < 200, "closed after {after_ms} ms");
    assert_eq!(settlement.records()[0].outcome, Outcome::Served);
    settlement.pass(60_000);
    assert!(settlement.town.centre.is_idle());
}
