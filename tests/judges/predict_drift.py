#!/usr/bin/env python3
"""Calls whose questions are drawn from a known softmax that changes with time, to measure how a model follows.

    predict_drift.py TRAIN.csv QUESTIONS.json OUT SEED KIND...

TRAIN.csv gives the orders (one a row, as in order-questions-sim), QUESTIONS.json {"questions": [ids]}. Scores are
logarithms of the questions' shares by product and state, and what the seed draws: effects of an order's attributes on
each question, and on how strongly the order pulls. Written to OUT: trainSEED.csv, 30,000 calls in 50 days without a
change; KINDSEED.csv, 10,000 calls in the 17 days after; oracleSEED.json, mean -ln p of what was asked, for each file.
Kinds: still, ramp, step, walk, season (daily), week, storms, promo, cells (each state otherwise), state (two states),
mix (what is called about). Judges nothing by itself; docs/prediction.md has the figures.
"""
import collections
import csv
import json
import math
import random
import sys
TRAIN, QUESTIONS, OUT = sys.argv[1:4]
seed, kinds = (int(sys.argv[4]), sys.argv[5:])
QS = json.load(open(QUESTIONS))["questions"]
rng = random.Random(seed)
calls = []
cur = None
cols = None
rd = csv.DictReader(open(TRAIN))
cols = rd.fieldnames
for r in rd:
    if r["call"] != cur:
        calls.append([])
        cur = r["call"]
    calls[-1].append(r)
n = collections.Counter()
N = collections.Counter()
m = collections.Counter()
for c in calls:
    for r in c:
        if r["label"]:
            k = (r["product"], r["state"])
            n[k + (r["label"],)] += 1
            N[k] += 1
            m[r["label"]] += 1
tot = sum(m.values())
F = lambda r, k: float(r[k] or 0)



def phi(r):
    ts = F(r, "to_service_h")
    sla = F(r, "sla_h")
    d = F(r, "delay_min")
    return [math.tanh((12 - ts) / 12), 1.0 if ts < 0 else 0.0, math.log1p(F(r, "in_state_h") / sla) if sla > 0 else 0.0, math.log1p(d / 30), F(r, "cancelled"), F(r, "intl"), F(r, "invoice"), F(r, "coupon"), {"none": 0, "silver": 0.4, "gold": 0.8, "platinum": 1.2}[r["member"]], math.sin(F(r, "hour") / 24 * 2 * math.pi), math.log1p(F(r, "age_h")) / 4 - 1, F(r, "changes"), (F(r, "price") - 900) / 900]
J = 13
coef = [[rng.gauss(0, 0.6) if rng.random() < 0.4 else 0.0 for _ in range(J)] for q in QS]
inter = [(rng.randrange(J), rng.randrange(J), qi, rng.gauss(0, 0.7)) for qi in range(len(QS)) for _ in range(2)]
pullc = [rng.gauss(0, 0.3) for _ in range(J)]
pullc[3] = 0.6
pullc[4] = 1.0
pullc[2] = 0.6
cache = {}



def base(r):
    k = (r["product"], r["state"])
    if k not in cache:
        cache[k] = [math.log((n[k + (q,)] + 2 * m[q] / tot) / (N[k] + 2)) for q in QS]
    return cache[k]



def logits(r, place):
    p = phi(r)
    b = base(r)
    pull = sum((a * x for a, x in zip(pullc, p))) - 0.25 * place
    out = []
    for qi, q in enumerate(QS):
        s = b[qi] + pull + sum((a * x for a, x in zip(coef[qi], p)))
        if r["last_q"] == q and 0 <= F(r, "last_q_h") < 72:
            s += 1.8
        out.append(s)
    for i, j, qi, w in inter:
        out[qi] += w * max(-2, min(2, p[i] * p[j]))
    return out



def draw(rows, drift, t):
    L = []
    for i, r in enumerate(rows):
        l = logits(r, i)
        d = drift(t, r)
        L += [a + b for a, b in zip(l, d)] if d else l
    mx = max(L)
    e = [math.exp(x - mx) for x in L]
    S = sum(e)
    u = R.random() * S
    a = 0
    for at, x in enumerate(e):
        a += x
        if a >= u:
            break
    return (at, -math.log(e[at] / S))



