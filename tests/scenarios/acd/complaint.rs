//! What users of other systems complain of, as tables: ms, what happens, what is said to that.
//!
//! A reservation is granted in the same turn unless the table begins with `by hand`. `-` is a
//! deadline. Seats serve queue 0 (wrap-up 5 s, positions every 10 s); queue 1 has no wrap-up and
//! tells no positions; both ring for 10 s. A seat's number above 10 means that it has skill 1.

use std::collections::VecDeque;
use std::time::Duration;

use ringwise::machine::acd::engine::Engine;
use ringwise::machine::acd::fact::WithdrawReason;
use ringwise::machine::acd::policy::Policy;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;

use crate::acd::centre;
use crate::acd::fault::turn;

/// Plays the rows and compares the table that comes of it with the table as written.
fn holds(table: &str) {
    let rows = table.lines().map(str::trim).filter(|row| !row.is_empty());
    let written: Vec<_> = rows.map(tidy).collect();
    let mut play = Play {
        engine: engine(),
        by_hand: written.first().is_some_and(|row| row == "by hand"),
        ms: 0,
        rows: Vec::new(),
    };
    for row in written.iter().filter(|row| *row != "by hand") {
        let (ms, rest) = row.split_once(' ').unwrap();
        let event = rest.split('|').next().unwrap().trim();
        play.until(ms.parse().unwrap(), event == "-");
        if event != "-" {
            play.happen(event);
        }
    }
    let kept = written.iter().filter(|row| *row != "by hand");
    let kept: Vec<_> = kept.cloned().collect();
    assert_eq!(play.rows.join("\n"), kept.join("\n"));
}

fn tidy(row: &str) -> String {
    let words: Vec<_> = row.split_whitespace().collect();
    words.join(" ").trim_end_matches(" |").to_owned()
}

fn engine() -> Engine {
    let seat = |number| {
        let skills: &[(u32, u8)] = if number > 10 { &[(1, 5)] } else { &[] };
        centre::seat_of(number, &[0, 1, 2, 3, 4, 5], skills)
    };
    let queue = |number| QueueSetup {
        need: centre::need_of(&[]),
        ring: Duration::from_secs(10),
        wrap_up: Duration::from_secs(if number == 1 { 0 } else { 5 }),
        waiting_max: 4,
        announce_every: Duration::from_secs(if number == 1 { 0 } else { 10 }),
        policy: Policy::Priority,
        ..QueueSetup::plain(QueueId(number))
    };
    Engine::new((1..=12).map(seat), (0..6).map(queue))
}

struct Play {
    engine: Engine,
    by_hand: bool,
    ms: u64,
    rows: Vec<String>,
}

impl Play {
    /// Serves every deadline before `ms`, and those at `ms` if the table says so.
    fn until(&mut self, ms: u64, including: bool) {
        while let Some(at) = self.engine.poll_timeout() {
            let at_ms = u64::try_from(at.since_start().as_millis()).unwrap();
            if at_ms > ms || (at_ms == ms && !including) {
                break;
            }
            self.ms = at_ms;
            self.engine.handle_timeout(turn(at.since_start()));
            let said = self.said();
            if !said.is_empty() {
                self.rows.push(format!("{at_ms} - | {said}"));
            }
        }
        self.ms = ms;
    }

    fn happen(&mut self, event: &str) {
        let words: Vec<_> = event.split(' ').collect();
        if let ["show", seat] = words[..] {
            let view = self.engine.seat(SeatId(seat.parse().unwrap())).unwrap();
            let state = format!("{:?}", view.state).to_lowercase();
            self.rows.push(format!("{} {event} | {state}", self.ms));
            return;
        }
        self.tell(input(&self.engine, &words));
        let said = self.said();
        self.rows
            .push(tidy(&format!("{} {event} | {said}", self.ms)));
    }

    fn tell(&mut self, input: Input) {
        self.engine
            .handle(turn(Duration::from_millis(self.ms)), input);
    }

    fn said(&mut self) -> String {
        let mut said = VecDeque::new();
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Reserve { seat, epoch, .. } if !self.by_hand => {
                    self.tell(Input::Reserved { seat, epoch });
                }
                Output::Note(_) => {}
                _ => said.push_back(word(&output)),
            }
        }
        Vec::from(said).join(", ")
    }
}

