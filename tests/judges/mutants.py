"""Injured dialplans under 200 live calls: each is taken, or refused with its place; no call is touched, and the loop stays
quick. MUTANTS=1000 for the full figure; SEED for another storm."""

import json
import os
import random
import re
import shutil
import threading
import time
import urllib.error

from kit import ROOT, Phone, check, preside, sipp_all, until

MUTANTS = int(os.environ.get("MUTANTS", "40"))
SEED = int(os.environ.get("SEED", "1"))
CALLS = 200
# Callers of this one stay for as long as the storm takes.
PATIENT = """\
version: 1
flow: patient
entry: { did: ["7099"] }
languages: [en]
steps:
  ask:
    menu: "To hear this again, press star."
    keys: { "1": bye }
    key_timeout: 60s
    retries: 9
    goto: { no_input: ask_more }
  ask_more:
    menu: "To hear this again, press star."
    keys: { "1": bye }
    key_timeout: 60s
    retries: 9
    goto: { no_input: bye }
  bye: { say: "Goodbye.", hangup: normal }
"""
# One caller listens to music all the while.
MUSIC = """\
version: 1
flow: music
entry: { did: ["7098"] }
languages: [en]
steps:
  wait:
    queue: after-sales
    goto: { full: bye, left: bye }
  bye: { hangup: normal }
"""


def files():
    folder = os.path.join(os.environ["JUDGES_DIR"], "mutants-files")
    for name in ("dialplans", "banks"):
        shutil.copytree(os.path.join(ROOT, name), os.path.join(folder, name))
    os.symlink(os.path.join(ROOT, "prompts"), os.path.join(folder, "prompts"))
    for name, text in (("patient", PATIENT), ("music", MUSIC)):
        with open(os.path.join(folder, "dialplans", f"{name}.yaml"), "w", encoding="utf-8") as out:
            out.write(text)
    return folder


FILES = files()
DIALPLAN = os.path.join(FILES, "dialplans", "travel.yaml")
with open(DIALPLAN, encoding="utf-8") as text:
    SHIPPED = text.read()
WORDS = sorted(set(re.findall(r"[A-Za-z_]{3,}", SHIPPED)))
SIGNS = "{}[]:,\"'#&*!|>%@`\\\t\n\r -0123456789-?=\0\x7f。，\ufeff\u2028"


def injured(dice):
    """The shipped dialplan with one to three injuries."""
    text = SHIPPED
    for _ in range(dice.randint(1, 3)):
        lines = text.split("\n")
        line, at = dice.randrange(len(lines)), dice.randrange(len(text))
        kind = dice.randrange(9)
        if kind == 0:
            lines.pop(line)
        elif kind == 1:
            lines.insert(line, lines[dice.randrange(len(lines))])
        elif kind == 2:
            lines[line] = " " * dice.randint(1, 3) + lines[line]
        elif kind == 3:
            lines[line] = lines[line].strip()
        elif kind == 4:
            other = dice.randrange(len(lines))
            lines[line], lines[other] = lines[other], lines[line]
        if kind <= 4:
            text = "\n".join(lines)
        elif kind == 5:
            text = text[:at] + dice.choice(SIGNS) + text[at:]
        elif kind == 6:
            text = text[:at] + text[at + dice.randint(1, 4) :]
        elif kind == 7:
            found = list(re.finditer(r"[A-Za-z_]{3,}", text))
            word = dice.choice(found)
            text = text[: word.start()] + dice.choice(WORDS) + text[word.end() :]
        else:
            found = list(re.finditer(r"\d+", text))
            number = dice.choice(found)
            text = text[: number.start()] + str(dice.choice([0, -1, 7, 10**6, 10**19])) + text[number.end() :]
    return text


def write(text):
    with open(DIALPLAN, "wb") as out:
        out.write(text.encode("utf-8", "surrogatepass"))


def reload(centre):
    """(status, what was said)."""
    try:
        return 200, json.loads(centre.fetch("/api/v1/releases", data=b"{}", method="POST"))
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read().decode())


def lateness(sound, since, to):
    """(99th percentile, worst) of how late packets of 20 ms came, in ms, against the earliest of them."""
    came = [(when, stamp) for when, _, stamp, *_ in list(sound.heard) if since <= when < to]
    check(len(came) > 20, f"{len(came)} packets of music")
    drifts = sorted(when - stamp / 8000 for when, stamp in came)
    return [(drifts[at] - drifts[0]) * 1000 for at in (len(drifts) * 99 // 100, -1)]


def slow_turns(centre):
    """Turns over 2 ms since the start."""
    text = centre.fetch("/metrics")
    bucket = lambda le: float(re.search(rf'^ringwise_turn_seconds_bucket{{le="{re.escape(le)}"}} (\S+)$', text, re.M).group(1))
    return bucket("+Inf") - bucket("0.002000")


def mutants_touch_no_call(centre):
    dice = random.Random(SEED)
    before = len(centre.records())
    findings = []
    stay_ms = 40_000 + MUTANTS * 100

    def load():
        try:
            again = sipp_all(centre, "plain", number="7099", calls=CALLS, rate=50, pause_ms=stay_ms, within=stay_ms // 1000 + 60)
            findings.append(again)
        except Exception as error:  # told by the judge
            findings.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    until(f"{CALLS} calls are live", lambda: centre.metric("calls_live") == CALLS, 30)
    listener = Phone(centre, "13900007098")
    music = listener.call("7098").sound
    time.sleep(2)
    quiet_from = time.monotonic()
    time.sleep(8)
    slow, taken, refused = slow_turns(centre), 0, 0
    began = time.monotonic()
    for turn in range(MUTANTS):
        text = injured(dice)
        write(text)
        status, told = reload(centre)
        if status == 200:
            taken += 1
            continue
        refused += 1
        check(status in (400, 409, 422), f"mutant {turn} of seed {SEED}: status {status}: {told}")
        check(told.get("faults"), f"mutant {turn} of seed {SEED}: no place in {told}")
        for fault in told["faults"]:
            placed = str(fault.get("file", "")).endswith(".yaml") and fault.get("line", 0) > 0 and fault.get("column", 0) > 0
            check(placed, f"mutant {turn} of seed {SEED}: {fault}")
    ended = time.monotonic()
    write(SHIPPED)
    status, told = reload(centre)
    check(status == 200, f"the shipped dialplan is refused: {told}")
    slow = slow_turns(centre) - slow
    calm, storm = lateness(music, quiet_from, began), lateness(music, began, ended)
    check(centre.metric("calls_live") == CALLS + 1, f"{centre.metric('calls_live'):.0f} of {CALLS} calls are live")
    listener.calls.popitem()[1].hang_up()
    listener.close()
    thread.join()
    check(findings and not isinstance(findings[0], Exception), f"{findings}")
    records = centre.new_records(before, CALLS + 1, 20)
    records = [record for record in records if record["arrived"]["called"] == "7099"]
    check(all(len({step for _, step in record["steps"]} - {"ask", "ask_more"}) == 0 for record in records), "a call went elsewhere")
    check(all(record["hung_up"][0] == "caller" for record in records), "the centre hung up")
    return (
        f"{MUTANTS} mutants in {ended - began:.0f} s: {taken} taken, {refused} refused; {slow:.0f} turns over 2 ms; packets late by "
        f"p99 {storm[0]:.1f} ms, at most {storm[1]:.1f} (in quiet {calm[0]:.1f}, {calm[1]:.1f})"
    )


preside(mutants_touch_no_call, root=FILES, command="espeak-ng -v {language} --stdin --stdout")
