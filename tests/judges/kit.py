"""What the judges stand on: a centre, scripted phones with sound, baresip, SIPp, and ears.

Only the Python standard library. Everything talks on 127.0.0.1, or on ::1 where a judge asks for it.
"""

import array
import contextlib
import hashlib
import json
import math
import os
import random
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RATE = 8000
FRAME = 160


class Failed(Exception):
    """A judge's finding."""


def check(holds, why):
    if not holds:
        raise Failed(why)


def until(what, condition, within=5.0, every=0.05):
    """Waits until `condition()` is true and gives its value back."""
    end = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {within:g} s")
        time.sleep(every)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def named(host):
    """A host as URIs write it."""
    return f"[{host}]" if ":" in host else host


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def free_sip_port():
    """A port free on both UDP and TCP, of those that the system gives to nobody by itself."""
    while True:
        port = random.randrange(10_000, 20_000)
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
            return port
        except OSError:
            continue


# ---------------------------------------------------------------- the centre

CONFIG = """\
data_dir = "{dir}/data"
drain_s = 2
[sip]
listen = [{listen}]
allow = ["127.0.0.0/8", "::1"]
[media]
address = "{address}"
ports = "{media}"
[http]
listen = "127.0.0.1:{http}"
[dialplans]
dir = "{dialplans}"
[banks]
dir = "{root}/banks"
[prompts]
dir = "{root}/prompts"
command = "{command}"
[orders]
source = "{orders}"
[[queue]]
name = "after-sales"
wrap_up_s = {wrap_up_s}
ring_s = {ring_s}
{queue}
"""

SEAT = """\
[[seat]]
id = "{id}"
name = "Seat {id}"
password = "pass-{id}"
skills = {{ refund = 5, ticketing = 5, "lang.zh" = 5, "lang.en" = 5 }}
queues = ["after-sales"]
"""


TRUNK = """\
[[trunk]]
name = "carrier"
hosts = ["127.0.0.9"]
[trunk.out]
to = "udp://127.0.0.1:{port}"
from = "+861060000000"
destinations = ["+86*"]
"""


def trunk(port):
    """Lines of a configuration: what is behind the trunk listens on that port of 127.0.0.1."""
    return TRUNK.format(port=port)


