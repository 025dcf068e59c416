"""A verifier that does on demand what a pool must survive."""

import os
import time
from pathlib import Path

from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict, correct, wrong


@verifier("moody", read_gold=str, correct=[("yes", "yes")], incorrect=[("no", "yes")])
def moody(answer: str, gold: str) -> Verdict:
    """Do what the answer says; for `hang` and `die once` the gold is a file that marks that it happened."""
    match answer:
        case "hang":
            Path(gold).touch()
            time.sleep(3600)
        case "die":
            os._exit(7)
        case "die once" if not Path(gold).exists():
            Path(gold).touch()
            os._exit(7)
        case "print":
            print("printed", flush=True)
        case "raise":
            raise KeyError("no such thing")
        case "pid":
            return correct(str(os.getpid()))
    return correct(answer) if answer in (gold, "die once") else wrong(answer, "differs")
