"""Every example of docs/dialplans.md, called by baresip: it hears words, its keys lead where the page says, and the centre
hangs up at the end. What the walk does at each failure is in tests/scenarios/dialplan_examples.rs."""

import json
import os
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kit import RATE, ROOT, Baresip, Failed, Phone, check, free_sip_port, hears, loud, preside, trunk, until

FOLDER = os.path.join(ROOT, "examples", "dialplans")
KNOWN = "13800000001"
STRANGER = "13900007000"

# The example: who calls, keys by the step that takes them, the steps walked. None: any of the three ends of a day.
WALKS = {
    "say": (STRANGER, {}, ["hello", "facts", "bye"]),
    "play": (STRANGER, {}, ["weather", "bye"]),
    "menu": (STRANGER, {"topics": "2"}, ["topics", "support", "bye"]),
    "collect": (STRANGER, {"number": "40041#", "pin": "1234"}, ["number", "pin", "told", "bye"]),
    "lookup": (KNOWN, {}, ["orders", "found", "bye"]),
    "predict": (KNOWN, {"guess": "#"}, ["orders", "guess", "sorry", "bye"]),
    "set": (STRANGER, {}, ["begin", "told", "count", "again", "count", "again", "count", "again", "bye"]),
    "branch": (KNOWN, {}, ["orders", "note", "sort", "late", "bye"]),
    "time": (STRANGER, {}, None),
    "survey": (STRANGER, {"friendly": "5", "recommend": "9"}, ["friendly", "recommend", "thanks", "bye"]),
    "subflow": (
        STRANGER,
        {"room": "101", "check_room/ask": "1", "guests": "4", "check_guests/ask": "1"},
        ["room", "check_room", "check_room/ask", "guests", "check_guests", "check_guests/ask", "bye"],
    ),
    "hangup": (STRANGER, {}, ["bye"]),
    "service": (STRANGER, {}, ["points", "check", "told", "bye"]),
    "call": (STRANGER, {"helper": "4711"}, ["helper", "done", "noted", "bye"]),
}
# Before the keys: a service says something first.
PAUSES = {"call": 4.0}
WITH_A_SEAT = {"queue": ["agent", "rate", "bye"], "tag": ["campaign", "agent"], "waiting": ["agent", "hours", "agent"]}
# Judged in callback.py and message.py, the shop below.
OTHERS = {"dial", "callback", "message"}
# Where the shop's telephone of dial.yaml stands.
SHOP = free_sip_port()