class Centre:
    """`ringwise serve` in a folder of its own."""

    def __init__(self, folder, orders=None, seats=("1001", "1002"), media="40000-43999", hosts=("127.0.0.1",), **more):
        """`more`: `address` that media binds, `root` of dialplans, banks and prompts, `dialplans`, `wrap_up_s`, `ring_s`, `queue` with more of its lines,
        `command` that speaks what nobody recorded, `written` that writes the folder's files itself."""
        os.makedirs(folder, exist_ok=True)
        self.folder, self.host = folder, hosts[0]
        self.sip, self.http = free_sip_port(), free_port()
        listen = ", ".join(f'"{kind}://{named(host)}:{self.sip}"' for host in hosts for kind in ("udp", "tcp"))
        root = more.get("root", ROOT)
        text = CONFIG.format(
            dir=folder,
            http=self.http,
            listen=listen,
            address=more.get("address", "127.0.0.1"),
            root=root,
            dialplans=more.get("dialplans", f"{root}/dialplans"),
            orders=orders or f"csv:{ROOT}/examples/orders.csv",
            media=media,
            wrap_up_s=more.get("wrap_up_s", 1),
            ring_s=more.get("ring_s", 10),
            queue=more.get("queue", ""),
            command=more.get("command", ""),
        )
        text += "".join(SEAT.format(id=seat) for seat in seats)
        text += more.get("extra", "")
        self.config = os.path.join(folder, "ringwise.toml")
        with open(self.config, "w") as out:
            out.write(text)
        if "written" in more:
            more["written"](self)
        self.start()

    def start(self):
        folder = self.folder
        binary = os.environ["RINGWISE_BIN"]
        self.log = open(os.path.join(folder, "serve.log"), "a")
        self.process = subprocess.Popen(
            [binary, "serve", "--config", self.config], cwd=folder, stdout=self.log, stderr=subprocess.STDOUT
        )
        try:
            until("the centre starts", self.healthy, 30)
            with open(f"{folder}/data/admin.token") as token:
                self.token = token.read().strip()
        except BaseException:
            self.stop()
            raise

    @property
    def address(self):
        return (self.host, self.sip)

    def healthy(self):
        check(self.process.poll() is None, f"the centre ended, see {self.folder}/serve.log")
        try:
            return self.fetch("/healthz")
        except OSError:
            return None

    def fetch(self, path, data=None, method=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", data=data, method=method)
        if hasattr(self, "token"):
            request.add_header("Authorization", f"Bearer {self.token}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.read().decode() or "{}"

    def get(self, path):
        return json.loads(self.fetch(path))

    def records(self):
        """All records, newest first."""
        found = []
        while True:
            page = self.get("/api/v1/records?limit=500" + (f"&before={found[-1]['call']}" if found else ""))
            found += page
            if len(page) < 500:
                return found

    def count_records(self, where="1"):
        """How many records the store holds of which this SQL condition is true."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/data/ringwise.db?mode=ro", uri=True)) as store:
            return store.execute(f"SELECT count(*) FROM records WHERE {where}").fetchone()[0]

    def metric(self, name):
        text = self.fetch("/metrics")
        line = re.search(rf"^ringwise_{re.escape(name)} (\S+)$", text, re.M)
        return float(line.group(1)) if line else None

    def quiet(self, within=10):
        """Waits until no call is live and every fact is durable."""
        until("no call is live", lambda: self.metric("calls_live") == 0, within)
        until("the journal is written", lambda: self.metric("journal_waiting") == 0, within)

    def new_records(self, before, count, within=8):
        """Waits for the records after the first `before` ones: exactly `count`."""
        until(f"{count} more records", lambda: len(self.records()) >= before + count, within)
        self.quiet()
        found = self.records()
        check(len(found) == before + count, f"{len(found) - before} records for {count} calls")
        return found[: len(found) - before]

    def seat(self, seat):
        return next(s for s in self.get("/api/v1/seats") if s.get("id", s.get("seat")) == seat)

    def stop(self):
        stop(self.process, signal.SIGTERM, 6)
        self.log.close()


def stop(process, how=signal.SIGTERM, within=3):
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# ---------------------------------------------------------------- sound


def _expand(byte):
    byte = ~byte & 0xFF
    value = (((byte & 0x0F) << 3) + 0x84) << ((byte & 0x70) >> 4)
    return 0x84 - value if byte & 0x80 else value - 0x84


ULAW = [_expand(byte) for byte in range(256)]


def _expand_a(byte):
    byte ^= 0x55
    exponent, value = (byte & 0x70) >> 4, (byte & 0x0F) << 4
    value = value + 8 if exponent == 0 else (value + 0x108) << (exponent - 1)
    return value if byte & 0x80 else -value


ALAW = [_expand_a(byte) for byte in range(256)]
_COMPRESSED = {}


def to_ulaw(sample):
    """The nearest of the 256 values (ITU-T G.711)."""
    if sample not in _COMPRESSED:
        _COMPRESSED[sample] = min(range(256), key=lambda byte: abs(ULAW[byte] - sample))
    return _COMPRESSED[sample]


def tone(hz, seconds, level=6000):
    return [round(level * math.sin(2 * math.pi * hz * n / RATE)) for n in range(int(seconds * RATE))]


def share(samples, hz):
    """How much of the samples' energy is at `hz`, 0 to 1 (Goertzel)."""
    energy = sum(s * s for s in samples)
    if energy == 0:
        return 0.0
    turn, before, last = 2 * math.cos(2 * math.pi * hz / RATE), 0.0, 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = before * before + last * last - turn * before * last
    return min(1.0, 2 * power / (len(samples) * energy))


def tone_share(samples, hz):
    """The share of 50 ms blocks of `samples` that hold the tone and little else."""
    blocks = [samples[at : at + 400] for at in range(0, len(samples) - 399, 400)]
    if not blocks:
        return 0.0
    return sum(loud(block) > 300 and share(block, hz) > 0.8 for block in blocks) / len(blocks)


def loud(samples):
    return math.sqrt(sum(s * s for s in samples) / len(samples)) if samples else 0.0


def from_audio(path):
    """A sound file as samples at 8 kHz mono."""
    raw = subprocess.run(
        ["sox", path, "-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", "-"],
        check=True,
        capture_output=True,
    ).stdout
    samples = array.array("h")
    samples.frombytes(raw[: len(raw) // 2 * 2])
    return list(samples)


def write_wav(path, samples):
    import wave

    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(array.array("h", samples).tobytes())


def likeness(a, b):
    """Normalised correlation of two equally long stretches, -1 to 1."""
    n = min(len(a), len(b))
    if n == 0:
        return 0.0
    mean_a, mean_b = sum(a[:n]) / n, sum(b[:n]) / n
    dot = aa = bb = 0.0
    for x, y in zip(a[:n], b[:n]):
        x, y = x - mean_a, y - mean_b
        dot, aa, bb = dot + x * y, aa + x * x, bb + y * y
    return dot / math.sqrt(aa * bb) if aa and bb else 0.0


def envelope(samples, step=80):
    return [loud(samples[at : at + step]) for at in range(0, len(samples) - step + 1, step)]


def find(heard, expected, stretch=6000):
    """Where `expected` begins in `heard` and how alike they are there: (sample, likeness of the
    sound itself over its loudest `stretch` samples, likeness of the envelopes)."""
    ears, said = envelope(heard), envelope(expected)
    if len(ears) < len(said):
        ears = ears + [0.0] * (len(said) - len(ears))
    rough, best = 0, -2.0
    for at in range(len(ears) - len(said) + 1):
        alike = likeness(ears[at : at + len(said)], said)
        if alike > best:
            rough, best = at, alike
    start = max(range(0, max(1, len(expected) - stretch), 400), key=lambda at: loud(expected[at : at + stretch]))
    sample = expected[start : start + stretch]
    place, alike = rough * 80, -2.0
    probe = sample[::2]
    for at in range(rough * 80 - 160, rough * 80 + 161):
        if at + start < 0 or at + start + stretch > len(heard):
            continue
        now = likeness(heard[at + start : at + start + stretch : 2], probe)
        if now > alike:
            place, alike = at, now
    return place, alike, best


def prompt(name, language):
    return from_audio(f"{ROOT}/prompts/{language}/{name}.flac")


def must_hear(heard, name, language, floor=0.9, seconds=60, stretch=6000):
    """Finds a prompt, or its first `seconds`, in what was heard; gives its place back."""
    at, sound, shape = find(heard, prompt(name, language)[: int(seconds * RATE)], stretch)
    check(sound >= floor and shape >= floor, f"{language}/{name} not heard: sound {sound:.2f}, envelope {shape:.2f}")
    return at


# ---------------------------------------------------------------- RTP


class Sound:
    """One RTP end: sends a tone (or silence) every 20 ms, takes keys, keeps what it hears."""

    def __init__(self, hz=None, host="127.0.0.1"):
        self.socket = socket.socket(family(host), socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(0.2)
        self.port = self.socket.getsockname()[1]
        self.remote = None
        self.wave = [to_ulaw(s) for s in tone(hz, 1)] if hz else [0xFF] * RATE
        self.heard = []  # (monotonic seconds, sequence, timestamp, payload type, marker, payload)
        self.keys, self.pressed = [], []
        self.sending, self.open = True, True
        self.ssrc = random.getrandbits(32)
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._receive)]
        for thread in self.threads:
            thread.start()

    def press(self, keys):
        """Queues RFC 4733 events; `pressed` holds when each one's first packet left."""
        self.keys += list(keys)

    def _send(self):
        sequence, stamp, at = random.getrandbits(15), random.getrandbits(31), 0
        due = time.monotonic()
        event, step = None, 0
        pause = 0
        while self.open:
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))
            remote = self.remote
            if remote is None:
                continue
            packets = []
            if event is None and self.keys and pause == 0:
                event, step, event_stamp = "0123456789*#".index(self.keys.pop(0)), 0, stamp
                self.pressed.append(time.monotonic())
            if event is not None:
                step += 1
                ended = step == 5
                body = struct.pack("!BBH", event, 10 | (0x80 if ended else 0), step * FRAME)
                packets += [(101, step == 1, event_stamp, body)] * (3 if ended else 1)
                if ended:
                    event, pause = None, 5
            else:
                pause = max(0, pause - 1)
                if self.sending:
                    packets.append((0, False, stamp, bytes(self.wave[at : at + FRAME])))
            at = (at + FRAME) % RATE
            for kind, marker, when, body in packets:
                head = struct.pack("!BBHII", 0x80, kind | (0x80 if marker else 0), sequence & 0xFFFF, when & 0xFFFFFFFF, self.ssrc)
                sequence += 1
                try:
                    self.socket.sendto(head + body, remote)
                except OSError:
                    return
            stamp += FRAME

    def _receive(self):
        while self.open:
            try:
                packet = self.socket.recv(2048)
            except TimeoutError:
                continue
            except OSError:
                return
            if len(packet) < 12 or packet[0] >> 6 != 2:
                continue
            _, kind, sequence, stamp, _ = struct.unpack("!BBHII", packet[:12])
            self.heard.append((time.monotonic(), sequence, stamp, kind & 0x7F, bool(kind & 0x80), packet[12:]))

    def samples(self, since=0.0, to=math.inf):
        """What was heard in the order of arrival, times in monotonic seconds."""
        sound = []
        for when, _, _, kind, _, body in list(self.heard):
            if since <= when < to and kind in (0, 8):
                table = ULAW if kind == 0 else ALAW
                sound += [table[byte] for byte in body]
        return sound

    def close(self):
        self.open = False
        self.socket.close()
        for thread in self.threads:
            thread.join(1)


def hears(sound, hz, what, seconds=1.0):
    start = time.monotonic()
    time.sleep(seconds)
    there = tone_share(sound.samples(start), hz)
    check(there > 0.85, f"{what}: {hz} Hz in {there:.0%} of the time")


# ---------------------------------------------------------------- SIP


class Message:
    def __init__(self, data, source=None):
        head, _, body = data.partition(b"\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace")).split("\r\n")
        self.first, self.body, self.source = lines[0], body.decode("utf-8", "replace"), source
        self.headers = [(n.strip().lower(), v.strip()) for n, _, v in (line.partition(":") for line in lines[1:])]
        self.status = int(self.first.split()[1]) if self.first.startswith("SIP/2.0") else None
        self.method = self.first.split()[0] if self.status is None else None

    def all(self, name):
        short = {"via": "v", "from": "f", "to": "t", "call-id": "i", "contact": "m"}.get(name)
        return [v for n, v in self.headers if n == name or (short and n == short)]

    def get(self, name, default=""):
        return next(iter(self.all(name)), default)

    @property
    def media(self):
        """Where the description wants RTP."""
        host = re.search(r"^c=IN IP[46] (\S+)", self.body, re.M)
        port = re.search(r"^m=audio (\d+)", self.body, re.M)
        return (host.group(1), int(port.group(1))) if host and port else None


