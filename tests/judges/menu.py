"""The predicted menu is heard in the order that the engine says, in the bank's wording, in both languages."""

import json
import os
import re
import time

from kit import RATE, ROOT, Baresip, check, must_hear, preside

# Wang Fang: one flight with a ticket.
CALLER = "13800000005"


def wordings(language):
    """What each question is called in the bank, as it was recorded: prompt by text."""
    with open(os.path.join(ROOT, "prompts", "index.csv"), encoding="utf-8") as index:
        rows = re.findall(r"^(bank\.[a-z_]+\.\d+),%s,([^,\"]+)," % re.escape(language), index.read(), re.M)
    return {text: name for name, text in rows}


def predicted(record):
    facts = [fact["predicted"] for _, fact in record["story"] if "predicted" in fact]
    check(len(facts) == 1, f"{len(facts)} predictions")
    ranked, read = facts[0]["ranked"], facts[0]["read"]
    return ranked, [ranked[at][1] for at in facts[0].get("order") or range(read)]


def listen(centre, language):
    """One call to the end of the menu; gives its record and what was heard."""
    before = len(centre.records())
    account = f'"Caller" <sip:{CALLER}@127.0.0.1:{centre.sip};transport=udp>;regint=0;audio_codecs=pcmu'
    phone = Baresip(os.path.join(centre.folder, f"menu-{language}"), account, None)
    try:
        phone.tell("dial", f"sip:10101234@127.0.0.1:{centre.sip}")
        phone.wait_for("CALL_ESTABLISHED")
        if language == "en":
            time.sleep(1.5)
            phone.tell("sndcode", "2")
        time.sleep(33)
        phone.tell("hangup")
        phone.wait_for("CALL_CLOSED")
        time.sleep(0.3)
        return centre.new_records(before, 1)[0], phone.heard()
    finally:
        phone.close()


def the_menu_is_heard_as_the_engine_says(centre):
    told = []
    for language in ("zh-CN", "en"):
        body = json.dumps({"who": {"caller": "+86" + CALLER, "language": language}, "most": 9}).encode()
        choices = json.loads(centre.fetch("/api/v1/predict", body))["choices"]
        record, heard = listen(centre, language)
        ranked, read = predicted(record)
        engine = [choice["question"] for choice in choices][: len(read)]
        check([question for _, question, _ in ranked][: len(read)] == engine, f"{language}: {ranked} beside {choices}")
        names = wordings(language)
        shorts = {choice["question"]: choice["short"] for choice in choices}
        places = []
        for question in read:
            check(shorts[question] in names, f"{language}: {shorts[question]!r} is not recorded by itself")
            places.append(must_hear(heard, names[shorts[question]], language))
        check(places == sorted(places) and len(places) >= 3, f"{language}: {read} at {places}")
        told.append(f"{language} {len(places)} questions in {(places[-1] - places[0]) / RATE:.1f} s")
    return ", ".join(told)


preside(the_menu_is_heard_as_the_engine_says)
