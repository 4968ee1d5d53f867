"""A source of orders that hangs 30 s, resets, or answers late: the caller hardly notices, others not at all."""

import http.server
import json
import socket
import struct
import threading
import time

from kit import FRAME, RATE, ULAW, Phone, check, loud, must_hear, preside

MODE = {"now": "hang"}
ORDER = {"id": "7", "name": "Li", "numbers": [], "attributes": {}, "orders": []}


class Source(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        mode = MODE["now"]
        if mode == "hang":
            time.sleep(30)
            self.close_connection = True
            return
        if mode == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True
            return
        if mode == "late":
            time.sleep(8)
        body = json.dumps(ORDER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Source)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def timeline(call):
    """What was heard, on the wall: a pause between packets is silence."""
    sound = []
    for when, _, _, _, _, body in list(call.sound.heard):
        place = round((when - call.started) * RATE)
        if place > len(sound) + 3 * FRAME:
            sound += [0] * (place - len(sound))
        sound += [ULAW[byte] for byte in body]
    return sound


def longest_silence(sound):
    """In seconds, between the first and the last sound."""
    longest = run = 0
    frames = [loud(sound[at : at + FRAME]) > 20 for at in range(0, len(sound), FRAME)]
    while frames and not frames[-1]:
        frames.pop()
    for heard in frames[frames.index(True) :]:
        run = 0 if heard else run + 1
        longest = max(longest, run)
    return longest * FRAME / RATE


def listen(phone, seconds):
    """A caller who takes English in the middle of the greeting, and so awaits the orders earlier."""
    call = phone.call("10101234")
    time.sleep(0.8)
    call.sound.press("2")
    time.sleep(seconds)
    call.hang_up()
    return call


def caller_hears(call, comfort):
    """The greeting at once, the comfort phrase if it must be, and the fixed menu."""
    first = call.sound.heard[0][0] - call.started
    check(first < 0.2, f"first packet {first * 1000:.0f} ms after the INVITE")
    sound = timeline(call)
    greeting = must_hear(sound[: RATE * 2], "travel.welcome.1", "zh-CN", seconds=0.5, stretch=3000)
    check(greeting < RATE / 2, f"the greeting begins after {greeting / RATE:.2f} s")
    hello = must_hear(sound, "travel.hello.1", "en")
    menu = must_hear(sound, "travel.products.1", "en", seconds=3)
    quiet = longest_silence(sound[hello : menu + RATE])
    check(quiet <= 1.5, f"{quiet:.2f} s of silence before the menu")
    if comfort:
        # It may be cut short by the menu.
        at = must_hear(sound, "travel.orders.1", "en", seconds=1)
        check(hello < at < menu, "comfort does not come between greeting and menu")
    return menu / RATE


def record_of(centre, call):
    return next(r for r in centre.records() if r["arrived"]["sip_call_id"] == call.state["id"])


def words_of(record):
    return json.dumps(record["story"])


def a_source_that_hangs(centre):
    MODE["now"] = "hang"
    before = len(centre.records())
    phone = Phone(centre, "13900000003")
    others = [Phone(centre, f"1390000010{n}") for n in range(8)]
    heard = {}
    try:
        first = threading.Thread(target=lambda: heard.update(first=listen(phone, 12)))
        first.start()
        time.sleep(5)
        calls = [other.call("10101234") for other in others]
        time.sleep(3)
        for call in calls:
            packets = call.sound.heard
            check(packets[0][0] - call.started < 0.2, "another call waits for its greeting")
            gaps = [b[0] - a[0] for a, b in zip(packets, packets[1:])]
            check(max(gaps) < 0.1, f"another call's sound stops for {max(gaps) * 1000:.0f} ms")
            call.hang_up()
        first.join()
        menu = caller_hears(heard["first"], comfort=True)
        centre.new_records(before, 1 + len(others))
        record = record_of(centre, heard["first"])
        check("timeout" in words_of(record).lower(), f"the record does not tell of the time-out: {words_of(record)}")
    finally:
        for end in [phone, *others]:
            end.close()
    return f"the fixed menu after {menu:.1f} s"


def a_source_that_resets(centre):
    MODE["now"] = "reset"
    before = len(centre.records())
    phone = Phone(centre, "13900000003")
    try:
        menu = caller_hears(listen(phone, 9), comfort=False)
        record = centre.new_records(before, 1)[0]
        check("products" in [step for _, step in record["steps"]], f"steps {record['steps']}")
        # After several failures the source is left in peace for a while, and the record says that.
        told = words_of(record).lower()
        check("failed" in told or "resting" in told, f"the record does not tell of the failure: {words_of(record)}")
    finally:
        phone.close()
    return f"the fixed menu after {menu:.1f} s"


def a_source_that_answers_late(centre):
    MODE["now"] = "late"
    before = len(centre.records())
    phone = Phone(centre, "13900000003")
    try:
        menu = caller_hears(listen(phone, 12), comfort=True)
        record = centre.new_records(before, 1)[0]
        check("late_answer" in words_of(record), f"the late answer is no fact: {words_of(record)}")
        steps = [step for _, step in record["steps"]]
        check("guess" not in steps and "ask_order" not in steps, f"the late answer moved the caller: {steps}")
    finally:
        phone.close()
    return f"the fixed menu after {menu:.1f} s"


preside(a_source_that_hangs, a_source_that_resets, a_source_that_answers_late, orders=serve(), seats=("1001",))
