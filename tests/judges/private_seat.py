"""A seat behind a made-up private Contact and SDP address, registered with SHA-256; both hear each other."""

import time

from kit import Phone, check, hears, loud, must_hear, preside, until


def sign_in(centre, seat):
    """Registers the seat's phone and makes it ready by *11."""
    registered = seat.register()
    check(registered.status == 200, f"REGISTER: {registered.first}")
    star = seat.call("*11")
    until("*11 makes the seat ready", lambda: centre.seat(seat.user)["state"] == "ready", 5)
    until("*11 ends by itself", lambda: star.ended, 8)


def a_seat_that_writes_private_addresses_is_reached_where_it_is(centre):
    before = len(centre.records())
    seat = Phone(centre, "1002", "pass-1002", hz=880, algorithm="SHA-256", claims="192.168.77.7")
    caller = Phone(centre, "13900000003", hz=440)
    try:
        sign_in(centre, seat)
        call = caller.call("10101234")
        time.sleep(0.8)
        call.sound.press("0")
        offer = seat.offered(12)
        check("192.168.77.7" not in offer.sound.remote[0], "the offered sound is at the made-up address")
        names = dict(offer.invite.headers)
        check(names.get("x-ringwise-queue") == "after-sales", f"X-Ringwise-Queue {names.get('x-ringwise-queue')!r}")
        check("+8613900000003" in names["from"], f"From {names['from']}")
        until("the seat talks", lambda: centre.seat("1002")["state"] == "talking", 3)
        time.sleep(0.3)
        hears(call.sound, 880, "the caller hears the seat")
        hears(offer.sound, 440, "the seat hears the caller")
        held = offer.again("sendonly")
        check(held.status == 200, f"hold by the seat: {held.first}")
        time.sleep(0.3)
        start = time.monotonic()
        time.sleep(1)
        check(loud(call.sound.samples(start)) > 30, "the caller, held by the seat, hears nothing")
        resumed = offer.again("sendrecv")
        check(resumed.status == 200, f"resume by the seat: {resumed.first}")
        time.sleep(0.3)
        hears(call.sound, 880, "the caller hears the seat after its hold")
        hears(offer.sound, 440, "the seat hears the caller after its hold")
        check(offer.hang_up().status == 200, "BYE of the seat")
        until("the caller is hung up", lambda: call.ended, 3)
        heard = call.sound.samples()
    finally:
        caller.close()
        seat.close()
    must_hear(heard, "travel.agent.1", "zh-CN")
    record = centre.new_records(before, 1)[0]
    check(record["outcome"] == "served" and record["seat"] == "1002", f"{record['outcome']}, seat {record['seat']}")
    check(record["hung_up"][0] == "seat", f"hung up by {record['hung_up']}")
    check(record["call"] == names["x-ringwise-call"], f"X-Ringwise-Call {names['x-ringwise-call']}")
    return f"{record['two_way_us'] / 1000:.0f} ms from answer to two-way sound"


def music_lasts_until_the_seat_has_sound(centre):
    """The seat answers and sends its first packet 1.2 s later: the caller hears music, then the seat, and nothing between."""
    before = len(centre.records())
    seat = Phone(centre, "1002", "pass-1002", hz=880)
    caller = Phone(centre, "13900000003", hz=440)
    seat.mute = True
    try:
        sign_in(centre, seat)
        call = caller.call("10101234")
        time.sleep(0.8)
        call.sound.press("0")
        offer = seat.offered(12)
        until("the seat talks", lambda: centre.seat("1002")["state"] == "talking", 3)
        start = time.monotonic()
        hears(offer.sound, 440, "the seat hears the caller at once", 1.0)
        check(loud(call.sound.samples(start, start + 1)) > 30, "the caller hears nothing until the seat has sound")
        offer.sound.sending = True
        time.sleep(0.1)
        hears(call.sound, 880, "the caller hears the seat")
        heard = [when for when, *_ in call.sound.heard if when > start]
        gap = max(later - sooner for sooner, later in zip(heard, heard[1:]))
        check(gap < 0.3, f"{gap:.2f} s of nothing")
        check(offer.hang_up().status == 200, "BYE of the seat")
        until("the caller is hung up", lambda: call.ended, 3)
    finally:
        caller.close()
        seat.close()
    record = centre.new_records(before, 1)[0]
    check(record["outcome"] == "served", f"outcome {record['outcome']}")
    return f"longest gap {gap * 1000:.0f} ms"


def a_call_over_a_seats_flow_is_its_own_only_if_it_says_so(centre):
    """A gateway registers a seat and sends a caller's call over the same flow: the seat is offered it. Its own call it is not."""
    before = len(centre.records())
    gateway = Phone(centre, "1002", "pass-1002", hz=880)
    try:
        sign_in(centre, gateway)
        own = gateway.call("10101234")
        until("the seat is away", lambda: centre.seat("1002").get("ailment_code") == "calling", 3)
        time.sleep(0.8)
        own.sound.press("0")
        until("the call is queued", lambda: any(c["queue"] for c in centre.get("/api/v1/calls")), 8)
        check(own.hang_up().status == 200, "BYE of the seat's own call")
        until("the seat is ready again", lambda: centre.seat("1002")["state"] == "ready", 5)
        gateway.user = "13900000003"
        call = gateway.call("10101234")
        time.sleep(0.8)
        call.sound.press("0")
        offer = gateway.offered(12)
        until("the seat talks", lambda: centre.seat("1002")["state"] == "talking", 3)
        check(offer.hang_up().status == 200, "BYE of the seat")
        until("the caller is hung up", lambda: call.ended, 3)
    finally:
        gateway.close()
    outcomes = [record["outcome"] for record in centre.new_records(before, 2)]
    check(sorted(outcomes) == ["abandoned", "served"], f"outcomes {outcomes}")


def a_seat_that_is_gone_leaves_the_caller_in_the_queue(centre):
    """Its flow answers nothing: the caller hears music, and hanging up is one abandoned call."""
    before = len(centre.records())
    seat = Phone(centre, "1002", "pass-1002", algorithm="SHA-256")
    caller = Phone(centre, "13900000003")
    try:
        check(seat.register().status == 200, "REGISTER")
        seat.call("*11")
        until("*11 makes the seat ready", lambda: centre.seat("1002")["state"] == "ready", 5)
        seat.close()
        call = caller.call("10101234")
        time.sleep(0.8)
        call.sound.press("0")
        until("the call is queued", lambda: any(c["queue"] for c in centre.get("/api/v1/calls")), 8)
        time.sleep(1)
        start = time.monotonic()
        time.sleep(1)
        check(loud(call.sound.samples(start)) > 30, "the caller waits in silence")
        check(call.hang_up().status == 200, "BYE of the caller")
    finally:
        caller.close()
    # The seat's INVITE goes on for 64 T1 (RFC 3261 section 17.1.1.2), the caller's record does not.
    record = centre.new_records(before, 1, within=3)[0]
    check(record["outcome"] == "abandoned", f"outcome {record['outcome']}")


preside(
    a_seat_that_writes_private_addresses_is_reached_where_it_is,
    music_lasts_until_the_seat_has_sound,
    a_call_over_a_seats_flow_is_its_own_only_if_it_says_so,
    a_seat_that_is_gone_leaves_the_caller_in_the_queue,
)
