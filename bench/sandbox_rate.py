"""How many requests a second one sandbox process answers, by kind of call.

`python bench/sandbox_rate.py [seconds] [connections]` starts a sandbox of its own on a free port, asks it over
keep-alive connections and prints one line per kind. Client and server are two processes; give each a core.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

SCOPES = "instagram_business_basic,instagram_business_content_publish,instagram_business_manage_insights"
REDIRECT = "http://localhost/back/"
CALLS = {
    "profile": "/me?fields=user_id,username,name,account_type,followers_count,media_count",
    "media, 25 with fields": "/{ig}/media?fields=id,caption,media_type,timestamp,permalink,media_url&limit=25",
    "media, 25 with insights": "/{ig}/media?fields=id,insights.metric(reach,views,likes,comments,saved)&limit=25",
    "insights, 30 days": "/{ig}/insights?metric=reach&period=day&since={since}&until={until}",
    "insights, totals": "/{ig}/insights?metric=reach,views,likes,comments,saves,shares&period=day"
    "&metric_type=total_value&since={since}&until={until}",
    "publishing limit": "/{ig}/content_publishing_limit?fields=quota_usage,config",
}


def sandbox(folder: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", folder]
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    # A process inherits the cores of the thread that starts it; pinning it later would leave its threads free.
    pin({min(cores)} if cores else cores)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    pin(cores)
    assert process.stdout
    return process, process.stdout.readline().split()[-1]


def pin(cores: set[int]) -> None:
    if cores:
        os.sched_setaffinity(0, cores)


def token(base: str) -> str:
    asked = {"client_id": "990602627938098", "redirect_uri": REDIRECT, "response_type": "code", "scope": SCOPES}
    form = [*asked.items(), ("as", "levain.porto"), ("decision", "allow"), *(("allow", s) for s in SCOPES.split(","))]
    back = requests.post(f"{base}/www.instagram.com/oauth/authorize", data=form, allow_redirects=False, timeout=10)
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    exchange = {
        "client_id": asked["client_id"],
        "client_secret": "sandbox-instagram-secret",
        "grant_type": "authorization_code",
        "redirect_uri": REDIRECT,
        "code": code,
    }
    answer = requests.post(f"{base}/api.instagram.com/oauth/access_token", data=exchange, timeout=10)
    return answer.json()["access_token"]


def read_answer(connection: socket.socket) -> bytes:
    """One whole answer; anything but 200 stops the run."""
    data = connection.recv(262144)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += connection.recv(262144)
    length = int(data[:end].lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(data) < end + 4 + length:
        data += connection.recv(262144)
    if not data.startswith(b"HTTP/1.1 200"):
        raise SystemExit(data.decode())
    return data


def ask(address: tuple[str, int], request: bytes, ends: float, counts: list[int]) -> None:
    done = 0
    with socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < ends:
            connection.sendall(request)
            read_answer(connection)
            done += 1
    counts.append(done)


def rate(base: str, path: str, bearer: str, seconds: float, connections: int) -> float:
    parts = urlsplit(base)
    host = f"{parts.hostname}:{parts.port}"
    request = (
        f"GET /graph.instagram.com/v25.0{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {bearer}\r\n"
        "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\nUser-Agent: bench\r\n\r\n"
    ).encode()
    counts: list[int] = []
    ends = time.monotonic() + seconds
    arguments = ((parts.hostname, parts.port), request, ends, counts)
    workers = [threading.Thread(target=ask, args=arguments) for _ in range(connections)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / seconds


def processor_time(pid: int) -> float:
    """Seconds of processor time a process has used: on a busy machine the fairer measure of one core."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    parts = stat.read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    connections = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    with tempfile.TemporaryDirectory() as folder:
        process, base = sandbox(folder)
        try:
            bearer = token(base)
            now = int(time.time())
            values = {"ig": "17841405822304914", "since": now - 29 * 86400, "until": now}
            print(json.dumps({"seconds": seconds, "connections": connections, "server": "one core"}))
            for name, path in CALLS.items():
                before = processor_time(process.pid)
                answered = rate(base, path.format(**values), bearer, seconds, connections)
                used = processor_time(process.pid) - before
                per_core = f"{answered * seconds / used:8.0f} per second of processor time" if used else ""
                print(f"{name:26} {answered:8.0f} requests/s {per_core}")
        finally:
            process.terminate()
            process.wait(10)


if __name__ == "__main__":
    main()
