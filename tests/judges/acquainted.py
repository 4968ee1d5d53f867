"""A centre is killed after a seat served a caller; the next one gives that caller to the same seat again."""

import os
import signal

from kit import Phone, check, preside, until

FOLDER = os.path.join(os.environ["JUDGES_DIR"], "acquainted-dialplans")
os.makedirs(FOLDER, exist_ok=True)
with open(os.path.join(FOLDER, "wait.yaml"), "w", encoding="utf-8") as file:
    file.write('version: 1\nflow: wait\nentry: { did: ["7041"] }\nlanguages: [en]\nsteps:\n  agent: { queue: after-sales, goto: { any: end } }\n  end: { hangup: normal }\n')
CALLER = "13900007041"


def make_ready(centre, seat, name):
    check(seat.register().status == 200, "REGISTER")
    star = seat.call("*11")
    until("*11 ends by itself", lambda: star.ended, 8)
    until("the seat is ready", lambda: centre.seat(name)["state"] == "ready", 5)


def serve(centre, caller, seat):
    """The seat must be rung for the caller; they talk and the seat hangs up."""
    before = len(centre.records())
    call = caller.call("7041")
    offer = seat.offered(8)
    until("they talk", lambda: any(one["state"] == "talking" for one in centre.get("/api/v1/seats")), 5)
    check(offer.hang_up().status == 200, "BYE")
    until("the caller is hung up", lambda: call.ended, 8)
    until("there is a record", lambda: len(centre.records()) == before + 1, 8)
    return max(centre.records(), key=lambda record: record["started"])


def who_served_a_caller_last_is_known_after_a_kill(centre):
    caller = Phone(centre, CALLER, hz=440)
    first, second = Phone(centre, "1001", "pass-1001", hz=660), Phone(centre, "1002", "pass-1002", hz=880)
    try:
        make_ready(centre, second, "1002")
        record = serve(centre, caller, second)
        check(record["seat"] == "1002", f"served by {record['seat']}")
        centre.process.send_signal(signal.SIGKILL)
        centre.process.wait()
        centre.start()
        make_ready(centre, first, "1001")
        make_ready(centre, second, "1002")
        record = serve(centre, caller, second)
        check(record["seat"] == "1002", f"1001 is idle longer; served by {record['seat']}")
        check(not first.incoming, "1001 was rung")
    finally:
        for phone in (caller, first, second):
            phone.close()


preside(
    who_served_a_caller_last_is_known_after_a_kill,
    dialplans=FOLDER,
    queue='steps = [{ seats = ["last"], for_s = 20, skip_if = "nobody_ready" }, {}]',
    command="espeak-ng -v {language} --stdin --stdout",
)
