#!/usr/bin/env python3
"""Buys from `tickets serve`: buy_over_http.py http://127.0.0.1:8080 NAME QUANTITY

The key makes it safe to send the order again, whatever became of the answer: it is done once.
"""
import json, sys, time, urllib.error, urllib.request, uuid

if len(sys.argv) != 4 or not sys.argv[3].isdecimal():
    sys.exit(__doc__.splitlines()[0])
url, buyer, quantity = sys.argv[1], sys.argv[2], int(sys.argv[3])
order = json.dumps({"buyer": buyer, "quantity": quantity}).encode()
headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
for attempt in range(20):
    wait = min(2**attempt / 4, 10)
    try:
        request = urllib.request.Request(url + "/api/v1/sales", order, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            sys.exit(print(json.load(answer)["sale"]["id"]))
    except urllib.error.HTTPError as refusal:
        if refusal.code < 500 and refusal.code != 429:
            sys.exit(json.load(refusal)["detail"])
        wait = float(refusal.headers.get("Retry-After", wait))
    except OSError:  # no answer, or a part of one
        pass
    time.sleep(wait)
sys.exit("nobody answers")