fn input(engine: &Engine, words: &[&str]) -> Input {
    let seat = |text: &str| SeatId(text.parse().unwrap());
    let contact = |text: &str| CallId::from_bits(text.parse().unwrap());
    let booked = |text: &str| {
        let seat = seat(text);
        let view = engine.seat(seat).unwrap();
        (seat, view.booking.map_or(Epoch(1), |booking| booking.1))
    };
    match *words {
        ["ready", one] => Input::SeatReady(seat(one)),
        ["in", one] => Input::SeatSignedIn(seat(one)),
        ["out", one] => Input::SeatSignedOut(seat(one)),
        ["away", one] => Input::SeatAway(seat(one)),
        ["done", one] => Input::WrapUpDone(seat(one)),
        ["works", one, s] => Input::WrapUpLasts {
            seat: seat(one),
            lasts: Duration::from_secs(s.parse().unwrap()),
        },
        ["left", one] => Input::Left(contact(one)),
        ["call", one, "queue", queue] => arrival(contact(one), queue, &[], 0),
        ["call", one, "queue", queue, "first"] => arrival(contact(one), queue, &[], 1),
        ["call", one, "queue", queue, "skilled"] => arrival(contact(one), queue, &[(1, 3)], 0),
        ["grant", one] => {
            let (seat, epoch) = booked(one);
            Input::Reserved { seat, epoch }
        }
        ["answer", one] => {
            let (seat, epoch) = booked(one);
            Input::Answered { seat, epoch }
        }
        ["decline", one] => {
            let (seat, epoch) = booked(one);
            Input::Declined { seat, epoch }
        }
        ["over", one] => {
            let (seat, epoch) = booked(one);
            Input::TalkEnded { seat, epoch }
        }
        _ => panic!("{words:?}"),
    }
}

fn arrival(contact: CallId, queue: &str, need: &[(u32, u8)], priority: i32) -> Input {
    Input::Arrived(Arrival {
        need: centre::need_of(need),
        priority,
        ..Arrival::plain(contact, QueueId(queue.parse().unwrap()))
    })
}

fn word(output: &Output) -> String {
    match output {
        Output::Reserve { seat, contact, .. } => format!("book {} for {}", seat.0, contact.bits()),
        Output::Offer { seat, contact, .. } => format!("ring {} for {}", seat.0, contact.bits()),
        Output::Withdraw {
            seat,
            contact,
            reason,
            ..
        } => {
            let reason = match reason {
                WithdrawReason::TakenOut => "taken out",
                WithdrawReason::ContactLeft => "left",
                WithdrawReason::Unreached => "unreached",
                WithdrawReason::RingLimit => "limit",
                WithdrawReason::SeatSignedOut => "out",
                WithdrawReason::AnsweredElsewhere => "answered elsewhere",
                WithdrawReason::WantedElsewhere => "wanted elsewhere",
            };
            format!("stop {} for {} ({reason})", seat.0, contact.bits())
        }
        Output::Announce { contact, position } => format!("{} is {position}", contact.bits()),
        Output::TakenOut { contact } => format!("take out {}", contact.bits()),
        Output::QueueFull { contact, .. } => format!("full for {}", contact.bits()),
        Output::NobodySignedIn { contact } => format!("nobody for {}", contact.bits()),
        Output::Note(_) => String::new(),
    }
}

// Asterisk 176: the first seat's answer crosses the end of its ring.
#[test]
fn an_answer_that_crosses_the_ring_limit_does_not_make_a_second_winner() {
    holds(
        "    0 in 1          |
             0 ready 1       |
             0 in 2          |
             0 call 7 queue 0 | ring 1 for 7
          4000 ready 2       |
         10000 -             | stop 1 for 7 (limit), ring 2 for 7
         10000 answer 1      |
         10000 show 1        | ready
         10200 answer 2      |
         10300 answer 1      |
         10300 show 2        | talking",
    );
}

// Asterisk 1557: a seat picks up and hangs up at once; the caller was third in line again and
// all other telephones fell silent.
#[test]
fn a_seat_that_hangs_up_before_the_bridge_leaves_the_caller_at_the_head_and_other_rings_alone() {
    holds(
        "    0 in 1          |
             0 in 2          |
             0 in 3          |
             0 ready 1       |
             0 ready 2       |
             0 call 7 queue 0 | ring 1 for 7
           100 call 8 queue 0 | ring 2 for 8
           200 call 9 queue 0 |
           300 away 1        |
           400 decline 1     |
           500 ready 3       | ring 3 for 7
           500 show 2        | offered
           600 answer 2      |
           700 ready 1       | ring 1 for 9",
    );
}

