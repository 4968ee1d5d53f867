//! A seat whose phone is unfit gets no calls: it answers OPTIONS late, or lost the sound of a talk.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use ringwise::call::effect::Command;
use ringwise::call::effect::Event;
use ringwise::call::fact::Fact;
use ringwise::call::health::Ailment;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::driver::simulated::tap::Tap;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Turn;

use crate::settlement::Settlement;
use crate::settlement::Wish;

const SEAT: SeatId = SeatId(0);
const TALK: &str = "7007";

/// What is wrong with the way to the seat's phone at present.
#[derive(Clone, Default)]
struct Trouble {
    /// OPTIONS do not arrive, at first.
    silent: Rc<Cell<bool>>,
    /// Of the sound of each leg so many percent were lost.
    loss: Rc<Cell<u64>>,
}

impl Tap for Trouble {
    fn event(&mut self, _: Turn, event: Event) -> Option<Event> {
        let Event::Media(MediaEvent::Closed {
            leg,
            mut quality,
            end,
        }) = event
        else {
            return Some(event);
        };
        let lost = quality.packets_received * self.loss.get() / 100;
        quality.packets_received -= lost;
        quality.packets_lost += lost;
        Some(Event::Media(MediaEvent::Closed { leg, quality, end }))
    }

    fn sent(&mut self, _: Turn, _: Flow, bytes: &[u8]) -> bool {
        !(self.silent.get() && bytes.starts_with(b"OPTIONS"))
    }
}

struct Centre {
    settlement: Settlement,
    trouble: Trouble,
}

/// One seat whose phone registers, and one caller.
fn centre(silent: bool) -> Centre {
    let answers = Answering::After(Duration::from_millis(500));
    let mut settlement = Settlement::new(Wish::small(vec![answers], 1));
    let trouble = Trouble::default();
    trouble.silent.set(silent);
    settlement.town.tap = Some(Box::new(trouble.clone()));
    let seat = settlement.seats[0];
    settlement.tell(0, seat, PhoneCommand::Register);
    settlement.pass(2_000);
    Centre {
        settlement,
        trouble,
    }
}

impl Centre {
    fn wish_ready(&mut self) {
        let (state, by) = (SeatState::Ready, "page".to_owned());
        let command = Command::SeatState {
            seat: SEAT,
            state,
            by,
        };
        let event = Event::Command { id: 1, command };
        self.settlement.town.tell_centre(event);
        self.settlement.pass(10);
    }

    fn state(&self) -> SeatState {
        let distributor = self.settlement.town.centre.distributor();
        distributor.seat(SEAT).unwrap().state
    }

    fn ailments(&self) -> Vec<Ailment> {
        let facts = self.settlement.town.facts.iter();
        let ailments = facts.filter_map(|fact| match &fact.fact {
            Fact::SeatUnfit { ailment, .. } => Some(*ailment),
            _ => None,
        });
        ailments.collect()
    }

    /// A call of ten seconds with the seat.
    fn talk(&mut self) {
        let caller = self.settlement.callers[0];
        let dial = PhoneCommand::Dial(TALK.to_owned());
        self.settlement.tell(0, caller, dial);
        self.settlement.tell(15_000, caller, PhoneCommand::HangUp);
        self.settlement.pass(20_000);
    }
}

#[test]
fn a_phone_that_answers_is_ready_at_once() {
    let mut centre = centre(false);
    centre.wish_ready();
    assert_eq!(centre.state(), SeatState::Ready);
    assert_eq!(centre.ailments(), []);
}

#[test]
fn a_phone_that_answers_late_gets_no_calls_until_it_answers_sooner() {
    let mut centre = centre(true);
    centre.wish_ready();
    assert_eq!(
        centre.state(),
        SeatState::Ready,
        "nothing is known of it yet"
    );
    centre.trouble.silent.set(false);
    // The OPTIONS that is repeated arrives, and so was answered late.
    centre.settlement.pass(3_000);
    assert_eq!(centre.state(), SeatState::Away);
    assert!(matches!(centre.ailments()[..], [Ailment::Slow { .. }]));
    centre.wish_ready();
    assert_eq!(centre.state(), SeatState::Away);
    let seat = centre.settlement.seats[0];
    let ready = PhoneCommand::Dial("*11".to_owned());
    centre.settlement.tell(0, seat, ready);
    centre.settlement.pass(15_000);
    assert_eq!(centre.state(), SeatState::Away, "by a star code as little");
    centre.settlement.pass(30_000);
    centre.wish_ready();
    assert_eq!(centre.state(), SeatState::Ready);
}

#[test]
fn a_phone_that_lost_sound_is_away_after_the_talk_and_has_another_chance() {
    let mut centre = centre(false);
    centre.wish_ready();
    centre.trouble.loss.set(30);
    centre.talk();
    assert_eq!(centre.state(), SeatState::Away);
    let ailments = centre.ailments();
    assert!(
        matches!(ailments[..], [Ailment::Lossy { percent: 29..=30 }]),
        "{ailments:?}"
    );
    centre.wish_ready();
    assert_eq!(centre.state(), SeatState::Ready);
    centre.trouble.loss.set(10);
    centre.talk();
    assert_eq!(centre.state(), SeatState::Ready);
}
