#!/usr/bin/env python3
"""Makes examples/orders.csv: five customers of the demo and some hundred more.

    python3 examples/make_orders.py order-questions-sim/train.csv.gz > examples/orders.csv

The others' orders are drawn from the columns of the generated data set order-questions-sim; names,
numbers, places and fees are made up here. The same seed gives the same file. Times are relative to
the moment the file is read (now+95m), so that the demo never grows old.
"""

import csv
import gzip
import random
import sys

SEED = 20260501
CUSTOMERS = 145
COLUMNS = (
    "customer_id name phones customer.member customer.last_q customer.last_q_h order_id product "
    "state price pay pay_by place flight_no ticket_no starts ends state_since sla_h delay_min "
    "cancelled change_fee refund_fee refund_amount baggage_kg meeting_at cashback_amount "
    "cashback_on coupon invoice invoice_on valid_until changes pax intl supplier carrier booked"
).split()
SURNAMES = "Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo".split()
GIVEN = "Wei Fang Na Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Tao Ming Chao Xia Ping Gang Hui".split()
PLACES = "beijing shanghai guangzhou shenzhen chengdu hangzhou xian sanya kunming hongkong".split()
ABROAD = "hongkong tokyo singapore".split()
CARRIERS = {"UA": "CA", "B6": "MU", "EV": "CZ", "DL": "HU", "AA": "3U", "MQ": "MF"}
REFUNDS = {"refund_requested", "cancel_requested", "refunded", "cancelled"}
DONE = {"flown", "completed", "used"}


def ago(hours):
    """A moment so many hours before now."""
    return ahead(-hours)


def ahead(hours):
    """A moment so many hours after now, to five minutes."""
    minutes = round(hours * 12) * 5
    return f"now{'-' if minutes < 0 else '+'}{abs(minutes)}m"


def order_of(row, chance, number):
    """An order from a row of the data set."""
    f = lambda name: float(row[name])
    product, state, price = row["product"], row["state"], f("price")
    abroad = row["intl"] == "1"
    starts = f("to_service_h")
    order = {
        "order_id": f"QT26{number:06d}{chance.randrange(10000):04d}",
        "product": product,
        "state": state,
        "price": f"{price:g}",
        "pay": row["pay"],
        "place": chance.choice(ABROAD if abroad else PLACES),
        "starts": ahead(starts),
        "state_since": ago(f("in_state_h")),
        "booked": ago(f("age_h")),
        "changes": row["changes"],
        "pax": row["pax"],
        "supplier": row["supplier"],
        "coupon": "true" if row["coupon"] == "1" else "false",
        "invoice": "true" if row["invoice"] == "1" else "false",
        "intl": "true" if abroad else "false",
    }
    if f("sla_h") > 0:
        order["sla_h"] = f"{f('sla_h'):.2f}".rstrip("0").rstrip(".")
    if state == "unpaid":
        order["pay_by"] = ahead(chance.choice([0.25, 0.5, 1]))
        del order["pay"]
    fee = round(price * chance.choice([0.05, 0.1, 0.2, 0.3]))
    if product == "flight":
        carrier = CARRIERS.get(row["carrier"], "CA")
        order |= {
            "carrier": carrier,
            "flight_no": f"{carrier}{chance.randrange(1000, 9999)}",
            "delay_min": row["delay_min"],
            "cancelled": "true" if row["cancelled"] == "1" else "false",
            "baggage_kg": chance.choice(["0", "20", "20", "23"]),
        }
        if state in {"ticketed", "changed", "flown"}:
            order["ticket_no"] = f"{chance.randrange(10**12, 10**13)}"
        if state in {"ticketed", "changed", "change_requested"}:
            order["change_fee"] = f"{round(fee / 2)}"
            order["refund_fee"] = f"{fee}"
    if product == "hotel":
        order["ends"] = ahead(starts + 24 * chance.randrange(1, 4) - 3)
        if state == "confirmed":
            order["refund_fee"] = "0" if starts > 24 else f"{fee}"
    if product == "package":
        order["ends"] = ahead(starts + 24 * chance.randrange(2, 7))
        order["meeting_at"] = ahead(starts - 1)
        if state == "confirmed":
            order["change_fee"] = f"{round(fee / 2)}"
            order["refund_fee"] = f"{fee}"
    if product == "voucher" and state == "paid_unused":
        order["valid_until"] = ahead(24 * chance.randrange(5, 60))
    if state in REFUNDS:
        order["refund_amount"] = f"{price - fee:g}"
    if state in DONE and order["coupon"] == "true":
        order["cashback_amount"] = f"{max(5, round(price * 0.03))}"
        order["cashback_on"] = ahead(24 * chance.randrange(2, 7))
    if state in DONE and order["invoice"] == "true":
        order["invoice_on"] = ahead(24)
    return order


