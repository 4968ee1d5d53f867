"""Orders from a PostgreSQL server of our own: they are foreseen, it dies, the menu is the fixed one, it comes back.

The server is started on 127.0.0.1 in a folder of this judge, as a user who is not root, and ended with it.
"""

import csv
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from kit import ROOT, Phone, check, free_port, must_hear, preside, until

BY_PHONE = """SELECT customers.id AS customer_id, customers.name, customers.phones, orders.*
              FROM customers LEFT JOIN orders ON orders.owner = customers.id WHERE $1 = ANY (customers.phones)"""
BY_ORDER = """SELECT customers.id AS customer_id, customers.name, orders.*
              FROM orders JOIN customers ON orders.owner = customers.id WHERE orders.order_id LIKE '%' || $1"""
KNOWN = "13800000001"


def binaries():
    """The newest server that is installed."""
    found = glob.glob("/usr/lib/postgresql/*/bin")
    check(found, "no PostgreSQL server is installed (apt-get install postgresql)")
    return max(found, key=lambda path: int(re.search(r"postgresql/(\d+)", path)[1]))


class Server:
    """A server with its data in a folder that the system's user for it may write to."""

    def __init__(self):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="ringwise-postgres-")
        self.data = os.path.join(self.folder, "data")
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.run("initdb", "-D", self.data, "-U", "judge", "-A", "trust", "-E", "UTF8", "--no-sync")

    def run(self, name, *words, given=None):
        command = [os.path.join(binaries(), name), *words]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        done = subprocess.run(
            command, cwd=self.folder, input=given, text=True, timeout=60, check=False,
            stdout=subprocess.PIPE if given else subprocess.DEVNULL, stderr=subprocess.STDOUT,
        )
        check(done.returncode == 0, f"{name}: {done.stdout}")

    def start(self):
        told = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c fsync=off"
        self.run("pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.folder, "log"), "-o", told, "start")

    def kill(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def sql(self, text):
        words = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "judge", "-v", "ON_ERROR_STOP=1", "-q", "postgres"]
        self.run("psql", *words, given=text)

    def end(self):
        if os.path.exists(os.path.join(self.data, "postmaster.pid")):
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def quoted(value):
    return "NULL" if value == "" else "'" + value.replace("'", "''") + "'"


def moment(written):
    """`now+2d3h` of the demonstration as SQL."""
    if not written.startswith("now"):
        return quoted(written)
    spans = re.findall(r"(\d+)([dhm])", written)
    units = {"d": "days", "h": "hours", "m": "minutes"}
    length = " ".join(f"{count} {units[unit]}" for count, unit in spans) or "0"
    return f"now() {'-' if '-' in written else '+'} interval '{length}'"


def fill(server):
    """The demonstration's orders, in columns of their own types."""
    with open(f"{ROOT}/examples/orders.csv", encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    own = [name for name in rows[0] if name not in ("customer_id", "name", "phones", "order_id")]
    kinds = {name: "text" for name in own}
    for name in own:
        values = [row[name] for row in rows if row[name]]
        if values and all(value in ("true", "false") for value in values):
            kinds[name] = "boolean"
        elif values and all(re.fullmatch(r"-?\d{1,6}(\.\d+)?", value) for value in values):
            kinds[name] = "numeric(10, 2)"
        elif any(value.startswith("now") for value in values):
            kinds[name] = "timestamptz"
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    text = ["CREATE TABLE customers (id text PRIMARY KEY, name text, phones text[]);"]
    text.append(f"CREATE TABLE orders (owner text, order_id text, {columns});")
    seen = set()
    for row in rows:
        if row["customer_id"] not in seen:
            seen.add(row["customer_id"])
            phones = [number.replace(" ", "") for number in row["phones"].split("|") if number]
            phones = ", ".join(quoted(number) for number in phones)
            text.append(
                f"INSERT INTO customers VALUES ({quoted(row['customer_id'])}, {quoted(row['name'])}, ARRAY[{phones}]::text[]);"
            )
        if row["order_id"]:
            values = ", ".join(moment(row[name]) if kinds[name] == "timestamptz" else quoted(row[name]) for name in own)
            text.append(f"INSERT INTO orders VALUES ({quoted(row['customer_id'])}, {quoted(row['order_id'])}, {values});")
    server.sql("\n".join(text))


def predicted(centre):
    """The status and the body of a prediction for the customer whom we know."""
    ask = json.dumps({"who": {"bank": "travel", "caller": KNOWN}}).encode()
    try:
        return 200, json.loads(centre.fetch("/api/v1/predict", ask, "POST"))
    except OSError as error:
        return error.code, json.loads(error.read().decode())


def foreseen(centre):
    status, body = predicted(centre)
    return body if status == 200 and body["choices"] else None


def call_story(centre):
    """What the record of one caller's call tells."""
    before = len(centre.records())
    phone = Phone(centre, KNOWN)
    try:
        call = phone.call("10101234")
        time.sleep(9)
        call.hang_up()
        return call, centre.new_records(before, 1)[0]
    finally:
        phone.close()


def orders_in_tables_are_foreseen(centre):
    body = until("the server's orders are known", lambda: foreseen(centre), 5)
    first = body["choices"][0]
    check(body["customer"] == "A", f"the caller is {body['customer']!r}")
    check((first["order"], first["question"]) == ("QT260000011001", "flight_delay_status"), f"first is {first}")
    _, record = call_story(centre)
    steps = [step for _, step in record["steps"]]
    check("guess" in steps, f"no predicted menu: {steps}")
    return f"{first['question']} at {first['p']:.2f}"


def a_change_in_a_table_is_seen(centre):
    SERVER.sql("UPDATE orders SET delay_min = 0 WHERE order_id = 'QT260000011001'")
    time.sleep(1.2)
    body = foreseen(centre)
    check(body["choices"][0]["question"] != "flight_delay_status", f"still foreseen: {body['choices'][0]}")
    SERVER.sql("UPDATE orders SET delay_min = 95 WHERE order_id = 'QT260000011001'")
    time.sleep(1.2)
    check(foreseen(centre)["choices"][0]["question"] == "flight_delay_status", "the delay came back unseen")


def a_server_that_dies_leaves_the_fixed_menu(centre):
    SERVER.kill()
    time.sleep(1.2)
    status, body = predicted(centre)
    check(status == 503 and "orders" in body["detail"], f"a dead server gives {status}: {body}")
    call, record = call_story(centre)
    steps = [step for _, step in record["steps"]]
    check("guess" not in steps and "products" in steps, f"steps {steps}")
    check("failed" in json.dumps(record["story"]).lower(), f"no fact of the failure: {record['story']}")
    heard = call.sound.heard
    check(heard[0][0] - call.started < 0.2, "the caller waits for a dead server")


def a_server_that_is_back_is_asked_again(centre):
    SERVER.start()
    began = time.monotonic()
    until("orders are known again", lambda: foreseen(centre), 20, every=0.5)
    took = time.monotonic() - began
    for turn in range(16):
        check(foreseen(centre), f"question {turn} after the recovery is not answered")
        time.sleep(1.1 if turn % 8 == 7 else 0)
    _, record = call_story(centre)
    check("guess" in [step for _, step in record["steps"]], "no predicted menu after the recovery")
    return f"after {took:.1f} s"


def with_queries(centre):
    with open(centre.config, encoding="utf-8") as config:
        text = config.read()
    queries = f"[orders]\nby_phone = '''{BY_PHONE}'''\nby_order = '''{BY_ORDER}'''\ncache_s = 1\n"
    with open(centre.config, "w", encoding="utf-8") as config:
        config.write(text.replace("[orders]\n", queries))


SERVER = Server()
try:
    SERVER.start()
    fill(SERVER)
    preside(
        orders_in_tables_are_foreseen,
        a_change_in_a_table_is_seen,
        a_server_that_dies_leaves_the_fixed_menu,
        a_server_that_is_back_is_asked_again,
        orders=f"postgres://judge@127.0.0.1:{SERVER.port}/postgres",
        written=with_queries,
        seats=("1001",),
    )
finally:
    SERVER.end()
