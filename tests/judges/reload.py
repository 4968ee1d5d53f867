"""Other releases under live calls: who was there keeps the old words and sounds, who comes hears the new, nobody else
notices."""

import os
import re
import shutil
import signal
import subprocess
import threading
import time

from kit import ROOT, Phone, check, must_hear, preside, sipp_all, until

ASK = "请输入您订单号的最后四位数字。没有订单号，请按井号键。"
BUSY = "抱歉，现在排队的人太多了，请您稍后再来电。"


def files():
    """A folder of dialplans, banks and prompts of our own: sounds are the shipped ones."""
    folder = os.path.join(os.environ["JUDGES_DIR"], "reload-files")
    for name in ("dialplans", "banks"):
        shutil.copytree(os.path.join(ROOT, name), os.path.join(folder, name))
    os.makedirs(os.path.join(folder, "prompts"))
    for name in ("en", "zh-CN", "music"):
        os.symlink(os.path.join(ROOT, "prompts", name), os.path.join(folder, "prompts", name))
    shutil.copy(os.path.join(ROOT, "prompts", "index.csv"), os.path.join(folder, "prompts"))
    return folder


FILES = files()
DIALPLAN = os.path.join(FILES, "dialplans", "travel.yaml")
INDEX = os.path.join(FILES, "prompts", "index.csv")
with open(DIALPLAN, encoding="utf-8") as text:
    SHIPPED = text.read()
with open(INDEX, encoding="utf-8") as text:
    SOUNDS = text.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def ringwise(centre, *words):
    command = [os.environ["RINGWISE_BIN"], *words, "--config", centre.config]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def must(centre, *words):
    code, told = ringwise(centre, *words)
    check(code == 0, f"{' '.join(words)}: {told}")
    return told


def releases(centre):
    return {one["number"]: (one["standing"], one["calls_live"]) for one in centre.get("/api/v1/releases")}


def current(centre):
    return next(number for number, (standing, _) in releases(centre).items() if standing == "current")


def at_the_question(centre, user):
    """A caller whom nobody knows, once the digits of an order are asked for."""
    phone = Phone(centre, user, hz=440)
    call = phone.call("10101234")
    until("the caller is asked for digits", lambda: step_of(centre, user) == "ask_order", 15)
    return phone, call


def step_of(centre, user):
    return next((one["step"] for one in centre.get("/api/v1/calls") if user in one["caller"]), None)


def old_calls_keep_their_words_and_sounds(centre):
    phone, call = at_the_question(centre, "13900000011")
    before = current(centre)
    # Other words at the digits, and another sound for the words that were there.
    write(DIALPLAN, SHIPPED.replace(ASK, BUSY))
    swapped = SOUNDS.replace("zh-CN/travel.ask_order.1.flac,5723", "zh-CN/sys.goodbye.flac,5723")
    check(swapped != SOUNDS, "the index has another form")
    write(INDEX, swapped)
    told = must(centre, "reload")
    check("is taken" in told, told)
    check(releases(centre)[before] == ("before", 1), f"{releases(centre)}")
    time.sleep(7)
    asked = time.monotonic()
    call.sound.press("*")
    other, new = at_the_question(centre, "13900000012")
    try:
        time.sleep(6.5)
        must_hear(call.sound.samples(asked), "travel.ask_order.1", "zh-CN", floor=0.85)
        must_hear(new.sound.samples(), "travel.busy.1", "zh-CN", floor=0.85)
        check(call.hang_up().status == 200 and new.hang_up().status == 200, "BYE")
        centre.quiet()
        record, older = centre.records()[:2]
        both = sorted(one["arrived"]["release"] for one in (record, older))
        check(both == [before, before + 1], f"records of releases {both}")
        must(centre, "rollback")
        check(current(centre) == before, f"{releases(centre)}")
    finally:
        phone.close()
        other.close()
        write(DIALPLAN, SHIPPED)
        write(INDEX, SOUNDS)
    must(centre, "reload")


def a_typo_is_refused_with_its_place(centre):
    phone, call = at_the_question(centre, "13900000013")
    before, alarms = releases(centre), centre.metric("alarms_total")
    line = SHIPPED[: SHIPPED.index("goto: orders\n")].count("\n") + 1
    write(DIALPLAN, SHIPPED.replace("goto: orders\n", "goto: oders\n", 1))
    try:
        code, told = ringwise(centre, "reload")
        check(code == 1, f"exit {code}: {told}")
        check(re.search(rf"travel\.yaml:{line}:\d+", told), f"no place in {told}")
        check("did you mean `orders`?" in told, told)
        check(releases(centre) == before, f"{releases(centre)} instead of {before}")
        until("an alarm is raised", lambda: centre.metric("alarms_total") == alarms + 1, 3)
        check(call.hang_up().status == 200, "BYE")
    finally:
        phone.close()
        write(DIALPLAN, SHIPPED)
    return f"line {line}"


