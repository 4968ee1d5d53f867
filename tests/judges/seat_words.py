"""Who answers for a seat hears what it is about before the bridge; a telephone outside is asked for a 1."""

import json
import time
import urllib.error

from kit import Phone, check, free_sip_port, hears, must_hear, preside, trunk, until

# Where the telephone of the seat at home stands, as the trunk reaches it.
HOME = free_sip_port()
NUMBER = "+8613900000009"
SEAT = f"""
[[seat]]
id = "home"
number = "{NUMBER}"
queues = ["after-sales"]
skills = {{ refund = 5, ticketing = 5, "lang.zh" = 5, "lang.en" = 5 }}
"""
WORDS = "sys.queue.next"


def queue(centre, caller):
    call = caller.call("10101234")
    time.sleep(1)
    call.sound.press("0")
    return call


def wish(centre, seat, state):
    centre.fetch(f"/api/v1/seats/{seat}/state", b'{"state":"%s"}' % state.encode(), "POST")


def confirm(centre, seat, reason):
    return json.loads(centre.fetch(f"/api/v1/seats/{seat}/reason", reason, "POST"))


def learned(centre):
    body = b'{"who": {"customer": {}}}'
    return json.loads(centre.fetch("/api/v1/predict", body, "POST"))["learned"]


def state(centre, seat, state):
    wish(centre, seat, state)
    until(f"the seat is {state}", lambda: centre.seat(seat)["state"] == state, 5)


def a_seat_hears_the_words_of_its_queue_and_then_the_caller(centre):
    caller, seat = Phone(centre, "13900000001", hz=440), Phone(centre, "1001", "pass-1001", hz=880)
    try:
        check(seat.register().status == 200, "REGISTER")
        state(centre, "1001", "ready")
        call = queue(centre, caller)
        offer = seat.offered(15)
        time.sleep(5)
        must_hear(offer.sound.samples(), WORDS, "zh-CN")
        hears(offer.sound, 440, "the seat")
        hears(call.sound, 880, "the caller")
        check(offer.hang_up().status == 200, "BYE")
        until("the caller is hung up", lambda: call.ended, 8)
        state(centre, "1001", "away")
        before = learned(centre)
        told = confirm(centre, "1001", b'{"question": "flight_delay_status"}')
        check(told["learned"] and learned(centre) == before + 1, f"{told}, {before} before")
        told = confirm(centre, "1001", b'{"question": "flight_delay_status"}')
        check(not told["learned"] and learned(centre) == before + 1, f"said twice: {told}")
        try:
            confirm(centre, "1002", b"{}")
            check(False, "a seat that has answered nobody has a reason")
        except urllib.error.HTTPError as error:
            check(error.code == 409, f"status {error.code}")
    finally:
        caller.close()
        seat.close()


def a_seat_at_home_takes_the_call_by_a_1_and_not_before(centre):
    caller, home = Phone(centre, "13900000002", hz=440), Phone(centre, "home", hz=880, port=HOME)
    try:
        check(centre.seat("home")["state"] == "away", centre.seat("home")["state"])
        state(centre, "home", "ready")
        before = centre.count_records()
        call = queue(centre, caller)
        offer = home.offered(15)
        check(NUMBER in offer.invite.first, offer.invite.first)
        time.sleep(8)
        must_hear(offer.sound.samples(), "sys.seat.take", "zh-CN")
        check(centre.seat("home")["state"] == "offered", centre.seat("home")["state"])
        offer.sound.press("1")
        until("they talk", lambda: centre.seat("home")["state"] == "talking", 3)
        time.sleep(1.2)
        hears(offer.sound, 440, "the seat at home")
        hears(call.sound, 880, "the caller")
        check(call.hang_up().status == 200, "BYE")
        until("home is hung up", lambda: offer.ended, 8)
        record = centre.new_records(before, 1)[0]
        check(record["outcome"] == "served" and record["seat"] == "home", f"{record['outcome']}, {record['seat']}")
        until("the after-call work is over", lambda: centre.seat("home")["state"] == "ready", 5)
    finally:
        caller.close()
        home.close()


def an_answering_machine_at_home_never_gets_the_caller(centre):
    caller, home = Phone(centre, "13900000003", hz=440), Phone(centre, "home", hz=880, port=HOME)
    seat = Phone(centre, "1001", "pass-1001", hz=880)
    try:
        check(seat.register().status == 200, "REGISTER")
        wish(centre, "home", "ready")
        call = queue(centre, caller)
        machine = home.offered(15)
        wish(centre, "home", "away")
        until("nobody pressed 1", lambda: machine.ended, 25)
        wish(centre, "1001", "ready")
        offer = seat.offered(5)
        time.sleep(5)
        hears(offer.sound, 440, "the seat")
        check(call.hang_up().status == 200, "BYE")
    finally:
        for phone in (caller, home, seat):
            phone.close()


preside(
    a_seat_hears_the_words_of_its_queue_and_then_the_caller,
    a_seat_at_home_takes_the_call_by_a_1_and_not_before,
    an_answering_machine_at_home_never_gets_the_caller,
    queue='whisper = { en = "You are next.", zh-CN = "下一位就是您。" }',
    extra=trunk(HOME) + SEAT,
)
