"""Over IPv6: a caller by UDP and one by TCP hear the prompt; IPv4 and IPv6 phones are bridged both ways."""

import time

from kit import Phone, check, hears, must_hear, preside, until


def greeted(centre, by):
    before = len(centre.records())
    phone = Phone(centre, "13900000003", at="::1", by=by)
    try:
        call = phone.call("10101234")
        check(":" in call.sound.remote[0], f"the answer names {call.sound.remote[0]}, no IPv6 address")
        time.sleep(4)
        call.sound.press("2")
        time.sleep(2.5)
        heard = call.sound.samples()
        check(call.hang_up().status == 200, "BYE")
    finally:
        phone.close()
    greeting = must_hear(heard, "travel.welcome.1", "zh-CN", seconds=3)
    check(greeting < 4000, f"the greeting begins {greeting / 8000:.2f} s into the sound")
    must_hear(heard, "travel.hello.1", "en", seconds=1.5)
    record = centre.new_records(before, 1)[0]
    check(record["arrived"]["remote"].startswith("[::1]:"), f"the record says {record['arrived']['remote']}")
    check([key for _, key in record["keys"]] == ["2"], f"keys {record['keys']}")


def a_caller_over_ipv6_and_udp_hears_the_greeting(centre):
    greeted(centre, "UDP")


def a_caller_over_ipv6_and_tcp_hears_the_greeting(centre):
    greeted(centre, "TCP")


def bridged(centre, caller_at, seat_at):
    before = len(centre.records())
    seat = Phone(centre, "1001", "pass-1001", hz=880, algorithm="SHA-256", at=seat_at)
    caller = Phone(centre, "13900000003", hz=440, at=caller_at)
    try:
        check(seat.register().status == 200, "REGISTER")
        star = seat.call("*11")
        until("*11 makes the seat ready", lambda: centre.seat("1001")["state"] == "ready", 5)
        until("*11 ends by itself", lambda: star.ended, 8)
        call = caller.call("10101234")
        time.sleep(0.8)
        call.sound.press("0")
        offer = seat.offered(12)
        check((":" in offer.sound.remote[0]) == (":" in seat_at), f"the seat is sent to {offer.sound.remote[0]}")
        until("the seat talks", lambda: centre.seat("1001")["state"] == "talking", 3)
        time.sleep(0.3)
        hears(call.sound, 880, "the caller hears the seat")
        hears(offer.sound, 440, "the seat hears the caller")
        check(call.hang_up().status == 200, "BYE of the caller")
        until("the seat is hung up", lambda: offer.ended, 3)
        until("the seat is ready again", lambda: centre.seat("1001")["state"] == "ready", 5)
        check(seat.register(expires=0).status == 200, "unregistering")
    finally:
        caller.close()
        seat.close()
    record = centre.new_records(before, 1)[0]
    check(record["outcome"] == "served" and record["seat"] == "1001", f"{record['outcome']}, seat {record['seat']}")


def an_ipv4_caller_talks_to_an_ipv6_seat(centre):
    bridged(centre, "127.0.0.1", "::1")


def an_ipv6_caller_talks_to_an_ipv4_seat(centre):
    bridged(centre, "::1", "127.0.0.1")


preside(
    a_caller_over_ipv6_and_udp_hears_the_greeting,
    a_caller_over_ipv6_and_tcp_hears_the_greeting,
    an_ipv4_caller_talks_to_an_ipv6_seat,
    an_ipv6_caller_talks_to_an_ipv4_seat,
    hosts=("127.0.0.1", "::1"),
    address="::",
)
