"""A person at a terminal: keys of `ringwise try` count as they are typed, and Ctrl-C ends it."""

import os
import pty
import select
import time

from kit import ROOT, check, find_that

MENU = os.path.join(ROOT, "examples", "dialplans", "menu.yaml")


def at_a_terminal(keys, within=20):
    """Starts the trial in a terminal of its own, types each key after its pause, gives (what was shown, exit code)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execv(os.environ["RINGWISE_BIN"], ["ringwise", "try", MENU])
    shown, end = b"", time.monotonic() + within
    due = time.monotonic()
    keys = list(keys)
    if keys:
        due += keys[0][0]
    while time.monotonic() < end:
        if keys and time.monotonic() >= due:
            os.write(terminal, keys.pop(0)[1])
            if keys:
                due = time.monotonic() + keys[0][0]
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                data = os.read(terminal, 4096)
            except OSError:
                break
            if not data:
                break
            shown += data
    done, last = 0, time.monotonic() + 3
    while done == 0 and time.monotonic() < last:
        done, status = os.waitpid(pid, os.WNOHANG)
        time.sleep(0.02)
    if done == 0:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        return shown.decode("utf-8", "replace"), None
    return shown.decode("utf-8", "replace"), os.waitstatus_to_exitcode(status)


def a_key_counts_as_it_is_typed():
    shown, code = at_a_terminal([(1.5, b"2"), (2.5, b"q")])
    check(code is not None, f"it does not end: {shown}")
    check("support" in shown, shown)


def ctrl_c_ends_it():
    began = time.monotonic()
    shown, code = at_a_terminal([(1.5, b"\x03")])
    check(code is not None, f"it does not end: {shown}")
    check(time.monotonic() - began < 6, "it ends late")


def main():
    failed = False
    for judge in (a_key_counts_as_it_is_typed, ctrl_c_ends_it):
        name = judge.__name__.replace("_", " ")
        try:
            judge()
            find_that(f"ok {name}")
        except Exception as error:
            failed = True
            find_that(f"FAILED {name}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
