"""A caller's ears: the prompt heard is the prompt sent, and a key in the middle of a word stops it."""

import json
import os
import subprocess
import time
from xml.etree import ElementTree

from kit import Baresip, FRAME, Phone, RATE, check, find, likeness, loud, must_hear, preside, prompt, until

ZH, EN = ("travel.welcome.1", "zh-CN"), ("travel.welcome.1", "en")


def phone_of(centre, name, number="13900000003", hz=440):
    account = f'"Caller" <sip:{number}@127.0.0.1:{centre.sip};transport=udp>;regint=0;audio_codecs=pcmu'
    return Baresip(os.path.join(centre.folder, name), account, hz)


def baresip_hears_the_prompts_that_were_sent(centre):
    before = len(centre.records())
    phone = phone_of(centre, "listener")
    try:
        dialled = time.monotonic()
        phone.tell("dial", f"sip:10101234@127.0.0.1:{centre.sip}")
        up, _ = phone.wait_for("CALL_ESTABLISHED")
        check(up - dialled < 1, f"established after {up - dialled:.2f} s")
        time.sleep(11)
        phone.tell("hangup")
        phone.wait_for("CALL_CLOSED")
        time.sleep(0.3)
        heard = phone.heard()
    finally:
        phone.close()
    greeting, other = must_hear(heard, *ZH), must_hear(heard, *EN)
    check(greeting < RATE / 2, f"the greeting begins {greeting / RATE:.2f} s into the call")
    check(other > greeting, "English before Mandarin")
    check(must_hear(heard, "travel.ask_order.1", "zh-CN", seconds=3) > other, "the order number is asked for too early")
    _, foreign, _ = find(heard, prompt("travel.hello.1", "en"))
    check(foreign < 0.6, f"a prompt that was not played is found: {foreign:.2f}")
    record = centre.new_records(before, 1)[0]
    check(record["outcome"] == "left_in_ivr", f"outcome {record['outcome']}")
    check(record["arrived"]["number"] == "+8613900000003", f"number {record['arrived']['number']}")


def a_key_of_baresip_stops_the_prompt(centre):
    before = len(centre.records())
    phone = phone_of(centre, "presser")
    try:
        phone.tell("dial", f"sip:10101234@127.0.0.1:{centre.sip}")
        phone.wait_for("CALL_ESTABLISHED")
        time.sleep(1.2)
        phone.tell("sndcode", "2")
        time.sleep(3.5)
        phone.tell("hangup")
        phone.wait_for("CALL_CLOSED")
        time.sleep(0.3)
        heard = phone.heard()
    finally:
        phone.close()
    record = centre.new_records(before, 1)[0]
    check([key for _, key in record["keys"]] == ["2"], f"keys {record['keys']}, pressed was one 2")
    check(must_hear(heard, "travel.hello.1", "en") < 2 * RATE, "the next prompt comes late")
    whole, _, shape = find(heard, prompt(*ZH))
    check(shape < 0.95, "the greeting was heard to its end")


def stop_after_key(centre, pause):
    """Milliseconds from a key's first packet to the last packet of the interrupted greeting."""
    phone = Phone(centre, "13900000003")
    try:
        call = phone.call("10101234")
        time.sleep(pause)
        call.sound.press("2")
        until("the key leaves", lambda: call.sound.pressed)
        time.sleep(0.8)
        pressed = call.sound.pressed[0]
        packets = list(call.sound.heard)
        heard = call.sound.samples()
        call.hang_up()
    finally:
        phone.close()
    said = prompt(*ZH)
    first = sum(when < pressed for when, *_ in packets)
    at, alike, _ = find(heard[: first * FRAME], said[: first * FRAME - 2000], 4000)
    check(alike > 0.9, f"the greeting is not what is heard before the key: {alike:.2f}")
    word = said[first * FRAME - at : (first + 5) * FRAME - at]
    last, before = pressed, []
    for place, (when, *_) in enumerate(packets[10 : first + 25], 10):
        mine, theirs = heard[place * FRAME :][:FRAME], said[place * FRAME - at :][:FRAME]
        if place * FRAME < at or loud(theirs) < 60:
            continue
        same = likeness(mine, theirs) > 0.9
        if when < pressed:
            before.append(same)
        elif same:
            last = when
    check(sum(before) >= 0.9 * len(before) > 9, f"this meter is off: {before}")
    return (last - pressed) * 1000, loud(word)


def a_key_in_a_word_stops_it_within_60_ms(centre):
    before = len(centre.records())
    pauses = [1.0, 1.15, 1.3, 1.45, 1.6, 1.8]
    taken, loudness = zip(*(stop_after_key(centre, pause) for pause in pauses))
    check(sum(level > 300 for level in loudness) >= 4, f"the keys fell between words: {loudness}")
    check(max(taken) <= 60, f"stopped after {sorted(round(ms) for ms in taken)} ms")
    centre.new_records(before, len(pauses))
    return f"{sorted(taken)[len(taken) // 2]:.0f} ms in the middle, {max(taken):.0f} ms at worst"


def the_report_of_today_counts_these_calls(centre):
    """A caller with an order chooses the first question; the report says that it was foreseen."""
    phone = Phone(centre, "13800000001")
    try:
        call = phone.call("10101234")
        until("questions are read", lambda: any(one["step"] == "guess" for one in live(centre)), 30)
        time.sleep(0.5)
        call.sound.press("1")
        time.sleep(2)
        call.hang_up()
    finally:
        phone.close()
    centre.quiet()
    config = ["--config", centre.config]
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    told = subprocess.run(
        [os.environ["RINGWISE_BIN"], "report", day, "--json", *config], capture_output=True, text=True, timeout=30, check=True
    )
    all_calls = json.loads(told.stdout)[0]
    check(all_calls["counts"]["calls"] == len(centre.records()), f"{all_calls['counts']['calls']} calls")
    check((all_calls["counts"]["labelled"], all_calls["hit_at_1"]) == (1, 1.0), f"{all_calls}")
    picture = os.path.join(centre.folder, "report.svg")
    subprocess.run([os.environ["RINGWISE_BIN"], "report", day, "--svg", picture, *config], timeout=30, check=True, capture_output=True)
    ElementTree.parse(picture)


def live(centre):
    return centre.get("/api/v1/calls")


preside(
    baresip_hears_the_prompts_that_were_sent,
    a_key_of_baresip_stops_the_prompt,
    a_key_in_a_word_stops_it_within_60_ms,
    the_report_of_today_counts_these_calls,
)
