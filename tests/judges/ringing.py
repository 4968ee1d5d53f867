"""Two phones ring for one caller, whom one has; a phone is asked to answer by itself; one that answers OPTIONS late or no more gets no calls."""

import contextlib
import json
import os
import re
import threading
import time
import urllib.error

from kit import SEAT, Failed, Phone, check, hears, preside, token, until

FOLDER = os.path.join(os.environ["JUDGES_DIR"], "ringing-dialplans")
os.makedirs(FOLDER, exist_ok=True)
with open(os.path.join(FOLDER, "ringing.yaml"), "w") as out:
    out.write(
        """\
version: 1
flow: ringing
entry: { did: ["7007"] }
languages: [en]
steps:
  agent: { queue: after-sales, goto: { full: bye, left: bye, talked: bye } }
  bye: { hangup: normal }
"""
    )
LIMIT_MS = 500
LATE_S = 1.0
HEALTH = f"""
[health]
round_trip_ms = {LIMIT_MS}
"""
# OPTIONS come every 20 to 25 s; one that nobody answers is given up after 32 s (RFC 3261, timer F).
NEXT_PING_S, SILENCE_S = 27, 32
SEATS = SEAT.format(id="1001") + "auto_answer = true\n"
SEATS += "".join(SEAT.format(id=seat) for seat in ("1002", "1003", "1004", "1005"))
ASKS = {"answer-mode": "Auto", "call-info": ";answer-after=0", "alert-info": ";info=alert-autoanswer"}
ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'
CALLED = []


class Ring:
    """An INVITE that a phone got, and what came of it."""

    def __init__(self, phone, invite):
        self.phone, self.invite, self.tag, self.call = phone, invite, token(), None
        self.cancels, self.acks, self.byes = [], [], []

    @property
    def branch(self):
        return branch(self.invite)

    @property
    def contact(self):
        """The call at the centre for which it rings."""
        return self.invite.get("x-ringwise-call")

    def respond(self, status, description=""):
        self.phone._answer(self.invite, status, [("Contact", self.phone.contact)], description, self.tag)

    def lift(self):
        """The phone is about to answer: no CANCEL stops it."""
        call = self.phone._accept(self.invite)
        call.local_tag = call.state["tag"] = self.tag
        call.sound.remote = self.invite.media
        self.call = call

    def take(self):
        """The phone answers."""
        if self.call is None:
            self.lift()
        self.respond("200 OK", self.phone.describe(self.call.sound.port))
        return self.call


class Bell(Phone):
    """A seat's phone that rings until it is told to answer, and says when it answers OPTIONS."""

    def __init__(self, centre, user, hz=None, crosses=False):
        self.rings, self.pinged, self.answered_pings = [], [], set()
        # From OPTIONS to the answer, in seconds; none: never. What crosses is the 200 with the CANCEL.
        self.ping_s, self.crosses = 0, crosses
        super().__init__(centre, user, f"pass-{user}", hz=hz, answers=False)

    def _asked(self, message):
        ring = next((ring for ring in self.rings if ring.invite.get("call-id") == message.get("call-id")), None)
        if message.method == "OPTIONS":
            self._ping(message)
        elif message.method == "INVITE" and ring is None:
            ring = Ring(self, message)
            ring.respond("180 Ringing")
            self.rings.append(ring)
        elif message.method == "CANCEL" and ring:
            ring.cancels.append(message)
            if self.crosses and ring.call is None:
                ring.take()
            self._answer(message, "200 OK", tag=ring.tag)
            if ring.call is None:
                ring.respond("487 Request Terminated")
        else:
            kept = {"ACK": ring.acks, "BYE": ring.byes}.get(message.method) if ring else None
            if kept is not None:
                kept.append(message)
            super()._asked(message)

    def _ping(self, message):
        """A transaction: what is sent again is answered once, or again as soon as it was."""
        if branch(message) in self.answered_pings:
            return self._pong(message)
        if branch(message) not in self.pinged:
            self.pinged.append(branch(message))
            if self.ping_s is not None:
                threading.Timer(self.ping_s, self._pong, [message]).start()

    def _pong(self, message):
        self.answered_pings.add(branch(message))
        if self.open:
            self._answer(message, "200 OK", tag=token())

    def rung(self, count=1, within=8):
        """The ring of this number, counted from 1."""
        until(f"{self.user} rings, {count}", lambda: len(self.rings) >= count, within)
        return self.rings[count - 1]


