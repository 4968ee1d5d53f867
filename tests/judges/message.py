"""Who finds the queue full leaves a message: it is on disk before they are told so, also if they hang up in the middle."""

import io
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
import wave

from kit import Phone, check, preside, tone_share, until

FOLDER = os.path.join(os.environ["JUDGES_DIR"], "message-dialplans")
os.makedirs(FOLDER, exist_ok=True)
# As examples/dialplans/message.yaml, in words that are recorded.
DIALPLAN = """
version: 1
flow: message
entry: { did: ["7022"] }
languages: [en]
steps:
  agent: { queue: after-sales, goto: { full: message, closed: message, left: bye } }
  message:
    say: "Hello, and welcome to Qicheng Travel."
    message: after-sales
    longest: 90s
    silence: 4s
    goto: { ok: kept, empty: bye, failed: sorry }
  kept: { say: "Thank you for calling. Goodbye.", hangup: normal }
  bye: { say: "Thank you for calling. Goodbye.", hangup: normal }
  sorry: { say: "I'm sorry, too many people are waiting right now. Please call again a little later.", hangup: normal }
"""
with open(os.path.join(FOLDER, "message.yaml"), "w") as out:
    out.write(DIALPLAN)
CALLER = "13900007022"


def step(centre):
    return next((call["step"] for call in centre.get("/api/v1/calls") if call["called"] == "7022"), None)


def messages(centre, query=""):
    return centre.get(f"/api/v1/messages{query}")


def reach_the_tone(centre, caller):
    call = caller.call("7022")
    call.sound.sending = False
    until("the caller may speak", lambda: step(centre) == "message", 8)

    def beeps():
        heard = call.sound.samples(time.monotonic() - 0.3)
        return len(heard) > 1_600 and tone_share(heard, 1000) > 0.8

    until("the tone is heard", beeps, 20, every=0.02)
    until("the tone is over", lambda: not beeps(), 2, every=0.02)
    return call


def sound_of(centre, name):
    request = urllib.request.Request(f"http://127.0.0.1:{centre.http}/api/v1/messages/{name}/audio")
    request.add_header("Authorization", f"Bearer {centre.token}")
    with urllib.request.urlopen(request, timeout=10) as response:
        check(response.headers["Content-Type"] == "audio/wav", response.headers["Content-Type"])
        wav = wave.open(io.BytesIO(response.read()))
    check((wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (8000, 1, 2), "the WAV's form")
    frames = wav.readframes(wav.getnframes())
    return [int.from_bytes(frames[at : at + 2], "little", signed=True) for at in range(0, len(frames), 2)]


def refused(centre, path, method):
    try:
        centre.fetch(path, None if method == "GET" else b"", method)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def a_message_survives_a_kill_that_follows_the_thanks(centre):
    caller = Phone(centre, CALLER, hz=440)
    try:
        call = reach_the_tone(centre, caller)
        call.sound.sending = True
        time.sleep(4)
        call.sound.press("#")
        until("it is thanked for", lambda: step(centre) == "kept", 5, every=0.01)
        centre.process.send_signal(signal.SIGKILL)
        centre.process.wait()
        centre.start()
        found = messages(centre, "?new=true")
        check(len(found) == 1, f"{len(found)} messages")
        message = found[0]
        check(message["number"] == f"+86{CALLER}" and message["queue"] == "after-sales", json.dumps(message))
        table = subprocess.run(
            [os.environ["RINGWISE_BIN"], "messages", "--new", "--config", centre.config], capture_output=True, text=True, timeout=20
        ).stdout
        check(message["name"] in table and message["number"] in table and "after-sales" in table, f"the table is\n{table}")
        sound = sound_of(centre, message["name"])
        check(abs(len(sound) / 8 - message["length_ms"]) < 2, f"{len(sound) / 8} ms, {message['length_ms']} told")
        check(3_800 < message["length_ms"] < 4_800, f"{message['length_ms']} ms of 4 s")
        check(tone_share(sound[: 8 * 3_800], 440) > 0.9, f"{tone_share(sound[:30_400], 440):.0%} is what was said")
        name = message["name"]
        centre.fetch(f"/api/v1/messages/{name}/heard", b"", "POST")
        check(messages(centre, "?new=true") == [], "it is new no more")
        check(messages(centre)[0]["heard_by"].startswith("api, "), json.dumps(messages(centre)))
        centre.fetch(f"/api/v1/messages/{name}", b"", "DELETE")
        check(messages(centre) == [], "it is deleted")
        check(refused(centre, f"/api/v1/messages/{name}/audio", "GET") == 404, "its sound is gone")
        check(refused(centre, f"/api/v1/messages/{name}", "DELETE") == 404, "it is deleted once")
        folder = os.path.join(centre.folder, "data", "messages")
        until("its file is gone", lambda: os.listdir(folder) == [], 3)
        check(refused(centre, "/api/v1/messages/..%2Fjournal/audio", "GET") == 400, "a path is no message")
        return f"{message['length_ms']} ms"
    finally:
        caller.close()


def who_hangs_up_in_the_middle_or_falls_silent_has_left_a_message(centre):
    caller = Phone(centre, CALLER, hz=440)
    try:
        before = centre.count_records()
        call = reach_the_tone(centre, caller)
        call.sound.sending = True
        time.sleep(2)
        check(call.hang_up().status == 200, "BYE")
        record = centre.new_records(before, 1)[0]
        check(record["outcome"] == "left_message", record["outcome"])
        check(1_800 < record["messages"][0][1]["length_ms"] < 3_000, json.dumps(record["messages"]))
        call = reach_the_tone(centre, caller)
        call.sound.sending = True
        time.sleep(2)
        call.sound.sending = False
        start = time.monotonic()
        until("the silence ends it", lambda: step(centre) == "kept", 8)
        took = time.monotonic() - start
        check(3 < took < 5.5, f"after {took:.1f} s of silence, 4 s are asked for")
        until("the centre hangs up", lambda: call.ended, 15)
        until("both are kept", lambda: len(messages(centre)) == 2, 3)
        start = time.monotonic()
        call = reach_the_tone(centre, caller)
        until("nothing was said", lambda: step(centre) == "bye", 8)
        check(len(messages(centre)) == 2, "silence is no message")
        until("the centre hangs up", lambda: call.ended, 15)
    finally:
        caller.close()


def a_disk_that_refuses_is_told_to_the_caller(centre):
    caller = Phone(centre, CALLER, hz=440)
    folder = os.path.join(centre.folder, "data", "messages")
    os.rename(folder, folder + ".away")
    with open(folder, "w"):
        pass
    try:
        call = reach_the_tone(centre, caller)
        call.sound.sending = True
        time.sleep(2)
        call.sound.press("5")
        until("the caller is told", lambda: step(centre) == "sorry", 5)
        until("the centre hangs up", lambda: call.ended, 15)
        check(len(messages(centre)) == 2, "nothing is listed that is not kept")
    finally:
        os.remove(folder)
        os.rename(folder + ".away", folder)
        caller.close()


preside(
    a_message_survives_a_kill_that_follows_the_thanks,
    who_hangs_up_in_the_middle_or_falls_silent_has_left_a_message,
    a_disk_that_refuses_is_told_to_the_caller,
    dialplans=FOLDER,
    queue="waiting_max = 0",
)