// Asterisk 1006 and 607: a seat in six queues, each with its own idea of the wrap-up.
#[test]
fn a_seat_in_six_queues_has_one_wrap_up_and_it_lasts_as_long_as_it_should() {
    holds(
        "    0 in 1          |
             0 ready 1       |
             0 call 7 queue 0 | ring 1 for 7
           100 answer 1      |
          2000 call 8 queue 1 |
          3000 over 1        |
          4000 call 9 queue 5 |
          5000 in 1          |
          6000 ready 1       |
          7900 show 1        | wrapup
          8000 -             | ring 1 for 8
          8100 answer 1      |
          9000 over 1        | ring 1 for 9",
    );
}

// Asterisk 1006 again: registering anew in the wrap-up does not end it.
#[test]
fn a_wrap_up_goes_on_after_the_telephone_was_lost_and_found() {
    holds(
        "    0 in 1          |
             0 ready 1       |
             0 call 7 queue 0 | ring 1 for 7
           100 answer 1      |
          1000 over 1        |
          2000 out 1         |
          2500 in 1          |
          2500 ready 1       |
          2600 call 8 queue 0 |
          5900 show 1        | wrapup
          6000 -             | ring 1 for 8",
    );
}

// FreeSWITCH 2540: agents stuck in Reserved.
#[test]
fn a_reservation_that_nobody_answers_ends_after_a_second() {
    holds(
        "by hand
             0 in 1          |
             0 in 2          |
             0 ready 1       |
             0 call 7 queue 0 | book 1 for 7
           200 ready 2       |
          1000 -             | stop 1 for 7 (limit), book 2 for 7
          1000 show 1        | away
          1100 grant 1       |
          1200 grant 2       | ring 2 for 7",
    );
}

// FreeSWITCH 1973: members answered hours ago. The word of the talk's end is lost, the word of
// the caller's end is enough.
#[test]
fn a_caller_who_hangs_up_ends_the_talk_even_if_the_bridge_never_says_so() {
    holds(
        "    0 in 1          |
             0 ready 1       |
             0 call 7 queue 1 | ring 1 for 7
           100 answer 1      |
           200 call 8 queue 1 |
          9000 left 7        | ring 1 for 8
          9100 over 1        |
          9100 show 1        | offered",
    );
}

// FreeSWITCH 2529: the caller is gone, the telephone rings on.
#[test]
fn a_caller_who_hangs_up_is_rung_for_no_more_and_the_seat_keeps_its_turn() {
    holds(
        "by hand
             0 in 1          |
             0 in 2          |
             0 ready 1       |
             1 ready 2       |
            10 call 7 queue 0 | book 1 for 7
            20 grant 1       | ring 1 for 7
          3000 left 7        | stop 1 for 7 (left)
          3000 answer 1      |
          3000 show 1        | ready
          3100 call 8 queue 0 | book 1 for 8
          3200 left 8        | stop 1 for 8 (left)
          3200 grant 1       |
          3300 call 9 queue 0 | book 1 for 9",
    );
}

// FreeSWITCH 1216: a caller stuck because the seat at the top is not there.
#[test]
fn a_seat_that_never_answers_keeps_nobody_from_the_next_one() {
    holds(
        "    0 in 1          |
             0 ready 1       |
             1 in 2          |
             1 ready 2       |
             5 call 7 queue 1 | ring 1 for 7
         10005 -             | stop 1 for 7 (limit), ring 2 for 7
         10005 show 1        | ready
         20005 -             | stop 2 for 7 (limit), ring 1 for 7
         30005 -             | stop 1 for 7 (limit), ring 2 for 7
         30005 show 1        | away
         30100 answer 2      |
         30100 show 2        | talking",
    );
}

// FreeSWITCH 1216, other half: who cannot be served does not stand in the way of who can.
#[test]
fn a_caller_whom_no_free_seat_can_serve_keeps_nobody_behind_from_being_served() {
    holds(
        "    0 in 1          |
             0 in 11         |
             0 ready 1       |
             0 call 7 queue 1 skilled |
            10 call 8 queue 1 | ring 1 for 8
            20 ready 11      | ring 11 for 7",
    );
}

