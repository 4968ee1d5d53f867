//! What a seat can be told through the API, and when it is refused.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use ringwise::call::effect::Command;
use ringwise::call::effect::CommandError;
use ringwise::call::effect::Effect;
use ringwise::call::effect::Event;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::driver::simulated::tap::Tap;
use ringwise::machine::acd::fact::SeatState;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Turn;

use crate::settlement::Settlement;
use crate::settlement::Wish;

type Replies = Rc<RefCell<Vec<Result<(), CommandError>>>>;

struct Listener(Replies);

impl Tap for Listener {
    fn effect(&mut self, _: Turn, effect: Effect) -> Vec<Effect> {
        if let Effect::Reply { result, .. } = &effect {
            self.0.borrow_mut().push(result.clone());
        }
        vec![effect]
    }
}

fn order(
    settlement: &mut Settlement,
    replies: &Replies,
    state: SeatState,
) -> Result<(), CommandError> {
    let command = Command::SeatState {
        seat: SeatId(0),
        state,
        by: "api, test".to_owned(),
    };
    tell(settlement, replies, command)
}

fn tell(
    settlement: &mut Settlement,
    replies: &Replies,
    command: Command,
) -> Result<(), CommandError> {
    settlement
        .town
        .tell_centre(Event::Command { id: 1, command });
    settlement.pass(10);
    replies.borrow_mut().pop().unwrap()
}

fn state(settlement: &Settlement) -> SeatState {
    settlement
        .town
        .centre
        .distributor()
        .seat(SeatId(0))
        .unwrap()
        .state
}

#[test]
fn a_seat_is_told_only_what_it_can_do() {
    let answers = Answering::After(Duration::from_secs(1));
    let mut settlement = Settlement::new(Wish {
        wrap_up: Duration::from_secs(60),
        ..Wish::small(vec![answers], 1)
    });
    let replies = Replies::default();
    settlement.town.tap = Some(Box::new(Listener(Rc::clone(&replies))));
    let no_phone = Err(CommandError::NotRegistered);
    let no_work = Err(CommandError::NotInWrapUp);
    assert_eq!(order(&mut settlement, &replies, SeatState::Ready), no_phone);
    assert_eq!(order(&mut settlement, &replies, SeatState::Away), no_phone);
    assert_eq!(order(&mut settlement, &replies, SeatState::WrapUp), no_work);
    let seat = settlement.seats[0];
    settlement.tell(0, seat, PhoneCommand::Register);
    settlement.pass(2_000);
    assert_eq!(order(&mut settlement, &replies, SeatState::WrapUp), no_work);
    assert_eq!(order(&mut settlement, &replies, SeatState::Away), Ok(()));
    assert_eq!(order(&mut settlement, &replies, SeatState::Ready), Ok(()));
    assert_eq!(state(&settlement), SeatState::Ready);
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.tell(2_000, caller, PhoneCommand::Press('0'));
    settlement.tell(20_000, caller, PhoneCommand::HangUp);
    settlement.pass(10_000);
    assert_eq!(state(&settlement), SeatState::Talking);
    assert_eq!(order(&mut settlement, &replies, SeatState::WrapUp), no_work);
    assert_eq!(order(&mut settlement, &replies, SeatState::Ready), Ok(()));
    let work_on = Command::WrapUpLasts {
        seat: SeatId(0),
        lasts: Duration::from_secs(120),
        by: "api, test".to_owned(),
    };
    let early = tell(&mut settlement, &replies, work_on.clone());
    assert_eq!(early, Err(CommandError::NotInWrapUp));
    settlement.pass(15_000);
    assert_eq!(state(&settlement), SeatState::WrapUp);
    assert_eq!(tell(&mut settlement, &replies, work_on), Ok(()));
    settlement.pass(100_000);
    assert_eq!(state(&settlement), SeatState::WrapUp, "its minute is over");
    assert_eq!(order(&mut settlement, &replies, SeatState::WrapUp), Ok(()));
    assert_eq!(state(&settlement), SeatState::Ready);
}
