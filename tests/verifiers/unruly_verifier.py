"""A verifier that forks, forges, leaves processes behind, naps and exits; the gold is a file or a number."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, wrong

DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(sys.argv[1], "w").write(str(os.getpid()))
        time.sleep(3600)
"""


@verifier(
    "unruly",
    read_gold=str,
    correct=[("yes", "yes")],
    incorrect=[("no", "yes")],
    allowance_s=lambda gold: float(gold) if gold.replace(".", "").isdigit() else 0.0,
)
def unruly(answer: str, gold: str) -> Verdict:
    """Do what the answer says."""
    match answer:
        case "fork":
            os.fork()
        case "forge":
            forge()
        case "daemon" | "daemon, then hang":
            subprocess.run([sys.executable, "-c", DAEMON, gold], check=True)
            while not Path(gold).exists() or not Path(gold).read_text():
                time.sleep(0.01)
            if answer.endswith("hang"):
                time.sleep(3600)
        case "exit":
            sys.exit(3)
        case "nap":
            time.sleep(0.05)
            return correct(str(os.getpid()))
        case "use all that is allowed":
            time.sleep(float(gold))
            return correct(answer)
    return correct(answer) if answer in (gold, "fork", "daemon") else wrong(answer, "differs")


def forge() -> None:
    """Write a verdict into every connection that this process has."""
    reply = {"nonce": "0" * 16, "index": 0, "value": correct("forged").to_dict()}
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        try:
            with socket.socket(fileno=os.dup(descriptor)) as connection:
                connection.sendall(json.dumps(reply).encode() + b"\n")
        except OSError:
            continue