// OpenSIPS 2679: all agents' wrap-up ended only with the last one.
#[test]
fn each_seat_ends_its_own_wrap_up() {
    holds(
        "    0 in 1          |
             0 in 2          |
             0 ready 1       |
             0 ready 2       |
             0 call 7 queue 0 | ring 1 for 7
             0 call 8 queue 0 | ring 2 for 8
           100 answer 1      |
           100 answer 2      |
           500 call 5 queue 1 |
           500 call 6 queue 1 |
          1000 over 1        |
          3000 over 2        |
          6000 -             | ring 1 for 5
          6000 show 2        | wrapup
          8000 -             | ring 2 for 6",
    );
}

// FusionPBX 6743: a caller hears seventh, then eighth.
#[test]
fn a_position_once_told_is_never_followed_by_a_worse_one() {
    holds(
        "    0 in 1          |
             0 call 6 queue 0 |
           100 call 7 queue 0 |
          5000 -             | 6 is 1
          5100 -             | 7 is 2
          6000 call 8 queue 0 first |
         11000 -             | 8 is 1
         16000 left 6        |
         21000 -             | 8 is 1
         25100 -             | 7 is 2
         26000 left 8        |
         35100 -             | 7 is 1",
    );
}

// FreeSWITCH PR 800: a status change in an offer made a storm of cancels and invites.
#[test]
fn a_pause_wished_while_it_rings_waits_for_the_end_of_the_offer() {
    holds(
        "    0 in 1          |
             0 ready 1       |
             0 call 7 queue 1 | ring 1 for 7
          1000 away 1        |
          1000 show 1        | offered
          2000 answer 1      |
          2500 call 8 queue 1 |
          3000 over 1        |
          3000 show 1        | away
          4000 ready 1       | ring 1 for 8
          4500 away 1        |
          5000 decline 1     |
          5000 show 1        | away",
    );
}

// Flex template 290: Break is overwritten by Available.
#[test]
fn of_several_wishes_in_a_talk_the_last_one_wins() {
    holds(
        "    0 in 1          |
             0 ready 1       |
             0 call 7 queue 0 | ring 1 for 7
           100 answer 1      |
           200 away 1        |
           300 ready 1       |
           400 away 1        |
          1000 over 1        |
          6000 show 1        | wrapup
          6001 show 1        | away
          6002 call 8 queue 0 |
          6100 ready 1       | ring 1 for 8
          6200 answer 1      |
          6300 away 1        |
          6400 ready 1       |
          6500 call 9 queue 0 |
          7000 over 1        |
          7001 done 1        | ring 1 for 9",
    );
}

#[test]
fn who_nobody_could_serve_is_told_so_once_and_waits_all_the_same() {
    holds(
        "    0 in 1          |
             0 call 7 queue 1 skilled | nobody for 7
             5 call 8 queue 1 |
         10000 out 1         |
         30005 -             | nobody for 8
         90000 in 11         |
         90001 ready 11      | ring 11 for 7
         90002 answer 11     |
         90003 over 11       | ring 11 for 8",
    );
}

#[test]
fn a_full_queue_says_so_and_who_is_rung_for_has_a_place_to_come_back_to() {
    holds(
        "    0 in 1          |
             0 ready 1       |
             1 call 4 queue 1 | ring 1 for 4
             2 call 5 queue 1 |
             3 call 6 queue 1 |
             4 call 7 queue 1 |
             5 call 8 queue 1 | full for 8
             6 answer 1      |
             7 call 9 queue 1 |",
    );
}

#[test]
fn of_deadlines_at_one_moment_all_set_free_before_anyone_is_matched() {
    holds(
        "    0 in 1          |
             0 in 2          |
             0 ready 2       |
             0 call 6 queue 0 | ring 2 for 6
           100 answer 2      |
           100 ready 1       |
           100 call 7 queue 0 | ring 1 for 7
          5100 over 2        |
         10100 -             | stop 1 for 7 (limit), ring 2 for 7
         10100 show 1        | ready",
    );
}

#[test]
fn a_ready_seat_takes_a_contact_past_a_queue_full_of_others() {
    holds(
        "    0 in 1          |
             0 call 4 queue 1 skilled | nobody for 4
             1 call 5 queue 1 skilled | nobody for 5
             2 call 6 queue 1 skilled | nobody for 6
             3 call 7 queue 1 skilled | nobody for 7
             4 call 8 queue 1 | full for 8
             5 ready 1       |
             6 call 8 queue 1 | ring 1 for 8
             7 call 9 queue 1 | full for 9
             8 answer 1      |
             9 over 1        |
            10 call 9 queue 1 | ring 1 for 9",
    );
}
