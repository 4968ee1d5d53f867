"""Load figures for `ringwise serve`, open loop, with SIPp: see README.md."""

import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "judges"))
from kit import Centre, Failed, Phone, free_sip_port, stop, until  # noqa: E402

import two_legs  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
HELD = 1000
# Measured on one core with the same SIPp scenario shape: calls a second held, CPU ms a call.
OTHERS = [("Asterisk 22", 600, 1.1), ("FreeSWITCH 1.11", 225, 3.5), ("rustpbx 0.5", 200, 3.9)]
OTHERS_TWO_LEGS = [("Asterisk 22", 292), ("FreeSWITCH 1.11", 99), ("rustpbx 0.5", 148)]


def cpu_s(pid):
    """Seconds of CPU, user and system, of the whole process."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def packets_sent(centre, newest):
    """Sound packets sent to callers, a call, over the newest records."""
    sent = [q["packets_sent"] for r in centre.get(f"/api/v1/records?limit={newest}") for who, q in r["quality"] if who == "caller"]
    return round(sum(sent) / max(1, len(sent)), 1)


def rss_kb(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * PAGE // 1024


def percentile(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * percent / 100))] if values else None


class Load:
    """One SIPp at a constant rate."""

    def __init__(self, centre, rate, calls, pause_ms, scenario="uac", number="10101234", cores=None):
        self.folder = tempfile.mkdtemp(dir=centre.folder)
        command = ["taskset", "-c", cores] if cores else []
        command += ["sipp", f"127.0.0.1:{centre.sip}", "-sf", f"{HERE}/{scenario}.xml", "-s", number, "-nostdin"]
        command += ["-i", "127.0.0.1", "-p", str(free_sip_port()), "-mi", "127.0.0.1", "-mp", "46000"]
        command += ["-m", str(calls), "-r", str(rate), "-d", str(pause_ms), "-l", str(max(2000, rate * 30))]
        command += ["-trace_stat", "-fd", "1", "-stf", f"{self.folder}/stat.csv", "-trace_rtt", "-rtt_freq", "50"]
        command += ["-trace_err", "-error_file", f"{self.folder}/errors.log", "-timeout", "300"]
        self.screen = open(f"{self.folder}/screen.log", "w")
        self.process = subprocess.Popen(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=self.screen, stderr=subprocess.STDOUT
        )

    def finish(self, within):
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            pass
        stop(self.process)
        self.screen.close()
        with open(f"{self.folder}/stat.csv") as stat:
            lines = [line.rstrip("\n").split(";") for line in stat]
        last = dict(zip(lines[0], lines[-1]))
        self.good, self.bad = int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"])
        self.created, self.again = int(last["TotalCallCreated"]), int(last["Retransmissions(C)"])
        self.setup_ms = []
        for name in os.listdir(self.folder):
            if name.endswith("_rtt.csv"):
                with open(os.path.join(self.folder, name)) as rtt:
                    rows = [row for row in csv.reader(rtt, delimiter=";") if len(row) >= 3]
                self.setup_ms += [float(row[1]) for row in rows if row[2].strip() == "1"]
        return self


def climb(measure, args, halvings):
    """Rates that grow by half until one is not held, then halvings between the last two: (rows, best row)."""
    rows, best, rate, high = [], None, args.first, None
    while rate <= args.to and high is None:
        row = measure(rate)
        rows.append(row)
        show(row)
        if row["held"]:
            best, rate = row, int(rate * args.step)
        else:
            high = rate
    for _ in range(halvings if best and high else 0):
        middle = (best["calls_a_second"] + high) // 2
        row = measure(middle)
        rows.append(row)
        show(row)
        if row["held"]:
            best = row
        else:
            high = middle
    return rows, best


def two_legs_for(centre, seats, rate, seconds, cores):
    """Runs a rate of calls that a seat answers; gives a row."""
    served, others = two_legs.served(centre)
    again = seats.figures()[1]
    row, held = held_for(centre, rate, seconds, cores, two_legs.NUMBER)
    now_served, now_others = two_legs.served(centre)
    row["served"], row["retransmissions"] = now_served - served, row["retransmissions"] + seats.figures()[1] - again
    row["held"] = held and row["served"] == rate * seconds and now_others == others and row["retransmissions"] == 0
    return row


def held_for(centre, rate, seconds, cores, number="10101234"):
    """Runs a rate for a window; gives (row, whether it was held)."""
    pid = centre.process.pid
    before, calls = centre.metric("calls_arrived_total"), rate * seconds
    start, spent = time.monotonic(), cpu_s(pid)
    load = Load(centre, rate, calls, 1000, number=number, cores=cores)
    try:
        load.process.wait(seconds + 45)
    except subprocess.TimeoutExpired:
        pass
    took, spent = time.monotonic() - start, cpu_s(pid) - spent
    load.finish(1)
    try:
        centre.quiet(60)
    except Failed:
        pass
    arrived = centre.metric("calls_arrived_total") - before
    row = {
        "calls_a_second": rate,
        "calls": load.created,
        "good": load.good,
        "failed": load.bad,
        "retransmissions": load.again,
        "seconds": round(took, 1),
        "packets_a_call": packets_sent(centre, 200),
        "cpu_ms_a_call": round(1000 * spent / max(1, arrived), 3),
        "cpu_cores": round(spent / took, 2),
        "setup_p50_ms": percentile(load.setup_ms, 50),
        "setup_p95_ms": percentile(load.setup_ms, 95),
        "setup_p99_ms": percentile(load.setup_ms, 99),
        "rss_mb": rss_kb(pid) // 1024,
    }
    # Open loop: SIPp that cannot keep its own rate measures itself.
    held = load.good == calls and load.bad == 0 and load.again == 0 and took < seconds + 1 + 2 + seconds * 0.05
    row["held"] = held
    return row, held


def show(row):
    print(
        f"{row['calls_a_second']:>6} cps  {row['good']:>6} good  {row['failed']:>4} failed  {row['retransmissions']:>4} again  "
        f"{row['packets_a_call']:>5} packets and {row['cpu_ms_a_call']:>7.3f} ms CPU a call  {row['cpu_cores']:>5.2f} cores  set-up p50/95/99 "
        f"{row['setup_p50_ms']}/{row['setup_p95_ms']}/{row['setup_p99_ms']} ms  {'held' if row['held'] else 'NOT HELD'}",
        flush=True,
    )


def memory(centre, held):
    """RSS a held call, and what is left after they end."""
    pid = centre.process.pid
    base = rss_kb(pid)
    load = Load(centre, 100, held, 1000 * (held // 100 + 8))
    until("all are held", lambda: (centre.metric("calls_live") or 0) >= held, held // 100 + 30, 0.2)
    time.sleep(1)
    full = rss_kb(pid)
    load.finish(held // 100 + 60)
    centre.quiet(60)
    time.sleep(2)
    return {
        "held": held,
        "rss_before_kb": base,
        "rss_held_kb": full,
        "kb_a_held_call": round((full - base) / held, 1),
        "rss_after_kb": rss_kb(pid),
        "good": load.good,
    }


def rss_growth(centre, rounds, calls, rate):
    """RSS after each round of calls: what a call leaves behind."""
    sizes = [rss_kb(centre.process.pid)]
    for _ in range(rounds):
        Load(centre, rate, calls, 100).finish(calls / rate + 40)
        centre.quiet(60)
        time.sleep(1)
        sizes.append(rss_kb(centre.process.pid))
    return sizes


def queue_scene(centre, seats, callers):
    """Registered seats, callers who press 0 at once; gives (served, set-up times of the seats in ms)."""
    phones = [Phone(centre, str(2001 + n), f"pass-{2001 + n}", algorithm="MD5") for n in range(seats)]
    people = []
    try:
        for phone in phones:
            if phone.register().status != 200:
                raise Failed(f"seat {phone.user} cannot register")
            centre.fetch(f"/api/v1/seats/{phone.user}/state", b'{"state":"ready"}', "POST")
        before = centre.count_records()

        def person(n):
            phone = Phone(centre, f"139{n:08d}")
            people.append(phone)
            call = phone.call("10101234")
            time.sleep(0.5)
            call.sound.press("0")
            time.sleep(12)
            call.hang_up()

        threads = []
        for n in range(callers):
            threads.append(threading.Thread(target=person, args=(n,)))
            threads[-1].start()
            time.sleep(0.1)
        for thread in threads:
            thread.join()
        until("every call has its record", lambda: centre.count_records() == before + callers, 30)
        records = centre.get(f"/api/v1/records?limit={callers}")
    finally:
        for phone in [*phones, *people]:
            phone.close()
    served = [r for r in records if r["outcome"] == "served"]
    return len(served), callers, [r["two_way_us"] / 1000 for r in served if r["two_way_us"]]


# ---------------------------------------------------------------- output


def chart(rows, best, path):
    """Calls a second held on the left, CPU a call on the right, ours beside the others."""
    bars = [("Ringwise", best["calls_a_second"], best["cpu_ms_a_call"])] + OTHERS
    width, top, floor = 640, 46, 250
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="300" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="300" fill="white"/>',
    ]
    for left, title, at in ((20, "calls a second held for the window", 1), (340, "CPU a call, ms", 2)):
        out.append(f'<text x="{left}" y="24" font-size="14">{title}</text>')
        most = max(bar[at] for bar in bars)
        for place, bar in enumerate(bars):
            height = (floor - top - 10) * bar[at] / most
            x = left + place * 70
            fill = "#1b7f5c" if place == 0 else "#b8c0c8"
            out.append(f'<rect x="{x}" y="{floor - height:.1f}" width="52" height="{height:.1f}" fill="{fill}"/>')
            out.append(f'<text x="{x + 26}" y="{floor - height - 5:.1f}" text-anchor="middle">{bar[at]:g}</text>')
            for line, word in enumerate(bar[0].split()):
                out.append(f'<text x="{x + 26}" y="{floor + 16 + 14 * line}" text-anchor="middle">{word}</text>')
    out.append("</svg>")
    with open(path, "w") as svg:
        svg.write("\n".join(out) + "\n")


def report(lines):
    print()
    for name, value in lines:
        print(f"  {name:<58} {value}")


def one_leg(folder, args):
    """Everything that one leg shows: lines of the report, rows, best row, whether records equal calls."""
    seats = [str(2001 + n) for n in range(10 if args.quick else 50)]
    started = time.monotonic()
    centre = Centre(folder, seats=seats, media="30000-45999")
    try:
        pin(centre, args.cores)
        Load(centre, 10, 1, 10).finish(20)
        first_call = time.monotonic() - started
        # Before the rates: memory that they leave to the allocator would hide what a call takes. Once to warm: what decoding
        # the prompts took is given back while calls run.
        held = 200 if args.quick else HELD
        memory(centre, held)
        room = memory(centre, held)
        sizes = rss_growth(centre, 3, 200 if args.quick else 2000, 100)
        rows, best = climb(lambda rate: held_for(centre, rate, args.window, args.sipp_cores)[0], args, 0 if args.quick else 3)
        centre.quiet(60)
        if not args.quick:
            # Transactions outlive their calls by 32 s.
            time.sleep(40)
        settled = rss_kb(centre.process.pid)
        served, callers, two_way = queue_scene(centre, len(seats), 10 if args.quick else 50)
        centre.quiet(30)
        records, arrived = centre.count_records(), int(centre.metric("calls_arrived_total"))
    finally:
        centre.stop()
    lines = held_lines(best, "one leg")
    lines += [(f"  {name}, one core", f"{rate} calls a second, {cpu} ms") for name, rate, cpu in OTHERS]
    lines += [
        ("start to the first answered and ended call", f"{first_call:.2f} s (others: 0.43 to 1.7 s, to the answer)"),
        (f"memory a held call, at {room['held']}", f"{room['kb_a_held_call']} kB"),
        ("RSS before, held, after", f"{room['rss_before_kb']}, {room['rss_held_kb']}, {room['rss_after_kb']} kB"),
        ("RSS after rounds of calls", f"{', '.join(map(str, sizes))} kB"),
        ("RSS after all rates", f"{settled} kB"),
        (f"queue, {len(seats)} registered seats: served", f"{served} of {callers}"),
        ("seat's answer to two-way sound, p50/p99", f"{percentile(two_way, 50)}/{percentile(two_way, 99)} ms"),
        records_line(records, arrived),
    ]
    return lines, rows, best, records == arrived


def both_legs(folder, args):
    """Calls that registered SIPp seats answer: lines of the report, rows, best row, whether records equal calls."""
    seats = [str(2001 + n) for n in range(200 if args.quick else 2000)]
    centre = two_legs.house(folder, seats)
    phones = None
    try:
        pin(centre, args.cores)
        phones = two_legs.Seats(centre, seats, args.sipp_cores)
        rows, best = climb(
            lambda rate: two_legs_for(centre, phones, rate, args.window, args.sipp_cores), args, 0 if args.quick else 3
        )
        centre.quiet(60)
        records, arrived = centre.count_records(), int(centre.metric("calls_arrived_total"))
    finally:
        if phones:
            phones.close()
        centre.stop()
    lines = held_lines(best, "two legs")
    lines += [(f"  {name}, one core", f"{rate} calls a second") for name, rate in OTHERS_TWO_LEGS]
    return [*lines, records_line(records, arrived)], rows, best, records == arrived


def pin(centre, cores):
    if cores:
        subprocess.run(["taskset", "-a", "-p", "-c", cores, str(centre.process.pid)], check=True, capture_output=True)


def held_lines(best, what):
    if not best:
        return [(f"{what}: highest rate held", "none")]
    setup = "/".join(str(best[f"setup_p{p}_ms"]) for p in (50, 95, 99))
    return [
        (f"{what}: highest rate held, calls a second", best["calls_a_second"]),
        ("CPU a call there, whole process", f"{best['cpu_ms_a_call']:.3f} ms"),
        ("set-up there, p50/p95/p99", f"{setup} ms"),
    ]


def records_line(records, arrived):
    return ("records / calls", f"{records} / {arrived}{'' if records == arrived else '  NOT EQUAL'}")


def write_csv(rows, path):
    with open(path, "w", newline="") as out:
        table = csv.DictWriter(out, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def main():
    wanted = argparse.ArgumentParser(description="Load figures; see benches/sipp/README.md.")
    wanted.add_argument("--quick", action="store_true", help="short windows, a few rates")
    wanted.add_argument("--out", default=os.path.join(ROOT, "target", "bench"), help="folder for CSV and SVG")
    wanted.add_argument("--cores", default="", help="pin the centre to these cores (taskset list), SIPp to --sipp-cores")
    wanted.add_argument("--sipp-cores", default="", help="pin SIPp to these cores")
    wanted.add_argument("--from", dest="first", type=int, default=100, help="first rate, calls a second")
    wanted.add_argument("--to", type=int, default=3000, help="last rate")
    wanted.add_argument("--legs", choices=["one", "two", "both"], default="both", help="what to measure")
    args = wanted.parse_args()
    args.window, args.step = (5, 2) if args.quick else (20, 1.5)
    os.makedirs(args.out, exist_ok=True)
    with open("/proc/cpuinfo") as cpu:
        model = re.search(r"model name\s*: (.*)", cpu.read())
    print(f"{os.environ['RINGWISE_BIN']}, {os.cpu_count()} cores, {model.group(1) if model else 'unknown'}, load {os.getloadavg()[0]:.2f}")
    fine, written = True, []
    for legs, scene, name in (("one", one_leg, "sipp"), ("two", both_legs, "sipp-two-legs")):
        if args.legs not in (legs, "both"):
            continue
        print(f"\n{legs} leg{'s' if legs == 'two' else ''}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            lines, rows, best, equal = scene(folder, args)
        report(lines)
        write_csv(rows, os.path.join(args.out, f"{name}.csv"))
        written.append(f"{args.out}/{name}.csv")
        if best and legs == "one":
            chart(rows, best, os.path.join(args.out, "sipp.svg"))
            written.append(f"{args.out}/sipp.svg")
        fine = fine and bool(best) and equal
    print("\n" + ", ".join(written))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