def demo():
    """The demo's customers; +8613900000003 is not among them: nobody knows that number."""
    flight = {
        "product": "flight", "state": "ticketed", "pay": "wechat", "baggage_kg": "20",
        "cancelled": "false", "coupon": "false", "invoice": "false", "intl": "false",
        "pax": "1", "changes": "0", "supplier": "A", "carrier": "CA",
    }
    yield {"customer_id": "A", "name": "Zhang Wei", "phones": "+8613800000001",
           "customer.member": "gold"}, [flight | {
        "order_id": "QT260000011001", "price": "1180", "place": "sanya", "flight_no": "CA1831",
        "ticket_no": "9994512301188", "starts": "now+3h", "state_since": "now-4d",
        "delay_min": "95", "change_fee": "90", "refund_fee": "240", "booked": "now-4d"}]
    yield {"customer_id": "B", "name": "Li Na", "phones": "+8613800000002|010-6000 0002",
           "customer.member": "silver"}, [flight | {
        "order_id": "QT260000022001", "price": "860", "place": "hangzhou", "flight_no": "MU5104",
        "carrier": "MU", "ticket_no": "7814512302266", "starts": "now+2d3h",
        "state_since": "now-30h", "delay_min": "0", "change_fee": "60", "refund_fee": "170",
        "booked": "now-31h"}, {
        "order_id": "QT260000022002", "product": "hotel", "state": "confirmed", "price": "920",
        "pay": "alipay", "place": "hangzhou", "starts": "now+2d6h", "ends": "now+4d",
        "state_since": "now-29h", "refund_fee": "0", "coupon": "false", "invoice": "false",
        "intl": "false", "pax": "2", "changes": "0", "supplier": "B", "booked": "now-30h"}]
    yield {"customer_id": "D", "name": "Chen Jing", "phones": "+8613800000004",
           "customer.member": "none"}, [flight | {
        "order_id": "QT260000044004", "state": "refund_requested", "price": "1520.5",
        "pay": "alipay", "place": "chengdu", "flight_no": "3U8896", "carrier": "3U",
        "starts": "now+5d", "state_since": "now-20h", "sla_h": "72", "delay_min": "0",
        "refund_amount": "1280.5", "booked": "now-9d"}]
    yield {"customer_id": "E", "name": "Wang Fang", "phones": "+8613800000005",
           "customer.member": "none", "customer.last_q": "name_correction",
           "customer.last_q_h": "5"}, [flight | {
        "order_id": "QT260000055005", "price": "640", "place": "xian", "flight_no": "HU7137",
        "carrier": "HU", "ticket_no": "8804512305544", "starts": "now+3d2h",
        "state_since": "now-26h", "delay_min": "0", "change_fee": "50", "refund_fee": "130",
        "booked": "now-27h"}]


def calls_of(path):
    """The orders of each call of the data set."""
    calls = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            calls.setdefault(row["call"], []).append(row)
            if len(calls) > 4000:
                break
    return list(calls.values())


def phone_of(chance, place):
    """A mobile or a fixed number, as people write them."""
    digits = f"{place:04d}{chance.randrange(10000):04d}"
    mobile = f"13{chance.choice('5678')}{digits}"
    return chance.choice([
        f"+86{mobile}", mobile, f"0086{mobile}", f"+86 {mobile[:3]} {mobile[3:7]} {mobile[7:]}",
        f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}", f"010-6{digits[1:4]} {digits[4:]}",
    ])


def others(path):
    """Some hundred more, with several numbers, one shared by two, with orders or none."""
    chance = random.Random(SEED)
    calls = calls_of(path)
    number = 100
    shared = ""
    for place in range(1, CUSTOMERS + 1):
        count = chance.choice([1, 1, 1, 1, 2, 3])
        phones = [phone_of(chance, place * 10 + extra) for extra in range(count)]
        if shared and place % 24 == 0:
            phones.append(shared)
        shared = phones[0]
        rows = [] if place % 12 == 0 else chance.choice(calls)
        row = rows[0] if rows else None
        customer = {
            "customer_id": f"C{place:04d}",
            "name": f"{chance.choice(SURNAMES)} {chance.choice(GIVEN)}",
            "phones": "|".join(phones),
            "customer.member": row["member"] if row else "none",
        }
        if row and row["last_q"]:
            customer["customer.last_q"] = row["last_q"]
            customer["customer.last_q_h"] = row["last_q_h"]
        orders = []
        for row in rows:
            number += 1
            orders.append(order_of(row, chance, number))
        yield customer, orders


def main():
    writer = csv.DictWriter(sys.stdout, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for customers in (demo(), others(sys.argv[1])):
        for customer, orders in customers:
            for order in orders or [{}]:
                writer.writerow(customer | order)


if __name__ == "__main__":
    main()
