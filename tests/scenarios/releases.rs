//! Releases under live and waiting calls: refused with a reason, or taken between two turns.

use std::time::Duration;

use ringwise::call::effect::CommandError;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::record::Outcome;
use ringwise::call::view::View;
use ringwise::driver::centre::keeper::Keeper;
use ringwise::driver::centre::keeper::Wish;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::ReleaseNo;
use ringwise::vocabulary::time::Now;

use crate::release_works;
use crate::release_works::DIALPLAN;
use crate::release_works::Refused;
use crate::release_works::Works;
use crate::release_works::alarms;
use crate::release_works::call;
use crate::release_works::calls;
use crate::release_works::config;
use crate::release_works::press;
use crate::release_works::release_of;
use crate::release_works::said;
use crate::release_works::unspeakable;
use crate::settlement;
use crate::settlement::Settlement;

const ANSWERS: Answering = Answering::After(Duration::from_secs(2));

fn works(test: &str, queues: &[&str], (seats, callers): (usize, usize)) -> (Works, Settlement) {
    let wish = settlement::Wish::small(vec![ANSWERS; seats], callers);
    let (works, mut town) = Works::open(test, &config(queues, seats), wish);
    town.open();
    (works, town)
}

fn moves_to(queue: &str) -> Wish {
    Wish {
        move_to: Some(queue.to_owned()),
        ..Wish::default()
    }
}

fn view(facts: &[Recorded]) -> View {
    let mut view = View::default();
    facts.iter().for_each(|fact| view.take(fact));
    view
}

/// How each live release stands, and its live calls.
fn standing(town: &Settlement) -> Vec<(u32, &'static str, u64)> {
    let view = view(&town.town.facts);
    let releases = view.releases.live.values();
    releases
        .map(|one| (one.number.0, one.standing, one.calls_live))
        .collect()
}

#[test]
fn a_typo_is_refused_with_its_place_and_changes_nothing() {
    let (mut works, mut town) = works("typo", &["sales"], (1, 2));
    let old = call(&mut town, 0);
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("goto: topics", "goto: topcis"),
    );
    let refused = works.reload(&mut town).unwrap_err().text();
    assert!(
        refused.contains("hotline.yaml:7:56: no step is called `topcis` (did you mean `topics`?)"),
        "{refused}"
    );
    assert_eq!(standing(&town), [(1, "current", 1)]);
    press(&mut town, old, '2');
    let first = calls(&town.town.facts)[0];
    assert!(said(&town.town.facts, first).contains(&"These are the first words.".to_owned()));
}

#[test]
fn old_calls_keep_the_old_words_and_new_calls_hear_the_new() {
    let (mut works, mut town) = works("words", &["sales"], (1, 3));
    let old = call(&mut town, 0);
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("first", "second"),
    );
    works.write_prompts(&[
        "Welcome to the second.",
        "For sales, press 1.",
        "These are the second words.",
    ]);
    works.reload(&mut town).unwrap();
    let new = call(&mut town, 1);
    press(&mut town, old, '2');
    press(&mut town, new, '2');
    let facts = &town.town.facts;
    let [first, second] = calls(facts)[..] else {
        panic!("two calls");
    };
    let words = |call| said(facts, call).join(" ");
    assert!(words(first).contains("the first words") && !words(first).contains("second"));
    assert!(words(second).contains("Welcome to the second") && !words(second).contains("first"));
    assert_eq!(release_of(facts, first), ReleaseNo(1));
    assert_eq!(release_of(facts, second), ReleaseNo(2));
    assert_eq!(standing(&town), [(1, "before", 1), (2, "current", 1)]);
    for call in [first, second] {
        let missing = unspeakable(&town.town.facts, call);
        assert!(missing.is_empty(), "no sound for {missing:?}");
    }
    assert_eq!(alarms(&town.town.facts), [""; 0], "all sounds are there");
    for caller in [old, new] {
        town.tell(0, caller, PhoneCommand::HangUp);
    }
    town.pass(40_000);
    let releases: Vec<_> = town
        .records()
        .iter()
        .map(|one| one.arrived.release.0)
        .collect();
    assert_eq!(releases, [1, 2], "the record names the release");
}