def token():
    return f"{random.getrandbits(64):016x}"


class Phone:
    """A phone, on UDP unless it is told otherwise, at 127.0.0.1 or ::1. A seat if it has a password; what it
    writes into Contact and SDP can be made up."""

    def __init__(
        self, centre, user, password=None, hz=None, algorithm="MD5", claims=None, answers=True, at="127.0.0.1", by="UDP", port=0
    ):
        self.centre, self.user, self.password, self.hz = centre, user, password, hz
        self.algorithm, self.answers, self.at, self.by = algorithm, answers, at, by
        self.socket = socket.socket(family(at), socket.SOCK_DGRAM if by == "UDP" else socket.SOCK_STREAM)
        self.socket.bind((at, port))
        if by == "TCP":
            self.socket.connect((at, centre.sip))
        self.socket.settimeout(0.2)
        self.port = self.socket.getsockname()[1]
        self.host = claims or at
        self.realm_port = 5060 if claims else self.port
        self.waiting, self.calls, self.open = {}, {}, True
        self.incoming = []
        self.mute = False  # True: what it answers begins without sound
        self.thread = threading.Thread(target=self._receive, daemon=True)
        self.thread.start()

    @property
    def contact(self):
        stream = ";transport=tcp" if self.by == "TCP" else ""
        return f"<sip:{self.user}@{named(self.host)}:{self.realm_port}{stream}>"

    def send(self, first, headers, body=""):
        if body:
            headers = headers + [("Content-Type", "application/sdp")]
        lines = [first] + [f"{n}: {v}" for n, v in headers + [("Content-Length", str(len(body.encode())))]]
        text = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
        if self.by == "TCP":
            self.socket.sendall(text)
        else:
            self.socket.sendto(text, (self.at, self.centre.sip))

    def request(self, method, uri, call, headers=(), body="", to_tag=None, cseq=1, branch=None, provisional=None, within=8):
        """Sends a request, again until answered, and gives the final response back."""
        branch = branch or "z9hG4bK" + token()
        to = f"<{call['uri']}>" + (f";tag={to_tag}" if to_tag else "")
        base = [
            ("Via", f"SIP/2.0/{self.by} {named(self.host)}:{self.realm_port};branch={branch};rport"),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{self.user}@{named(self.at)}>;tag={call['tag']}"),
            ("To", to),
            ("Call-ID", call["id"]),
            ("CSeq", f"{cseq} {method}"),
        ]
        if method in ("INVITE", "REGISTER"):
            base.append(("Contact", self.contact))
        answers = self.waiting.setdefault((branch, method), [])
        end, gap, heard = time.monotonic() + within, 0.5, 0
        while time.monotonic() < end:
            if not answers and (self.by == "UDP" or gap == 0.5):
                self.send(f"{method} {uri} SIP/2.0", base + list(headers), body)
            pause = time.monotonic() + gap
            while time.monotonic() < min(pause, end):
                while heard < len(answers):
                    message = answers[heard]
                    heard += 1
                    if message.status >= 200:
                        message.branch, message.base = branch, base
                        if method == "INVITE" and message.status >= 300:
                            self._ack(uri, message, base)
                        return message
                    if provisional:
                        provisional(message)
                time.sleep(0.003)
            gap = min(gap * 2, 4)
        raise Failed(f"{method} {uri}: no final answer within {within} s")

    def _ack(self, uri, answer, base, new_branch=False):
        headers = [(n, v) for n, v in base if n in ("Via", "Max-Forwards", "From", "Call-ID", "CSeq")]
        headers = [(n, v.replace("INVITE", "ACK") if n == "CSeq" else v) for n, v in headers]
        if new_branch:
            headers[0] = ("Via", re.sub(r"branch=\w+", "branch=z9hG4bK" + token(), headers[0][1]))
        self.send(f"ACK {uri} SIP/2.0", headers + [("To", answer.get("to"))])

    def authorised(self, method, uri, call, headers=(), body="", cseq=1, password=None, **more):
        """A request that answers a challenge once."""
        answer = self.request(method, uri, call, headers, body, cseq=cseq, **more)
        if answer.status not in (401, 407) or self.password is None:
            return answer
        proof = self.proof(answer, method, uri, password or self.password)
        check(proof, f"no {self.algorithm} challenge in {answer.status}")
        return self.request(method, uri, call, list(headers) + [proof], body, cseq=cseq + 1, **more)

    def proof(self, answer, method, uri, password):
        name = "www-authenticate" if answer.status == 401 else "proxy-authenticate"
        for challenge in answer.all(name):
            given = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge))
            if given.get("algorithm", "MD5") != self.algorithm:
                continue
            kind = {"MD5": "md5", "SHA-256": "sha256"}[self.algorithm]

            def digest(text):
                return hashlib.new(kind, text.encode()).hexdigest()

            nonce, cnonce = given["nonce"], token()
            ha1 = digest(f"{self.user}:{given['realm']}:{password}")
            ha2 = digest(f"{method}:{uri}")
            response = digest(f"{ha1}:{nonce}:00000001:{cnonce}:auth:{ha2}")
            value = (
                f'Digest username="{self.user}", realm="{given["realm"]}", nonce="{nonce}", uri="{uri}", '
                f'response="{response}", algorithm={self.algorithm}, qop=auth, nc=00000001, cnonce="{cnonce}"'
            )
            if "opaque" in given:
                value += f', opaque="{given["opaque"]}"'
            return ("Authorization" if answer.status == 401 else "Proxy-Authorization", value)
        return None

    def register(self, password=None, expires=300):
        host, port = named(self.at), self.centre.sip
        uri = f"sip:{host}:{port}"
        call = {"id": token(), "tag": token(), "uri": f"sip:{self.user}@{host}:{port}"}
        return self.authorised("REGISTER", uri, call, [("Expires", str(expires))], password=password)

    def describe(self, port, direction="sendrecv", version=1):
        kind = "IP6" if ":" in self.host else "IP4"
        return (
            f"v=0\r\no=- 1 {version} IN {kind} {self.host}\r\ns=-\r\nc=IN {kind} {self.host}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
            f"a=fmtp:101 0-15\r\na=ptime:20\r\na={direction}\r\n"
        )

    def call(self, number, within=8, headers=()):
        """Calls and gives the answered call back."""
        uri = f"sip:{number}@{named(self.at)}:{self.centre.sip}"
        state = {"id": token(), "tag": token(), "uri": uri}
        sound = Sound(self.hz, self.at)
        sent = time.monotonic()
        answer = self.authorised("INVITE", uri, state, headers, self.describe(sound.port), within=within)
        if answer.status != 200:
            sound.close()
            raise Failed(f"INVITE {number}: {answer.first}")
        remote = re.search(r"<([^>]+)>", answer.get("contact")).group(1)
        self._ack(remote, answer, answer.base, new_branch=True)
        sound.remote = answer.media
        to_tag = re.search(r"tag=([^;]+)", answer.get("to")).group(1)
        cseq = int(answer.get("cseq").split()[0])
        call = Call(self, state, sound, remote, to_tag, cseq, sent)
        self.calls[state["id"]] = call
        return call

    # Incoming.

    def _receive(self):
        stream = b""
        while self.open:
            try:
                data, source = self.socket.recvfrom(65535)
            except TimeoutError:
                continue
            except OSError:
                return
            if self.by == "UDP":
                self._take(data, source)
                continue
            if not data:
                return
            stream += data
            while (end := stream.find(b"\r\n\r\n")) >= 0:
                head = stream[: end + 4]
                length = re.search(rb"^(?:content-length|l)\s*:\s*(\d+)", head, re.M | re.I)
                whole = end + 4 + (int(length.group(1)) if length else 0)
                if len(stream) < whole:
                    break
                self._take(stream[:whole], (self.at, self.centre.sip))
                stream = stream[whole:]

    def _take(self, data, source):
        if not data.strip():
            return
        message = Message(data, source)
        if message.status is not None:
            branch = re.search(r"branch=([^;,\s]+)", message.get("via")).group(1)
            key = (branch, message.get("cseq").split()[1])
            self.waiting.setdefault(key, []).append(message)
        else:
            self._asked(message)

    def _answer(self, message, status, extra=(), body="", tag=None):
        to = message.get("to")
        if tag and "tag=" not in to:
            to += f";tag={tag}"
        headers = [("Via", via) for via in message.all("via")]
        headers += [("From", message.get("from")), ("To", to), ("Call-ID", message.get("call-id")), ("CSeq", message.get("cseq"))]
        self.send(f"SIP/2.0 {status}", headers + list(extra), body)

    def _asked(self, message):
        name = message.get("call-id")
        call = self.calls.get(name)
        if message.method == "INVITE":
            if call is None:
                self.incoming.append(message)
                if not self.answers:
                    self._answer(message, "180 Ringing", tag=token())
                    return
                call = self._accept(message)
            if message.media:
                call.sound.remote = message.media
            self._answer(message, "200 OK", [("Contact", self.contact)], self.describe(call.sound.port), call.local_tag)
        elif message.method == "ACK":
            if call and message.media:
                call.sound.remote = message.media
        elif message.method == "BYE":
            self._answer(message, "200 OK")
            if call:
                call.ended = call.ended or time.monotonic()
                call.sound.sending = False
        elif message.method in ("OPTIONS", "CANCEL"):
            self._answer(message, "200 OK", tag=token())
        else:
            self._answer(message, "501 Not Implemented", tag=token())

    def _accept(self, message):
        local = token()
        remote = re.search(r"<([^>]+)>", message.get("contact")).group(1)
        far = message.get("from")
        state = {"id": message.get("call-id"), "tag": local, "uri": re.search(r"<([^>]+)>", far).group(1)}
        call = Call(self, state, Sound(self.hz, self.at), remote, re.search(r"tag=([^;]+)", far).group(1), 0, time.monotonic())
        call.local_tag, call.invite = local, message
        call.sound.sending = not self.mute
        self.calls[state["id"]] = call
        return call

    def offered(self, within=10):
        """The call this phone was offered and took."""
        return until(f"{self.user} is offered a call", lambda: next((c for c in self.calls.values() if c.invite and not c.ended), None), within)

    def close(self):
        for call in list(self.calls.values()):
            call.sound.close()
        self.open = False
        self.socket.close()
        self.thread.join(1)