def branch(message):
    return re.search(r"branch=([^;,\s]+)", message.get("via")).group(1)


def state(centre, seat):
    return centre.seat(seat)["state"]


def until_state(centre, seat, wanted, within=5):
    until(f"{seat} is {wanted}", lambda: state(centre, seat) == wanted, within)


def wish(centre, seat, wanted):
    centre.fetch(f"/api/v1/seats/{seat}/state", json.dumps({"state": wanted}).encode(), "POST")


def refused(centre, seat):
    """Why the seat may not be ready; nothing if it may, and is."""
    try:
        wish(centre, seat, "ready")
        return None
    except urllib.error.HTTPError as error:
        check(error.code == 409, f"status {error.code}")
        return json.loads(error.read())["detail"]


def sign_in(centre, *phones):
    """The seats are ready; who comes first is idle longest."""
    for phone in phones:
        check(phone.register().status == 200, "REGISTER")
        until(f"{phone.user} answers its first OPTIONS", lambda: phone.answered_pings, 5)
        wish(centre, phone.user, "ready")
        until_state(centre, phone.user, "ready")


def leave(phones):
    """Whatever a judge has found, the next one finds nobody."""
    for phone in phones:
        for line in list(phone.calls.values()):
            if not (line.ended or line.invite):
                with contextlib.suppress(Failed):
                    line.hang_up()
        if isinstance(phone, Bell):
            phone.register(expires=0)
        phone.close()


def call(caller):
    CALLED.append(caller.user)
    return caller.call("7007")


def was_let_go(ring, reason):
    """CANCEL with its reason, 487, ACK: of the INVITE's own transaction (RFC 3261 sections 9.1, 17.1.1.3)."""
    user = ring.phone.user
    until(f"{user} is cancelled", lambda: ring.cancels, 5)
    cancel = ring.cancels[0]
    check(branch(cancel) == ring.branch, f"{user}: the CANCEL is of branch {branch(cancel)}, the INVITE of {ring.branch}")
    check(cancel.get("reason") == reason, f"{user} is cancelled with reason {cancel.get('reason')!r}")
    until(f"{user}'s 487 is acknowledged", lambda: ring.acks, 5)
    check(branch(ring.acks[0]) == ring.branch, f"{user}: the ACK to 487 is not of the INVITE's transaction")
    check(not ring.byes, f"{user} never answered, and gets BYE")


def talk(centre, caller, taken, seat):
    hears(caller.sound, taken.phone.hz, "the caller")
    hears(taken.sound, caller.phone.hz, f"the seat {seat}")
    until_state(centre, seat, "talking")


def hang_up(centre, caller, taken):
    check(caller.hang_up().status == 200, "BYE")
    until(f"{taken.phone.user} is hung up", lambda: taken.ended, 5)
    until_state(centre, taken.phone.user, "ready")


def one_of_two_that_ring_has_the_caller(centre):
    before = len(centre.records())
    caller = Phone(centre, "13900000001", hz=440)
    bells = first, second, third = [Bell(centre, seat, hz=880) for seat in ("1001", "1002", "1003")]
    try:
        sign_in(centre, *bells)
        line = call(caller)
        rings = {bell.user: bell.rung() for bell in (first, second)}
        for seat in rings:
            until_state(centre, seat, "offered")
        check(rings["1001"].contact == rings["1002"].contact, "they ring for different calls")
        for name, value in ASKS.items():
            asked = {seat: ring.invite.get(name) for seat, ring in rings.items()}
            check(value in asked["1001"], f"1001 is not asked to answer by itself: {name}: {asked['1001']!r}")
            check(not asked["1002"], f"1002 is asked to answer by itself: {name}: {asked['1002']!r}")
        taken = rings["1002"].take()
        was_let_go(rings["1001"], ELSEWHERE)
        until_state(centre, "1001", "ready")
        talk(centre, line, taken, "1002")
        check(not third.rings, "a third phone rings, of two at once")
        check(state(centre, "1001") == state(centre, "1003") == "ready", "those who lost are not ready")
        hang_up(centre, line, taken)
        record = centre.new_records(before, 1)[0]
        check((record["outcome"], record["seat"]) == ("served", "1002"), f"{record['outcome']}, {record['seat']}")
    finally:
        leave([caller, *bells])


