"""baresip as a seat, registered with MD5: offered a call, both hear each other, hold, resume, both hang-ups."""

import os
import time

from kit import ROOT, Baresip, Phone, check, find, from_audio, hears, loud, preside, share, until

CALLER_HZ, SEAT_HZ = 440, 880


def seat_phone(centre):
    account = (
        f"<sip:1001@127.0.0.1:{centre.address[1]};transport=udp>;auth_user=1001;auth_pass=pass-1001;"
        "regint=120;answermode=auto;audio_codecs=pcmu"
    )
    return Baresip(os.path.join(centre.folder, "seat"), account, SEAT_HZ)


def blocks_of(samples, step=800):
    """What each 100 ms is: t the caller's tone, s silence, o other sound."""
    kinds = ""
    for at in range(0, len(samples) - step + 1, step):
        block = samples[at : at + step]
        kinds += "s" if loud(block) < 30 else "t" if share(block, CALLER_HZ) > 0.8 else "o"
    return kinds


def runs(kinds, shortest):
    """The runs of at least `shortest` blocks, in order."""
    found, at = [], 0
    while at < len(kinds):
        end = at
        while end < len(kinds) and kinds[end] == kinds[at]:
            end += 1
        if end - at >= shortest and (not found or found[-1] != kinds[at]):
            found.append(kinds[at])
        at = end
    return "".join(found)


def dial_star(centre, phone, port, code, state):
    began = time.monotonic()
    phone.tell("dial", f"sip:{code}@127.0.0.1:{port}")
    until(f"{code} makes the seat {state}", lambda: centre.seat("1001")["state"] == state, 5)
    phone.wait_for("CALL_CLOSED", since=began)


def bridged(centre, caller):
    """A caller asks for a person in the middle of the greeting and hears the seat."""
    call = caller.call("10101234")
    time.sleep(0.8)
    call.sound.press("0")
    until("the seat talks", lambda: centre.seat("1001")["state"] == "talking", 12)
    time.sleep(0.3)
    return call


def star_codes_and_two_calls_by_way_of_baresip(centre):
    before = len(centre.records())
    phone = seat_phone(centre)
    caller = Phone(centre, "13900000003", hz=CALLER_HZ)
    try:
        until("baresip registers", lambda: centre.seat("1001")["state"] == "away", 8)
        dial_star(centre, phone, centre.address[1], "*11", "ready")
        dial_star(centre, phone, centre.address[1], "*12", "away")
        dial_star(centre, phone, centre.address[1], "*11", "ready")
        call = bridged(centre, caller)
        hears(call.sound, SEAT_HZ, "the caller hears the seat")
        answer = call.again("sendonly")
        check(answer.status == 200 and "a=recvonly" in answer.body, f"hold: {answer.first}, {answer.body!r}")
        time.sleep(0.2)
        held = time.monotonic()
        time.sleep(1.8)
        leaked = loud(call.sound.samples(held))
        check(leaked < 30, f"the caller, on hold by its own wish, is sent sound: {leaked:.0f}")
        answer = call.again("sendrecv")
        check(answer.status == 200 and "a=recvonly" not in answer.body, f"resume: {answer.first}")
        time.sleep(0.3)
        hears(call.sound, SEAT_HZ, "the caller hears the seat after the hold")
        ended = time.monotonic()
        check(call.hang_up().status == 200, "BYE of the caller")
        phone.wait_for("CALL_CLOSED", 3, ended)
        time.sleep(0.3)
        heard = phone.heard()
        first = centre.new_records(before, 1)[0]
        until("wrap-up ends", lambda: centre.seat("1001")["state"] == "ready", 5)

        call = bridged(centre, caller)
        hears(call.sound, SEAT_HZ, "the second time, the caller hears the seat")
        phone.tell("hangup")
        until("the caller is hung up", lambda: call.ended, 3)
        again = phone.heard()
        second = centre.new_records(before, 2)[0]
    finally:
        caller.close()
        phone.close()
    kinds = blocks_of(heard)
    check(runs(kinds, 8) == "tot", f"the seat heard, 100 ms each: {kinds}")
    music = kinds.index("o" * 8) + 3
    stretch = heard[music * 800 : music * 800 + 4800]
    _, alike, _ = find(from_audio(f"{ROOT}/prompts/music/calm.flac"), stretch, 4000)
    check(alike > 0.9, f"held, the seat hears something other than the music: {alike:.2f}")
    check("t" * 6 in blocks_of(again), f"the second time, the seat heard: {blocks_of(again)}")
    for record, party in ((first, "caller"), (second, "seat")):
        check(record["outcome"] == "served", f"outcome {record['outcome']}")
        check(record["seat"] == "1001" and record["hung_up"][0] == party, f"{record['seat']}, {record['hung_up']}")
    kinds = [segment["kind"] for segment in first["segments"]]
    check("hold" in kinds and kinds[-1] == "talk", f"segments {kinds}")
    for record in (first, second):
        total = sum(segment["duration_ms"] for segment in record["segments"])
        check(total == record["duration_ms"], f"segments sum to {total} of {record['duration_ms']} ms")
    return f"seat's answer to two-way sound {first['two_way_us'] / 1000:.0f} and {second['two_way_us'] / 1000:.0f} ms"


preside(star_codes_and_two_calls_by_way_of_baresip)
