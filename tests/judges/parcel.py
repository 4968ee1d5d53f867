"""docs/banks.md is followed to the letter: a parcel service from an empty folder, checked, tried, called; then killed while it learns."""

import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.error

from kit import RATE, ROOT, ULAW, Phone, check, loud, preside, until

PAGE = open(f"{ROOT}/docs/banks.md").read()
GRACE = "+14155550101"


def lay_out(centre):
    """Every file of the page, with ports of this machine."""
    for folder in ("banks", "dialplans"):
        os.makedirs(os.path.join(centre.folder, folder), exist_ok=True)
    written = {}
    for kind, text in re.findall(r"^```(yaml|toml|csv)\n(.*?)^```", PAGE, re.M | re.S):
        if kind == "csv":
            written["orders.csv"] = text
        elif text.startswith("# examples/parcel/"):
            first, rest = text.split("\n", 1)
            written[first.removeprefix("# examples/parcel/")] = rest
    toml = written["ringwise.toml"].replace("../../prompts", f"{ROOT}/prompts")
    toml = toml.replace("127.0.0.1:5060", f"127.0.0.1:{centre.sip}").replace("127.0.0.1:8080", f"127.0.0.1:{centre.http}")
    written["ringwise.toml"] = toml.replace("20000-20999", "44000-44999")
    for name, text in written.items():
        with open(os.path.join(centre.folder, name), "w") as out:
            out.write(text)
    check(set(written) == {"orders.csv", "ringwise.toml", "banks/parcel.yaml", "dialplans/parcel.yaml"}, str(set(written)))


def run(centre, command):
    words = command.split()
    check(words[0] == "ringwise", command)
    done = subprocess.run([os.environ["RINGWISE_BIN"], *words[1:]], cwd=centre.folder, capture_output=True, text=True)
    check(done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def commands(name):
    return re.findall(rf"^(ringwise {name}.*)$", PAGE, re.M)


def the_page_is_checked_and_tried(centre):
    told = run(centre, commands("check")[0])
    check("3 of 3 tests passed" in told and "no faults" in told, told)
    late, several = (run(centre, command) for command in commands("try"))
    check("[1]" in late and "1 h 35 min late" in late and "the caller hangs up" in late, late)
    check("for the parcel ending in 0402" in several and "the last four digits" in several, several)


def a_caller_hears_of_their_late_parcel(centre):
    before = len(centre.records())
    phone = Phone(centre, GRACE)
    try:
        call = phone.call("8000")
        until("the menu", lambda: [c for c in centre.get("/api/v1/calls") if c.get("step") == "guess"], 20)
        time.sleep(1.5)
        call.sound.press("1")
        until("the end of the answer", lambda: [c for c in centre.get("/api/v1/calls") if c.get("step") == "more"], 30)
        call.hang_up()
        record = centre.new_records(before, 1)[0]
        words = json.dumps(record["story"])
        check("1 h 35 min late" in words, words)
        check([step for _, step in record["steps"]][-3:] == ["guess", "reply", "more"], str(record["steps"]))
        heard = [ULAW[byte] for packet in call.sound.heard for byte in packet[5]]
        seconds = [loud(heard[at : at + RATE]) > 100 for at in range(0, len(heard), RATE)]
        answer = max(at for at, fact in record["story"] if "answered" in fact) - max(at for at, fact in record["story"] if "chose" in fact)
        check(answer > 5000, f"the answer took {answer} ms: nobody can have heard it")
        check(sum(seconds) > len(seconds) / 2, f"{sum(seconds)} of {len(seconds)} seconds have sound")
    finally:
        phone.close()
    return f"{len(heard) / RATE:.0f} s heard"


def learned(centre):
    body = json.dumps({"who": {"caller": GRACE}}).encode()
    return json.loads(centre.fetch("/api/v1/predict", body))["learned"]


def no_acknowledged_outcome_is_lost_by_a_kill(centre):
    body = json.dumps({"who": {"caller": GRACE}, "question": "where_is_it", "order": "SP100200301"}).encode()
    start = learned(centre)
    sent, acknowledged, lock = [0], [0], threading.Lock()
    going = threading.Event()

    def work():
        while not going.is_set():
            with lock:
                sent[0] += 1
            try:
                centre.fetch("/api/v1/outcomes", body)
            except (OSError, urllib.error.URLError):
                return
            with lock:
                acknowledged[0] += 1

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    until("some outcomes", lambda: acknowledged[0] > 300, 30)
    centre.process.send_signal(signal.SIGKILL)
    centre.process.wait()
    going.set()
    for worker in workers:
        worker.join()
    centre.start()
    count = learned(centre) - start
    check(acknowledged[0] <= count <= sent[0], f"{acknowledged[0]} acknowledged, {sent[0]} sent, {count} learned")
    return f"{acknowledged[0]} acknowledged, {count} learned"


preside(
    the_page_is_checked_and_tried,
    a_caller_hears_of_their_late_parcel,
    no_acknowledged_outcome_is_lost_by_a_kill,
    written=lay_out,
)