def a_seat_that_rings_beside_is_the_next_callers(centre):
    before = len(centre.records())
    callers = Phone(centre, "13900000002", hz=440), Phone(centre, "13900000003", hz=660)
    bells = [Bell(centre, "1001", hz=880), Bell(centre, "1002", hz=1100)]
    try:
        sign_in(centre, *bells)
        one = call(callers[0])
        rings = [bell.rung() for bell in bells]
        two = call(callers[1])
        until("one rings for the second", lambda: [bell for bell in bells if len(bell.rings) == 2], 8)
        beside = next(bell for bell in bells if len(bell.rings) == 2)
        booked = next(ring for ring in rings if ring.phone is not beside)
        was_let_go(beside.rings[0], 'SIP;cause=487;text="Wanted elsewhere"')
        check(beside.rings[1].contact not in ("", booked.contact), "it rings for the same caller again")
        check(not booked.cancels, "the seat that is booked is cancelled")
        second = beside.rings[1].take()
        talk(centre, two, second, beside.user)
        check(not booked.cancels and state(centre, booked.phone.user) == "offered", "the first caller has lost its seat")
        first = booked.take()
        talk(centre, one, first, booked.phone.user)
        hang_up(centre, one, first)
        hang_up(centre, two, second)
        found = sorted(record["seat"] for record in centre.new_records(before, 2))
        check(found == ["1001", "1002"], f"served by {found}")
    finally:
        leave([*callers, *bells])


def took_too_late(ring):
    """A 200 that is taken by nobody: ACK, then BYE."""
    user = ring.phone.user
    until(f"{user}, whose 200 was too late, is hung up", lambda: ring.byes, 5)
    check(ring.byes[0].get("reason") == ELSEWHERE, f"{user} is hung up with reason {ring.byes[0].get('reason')!r}")
    check(ring.acks, f"{user} gets BYE before ACK")
    check(ring.acks[0].get("cseq").split()[0] == ring.invite.get("cseq").split()[0], "the ACK is of another INVITE")
    check(branch(ring.acks[0]) != ring.branch, f"{user}: the ACK to a 200 is a transaction of its own")


def a_200_that_crosses_its_cancel_is_hung_up(centre):
    before = len(centre.records())
    caller = Phone(centre, "13900000004", hz=440)
    bells = loser, winner = Bell(centre, "1001", hz=660, crosses=True), Bell(centre, "1002", hz=880)
    try:
        sign_in(centre, *bells)
        line = call(caller)
        lost, won = loser.rung(), winner.rung()
        taken = won.take()
        until("the loser is cancelled", lambda: lost.cancels, 5)
        check(lost.cancels[0].get("reason") == ELSEWHERE, lost.cancels[0].get("reason"))
        took_too_late(lost)
        until_state(centre, "1001", "ready")
        talk(centre, line, taken, "1002")
        check(not won.byes and not won.cancels, "the winner is hung up as well")
        hang_up(centre, line, taken)
        record = centre.new_records(before, 1)[0]
        check((record["outcome"], record["seat"]) == ("served", "1002"), f"{record['outcome']}, {record['seat']}")
    finally:
        leave([caller, *bells])


def of_two_200_at_the_same_moment_one_counts(centre):
    before = len(centre.records())
    caller = Phone(centre, "13900000005", hz=440)
    bells = [Bell(centre, "1001", hz=880), Bell(centre, "1002", hz=880)]
    try:
        sign_in(centre, *bells)
        for turn in range(4):
            line = call(caller)
            rings = [bell.rung(turn + 1) for bell in bells]
            for ring in rings:
                ring.lift()
            for ring in rings if turn % 2 else reversed(rings):
                ring.take()
            until("one is hung up", lambda: any(ring.byes for ring in rings), 5)
            won = next(ring for ring in rings if not ring.byes)
            took_too_late(next(ring for ring in rings if ring.byes))
            until("the winner is acknowledged", lambda: won.acks, 5)
            talk(centre, line, won.call, won.phone.user)
            other = next(bell.user for bell in bells if bell is not won.phone)
            check(not won.byes and state(centre, other) == "ready", f"{other} is {state(centre, other)}")
            hang_up(centre, line, won.call)
        for record in centre.new_records(before, 4):
            check(record["outcome"] == "served", record["outcome"])
    finally:
        leave([caller, *bells])