def write(name, many, t0, t1, drift, mix=None, alter=None, ordered=True):
    global R
    R = random.Random(f"{seed}{name}")
    w = csv.DictWriter(open(f"{OUT}/{name}", "w", newline=""), cols)
    w.writeheader()
    loss = 0
    times = [t0 + (t1 - t0) * (i + R.random()) / many for i in range(many)] if ordered else [R.uniform(t0, t1) for _ in range(many)]
    for i, t in enumerate(times):
        while True:
            src = calls[R.randrange(len(calls))]
            if mix is None or R.random() < mix(t, src):
                break
        rows = [dict(r, call=str(i), label="") for r in src]
        hour = t % 1 * 24
        for r in rows:
            r["ts_day"] = f"{t:.4f}"
            r["hour"] = f"{hour:.2f}"
            if alter:
                alter(t, r, R)
        at, l = draw(rows, drift, t)
        loss += l
        rows[at // len(QS)]["label"] = QS[at % len(QS)]
        w.writerows(rows)
    return loss / many
none = lambda t, r: None
T0, T1 = (50, 67)
out = {}
out["train"] = write(f"train{seed}.csv", 30000, 0, 50, none, ordered=False)
K = len(QS)
for kind in kinds:
    D = random.Random(f"{seed}/{kind}")
    g = [D.gauss(0, 0.7) for _ in QS]
    mix = alter = None
    if kind == "still":
        drift = none
    elif kind == "ramp":
        drift = lambda t, r: [x * (t - T0) / (T1 - T0) for x in g]
    elif kind == "step":
        drift = lambda t, r: [x if t > T0 + 5 else 0 for x in g]
    elif kind == "walk":
        a = 0.5 ** (1 / 12)
        st = [0.0] * K
        path = []
        for h in range(int((T1 - T0) * 24) + 2):
            path.append(st)
            st = [a * x + D.gauss(0, 0.5 * math.sqrt(1 - a * a)) for x in st]
        drift = lambda t, r: path[int((t - T0) * 24)]
    elif kind == "season":
        ph = [D.random() * 6.283 for _ in QS]
        drift = lambda t, r: [0.7 * math.sin(2 * math.pi * t + p) for p in ph]
    elif kind == "week":
        ph = [D.random() * 6.283 for _ in QS]
        drift = lambda t, r: [0.7 * math.sin(2 * math.pi * t / 7 + p) for p in ph]
    elif kind == "storms":
        S = [((s := D.uniform(T0, T1)), s + D.uniform(3, 8) / 24, D.randrange(K), math.log(D.uniform(5, 15))) for _ in range(12)]

        def drift(t, r):
            d = [0.0] * K
            for a, b, q, v in S:
                if a <= t < b:
                    d[q] += v
            return d
    elif kind == "promo":
        pq = [D.randrange(K) for _ in range(3)]
        sq = [i for i, q in enumerate(QS) if "delay" in q or "cancel" in q]

        def drift(t, r):
            d = [0.0] * K
            if T0 + 3 <= t < T0 + 7:
                for q in pq:
                    d[q] += 1.2
            if T0 + 10 <= t < T0 + 12 and r["product"] == "flight":
                for q in sq:
                    d[q] += 1.5
            return d
        mix = lambda t, src: 1 if not T0 + 3 <= t < T0 + 7 or any((r["product"] in ("voucher", "hotel") for r in src)) else 0.35

        def alter(t, r, R):
            if T0 + 10 <= t < T0 + 12 and r["product"] == "flight" and (R.random() < 0.5):
                r["delay_min"] = str(R.randrange(30, 400))
                r["cancelled"] = "1" if R.random() < 0.3 else "0"
    elif kind == "cells":
        sh = {}

        def drift(t, r):
            if t < T0 + 4:
                return None
            k = (r["product"], r["state"])
            if k not in sh:
                sh[k] = [D.gauss(0, 0.7) for _ in QS]
            return sh[k]
    elif kind == "state":

        def drift(t, r):
            if t < T0 + 4 or r["state"] not in ("ticketed", "confirmed"):
                return None
            return g
    elif kind == "mix":
        drift = none
        mix = lambda t, src: 1 if src[0]["product"] != "flight" else 1 - 0.8 * (t - T0) / (T1 - T0)
    out[kind] = write(f"{kind}{seed}.csv", 10000, T0, T1, drift, mix, alter)
json.dump(out, open(f"{OUT}/oracle{seed}.json", "w"))
print(out)