class Call:
    def __init__(self, phone, state, sound, remote, to_tag, cseq, started):
        self.phone, self.state, self.sound, self.remote = phone, state, sound, remote
        self.to_tag, self.cseq, self.started = to_tag, cseq, started
        self.local_tag, self.invite, self.ended = state["tag"], None, None
        self.version = 1

    def _next(self, method, body="", headers=()):
        self.cseq += 1
        return self.phone.request(
            method, self.remote, self.state, headers, body, to_tag=self.to_tag, cseq=self.cseq
        )

    def again(self, direction):
        """A re-INVITE with this direction; gives the answer back, acknowledged."""
        self.version += 1
        body = self.phone.describe(self.sound.port, direction, self.version)
        answer = self._next("INVITE", body)
        if answer.status == 200:
            self.phone._ack(self.remote, answer, answer.base, new_branch=True)
        return answer

    def hang_up(self):
        answer = self._next("BYE")
        self.ended = time.monotonic()
        self.sound.sending = False
        return answer


# ---------------------------------------------------------------- baresip

BARESIP = """\
sip_listen 127.0.0.1:{sip}
rtp_ports {low}-{high}
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{ctrl}
audio_source aufile,{wav}
audio_player aubridge,nil
audio_alert aubridge,nil
audio_srate 8000
audio_channels 1
auplay_srate 8000
ausrc_srate 8000
snd_path {dir}
call_local_timeout 120
call_max_calls 4
"""