#[test]
fn a_used_queue_cannot_go_until_its_contacts_are_told_where() {
    let (mut works, mut town) = works("queue", &["sales", "service"], (1, 4));
    // One talks, two wait, one is in the menu.
    for at in 0..3 {
        let caller = call(&mut town, at);
        press(&mut town, caller, '1');
    }
    call(&mut town, 3);
    town.pass(3_000);
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("queue: sales", "queue: service"),
    );
    works.write_config(&config(&["service"], 1));
    let refused = works.reload(&mut town).unwrap_err().text();
    assert!(
        refused.contains(
            "queue \"sales\" goes, but 2 contact(s) wait in it and the dialplans of 4 live call(s)"
        ),
        "{refused}"
    );
    assert!(refused.contains("--move-to QUEUE"), "{refused}");
    assert_eq!(alarms(&town.town.facts).len(), 1);
    assert_eq!(standing(&town)[0], (1, "current", 4));

    let wrong = works.ask(&mut town, Keeper::reload, &moves_to("nowhere"));
    assert!(matches!(
        wrong,
        Err(Refused::Engine(CommandError::NoSuchQueue(_)))
    ));

    works
        .ask(&mut town, Keeper::reload, &moves_to("service"))
        .unwrap();
    let facts = &town.town.facts;
    let moved = facts
        .iter()
        .filter(|one| matches!(one.fact, Fact::Acd(AcdFact::Moved { .. })));
    assert_eq!(moved.count(), 2);
    let shown = view(facts);
    let queues: Vec<_> = shown
        .present_queues()
        .map(|one| (one.name.as_str(), one.waiting))
        .collect();
    assert_eq!(queues, [("service", 2)]);
    // An older call that comes to the queue that is gone waits in the one that stands in for it.
    let late = town.callers[3];
    press(&mut town, late, '1');
    for caller in town.callers.clone() {
        town.tell(10_000, caller, PhoneCommand::HangUp);
        town.pass(30_000);
    }
    town.pass(60_000);
    let records = town.records();
    assert_eq!(records.len(), 4);
    for record in &records {
        assert_eq!(record.outcome, Outcome::Served, "{record:?}");
    }
    let queues: Vec<_> = records
        .iter()
        .map(|one| one.queue.clone().unwrap())
        .collect();
    assert_eq!(queues, ["sales", "service", "service", "service"]);
    assert!(town.town.centre.is_idle());
}

#[test]
fn a_skill_that_waiting_contacts_need_is_not_taken_away_silently() {
    let (mut works, mut town) = works("skill", &["sales"], (1, 2));
    for at in 0..2 {
        let caller = call(&mut town, at);
        press(&mut town, caller, '1');
    }
    town.pass(3_000);
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("    need: \"selling >= 2\"\n", ""),
    );
    works.write_config(&config(&["sales"], 1).replace("selling = 5", "talking = 5"));
    let refused = works.reload(&mut town).unwrap_err().text();
    let expected = "no seat has the skill \"selling\" any more, but 1 contact(s) wait for it";
    assert!(refused.contains(expected), "{refused}");
    works
        .ask(&mut town, Keeper::reload, &moves_to("sales"))
        .unwrap();
    let first = town.callers[0];
    town.tell(0, first, PhoneCommand::HangUp);
    town.pass(10_000);
    let second = town.callers[1];
    town.tell(0, second, PhoneCommand::HangUp);
    town.pass(60_000);
    let served = town
        .records()
        .into_iter()
        .filter(|one| one.outcome == Outcome::Served);
    assert_eq!(served.count(), 2);
}

