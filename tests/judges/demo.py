"""The demo itself: ten callers, five in each language, all as told, from ring to record."""

import os
import re
import subprocess

from kit import ROOT, check, find_that


def the_demo_goes_as_told():
    ran = subprocess.run(
        [os.environ["RINGWISE_BIN"], "demo", "--exit"],
        cwd=ROOT, capture_output=True, text=True, timeout=400, check=False,
    )
    told = ran.stdout + ran.stderr
    check(ran.returncode == 0, f"it ends with {ran.returncode}:\n" + told[-2000:])
    check("NOT AS TOLD" not in told, told[-2000:])
    records = re.findall(r"record [0-9a-f]{16}:", told)
    check(len(set(records)) == 10, f"{len(set(records))} records instead of 10")
    times = re.findall(r"^  (INVITE to first packet|key to the prompt|seat's answer)", told, re.M)
    check(len(times) == 3, "the times from real packets are missing")


def main():
    try:
        the_demo_goes_as_told()
        find_that("ok the demo goes as told")
    except Exception as error:
        find_that(f"FAILED the demo goes as told: {error}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