class Baresip:
    """One baresip with one account, spoken to over its control socket."""

    def __init__(self, folder, account, hz):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        wav = os.path.join(folder, "tone.wav")
        write_wav(wav, tone(hz, 90) if hz else [0] * RATE * 90)
        low = 44000 + random.randrange(100) * 20
        self.ctrl = free_port()
        text = BARESIP.format(sip=free_sip_port(), low=low, high=low + 18, ctrl=self.ctrl, wav=wav, dir=folder)
        for name, content in (("config", text), ("accounts", account + "\n"), ("contacts", "")):
            with open(os.path.join(folder, name), "w") as out:
                out.write(content)
        self.log = open(os.path.join(folder, "baresip.log"), "w")
        self.process = subprocess.Popen(
            ["baresip", "-f", folder], stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT
        )
        self.events, self.buffer = [], b""
        try:
            until("baresip starts", self._connect, 10)
        except BaseException:
            stop(self.process)
            raise
        threading.Thread(target=self._read, daemon=True).start()

    def _connect(self):
        check(self.process.poll() is None, f"baresip ended, see {self.folder}/baresip.log")
        try:
            self.socket = socket.create_connection(("127.0.0.1", self.ctrl), 2)
            self.socket.settimeout(None)
            return True
        except OSError:
            return False

    def _read(self):
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            self.buffer += data
            while b":" in self.buffer:
                length, _, rest = self.buffer.partition(b":")
                if len(rest) < int(length) + 1:
                    break
                self.events.append((time.monotonic(), json.loads(rest[: int(length)])))
                self.buffer = rest[int(length) + 1 :]

    def tell(self, command, params=""):
        text = json.dumps({"command": command, "params": params, "token": token()}).encode()
        self.socket.sendall(str(len(text)).encode() + b":" + text + b",")

    def wait_for(self, kind, within=8, since=0.0):
        """Waits for an event such as CALL_ESTABLISHED; gives (when, event) back."""
        return until(
            f"baresip reports {kind}",
            lambda: next((e for e in self.events if e[1].get("type") == kind and e[0] >= since), None),
            within,
        )

    def heard(self):
        """What its newest call heard, as samples at 8 kHz."""
        dumps = [name for name in os.listdir(self.folder) if name.endswith("-dec.wav")]
        check(dumps, "baresip kept no sound")
        newest = max(dumps, key=lambda name: os.stat(os.path.join(self.folder, name)).st_mtime)
        return from_audio(os.path.join(self.folder, newest))

    def close(self):
        stop(self.process, signal.SIGTERM, 4)
        self.socket.close()
        self.log.close()


