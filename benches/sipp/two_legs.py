"""Two legs: callers who are led straight to registered seats, at a constant rate."""

import os
import subprocess
import tempfile
import time

from kit import Centre, Failed, free_sip_port, stop, until

HERE = os.path.dirname(os.path.abspath(__file__))
NUMBER = "10109999"
TALK_MS = 1000
DIALPLAN = f"""\
version: 1
flow: load
entry: {{ did: ["{NUMBER}"] }}
languages: [en]
steps:
  agent: {{ queue: after-sales, goto: {{ full: bye, left: bye }} }}
  bye: {{ hangup: normal }}
"""


class Seats:
    """One SIPp that answers as many registered seats."""

    def __init__(self, centre, seats, cores=None):
        self.centre = centre
        self.folder = tempfile.mkdtemp(dir=centre.folder)
        self.port = free_sip_port()
        with open(f"{self.folder}/seats.csv", "w") as out:
            out.write("SEQUENTIAL\n" + "".join(f"{seat};[authentication username={seat} password=pass-{seat}]\n" for seat in seats))
        done = subprocess.run(
            self._sipp("register") + ["-inf", "seats.csv", "-m", str(len(seats)), "-r", "200", "-l", "50"],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )
        if done.returncode:
            raise Failed(f"the seats do not register, see {self.folder}")
        command = ["taskset", "-c", cores] if cores else []
        command += self._sipp("uas") + ["-mi", "127.0.0.1", "-mp", "47000", "-aa"]
        command += ["-trace_stat", "-fd", "1", "-stf", f"{self.folder}/stat.csv"]
        self.process = subprocess.Popen(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for seat in seats:
            centre.fetch(f"/api/v1/seats/{seat}/state", b'{"state":"ready"}', "POST")
        until("the seats are ready", lambda: all(s["state"] == "ready" for s in centre.get("/api/v1/seats")), 20)

    def _sipp(self, scenario):
        command = ["sipp", f"127.0.0.1:{self.centre.sip}", "-sf", f"{HERE}/{scenario}.xml", "-nostdin"]
        return command + ["-i", "127.0.0.1", "-p", str(self.port), "-trace_err", "-error_file", f"{self.folder}/{scenario}.log"]

    def figures(self):
        """Calls answered so far and retransmissions."""
        time.sleep(1.2)
        with open(f"{self.folder}/stat.csv") as stat:
            lines = [line.rstrip("\n").split(";") for line in stat]
        last = dict(zip(lines[0], lines[-1]))
        return int(last["SuccessfulCall(C)"]), int(last["Retransmissions(C)"])

    def close(self):
        stop(self.process)


def house(folder, seats):
    """A centre whose dialplan leads straight to the queue."""
    plans = os.path.join(folder, "dialplans")
    os.makedirs(plans)
    with open(os.path.join(plans, "load.yaml"), "w") as out:
        out.write(DIALPLAN)
    return Centre(folder, seats=seats, media="30000-45999", dialplans=plans, wrap_up_s=0)


def served(centre):
    """Calls that a seat has served, of all."""
    served, others = centre.count_records("outcome = 'served'"), centre.count_records("outcome <> 'served'")
    return served, others
