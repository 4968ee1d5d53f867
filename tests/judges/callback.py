"""A caller is promised to be called back; the centre is killed; the next one keeps the promise, at its place, in one record."""

import os
import shutil
import signal
import time

from kit import ROOT, Phone, check, free_sip_port, hears, loud, preside, trunk, until

FOLDER = os.path.join(os.environ["JUDGES_DIR"], "callback-dialplans")
os.makedirs(FOLDER, exist_ok=True)
for dialplan in ("callback.yaml", "dial.yaml"):
    shutil.copy(os.path.join(ROOT, "examples", "dialplans", dialplan), FOLDER)
# Where the customer's telephone stands, as the trunk reaches it.
HOME = free_sip_port()
CALLER = "13900007021"
RULES = """
[callback]
busy_s = 10
no_answer_s = 10
"""


def calls(centre):
    return centre.get("/api/v1/calls")


def stage(centre):
    return next((call["stage"] for call in calls(centre) if call["called"] == "7021"), None)


def step(centre):
    return next((call["step"] for call in calls(centre) if call["called"] == "7021"), None)


def make_ready(centre, seat):
    check(seat.register().status == 200, "REGISTER")
    star = seat.call("*11")
    until("*11 ends by itself", lambda: star.ended, 8)


def promise(centre, caller):
    """Gives back since when the caller waits, or somewhat later."""
    call = caller.call("7021")
    until("the caller waits", lambda: step(centre) == "agent", 8)
    waits = time.monotonic()
    time.sleep(0.5)
    call.sound.press("1")
    until("it is offered", lambda: step(centre) == "offer", 5)
    time.sleep(0.5)
    call.sound.press("1")
    until("it is promised", lambda: step(centre) == "promised", 5)
    until("the centre hangs up", lambda: call.ended, 15)
    until("the call is to be called back", lambda: stage(centre) == "callback", 5)
    return waits


def records(centre):
    return [one for one in centre.records() if one["arrived"]["called"] == "7021"]


def a_promise_survives_a_kill_and_is_kept(centre):
    caller, home = Phone(centre, CALLER, hz=440), Phone(centre, "home", hz=440, port=HOME)
    seat = Phone(centre, "1001", "pass-1001", hz=880)
    try:
        waits = promise(centre, caller)
        check(not records(centre), "there is a record already")
        centre.process.send_signal(signal.SIGKILL)
        centre.process.wait()
        centre.start()
        until("the next process keeps it", lambda: stage(centre) == "callback", 5)
        make_ready(centre, seat)
        at_home = home.offered(15)
        check("+8613900007021" in at_home.invite.first, at_home.invite.first)
        check(not seat.incoming, "the seat rings before the customer is there")
        time.sleep(1.5)
        at_home.sound.press("1")
        pressed = time.monotonic()
        offer = seat.offered(8)
        time.sleep(1)
        hears(at_home.sound, 880, "the customer")
        hears(offer.sound, 440, "the seat")
        check(offer.hang_up().status == 200, "BYE")
        until("the customer is hung up", lambda: at_home.ended, 8)
        until("there is one record", lambda: len(records(centre)) == 1, 8)
        told_s = centre.get("/api/v1/queues")[0]["answered_wait_ms"] / 1000
        check(told_s > pressed - waits, f"it waited {told_s:.1f} s, of {pressed - waits:.1f} s and more")
        record = records(centre)[0]
        check(record["outcome"] == "served" and record["seat"] == "1001", f"{record['outcome']}, {record['seat']}")
        check("away" in [one["kind"] for one in record["segments"]], str(record["segments"]))
        check(sum(one["duration_ms"] for one in record["segments"]) == record["duration_ms"], "segments do not add up")
    finally:
        for phone in (caller, home, seat):
            phone.close()


def a_machine_is_not_taken_for_the_customer(centre):
    caller, home = Phone(centre, CALLER, hz=440), Phone(centre, "home", hz=440, port=HOME)
    seat = Phone(centre, "1001", "pass-1001", hz=880)
    try:
        before = len(records(centre))
        check(seat.register().status == 200, "REGISTER")
        centre.fetch("/api/v1/seats/1001/state", b'{"state":"away"}', "POST")
        until("the seat is away", lambda: centre.seat("1001")["state"] == "away", 5)
        promise(centre, caller)
        make_ready(centre, seat)
        first = home.offered(15)
        until("nobody pressed 1", lambda: first.ended, 30)
        until("the seat is free again", lambda: centre.seat("1001")["state"] == "ready", 5)
        second = home.offered(20)
        time.sleep(1.5)
        second.sound.press("2")
        until("it is wanted no more", lambda: second.ended, 8)
        until("there is a record", lambda: len(records(centre)) == before + 1, 8)
        check(records(centre)[-1]["outcome"] == "abandoned" or records(centre)[0]["outcome"] == "abandoned", "outcome")
    finally:
        for phone in (caller, home, seat):
            phone.close()


def music_lasts_until_a_number_that_is_called_has_sound(centre):
    """Behind the trunk somebody answers and sends the first packet 1.2 s later: the caller hears music, then them."""
    caller, shop = Phone(centre, CALLER, hz=440), Phone(centre, "shop", hz=880, port=HOME)
    shop.mute = True
    try:
        call = caller.call("7016")
        answered = shop.offered(10)
        time.sleep(0.2)
        start = time.monotonic()
        time.sleep(1)
        check(loud(call.sound.samples(start)) > 30, "the caller hears nothing until the number has sound")
        answered.sound.sending = True
        time.sleep(0.1)
        hears(call.sound, 880, "the caller hears who answered")
        check(answered.hang_up().status == 200, "BYE of the number")
        call.hang_up()
    finally:
        for phone in (caller, shop):
            phone.close()


preside(
    a_promise_survives_a_kill_and_is_kept,
    a_machine_is_not_taken_for_the_customer,
    music_lasts_until_a_number_that_is_called_has_sound,
    dialplans=FOLDER,
    extra=RULES + trunk(HOME),
    command="espeak-ng -v {language} --stdin --stdout",
)