# ---------------------------------------------------------------- SIPp


def sipp(centre, scenario, number="10101234", calls=1, rate=20, pause_ms=1000, extra=(), within=60):
    """Runs a scenario; gives (calls that succeeded, calls that failed, unexpected messages, retransmissions)."""
    folder = os.path.join(centre.folder, f"sipp-{scenario}-{token()[:6]}")
    os.makedirs(folder)
    command = ["sipp", f"127.0.0.1:{centre.sip}", "-sf", f"{HERE}/sipp/{scenario}.xml", "-s", number]
    command += ["-i", "127.0.0.1", "-p", str(free_sip_port()), "-mi", "127.0.0.1", "-mp", "46000"]
    command += ["-m", str(calls), "-r", str(rate), "-d", str(pause_ms), "-nostdin", "-trace_err", "-trace_stat", "-fd", "1"]
    command += ["-stf", f"{folder}/stat.csv", "-error_file", f"{folder}/errors.log", "-timeout", str(within), "-timeout_error"]
    with open(f"{folder}/screen.log", "w") as screen:
        process = subprocess.Popen(
            command + list(extra), cwd=folder, stdin=subprocess.DEVNULL, stdout=screen, stderr=subprocess.STDOUT
        )
        try:
            process.wait(within + 10)
        finally:
            stop(process)
    with open(f"{folder}/stat.csv") as stat:
        lines = [line.rstrip("\n").split(";") for line in stat]
    last = dict(zip(lines[0], lines[-1]))
    try:
        with open(f"{folder}/errors.log") as log:
            unexpected = [line.strip() for line in log if "nexpected" in line]
    except FileNotFoundError:
        unexpected = []
    return int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"]), unexpected, int(last["Retransmissions(C)"])