#[test]
fn a_trial_gets_its_share_of_new_calls_and_is_promoted_or_withdrawn() {
    let (mut works, mut town) = works("canary", &["sales"], (1, 300));
    let dial_all = |town: &mut Settlement| {
        let before = calls(&town.town.facts).len();
        for caller in town.callers.clone() {
            town.dial(0, caller);
            town.tell(2_000, caller, PhoneCommand::HangUp);
        }
        town.pass(60_000);
        let facts = &town.town.facts;
        let new = calls(facts).split_off(before);
        assert_eq!(new.len(), 300);
        new.into_iter()
            .map(|call| release_of(facts, call).0)
            .collect::<Vec<_>>()
    };
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("first", "second"),
    );
    works.try_out(&mut town, 20).unwrap();
    let tried = dial_all(&mut town)
        .into_iter()
        .filter(|release| *release == 2)
        .count();
    assert!(tried.abs_diff(60) < 25, "{tried} of 300");
    assert_eq!(standing(&town), [(1, "current", 0), (2, "canary", 0)]);

    works
        .ask(&mut town, Keeper::roll_back, &Wish::default())
        .unwrap();
    assert_eq!(standing(&town), [(1, "current", 0)]);
    assert!(dial_all(&mut town).iter().all(|release| *release == 1));

    works.try_out(&mut town, 99).unwrap();
    works
        .ask(&mut town, Keeper::promote, &Wish::default())
        .unwrap();
    assert_eq!(standing(&town), [(1, "before", 0), (3, "current", 0)]);
    assert!(dial_all(&mut town).iter().all(|release| *release == 3));
    let refused = works.ask(&mut town, Keeper::promote, &Wish::default());
    assert_eq!(refused.unwrap_err().text(), "no release is on trial");
}

#[test]
fn a_trial_adds_queues_and_seats_and_takes_none_away_before_it_is_promoted() {
    let (mut works, mut town) = works("union", &["sales"], (2, 2));
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("queue: sales", "queue: service"),
    );
    let mut toml = config(&["service"], 1);
    toml += "[[seat]]\nid = \"late\"\npassword = \"x\"\nqueues = [\"service\"]\n";
    works.write_config(&toml);
    works.try_out(&mut town, 99).unwrap();
    let names = |town: &Settlement| {
        let view = view(&town.town.facts);
        let queues = view.present_queues().map(|queue| queue.name.clone());
        let seats = view.present_seats().map(|seat| seat.id.clone());
        queues.chain(seats).collect::<Vec<_>>()
    };
    assert_eq!(
        names(&town),
        ["sales", "service", "seat-0", "seat-1", "late"]
    );
    let caller = call(&mut town, 0);
    press(&mut town, caller, '1');
    town.pass(3_000);
    town.tell(0, caller, PhoneCommand::HangUp);
    town.pass(60_000);
    assert_eq!(
        town.records()[0].outcome,
        Outcome::Served,
        "by a seat of the trial"
    );
    works
        .ask(&mut town, Keeper::promote, &Wish::default())
        .unwrap();
    assert_eq!(names(&town), ["service", "seat-0", "late"]);
    let gone = town.town.centre.distributor().seats().nth(1).unwrap();
    assert_eq!(
        gone.state,
        ringwise::machine::acd::fact::SeatState::SignedOut
    );
    works
        .ask(&mut town, Keeper::roll_back, &Wish::default())
        .unwrap();
    assert_eq!(names(&town), ["sales", "seat-0", "seat-1"]);
}

#[test]
fn a_rollback_goes_back_once_and_a_new_release_gets_a_new_number() {
    let (mut works, mut town) = works("rollback", &["sales"], (1, 3));
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("first", "second"),
    );
    works.reload(&mut town).unwrap();
    let kept = call(&mut town, 0);
    works
        .ask(&mut town, Keeper::roll_back, &Wish::default())
        .unwrap();
    call(&mut town, 1);
    assert_eq!(standing(&town), [(1, "current", 1), (2, "old", 1)]);
    let refused = works.ask(&mut town, Keeper::roll_back, &Wish::default());
    assert!(
        refused
            .unwrap_err()
            .text()
            .starts_with("there is no release before this one")
    );
    works.reload(&mut town).unwrap();
    assert_eq!(
        standing(&town),
        [(1, "before", 1), (2, "old", 1), (3, "current", 0)]
    );
    town.tell(0, kept, PhoneCommand::HangUp);
    town.pass(60_000);
    assert_eq!(standing(&town), [(1, "before", 1), (3, "current", 0)]);
    let retired: Vec<u32> = town.town.retired.iter().map(|one| one.number.0).collect();
    assert_eq!(retired, [2], "its prompts can go");
}

