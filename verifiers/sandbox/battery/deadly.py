"""Programs that would harm the whole machine where nothing held them: they are only tried last.

`hostile.py` tells what a hostile program is.
"""

from ratchetrl.verifiers.sandbox.battery.hostile import Hostile, Must

PROGRAMS = (
    Hostile(
        "fork_bomb",
        "a program cannot make processes",
        Must.be_stopped,
        """
while True:
    if tries(os.fork) == 0:
        escaped("forked")
""",
    ),
    Hostile(
        "kill_all",
        "no signal reaches anybody else: all at once",
        Must.any,
        "os.kill(-1, 9)\nescaped('signalled everybody')\n",
    ),
    Hostile(
        "kill_group",
        "no signal reaches anybody else: through a group",
        Must.any,
        """
if os.getpgrp() not in (0, os.getpid()):
    escaped("a group in common")
os.kill(0, 9)
""",
    ),
    Hostile(
        "kill_owner",
        "no signal reaches anybody else: one by one",
        Must.any,
        """
for pid in (FACTS["victim"], FACTS["owner"], os.getppid() or FACTS["owner"]):
    if call("tkill", pid, 9) == 0 or call("rt_sigqueueinfo", pid, 9, bytes(128)) == 0:
        escaped(pid)
os.kill(FACTS["victim"], 9)
""",
    ),
)
