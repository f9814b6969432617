"""Requests one page over keep-alive connections, as a process of its own: `PORT COOKIE PATH CLIENTS SECONDS`.

Prints JSON: latencies in ms of all answers, and how many were not 200.
"""

import http.client
import json
import sys
import threading
import time


def visit(port: int, cookie: str, path: str, until: float, latencies: list[float], failures: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.monotonic() < until:
        started = time.monotonic()
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        latencies.append((time.monotonic() - started) * 1000)
        if answer.status != 200:
            failures.append(answer.status)


def main() -> None:
    port, cookie, path, clients, seconds = int(sys.argv[1]), *sys.argv[2:4], int(sys.argv[4]), float(sys.argv[5])
    latencies: list[float] = []
    failures: list[int] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=visit, args=(port, cookie, path, until, latencies, failures)) for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"latencies_ms": latencies, "failures": failures}))


if __name__ == "__main__":
    main()