class Services(BaseHTTPRequestHandler):
    """The services that the examples ask: points of a customer, and one that leads the call."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}")
        if self.path == "/loyalty":
            told = {"points": 120, "tier": "gold"}
        elif "4711" in json.dumps(asked):
            told = {"do": [{"set": {"ticket": "T-17"}}]}
        else:
            told = {"do": [{"say": "About the damage."}, {"collect": {"say": "Your parcel number.", "digits": 4}}]}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


SERVICES = ThreadingHTTPServer(("127.0.0.1", 0), Services)
threading.Thread(target=SERVICES.serve_forever, daemon=True).start()
CONFIGURED = f"""
[[queue]]
name = "desk"
[[service]]
name = "loyalty"
url = "http://127.0.0.1:{SERVICES.server_port}/loyalty"
[[service]]
name = "helper"
url = "http://127.0.0.1:{SERVICES.server_port}/helper"
"""


def number_of(name):
    with open(os.path.join(FOLDER, f"{name}.yaml"), encoding="utf-8") as text:
        return re.search(r'did: \["(\d+)"\]', text.read()).group(1)


def live(centre, number):
    return next((one for one in centre.get("/api/v1/calls") if one["called"] == number), None)


def record_of(centre, number):
    return until(f"the record of {number}", lambda: next((r for r in centre.records() if r["arrived"]["called"] == number), None), 8)


def walk(centre, name):
    """One call; gives the record and what baresip heard back."""
    caller, keys, _ = WALKS[name]
    number, keys = number_of(name), dict(keys)
    account = f'"Caller" <sip:{caller}@127.0.0.1:{centre.sip};transport=udp>;regint=0;audio_codecs=pcmu'
    phone = Baresip(os.path.join(centre.folder, f"example-{name}"), account, None)
    try:
        phone.tell("dial", f"sip:{number}@127.0.0.1:{centre.sip}")
        phone.wait_for("CALL_ESTABLISHED", 12)
        end = time.monotonic() + 45
        while not any(event.get("type") == "CALL_CLOSED" for _, event in phone.events):
            check(time.monotonic() < end, f"{name} does not end by itself")
            call = live(centre, number) if keys else None
            pressed = keys.pop(call["step"], "") if call else ""
            # Heard a little first: a key stops the words.
            time.sleep(PAUSES.get(name, 1.0) if pressed else 0.1)
            for key in pressed:
                phone.tell("sndcode", key)
                time.sleep(0.25)
        check(not keys, f"{name}: nobody asked for {keys}")
        time.sleep(0.3)
        return record_of(centre, number), phone.heard()
    finally:
        phone.close()


def all_of(names, work):
    """Runs the work for each name at the same time; the first failure is the judge's."""
    failures, results = [], {}

    def one(name):
        try:
            results[name] = work(name)
        except Exception as error:  # told by the judge
            failures.append(f"{name}: {error}")

    threads = [threading.Thread(target=one, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failed("; ".join(sorted(failures)))
    return results


def every_example_is_judged(_):
    there = {name.removesuffix(".yaml") for name in os.listdir(FOLDER)}
    judged = set(WALKS) | set(WITH_A_SEAT) | OTHERS
    check(there == judged, f"no judge for {sorted(there - judged)}, no example for {sorted(judged - there)}")
    return f"{len(there)} examples"


def baresip_walks_the_examples(centre):
    names = list(WALKS)
    results = {}
    for at in range(0, len(names), 4):
        results |= all_of(names[at : at + 4], lambda name: walk(centre, name))
    for name, (record, heard) in results.items():
        steps, expected = [step for _, step in record["steps"]], WALKS[name][2]
        check(expected is None or steps == expected, f"{name} walked {steps}")
        check(record["hung_up"][0] == "centre", f"{name} was hung up by {record['hung_up']}")
        check(record["outcome"] in ("contained", "left_in_ivr"), f"{name}: {record['outcome']}")
        check(any(loud(heard[at : at + RATE // 5]) > 300 for at in range(0, len(heard), RATE // 5)), f"{name}: silence")
    scores = [fact["scored"]["score"] for _, fact in results["survey"][0]["story"] if "scored" in fact]
    check(scores == [5, 9], f"scores {scores}")
    return f"{len(results)} calls"


def a_seat_takes_the_examples_that_wait(centre):
    seat = Phone(centre, "1001", "pass-1001", hz=880)
    phones = []
    try:
        check(seat.register().status == 200, "REGISTER")
        star = seat.call("*11")
        until("*11 ends by itself", lambda: star.ended, 8)
        for name, expected in WITH_A_SEAT.items():
            phone = Phone(centre, f"1390000{number_of(name)}", hz=440)
            phones.append(phone)
            if name == "waiting":
                centre.fetch("/api/v1/seats/1001/state", b'{"state":"away"}', "POST")
            call = phone.call(number_of(name))
            if name == "waiting":
                stroll(centre, call, number_of(name))
                centre.fetch("/api/v1/seats/1001/state", b'{"state":"ready"}', "POST")
            offer = seat.offered(15)
            if name in ("tag", "waiting"):
                time.sleep(0.5)
                check(call.hang_up().status == 200, "BYE")
            else:
                time.sleep(0.5)
                check(offer.hang_up().status == 200, "BYE")
                until("the caller is asked", lambda: (live(centre, number_of(name)) or {}).get("step") == "rate", 5)
                call.sound.press("4")
                until("the caller is hung up", lambda: call.ended, 10)
            until("the seat's call is over", lambda: offer.ended, 5)
            record = record_of(centre, number_of(name))
            steps = [step for _, step in record["steps"]]
            check(steps == expected and record["outcome"] == "served", f"{name} walked {steps}, {record['outcome']}")
            until("wrap-up is over", lambda: centre.seat("1001")["state"] == "ready", 5)
    finally:
        for phone in phones:
            phone.close()
        seat.close()


def stroll(centre, call, number):
    """Hears the opening hours while the place is kept, and comes back."""
    step = lambda: (live(centre, number) or {}).get("step")
    until("the caller waits", lambda: step() == "agent", 5)
    time.sleep(0.5)
    call.sound.press("1")
    until("the caller hears the hours", lambda: step() == "hours", 5)
    time.sleep(0.5)
    call.sound.press("1")
    until("the caller waits again", lambda: step() == "agent", 5)
    check(sum(queue["waiting"] for queue in centre.get("/api/v1/queues")) == 1, "the place is gone")


def a_shop_outside_is_put_through(centre):
    shop = Phone(centre, "shop", hz=880, port=SHOP)
    caller = Phone(centre, "13900007016", hz=440)
    try:
        call = caller.call(number_of("dial"))
        outside = shop.offered(15)
        check("+861060000002" in outside.invite.first, outside.invite.first)
        check("+861060000000" in outside.invite.get("from"), outside.invite.get("from"))
        time.sleep(0.5)
        hears(call.sound, 880, "the caller")
        hears(outside.sound, 440, "the shop")
        check(outside.hang_up().status == 200, "BYE")
        until("the caller is hung up", lambda: call.ended, 10)
        steps = [step for _, step in record_of(centre, number_of("dial"))["steps"]]
        check(steps == ["shop", "bye"], f"dial walked {steps}")
    finally:
        caller.close()
        shop.close()


preside(
    every_example_is_judged,
    baresip_walks_the_examples,
    a_seat_takes_the_examples_that_wait,
    a_shop_outside_is_put_through,
    dialplans=FOLDER,
    extra=CONFIGURED + trunk(SHOP),
    command="espeak-ng -v {language} --stdin --stdout",
)