def sipp_all(centre, scenario, **more):
    """Every call of the scenario went as written."""
    calls = more.get("calls", 1)
    good, bad, unexpected, again = sipp(centre, scenario, **more)
    check(not unexpected, f"{scenario}: {unexpected[:1]}")
    check((good, bad) == (calls, 0), f"{scenario}: {good} of {calls} calls went as written, {bad} failed")
    return again


# ---------------------------------------------------------------- a judge's life


def find_that(line):
    """Prints a finding and keeps it for the count."""
    print(line, flush=True)
    with open(os.path.join(os.environ["JUDGES_DIR"], "findings"), "a") as findings:
        findings.write(line.replace("\n", " ") + "\n")


def preside(*judges, **more):
    """Gives each judge the centre in turn, prints its finding, and ends the process."""
    import sys
    import traceback

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = os.path.join(os.environ["JUDGES_DIR"], os.path.basename(sys.argv[0]).removesuffix(".py"))
    failed = 0
    centre = None
    wanted = os.environ.get("JUDGE_ONLY", "")
    try:
        try:
            centre = Centre(folder, **more)
        except Exception as error:
            for judge in judges:
                find_that(f"FAILED {judge.__name__.replace('_', ' ')}: {error}")
            sys.exit(1)
        for judge in judges:
            name = judge.__name__.replace("_", " ")
            if wanted and wanted not in judge.__name__:
                continue
            start = time.monotonic()
            try:
                note = judge(centre)
                took = f"{time.monotonic() - start:.1f} s"
                find_that(f"ok {name} ({took}{', ' + note if note else ''})")
            except Exception as error:
                failed += 1
                find_that(f"FAILED {name}: {error}")
                if not isinstance(error, Failed):
                    traceback.print_exc()
    finally:
        if centre:
            centre.stop()
    sys.exit(1 if failed else 0)
