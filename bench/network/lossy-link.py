"""A link between two network namespaces, each with a TUN device of this process: delays, loses and stops packets.

    lossy-link.py NAMESPACE_A NAMESPACE_B

Makes both; A is 10.77.0.1, B is 10.77.0.2. Prints `ready`. A line of JSON on standard input changes the link, as in
{"delay_ms": 50, "loss": 0.02, "up": true} for each direction, and is answered by the bytes that have got through:
{"a_to_b": 0, "b_to_a": 0}. Ends with its standard input, and takes the namespaces away. The kernels of containers often have no netem, which does the same.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import selectors
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
QUEUED_PACKETS = 4000
PACKET_BYTES = 65536

libc = ctypes.CDLL(None, use_errno=True)


def enter(path: str) -> None:
    fd = os.open(path, os.O_RDONLY)
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(fd)


def ip(*args: str) -> None:
    subprocess.run(["ip", *args], check=True)


def open_tun(namespace: str, address: str, peer: str) -> int:
    enter(f"/var/run/netns/{namespace}")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NO_PI))
    ip("addr", "add", address, "peer", peer, "dev", "tun0")
    ip("link", "set", "tun0", "mtu", "1500", "txqueuelen", "2000", "up")
    ip("link", "set", "lo", "up")
    return tun


def main(namespace_a: str, namespace_b: str) -> None:
    a = open_tun(namespace_a, "10.77.0.1", "10.77.0.2")
    b = open_tun(namespace_b, "10.77.0.2", "10.77.0.1")
    link = {"delay_ms": 0, "loss": 0.0, "up": True}
    passed = {b: 0, a: 0}
    depth = {b: 0, a: 0}
    queue: list[tuple[float, int, int, bytes]] = []
    chance = random.Random(1)
    count = 0
    selector = selectors.DefaultSelector()
    selector.register(a, selectors.EVENT_READ, b)
    selector.register(b, selectors.EVENT_READ, a)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        wait = max(0.0, queue[0][0] - time.monotonic()) if queue else None
        for key, _ in selector.select(wait):
            if key.fileobj is sys.stdin:
                line = sys.stdin.readline()
                if not line:
                    return
                link.update(json.loads(line))
                print(json.dumps({"a_to_b": passed[b], "b_to_a": passed[a]}), flush=True)
                continue
            to = key.data
            for _ in range(64):
                try:
                    packet = os.read(key.fd, PACKET_BYTES)
                except BlockingIOError:
                    break
                if not link["up"] or chance.random() < link["loss"] or depth[to] >= QUEUED_PACKETS:
                    continue
                count += 1
                depth[to] += 1
                heapq.heappush(queue, (time.monotonic() + link["delay_ms"] / 1000, count, to, packet))
        now = time.monotonic()
        while queue and queue[0][0] <= now:
            _, _, to, packet = heapq.heappop(queue)
            depth[to] -= 1
            if not link["up"]:
                continue
            try:
                os.write(to, packet)
                passed[to] += len(packet)
            except OSError:
                pass  # The receiver's own queue is full: lost, as on any network.


namespaces = sys.argv[1:]
made: list[str] = []
try:
    for namespace in namespaces:
        ip("netns", "add", namespace)
        made.append(namespace)
    main(*namespaces)
except KeyboardInterrupt:
    pass
finally:
    for namespace in made:
        ip("netns", "del", namespace)
