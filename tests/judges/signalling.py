"""SIPp and hand-written messages: calls, refusals, crossings, retransmissions. One record a call."""

import os
import socket
import time

from kit import Message, Phone, check, preside, sipp_all, token


def records_for(centre, count, work):
    before = len(centre.records())
    work()
    return centre.new_records(before, count)


def two_hundred_calls_at_twenty_a_second(centre):
    again = []
    records_for(centre, 200, lambda: again.append(sipp_all(centre, "plain", calls=200, rate=20)))
    check(again == [0], f"{again[0]} retransmissions")


def calls_over_tcp(centre):
    records_for(centre, 10, lambda: sipp_all(centre, "plain", calls=10, extra=["-t", "t1"]))


def keys_of_sipp_are_in_the_record(centre):
    if os.geteuid() != 0:
        return "not run: SIPp sends RTP from raw sockets, which needs root; baresip's keys are judged anyway"
    records = records_for(centre, 1, lambda: sipp_all(centre, "digits"))
    keys = "".join(key for _, key in records[0]["keys"])
    check(keys == "2#", f"the record has keys {keys!r}, pressed were '2#'")
    check(records[0]["steps"][1][1] == "hello", f"2 led to {records[0]['steps'][1]}")


def an_unknown_number_is_404(centre):
    records_for(centre, 0, lambda: sipp_all(centre, "unknown-number", number="99999999", calls=5))


def a_description_without_our_codecs_is_488(centre):
    records = records_for(centre, 5, lambda: sipp_all(centre, "no-codec", calls=5))
    check(all(record["hung_up"] == ["centre", "refused_488"] for record in records), f"{records[0]['hung_up']}")


def a_broken_description_is_refused(centre):
    records = records_for(centre, 5, lambda: sipp_all(centre, "bad-sdp", calls=5))
    check(all(record["hung_up"][0] == "centre" for record in records), f"{records[0]['hung_up']}")


def a_late_offer_is_answered(centre):
    records_for(centre, 5, lambda: sipp_all(centre, "late-offer", calls=5))


def a_wrong_password_never_registers(centre):
    for algorithm in ("MD5", "SHA-256"):
        phone = Phone(centre, "1001", "pass-1001", algorithm=algorithm)
        try:
            wrong = phone.register("wrong")
            check(wrong.status in (401, 403), f"{algorithm}, wrong password: {wrong.first}")
            right = phone.register()
            check(right.status == 200, f"{algorithm}, right password: {right.first}")
            check(phone.register(expires=0).status == 200, "unregistering")
        finally:
            phone.close()


class Wire:
    """One UDP socket and the text of one call's requests."""

    def __init__(self, centre):
        self.centre = centre
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port, self.call, self.tag = self.socket.getsockname()[1], token(), token()
        self.branch = "z9hG4bK" + token()
        self.got = []

    def send(self, method, to_tag="", branch=None, uri=None, cseq=1, body=""):
        host, port = self.centre.address
        uri = uri or f"sip:10101234@{host}:{port}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch or self.branch};rport",
            f"From: <sip:13900000003@127.0.0.1>;tag={self.tag}",
            f"To: <sip:10101234@{host}:{port}>{to_tag}",
            f"Call-ID: {self.call}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:wire@127.0.0.1:{self.port}>",
            "Max-Forwards: 70",
        ]
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        self.socket.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self.centre.address)

    def invite(self):
        body = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.port + 1} RTP/AVP 0\r\n"
        )
        self.send("INVITE", body=body)

    def listen(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                self.got.append(Message(self.socket.recv(65535)))
            except TimeoutError:
                break
        return self.got

    def answers(self, method, status):
        return [m for m in self.got if m.status == status and m.get("cseq").endswith(method)]

    def finish(self):
        """Acknowledges the answered INVITE and hangs up."""
        answer = self.answers("INVITE", 200)[0]
        to_tag = answer.get("to")[answer.get("to").index(";") :]
        uri = answer.get("contact").strip("<>").split(">")[0]
        self.send("ACK", to_tag, "z9hG4bK" + token(), uri)
        self.send("BYE", to_tag, "z9hG4bK" + token(), uri, 2)
        self.listen(0.3)
        check(self.answers("BYE", 200), "BYE was not answered 200")


def the_same_invite_four_times_is_one_call(centre):
    def work():
        wire = Wire(centre)
        for pause in (0, 0.002, 0.05, 0.3):
            time.sleep(pause)
            wire.invite()
        wire.listen(0.3)
        tags = {m.get("to") for m in wire.answers("INVITE", 200)}
        check(len(tags) == 1, f"{len(tags)} different answers")
        wire.finish()

    records_for(centre, 1, work)


def an_answer_without_ack_is_sent_again(centre):
    def work():
        wire = Wire(centre)
        wire.invite()
        wire.listen(1.8)
        copies = len(wire.answers("INVITE", 200))
        check(copies == 3, f"{copies} copies of the 200 in 1.8 s; T1 says 3")
        wire.finish()
        wire.got.clear()
        wire.listen(2.5)
        check(not wire.answers("INVITE", 200), "still sent again after the ACK")

    records_for(centre, 1, work)


def cancels_cross_answers(centre):
    def one():
        wire = Wire(centre)
        wire.invite()
        wire.send("CANCEL")
        wire.listen(0.4)
        if wire.answers("INVITE", 200):
            wire.finish()
        check(wire.answers("CANCEL", 200), f"CANCEL: {[m.first for m in wire.got]}")
        if wire.answers("INVITE", 487):
            check(not wire.answers("INVITE", 200), "both 200 and 487")
            wire.send("ACK", wire.answers("INVITE", 487)[0].get("to").partition(">")[2])
            return
        check(wire.answers("INVITE", 200), f"INVITE: {[m.first for m in wire.got]}")

    records_for(centre, 10, lambda: [one() for _ in range(10)])


def a_cancel_for_nothing_is_481(centre):
    wire = Wire(centre)
    wire.send("CANCEL")
    wire.listen(0.4)
    check(wire.answers("CANCEL", 481), f"{[m.first for m in wire.got]}")


def nothing_is_left_behind(centre):
    centre.quiet()
    ids = [record["call"] for record in centre.records()]
    check(len(ids) == len(set(ids)), "a call has two records")
    arrived = centre.metric("calls_arrived_total")
    check(arrived == len(ids), f"{arrived:g} calls arrived, {len(ids)} records")
    check(centre.metric("journal_lost_total") == 0, "facts were lost")
    check(centre.metric("alarms_total") == 0, f"{centre.metric('alarms_total'):g} alarms")
    return f"{len(ids)} calls"


preside(
    two_hundred_calls_at_twenty_a_second,
    calls_over_tcp,
    keys_of_sipp_are_in_the_record,
    an_unknown_number_is_404,
    a_description_without_our_codecs_is_488,
    a_broken_description_is_refused,
    a_late_offer_is_answered,
    a_wrong_password_never_registers,
    the_same_invite_four_times_is_one_call,
    an_answer_without_ack_is_sent_again,
    cancels_cross_answers,
    a_cancel_for_nothing_is_481,
    nothing_is_left_behind,
)
