"""From a seat's BYE to its next INVITE, on the wire: see README.md."""

import argparse
import hashlib
import heapq
import os
import random
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "judges"))
from kit import Centre, Failed, free_sip_port, stop, token, until  # noqa: E402

NUMBER = "7000"
DIALPLAN = f"""\
version: 1
flow: load
entry: {{ did: ["{NUMBER}"] }}
languages: [en]
steps:
  agent: {{ queue: after-sales, goto: {{ full: bye, left: bye }} }}
  bye: {{ hangup: normal }}
"""
SO_TIMESTAMPNS = 35
# What goes wrong with an offer, and how often, when troubles are asked for.
TROUBLES = [("busy", 0.04), ("rejects", 0.04), ("dead", 0.03), ("late", 0.05)]
RING_S = 2


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


class Talk:
    """A seat's side of one call."""

    def __init__(self, seat, invite, tag):
        self.seat, self.invite, self.tag, self.cseq = seat, invite, tag, 0
        self.answered, self.over = False, False


class Seats:
    """All seats behind one socket, on one thread: they answer, talk, and hang up."""

    def __init__(self, centre, names, talk_s, troubles):
        self.centre, self.names, self.talk_s, self.troubles = centre, names, talk_s, troubles
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.timers, self.count = [], 0
        self.talks, self.hung_up, self.samples = {}, {}, []
        self.answers, self.unanswered, self.registering = {}, {}, {}
        self.seen = {name: 0 for name, _ in TROUBLES} | {"cancelled": 0, "crossed": 0}
        self.dice = random.Random(7)
        self.measuring = False

    # The wire.

    def send(self, text):
        self.socket.sendto(text.encode(), ("127.0.0.1", self.centre.sip))

    def later(self, delay, work, *words):
        self.count += 1
        heapq.heappush(self.timers, (time.monotonic() + delay, self.count, work, words))

    def run(self, seconds, done=lambda: False):
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end and not done():
            while self.timers and self.timers[0][0] <= now:
                _, _, work, words = heapq.heappop(self.timers)
                work(*words)
            pause = min(end, self.timers[0][0] if self.timers else end) - time.monotonic()
            if not select.select([self.socket], [], [], max(0, min(pause, 0.05)))[0]:
                continue
            for _ in range(64):
                try:
                    data, extra, _, _ = self.socket.recvmsg(65535, 64, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    break
                came = next((s + n / 1e9 for l, k, d in extra if k == SO_TIMESTAMPNS for s, n in [struct.unpack("qq", d[:16])]), time.time())
                self.take(data.decode("utf-8", "replace"), came)

    def take(self, text, came):
        if not text.strip():  # a ping that keeps the way open
            return
        head = text.partition("\r\n\r\n")[0].split("\r\n")
        if "SIP/2.0" not in head[0]:  # a report about sound, where this port is the one above a voice port
            return
        headers = {}
        vias = []
        for line in head[1:]:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            if name == "via":
                vias.append(value.strip())
            headers.setdefault(name, value.strip())
        headers["vias"] = vias
        if head[0].startswith("SIP/2.0"):
            self.answered(int(head[0].split()[1]), headers)
            return
        method, uri, _ = head[0].split(" ", 2)
        work = {"INVITE": self.invited, "ACK": self.acknowledged, "BYE": self.bye, "CANCEL": self.cancelled}.get(method)
        if work:
            work(headers, uri, came)
        else:
            self.reply(headers, "200 OK")

    def reply(self, headers, status, tag="", extra="", body=""):
        to = headers["to"] + (f";tag={tag}" if tag and "tag=" not in headers["to"] else "")
        vias = "".join(f"Via: {via}\r\n" for via in headers["vias"])
        self.send(
            f"SIP/2.0 {status}\r\n{vias}From: {headers['from']}\r\nTo: {to}\r\nCall-ID: {headers['call-id']}\r\n"
            f"CSeq: {headers['cseq']}\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}"
        )

    # Registration.

    def register(self):
        for at, name in enumerate(self.names):
            self.registering[name] = token()
            self.later(at * 0.002, self.ask_to_register, name, "", 1)
        self.run(30, lambda: not self.registering)
        if self.registering:
            raise Failed(f"{len(self.registering)} seats are not registered")

    def ask_to_register(self, name, proof, cseq):
        uri = f"sip:127.0.0.1:{self.centre.sip}"
        self.send(
            f"REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{token()}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:{name}@127.0.0.1>;tag={name}\r\nTo: <sip:{name}@127.0.0.1>\r\nCall-ID: {self.registering[name]}\r\n"
            f"CSeq: {cseq} REGISTER\r\nContact: <sip:{name}@127.0.0.1:{self.port}>\r\nExpires: 3600\r\n{proof}Content-Length: 0\r\n\r\n"
        )

    def registered(self, status, headers):
        name = re.search(r"sip:([^@]+)@", headers["to"]).group(1)
        if status == 200:
            self.registering.pop(name, None)
            return
        if status != 401:
            raise Failed(f"REGISTER {name}: {status}")
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', headers["www-authenticate"]))
        uri = f"sip:127.0.0.1:{self.centre.sip}"

        def digest(text):
            kind = "sha256" if given.get("algorithm") == "SHA-256" else "md5"
            return hashlib.new(kind, text.encode()).hexdigest()

        ha1, ha2 = digest(f"{name}:{given['realm']}:pass-{name}"), digest(f"REGISTER:{uri}")
        response = digest(f"{ha1}:{given['nonce']}:00000001:c:auth:{ha2}")
        proof = (
            f'Authorization: Digest username="{name}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{uri}", '
            f'response="{response}", algorithm={given.get("algorithm", "MD5")}, qop=auth, nc=00000001, cnonce="c"'
        )
        if "opaque" in given:
            proof += f', opaque="{given["opaque"]}"'
        self.ask_to_register(name, proof + "\r\n", 2)

    def answered(self, status, headers):
        if headers["cseq"].endswith("REGISTER"):
            self.registered(status, headers)
        elif headers["cseq"].endswith("BYE"):
            self.unanswered.pop(headers["call-id"], None)

    # Calls.

    def invited(self, headers, uri, came):
        talk = self.talks.get(headers["call-id"])
        if talk:
            return
        seat = re.search(r"sip:([^@]+)@", uri).group(1)
        talk = self.talks[headers["call-id"]] = Talk(seat, headers, token())
        since = self.hung_up.pop(seat, None)
        if since and self.measuring:
            self.samples.append((came - since) * 1000)
        trouble = self.trouble()
        if trouble in self.seen:
            self.seen[trouble] += 1
        if trouble == "busy":
            self.refuse(talk, "486 Busy Here")
        elif trouble == "rejects":
            self.reply(headers, "180 Ringing", talk.tag)
            self.later(0.3, self.refuse, talk, "603 Decline")
        elif trouble == "late":
            self.reply(headers, "180 Ringing", talk.tag)
            self.later(RING_S + self.dice.uniform(-0.004, 0.004), self.answer, talk)
        elif trouble is None:
            self.answer(talk)

    def trouble(self):
        if not self.troubles:
            return None
        at = self.dice.random()
        for name, share in TROUBLES:
            if at < share:
                return name
            at -= share
        return None

    def refuse(self, talk, status):
        if not talk.over:
            talk.over = True
            self.reply(talk.invite, status, talk.tag)

    def answer(self, talk):
        if talk.over:
            return
        talk.answered = True
        body = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {47000 + 2 * (hash(talk.seat) % 900)} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        )
        extra = f"Contact: <sip:{talk.seat}@127.0.0.1:{self.port}>\r\nContent-Type: application/sdp\r\n"
        self.reply(talk.invite, "200 OK", talk.tag, extra, body)

    def acknowledged(self, headers, _, __):
        talk = self.talks.get(headers["call-id"])
        if talk and talk.answered and not talk.over and talk.cseq == 0:
            talk.cseq = 1
            self.later(self.dice.uniform(*self.talk_s), self.hang_up, talk)

    def hang_up(self, talk):
        if talk.over:
            return
        talk.over = True
        far = talk.invite
        target = re.search(r"<([^>]+)>", far["contact"]).group(1)
        text = (
            f"BYE {target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{token()}\r\nMax-Forwards: 70\r\n"
            f"From: {far['to']};tag={talk.tag}\r\nTo: {far['from']}\r\nCall-ID: {far['call-id']}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
        )
        self.unanswered[far["call-id"]] = text
        self.hung_up[talk.seat] = time.time()
        self.send(text)
        self.later(0.5, self.hang_up_again, far["call-id"], 0.5)

    def hang_up_again(self, call, gap):
        text = self.unanswered.get(call)
        if text and gap < 16:
            self.send(text)
            self.later(gap * 2, self.hang_up_again, call, gap * 2)

    def bye(self, headers, *_):
        self.reply(headers, "200 OK")
        talk = self.talks.get(headers["call-id"])
        if talk:
            talk.over = True
            self.hung_up.pop(talk.seat, None)

    def cancelled(self, headers, *_):
        self.reply(headers, "200 OK")
        talk = self.talks.get(headers["call-id"])
        if talk and talk.answered and not talk.over:
            self.seen["crossed"] += 1
        elif talk and not talk.over:
            talk.over = True
            self.seen["cancelled"] += 1
            self.reply(talk.invite, "487 Request Terminated", talk.tag)