def a_phone_that_is_late_or_silent_gets_no_calls(centre):
    before = len(centre.records())
    caller = Phone(centre, "13900000006", hz=440)
    bells = late, silent, fit = Bell(centre, "1004"), Bell(centre, "1005"), Bell(centre, "1001", hz=880)
    try:
        sign_in(centre, silent)
        silent.ping_s = None
        late.ping_s = LATE_S
        check(late.register().status == 200, "REGISTER")
        until("it answers its first OPTIONS", lambda: late.answered_pings, 5)
        why = until("a late answer forbids calls", lambda: refused(centre, "1004"), 2)
        took = re.search(r"takes (\d+) ms to answer OPTIONS", why)
        check(took and LIMIT_MS < int(took.group(1)) < 2000 * LATE_S, f"409 says {why!r}")
        until("the seat says why", lambda: why.startswith(centre.seat("1004").get("ailment", "?")), 2)
        check(state(centre, "1004") == "away", f"it is {state(centre, '1004')}")
        star = late.call("*11")
        until("*11 ends by itself", lambda: star.ended, 8)
        check(state(centre, "1004") == "away", "*11 makes it ready")
        check(late.register(expires=0).status == 200, "signing out")
        check(late.register().status == 200, "REGISTER again")
        until("it is asked again at once", lambda: len(late.pinged) == 2, 2)
        until("it answers that too", lambda: len(late.answered_pings) == 2, 5)
        until("it is late again", lambda: "OPTIONS" in (refused(centre, "1004") or ""), 2)

        late.ping_s = 0
        until("it answers soon", lambda: len(late.answered_pings) == 3, NEXT_PING_S)
        until("it may be ready", lambda: refused(centre, "1004") is None, 2)
        until_state(centre, "1004", "ready")
        check("ailment" not in centre.seat("1004"), f"it still has {centre.seat('1004').get('ailment')!r}")

        late.ping_s = LATE_S
        until_state(centre, "1004", "away", NEXT_PING_S + LATE_S)
        until("the seat says why", lambda: "OPTIONS" in centre.seat("1004").get("ailment", ""), 2)
        check(refused(centre, "1004"), "it is ready at once")
        check(len(silent.pinged) == 2, f"{len(silent.pinged)} OPTIONS to the silent phone")
        until("it is asked again", lambda: len(silent.pinged) == 3, SILENCE_S)
        check(state(centre, "1005") == "ready", f"one silence makes it {state(centre, '1005')}")
        until_state(centre, "1005", "signed_out", SILENCE_S + 2)
        why = refused(centre, "1005")
        check("registered" in (why or ""), f"a phone that was signed out may be ready: {why!r}")

        # Two ring at once: had either been ready, it would ring with this one.
        sign_in(centre, fit)
        line = call(caller)
        taken = fit.rung().take()
        talk(centre, line, taken, "1001")
        hang_up(centre, line, taken)
        check(not late.rings, "a phone that answers late is rung")
        check(not silent.rings, "a phone that is silent is rung")
        centre.new_records(before, 1)
    finally:
        leave([caller, *bells])


def every_call_has_one_record_and_no_seat_is_stuck(centre):
    centre.quiet()
    records = centre.records()
    check(len(records) == len(CALLED), f"{len(records)} records of {len(CALLED)} calls")
    check(len({record["call"] for record in records}) == len(records), "a call has two records")
    seats = {seat["id"]: (seat["state"], seat.get("call")) for seat in centre.get("/api/v1/seats")}
    check(set(seats.values()) == {("signed_out", None)}, f"after everybody has left: {seats}")
    check(centre.get("/api/v1/calls") == [], "calls are live")
    queue = centre.get("/api/v1/queues")[0]
    check(queue["waiting"] == 0 and queue["answered"] == len(CALLED), str(queue))
    return f"{len(records)} calls"


preside(
    one_of_two_that_ring_has_the_caller,
    a_seat_that_rings_beside_is_the_next_callers,
    a_200_that_crosses_its_cancel_is_hung_up,
    of_two_200_at_the_same_moment_one_counts,
    a_phone_that_is_late_or_silent_gets_no_calls,
    every_call_has_one_record_and_no_seat_is_stuck,
    seats=(),
    dialplans=FOLDER,
    queue="ring_at_once = 2",
    ring_s=20,
    extra=SEATS + HEALTH,
)