def a_used_queue_goes_only_with_a_place_for_its_contacts(centre):
    seat = Phone(centre, "1001", "pass-1001", hz=880, algorithm="SHA-256")
    phone = Phone(centre, "13900000014", hz=440)
    with open(centre.config, encoding="utf-8") as text:
        config = text.read()
    try:
        check(seat.register().status == 200, "REGISTER")
        call = phone.call("10101234")
        time.sleep(0.8)
        call.sound.press("0")
        waits = lambda: next((one for one in centre.get("/api/v1/queues") if one["waiting"] == 1), None)
        check(until("the caller waits", waits, 5)["name"] == "after-sales", "waits elsewhere")
        write(centre.config, config.replace('"after-sales"', '"service"'))
        write(DIALPLAN, SHIPPED.replace("queue: after-sales", "queue: service"))
        code, told = ringwise(centre, "reload")
        check(code == 1 and 'queue "after-sales" goes, but 1 contact(s) wait in it' in told, f"exit {code}: {told}")
        must(centre, "reload", "--move-to", "service")
        queues = [(one["name"], one["waiting"]) for one in centre.get("/api/v1/queues")]
        check(queues == [("service", 1)], f"{queues}")
        star = seat.call("*11")
        until("*11 ends by itself", lambda: star.ended, 8)
        offer = seat.offered(12)
        check(offer.invite.get("x-ringwise-queue") == "service", "the seat is told of another queue")
        check(call.hang_up().status == 200, "BYE")
        until("the seat is hung up", lambda: offer.ended, 3)
        centre.quiet()
        record = centre.records()[0]
        check((record["outcome"], record["queue"]) == ("served", "service"), f"{record['outcome']} in {record['queue']}")
    finally:
        phone.close()
        seat.close()
        write(centre.config, config)
        write(DIALPLAN, SHIPPED)
        must(centre, "reload")


def turns_over_2_ms(centre):
    text = centre.fetch("/metrics")
    count = lambda le: float(re.search(rf'^ringwise_turn_seconds_bucket{{le="{re.escape(le)}"}} (\S+)$', text, re.M).group(1))
    return count("+Inf") - count("0.002000")


def two_hundred_calls_notice_nothing(centre):
    before = len(centre.records())
    findings = []
    load = threading.Thread(target=lambda: findings.append(_load(centre)))
    load.start()
    until("200 calls are live", lambda: centre.metric("calls_live") == 200, 30)
    slow, taken, refused = turns_over_2_ms(centre), 0, 0
    for turn in range(8):
        broken = turn % 2
        text = SHIPPED.replace("in: all", "on: all") if broken else SHIPPED.replace("version: 1", f"# {turn}\nversion: 1", 1)
        write(DIALPLAN, text)
        code, told = ringwise(centre, "reload")
        check(code == broken, f"exit {code}: {told}")
        refused, taken = refused + broken, taken + 1 - broken
        time.sleep(0.3)
    write(DIALPLAN, SHIPPED)
    known = max(releases(centre))
    centre.process.send_signal(signal.SIGHUP)
    until("the hangup signal reloads", lambda: max(releases(centre)) == known + 1, 5)
    slow = turns_over_2_ms(centre) - slow
    check(centre.metric("calls_live") == 200, "calls have ended")
    load.join()
    check(findings and not isinstance(findings[0], Exception), f"{findings}")
    centre.new_records(before, 200, 20)
    return f"{taken + 1} taken, {refused} refused, {slow:.0f} turns over 2 ms"


def _load(centre):
    try:
        return sipp_all(centre, "plain", calls=200, rate=50, pause_ms=20000)
    except Exception as error:  # told by the judge
        return error


def a_share_of_calls_is_on_trial(centre):
    write(DIALPLAN, SHIPPED.replace("version: 1", "# on trial\nversion: 1", 1))
    try:
        must(centre, "reload", "--canary", "50")
        before = len(centre.records())
        sipp_all(centre, "plain", calls=100, rate=50, pause_ms=500)
        tried = sum(one["arrived"]["release"] == max(releases(centre)) for one in centre.new_records(before, 100))
        check(30 <= tried <= 70, f"{tried} of 100 calls are on trial")
        must(centre, "reload", "--promote")
        check(releases(centre)[max(releases(centre))][0] == "current", f"{releases(centre)}")
    finally:
        write(DIALPLAN, SHIPPED)
        must(centre, "reload")
    return f"{tried} of 100 calls"


preside(
    old_calls_keep_their_words_and_sounds,
    a_typo_is_refused_with_its_place,
    a_used_queue_goes_only_with_a_place_for_its_contacts,
    two_hundred_calls_notice_nothing,
    a_share_of_calls_is_on_trial,
    root=FILES,
)
