"""Two releases compared: a shadow that serves nobody, on the calls of the log, and a trial that serves half of them."""

import json
import os
import shutil
import signal
import subprocess
import time

from kit import ROOT, Phone, check, preside, until

KNOWN = "13800000001"


def files(name):
    """A folder of dialplans, banks and prompts of our own: sounds are the shipped ones."""
    folder = os.path.join(os.environ["JUDGES_DIR"], name)
    for part in ("dialplans", "banks"):
        shutil.copytree(os.path.join(ROOT, part), os.path.join(folder, part))
    os.symlink(os.path.join(ROOT, "prompts"), os.path.join(folder, "prompts"))
    return folder


FILES = files("shadow-files")
BLIND = files("shadow-blind")


def rewrite(folder, old, new):
    path = os.path.join(folder, "banks", "travel.yaml")
    with open(path, encoding="utf-8") as text:
        was = text.read()
    check(old in was, f"the bank does not have {old!r} any more")
    with open(path, "w", encoding="utf-8") as out:
        out.write(was.replace(old, new))


def ringwise(centre, *words):
    command = [os.environ["RINGWISE_BIN"], *words, "--config", centre.config]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    check(done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def choose_first(centre):
    """A caller whose flight is late chooses what is read first."""
    phone = Phone(centre, KNOWN)
    try:
        call = phone.call("10101234")
        until("questions are read", lambda: any(one["step"] == "guess" for one in centre.get("/api/v1/calls")), 30)
        time.sleep(0.5)
        call.sound.press("1")
        time.sleep(1)
        call.hang_up()
    finally:
        phone.close()
    centre.quiet()


def shadow(centre, *words):
    told = json.loads(ringwise(centre, "shadow", *words, "--json"))
    return told, {one["name"]: one["values"] for one in told["measures"]}


def a_shadow_is_compared_on_the_same_calls(centre):
    for _ in range(4):
        choose_first(centre)
    told, same = shadow(centre)
    check((told["calls"], told["left_out"]) == (4, 0), f"{told}")
    check(same["likeliest (hit at 1)"] == [1.0, 1.0], f"the same files foresee otherwise: {same}")
    live, own = same["log-loss"]
    check(abs(live - own) < 1e-3, f"the same files say {own}, the log {live}")
    check(told["verdict"].startswith("not enough calls"), told["verdict"])
    rewrite(BLIND, "weight: 2.2 }", "weight: 0.001 }")
    blind, less = shadow(centre, BLIND)
    check(less["likeliest (hit at 1)"][1] < 1 and less["log-loss"][1] > live, f"{blind}")
    return f"log-loss {live:.3f} live, {less['log-loss'][1]:.3f} of a bank that does not look at delays"


def it_says_the_same_after_a_kill(centre):
    before = shadow(centre, BLIND)
    centre.process.send_signal(signal.SIGKILL)
    centre.process.wait()
    centre.start()
    check(shadow(centre, BLIND) == before, "a restart changed what a shadow says")


def a_trial_is_compared_with_what_stood_before(centre):
    rewrite(FILES, "solvable: 0.97", "solvable: 0.96")
    ringwise(centre, "reload", "--canary", "50")
    releases = {one["standing"]: one["number"] for one in centre.get("/api/v1/releases")}
    current = releases.pop("current")
    tried = max(releases.values())

    def served(release):
        return centre.metric(f'release_calls_total{{release="{release}"}}') or 0

    for _ in range(12):
        if served(tried):
            break
        choose_first(centre)
    check(served(tried) > 0, "no call of twelve was in a trial of half of them")
    hits = centre.metric(f'release_hits_total{{release="{tried}",first="1"}}')
    check(hits == served(tried), f"{hits} hits of {served(tried)} calls")
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    columns = json.loads(ringwise(centre, "report", day, "--by-release", "--json"))
    against = columns[-1]["against"]
    check(against["names"] == [f"release {current}", f"release {tried}"], f"{against['names']}")
    check(against["verdict"].startswith("not enough calls"), against["verdict"])
    check("too few calls" in ringwise(centre, "report", day, "--by-release"), "the table does not say that calls are few")


preside(
    a_shadow_is_compared_on_the_same_calls,
    it_says_the_same_after_a_kill,
    a_trial_is_compared_with_what_stood_before,
    root=FILES,
    seats=("1001",),
)