#[test]
fn the_ninth_live_release_is_refused_with_the_oldest_and_its_calls() {
    let (mut works, mut town) = works("ninth", &["sales"], (1, 9));
    for at in 0..8 {
        let text = DIALPLAN.replace("first", &format!("{at}th"));
        works.write("dialplans/hotline.yaml", &text);
        let taken = works.reload(&mut town);
        assert_eq!(taken.is_ok(), at < 7, "{at}");
        if let Err(refused) = taken {
            let text = refused.text();
            assert!(
                text.contains("8 releases are live") && text.contains("the oldest, 1, still has 1"),
                "{text}"
            );
        }
        call(&mut town, at);
        if at == 0 {
            // The first call is of the second release: one of the first is needed.
            assert_eq!(standing(&town), [(1, "before", 0), (2, "current", 1)]);
            works
                .ask(&mut town, Keeper::roll_back, &Wish::default())
                .unwrap();
            call(&mut town, 8);
        }
    }
    assert_eq!(standing(&town).len(), 8);
}

#[test]
fn files_that_did_not_change_make_no_release() {
    let (mut works, mut town) = works("same", &["sales"], (1, 1));
    works.reload(&mut town).unwrap();
    assert_eq!(standing(&town), [(1, "current", 0)]);
    let toml =
        config(&["sales"], 1).replace("[centre]", "[http]\nlisten = \"127.0.0.1:1\"\n[centre]");
    works.write_config(&toml);
    works.reload(&mut town).unwrap();
    assert_eq!(standing(&town), [(1, "current", 0)]);
    assert_eq!(works.last.unwrap().at_next_start, ["[http]"]);
}

#[test]
fn a_restart_keeps_the_number_of_files_that_did_not_change() {
    let (works, _) = works("restart", &["sales"], (1, 0));
    let (_, first) = release_works::start(&works.dir, None);
    assert_eq!(first.release.number, ReleaseNo(1));
    let last = Some((ReleaseNo(7), first.release.hash.clone()));
    let (_, again) = release_works::start(&works.dir, last.clone());
    assert_eq!(
        (again.release.number, again.release.hash),
        (ReleaseNo(7), first.release.hash)
    );
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("first", "second"),
    );
    let (_, other) = release_works::start(&works.dir, last);
    assert_eq!(other.release.number, ReleaseNo(8));
}

#[test]
fn the_files_of_a_release_are_kept_to_be_compared_with() {
    let (mut works, mut town) = works("kept", &["sales"], (1, 0));
    let second = DIALPLAN.replace("first", "second");
    works.write("dialplans/hotline.yaml", &second);
    works.reload(&mut town).unwrap();
    let kept = |number: u32| {
        let file = format!("data/releases/{number}/dialplans/hotline.yaml");
        std::fs::read_to_string(works.dir.join(file)).unwrap()
    };
    assert_eq!((kept(1), kept(2)), (DIALPLAN.to_owned(), second));
}

/// Live calls of the storm of mutants.
const CALLS: usize = 200;

/// What each call went through, without places in the log.
fn lives(facts: &[Recorded]) -> Vec<(Now, Option<ringwise::vocabulary::id::CallId>, String)> {
    let own = facts.iter().filter(|fact| fact.call.is_some());
    own.map(|fact| (fact.now, fact.call, format!("{:?}", fact.fact)))
        .collect()
}

/// 200 calls in menus, in the queue and with seats; every second something happens.
fn storm(
    test: &str,
    mutants: usize,
    mut each: impl FnMut(&mut Works, &mut Settlement),
) -> Settlement {
    let (mut works, mut town) = works(test, &["sales"], (20, CALLS));
    for (at, caller) in town.callers.clone().into_iter().enumerate() {
        town.dial(at as u64 * 10, caller);
        let key = if at % 3 == 0 { '1' } else { '2' };
        town.tell(5_000 + at as u64 * 37, caller, PhoneCommand::Press(key));
    }
    town.pass(6_000);
    for turn in 0..mutants {
        each(&mut works, &mut town);
        let caller = town.callers[turn * 7 % CALLS];
        town.tell(0, caller, PhoneCommand::Press('2'));
        town.pass(300);
    }
    town
}