def house(folder, seats, troubles):
    plans = os.path.join(folder, "dialplans")
    os.makedirs(plans)
    with open(os.path.join(plans, "load.yaml"), "w") as out:
        out.write(DIALPLAN)
    centre = Centre(folder, seats=seats, media="30000-45999", dialplans=plans, wrap_up_s=0, ring_s=RING_S if troubles else 15)
    return centre


def callers(centre, folder, scenario, at_once, rate):
    """SIPp that keeps so many callers in the house."""
    command = ["sipp", f"127.0.0.1:{centre.sip}", "-sf", f"{HERE}/{scenario}.xml", "-s", NUMBER, "-nostdin"]
    command += ["-i", "127.0.0.1", "-p", str(free_sip_port()), "-mi", "127.0.0.1", "-mp", "46000"]
    command += ["-m", "1000000", "-r", str(rate), "-l", str(at_once), "-recv_timeout", "600000"]
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ready(centre, seats):
    for seat in seats:
        centre.fetch(f"/api/v1/seats/{seat}/state", b'{"state":"ready"}', "POST")


def scene(seats, waiting, args):
    """One size; gives a line of the table back."""
    names = [str(1000 + n) for n in range(seats)]
    with tempfile.TemporaryDirectory() as folder:
        centre = house(folder, names, args.troubles)
        processes = []
        try:
            people = Seats(centre, names, (args.talk[0], args.talk[1]), args.troubles)
            people.register()
            for at in range(0, seats, 50):
                ready(centre, names[at : at + 50])
                people.run(0.05)
            processes.append(callers(centre, folder, "uac", seats + waiting, 200))
            if args.troubles:
                processes.append(callers(centre, folder, "impatient", max(10, waiting // 4), 20))
            people.run(args.talk[1] + (seats + waiting) / 200 + 2)
            people.measuring = True
            until_end = time.monotonic() + args.seconds
            while time.monotonic() < until_end:
                people.run(2)
                if args.troubles:
                    ready(centre, [s["id"] for s in centre.get("/api/v1/seats") if s["state"] == "away"])
            people.measuring = False
            held = sum(q["waiting"] for q in centre.get("/api/v1/queues"))
            return finish(centre, people, processes, (seats, waiting, held), args)
        finally:
            for process in processes:
                stop(process)
            centre.stop()


def finish(centre, people, processes, sizes, args):
    """No new callers; everybody is served; nobody is left over."""
    for process in processes:
        process.send_signal(10)
    left = lambda: centre.metric("calls_live")
    deadline = time.monotonic() + 120
    while left() and time.monotonic() < deadline:
        people.run(1)
        if args.troubles:
            ready(centre, [s["id"] for s in centre.get("/api/v1/seats") if s["state"] == "away"])
    people.run(2)
    stuck_calls = int(left())
    states = [s["state"] for s in centre.get("/api/v1/seats")]
    stuck_seats = sum(state not in ("ready", "away") for state in states)
    seats, waiting, held = sizes
    found = people.samples
    line = (
        f"{seats:>5} seats {waiting:>4} waiting ({held} at the end)  {len(found):>6} hand-overs  "
        f"p50 {quantile(found, 0.5):6.2f}  p99 {quantile(found, 0.99):6.2f}  worst {max(found, default=0):6.2f} ms  "
        f"stuck: {stuck_calls} callers, {stuck_seats} seats"
    )
    if args.troubles:
        line += "  " + ", ".join(f"{count} {name}" for name, count in people.seen.items())
    print(line, flush=True)
    return bool(found) and not stuck_calls and not stuck_seats


def main():
    wanted = argparse.ArgumentParser(description="From a seat's BYE to its next INVITE; see benches/handover/README.md.")
    wanted.add_argument("--seats", type=int, nargs="+", default=[100, 500])
    wanted.add_argument("--waiting", type=int, nargs="+", default=[10, 100, 500])
    wanted.add_argument("--seconds", type=int, default=20, help="how long each size is measured")
    wanted.add_argument("--talk", type=float, nargs=2, default=[2, 6], help="shortest and longest talk, seconds")
    wanted.add_argument("--troubles", action="store_true", help="busy, rejecting, dead and late phones, callers who hang up")
    args = wanted.parse_args()
    print(f"{os.environ['RINGWISE_BIN']}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}", flush=True)
    fine = [scene(seats, waiting, args) for seats in args.seats for waiting in args.waiting]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
