"""What goes wrong gets its own answer and disturbs nobody: while each fault is made, two others talk on."""

import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

from kit import ROOT, Centre, Failed, Phone, check, free_port, free_sip_port, must_hear, preside, stop, token, tone_share, until

LEGS = 6  # so many ports there are: the talking pair has two


@contextmanager
def undisturbed(centre):
    """Two people talk while something else goes wrong: each hears the other without a gap."""
    seat = Phone(centre, "1001", "pass-1001", hz=880, algorithm="SHA-256")
    caller = Phone(centre, "13900000003", hz=440)
    try:
        check(seat.register().status == 200, "REGISTER of the seat that talks")
        star = seat.call("*11")
        until("the seat is ready", lambda: centre.seat("1001")["state"] == "ready", 5)
        until("*11 ends by itself", lambda: star.ended, 8)
        call = caller.call("10101234")
        time.sleep(0.8)
        call.sound.press("0")
        try:
            offer = seat.offered(12)
        except Failed as error:
            raise Failed(f"{error}; calls {centre.get('/api/v1/calls')}, seat {centre.seat('1001')}") from None
        until("the seat talks", lambda: centre.seat("1001")["state"] == "talking", 3)
        time.sleep(0.5)
        start = time.monotonic()
        yield
        time.sleep(max(0, start + 1.5 - time.monotonic()))
        for sound, hz, who in ((call.sound, 880, "the caller"), (offer.sound, 440, "the seat")):
            there = tone_share(sound.samples(start), hz)
            check(there > 0.9, f"{who} who talks hears the other in {there:.0%} of the time")
            times = [when for when, *_ in sound.heard if when >= start]
            gap = max(b - a for a, b in zip(times, times[1:]))
            check(gap < 0.25, f"{who} who talks hears nothing for {gap:.2f} s")
        check(call.hang_up().status == 200, "BYE of the caller who talks")
        until("the seat that talks is hung up", lambda: offer.ended, 3)
        seat.register(expires=0)
    finally:
        caller.close()
        seat.close()


def turned_away(centre, reason):
    return centre.metric(f'requests_turned_away_total{{reason="{reason}"}}') or 0


def a_wrong_password_is_401_and_counted(centre):
    before = turned_away(centre, "bad_password")
    with undisturbed(centre):
        phone = Phone(centre, "1002", "pass-1002", algorithm="SHA-256")
        try:
            answer = phone.register("wrong")
            check(answer.status == 401, f"{answer.first}")
        finally:
            phone.close()
        check(centre.seat("1002")["state"] == "signed_out", "the seat is signed in")
    counted = turned_away(centre, "bad_password") - before
    check(counted == 1, f"{counted:g} wrong passwords counted")


def invite(centre, number, body):
    """The final answer to an INVITE with this body."""
    phone = Phone(centre, "13900000009")
    try:
        uri = f"sip:{number}@127.0.0.1:{centre.sip}"
        state = {"id": token(), "tag": token(), "uri": uri}
        return phone.request("INVITE", uri, state, (), body(phone))
    finally:
        phone.close()


def an_unknown_number_is_404_and_counted(centre):
    before = turned_away(centre, "unknown_number")
    with undisturbed(centre):
        answer = invite(centre, "99999999", lambda phone: phone.describe(4000))
        check(answer.status == 404, answer.first)
    check(turned_away(centre, "unknown_number") == before + 1, "the unknown number is not counted")


def a_bad_description_is_refused_with_its_status_in_the_record(centre):
    table = [
        (488, lambda phone: phone.describe(4000).replace("RTP/AVP 0 101", "RTP/AVP 9 101")),
        (488, lambda phone: phone.describe(4000).replace("m=audio", "m=video")),
        (400, lambda phone: "v=0\r\no=nonsense\r\nthis is no description\r\n"),
    ]
    with undisturbed(centre):
        for status, body in table:
            before = len(centre.records())
            answer = invite(centre, "10101234", body)
            check(answer.status == status, f"{answer.first}, not {status}")
            until("the refusal is recorded", lambda: len(centre.records()) > before, 5)
            record = centre.records()[0]
            found = (record["outcome"], record["refused_status"])
            check(found == ("refused", status), f"the record says {found}")
    told = subprocess.run(
        [os.environ["RINGWISE_BIN"], "records", "--config", centre.config], capture_output=True, text=True, check=True
    ).stdout
    check(re.search(r"refused +488", told), f"`ringwise records` prints {told!r}")