/// Injures a text in one of the ways that hands and editors have.
fn injure(text: &str, chance: &mut Chance) -> String {
    let at = |chance: &mut Chance, length: usize| {
        usize::try_from(chance.below(length.max(1) as u64)).unwrap_or(0)
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let line = at(chance, lines.len());
    let chars: Vec<char> = lines[line].chars().collect();
    let place = at(chance, chars.len());
    let joined = |chars: &[char]| chars.iter().collect::<String>();
    match chance.below(10) {
        0 => {
            lines.remove(line);
        }
        1 => lines.insert(line, lines[line].clone()),
        2 => lines[line].insert(0, ' '),
        3 if !chars.is_empty() => {
            lines[line] = joined(&chars[..place]) + &joined(&chars[place + 1..]);
        }
        4 => {
            let odd = ['"', ':', '{', '}', '#', '*', '\t', '9', 'x', '\u{0}', '。'];
            let odd = odd[at(chance, odd.len())];
            lines[line] = format!(
                "{}{odd}{}",
                joined(&chars[..place]),
                joined(&chars[place..])
            );
        }
        5 if place > 0 => {
            let mut swapped = chars;
            swapped.swap(place - 1, place);
            lines[line] = joined(&swapped);
        }
        6 => lines.truncate(line),
        7 | 8 => {
            // Other words are no mistake.
            let words = text.match_indices("first").map(|(at, _)| at);
            let words: Vec<usize> = words.collect();
            let word = words[at(chance, words.len())];
            let letter = char::from(b'a' + u8::try_from(chance.below(26)).unwrap());
            return format!("{}{letter}{}", &text[..word], &text[word + 1..]);
        }
        _ => {
            let other = at(chance, lines.len());
            lines.swap(line, other);
        }
    }
    lines.join("\n") + "\n"
}

/// `file:line:column: what`.
fn has_place(text: &str) -> bool {
    let Some((_, after)) = text.split_once("hotline.yaml:") else {
        return false;
    };
    let mut parts = after.splitn(3, ':');
    let number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u32>().is_ok());
    number(parts.next()) && number(parts.next())
}

#[test]
fn mutated_dialplans_under_200_live_calls_touch_no_call() {
    let mutants = std::env::var("RINGWISE_MUTANTS").map_or(100, |text| text.parse().unwrap());
    let seed = std::env::var("RINGWISE_MUTANTS_SEED").map_or(5, |text| text.parse().unwrap());
    let mut chance = Chance::from_seed(seed);
    let (mut refused, mut taken, mut same) = (0, 0, 0);
    let stormy = storm("storm", mutants, |works, town| {
        let text = injure(DIALPLAN, &mut chance);
        works.write("dialplans/hotline.yaml", &text);
        let before = standing(town).len();
        match works.reload(town) {
            Ok(())
                if town.town.facts.last().is_some_and(|one| {
                    matches!(one.fact, Fact::Released(_) | Fact::ReleaseRetired { .. })
                }) =>
            {
                taken += 1;
            }
            Ok(()) => same += 1,
            Err(Refused::Engine(CommandError::InUse(_))) => refused += 1,
            Err(error) => {
                let told = error.text();
                assert!(
                    has_place(&told),
                    "seed {seed}: no place in {told:?}\n{text}"
                );
                assert_eq!(standing(town).len(), before);
                refused += 1;
            }
        }
    });
    let calm = storm("calm", mutants, |_, _| ());
    println!(
        "{mutants} mutants, seed {seed}: {refused} refused with their place, {taken} taken, {same} the same"
    );
    assert_eq!(refused + taken + same, mutants);
    assert!(refused > mutants / 3 && taken > mutants / 20);
    let (stormy, calm) = (lives(&stormy.town.facts), lives(&calm.town.facts));
    assert!(calm.len() > 10 * CALLS);
    for (one, other) in stormy.iter().zip(&calm) {
        assert_eq!(one, other, "seed {seed}");
    }
    assert_eq!(stormy.len(), calm.len());
}