def a_full_port_range_is_503_until_a_port_is_free(centre):
    before = len(centre.records())
    others = []
    with undisturbed(centre):
        try:
            for at in range(LEGS - 2):
                phone = Phone(centre, f"1390000001{at}")
                others.append(phone)
                phone.call("10101234")
            answer = invite(centre, "10101234", lambda phone: phone.describe(4000))
            check(answer.status == 503, answer.first)
            check(int(answer.get("retry-after", "0")) > 0, "503 without Retry-After")
            until("the refusal is recorded", lambda: len(centre.records()) > before, 5)
            record = centre.records()[0]
            found = (record["outcome"], record["refused_status"])
            check(found == ("refused", 503), f"the record says {found}")
            call = next(iter(others[0].calls.values()))
            check(call.hang_up().status == 200, "BYE")
            again = Phone(centre, "13900000019")
            others.append(again)
            until("a freed port is used again", lambda: called(again), 3)
            for phone in others[1:]:
                for call in phone.calls.values():
                    call.hang_up()
        finally:
            for phone in others:
                phone.close()


def called(phone):
    try:
        return phone.call("10101234")
    except Failed:
        return None


def a_missing_prompt_is_named_and_passed_over(centre):
    """A centre of its own lacks the English welcome and has no speech command."""
    folder = os.path.join(centre.folder, "voiceless")
    for part in ("dialplans", "banks"):
        shutil.copytree(f"{ROOT}/{part}", f"{folder}/copy/{part}")
    shutil.copytree(f"{ROOT}/prompts", f"{folder}/copy/prompts", copy_function=os.symlink)
    os.remove(f"{folder}/copy/prompts/en/travel.welcome.1.flac")
    with undisturbed(centre):
        other = Centre(folder, media="44000-44099", root=f"{folder}/copy")
        try:
            with open(f"{folder}/serve.log") as log:
                said = log.read()
            check("en/travel.welcome.1.flac" in said, "the log of `serve` does not name the missing file")
            phone = Phone(other, "13900000003")
            try:
                call = phone.call("10101234")
                time.sleep(9)
                heard = call.sound.samples()
                check(call.hang_up().status == 200, "BYE")
            finally:
                phone.close()
            greeting = must_hear(heard, "travel.welcome.1", "zh-CN")
            asked = must_hear(heard, "travel.ask_order.1", "zh-CN", seconds=2)
            check(asked > greeting, "the order number is asked for before the greeting")
            record = other.new_records(0, 1)[0]
            lost = [fact for _, fact in record["story"] if "unspeakable" in fact]
            check(lost, "the record does not say what could not be spoken")
        finally:
            other.stop()


def a_broken_dialplan_ends_the_start_with_its_line(centre):
    folder = os.path.join(centre.folder, "broken")
    for part in ("dialplans", "banks"):
        shutil.copytree(f"{ROOT}/{part}", f"{folder}/copy/{part}")
    path = f"{folder}/copy/dialplans/travel.yaml"
    with open(path) as file:
        text = file.read()
    place = text.index("goto: ") + len("goto: ")
    line = text[:place].count("\n") + 1
    with open(path, "w") as file:
        file.write(text[:place] + "nowhere_at_all_" + text[place:])
    with open(centre.config) as file:
        config = file.read().replace(f"{ROOT}/dialplans", f"{folder}/copy/dialplans")
    config = config.replace(f"{centre.folder}/data", f"{folder}/data")
    config = config.replace(str(centre.sip), str(free_sip_port())).replace(str(centre.http), str(free_port()))
    with open(f"{folder}/ringwise.toml", "w") as file:
        file.write(config)
    with undisturbed(centre):
        for command in (["serve"], ["check"]):
            process = subprocess.Popen(
                [os.environ["RINGWISE_BIN"], *command, "--config", "ringwise.toml"],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            try:
                said, _ = process.communicate(timeout=20)
            finally:
                stop(process, signal.SIGKILL)
            check(process.returncode == 1, f"{command[0]} ends with {process.returncode}, not 1: {said[-400:]}")
            check(f"travel.yaml:{line}:" in said, f"{command[0]} does not say line {line}: {said[-600:]}")
            check("nowhere_at_all" in said, f"{command[0]} does not name the step")


def nobody_is_left(centre):
    centre.quiet()
    check(centre.metric("alarms_total") == 0, f"{centre.metric('alarms_total'):g} alarms")


preside(
    a_wrong_password_is_401_and_counted,
    an_unknown_number_is_404_and_counted,
    a_bad_description_is_refused_with_its_status_in_the_record,
    a_full_port_range_is_503_until_a_port_is_free,
    a_missing_prompt_is_named_and_passed_over,
    a_broken_dialplan_ends_the_start_with_its_line,
    nobody_is_left,
    media=f"40000-{40000 + 2 * LEGS - 1}",
)
