"""Programs that look for what they must not see, or leave what others must not find (`hostile.py`)."""

from ratchetrl.verifiers.sandbox.battery.hostile import Hostile, Must

PROGRAMS = (
    Hostile(
        "read_file",
        "no file of the host can be read, whoever may read it",
        Must.end,
        """
for path in (FACTS["canary"], "/etc/passwd", "/etc/shadow", os.path.expanduser("~root/.ssh/id_rsa")):
    if tries(open, path):
        escaped(path)
if tries(os.listdir, os.path.dirname(FACTS["canary"])):
    escaped("listed the folder")
""",
    ),
    Hostile(
        "write_file",
        "no file of the host can be written, made, renamed or removed",
        Must.end,
        """
folder, canary = os.path.dirname(FACTS["canary"]), FACTS["canary"]
for mode in ("a", "w", "r+"):
    if tries(open, canary, mode):
        escaped(mode)
for function, arguments in (
    (os.truncate, (canary, 0)), (os.unlink, (canary,)), (os.rename, (canary, canary + "2")),
    (os.link, (canary, canary + "2")), (os.symlink, ("/", folder + "/link")), (os.mkdir, (folder + "/made",)),
    (os.mkfifo, (folder + "/fifo",)), (open, (folder + "/made.txt", "w")),
):
    tries(function, *arguments)
""",
    ),
    Hostile(
        "change_mode",
        "nor can its mode, owner or times be changed",
        Must.end,
        """
canary = FACTS["canary"]
tries(os.chmod, canary, 0o6777)
tries(os.chown, canary, os.getuid(), os.getgid())
tries(os.utime, canary, (0, 0))
tries(os.setxattr, canary, "user.x", b"x")
""",
    ),
    Hostile(
        "read_project",
        "the project and its data are out of reach",
        Must.end,
        """
for path in FACTS["project"]:
    if tries(open, path) or tries(os.listdir, os.path.dirname(path)):
        escaped(path)
if tries(__import__, "ratchetrl.verifiers.judge"):
    escaped("imported the project")
""",
    ),
    Hostile(
        "environment",
        "no environment variable of the host is seen",
        Must.end,
        """
texts = [f"{name}={value}" for name, value in os.environ.items()]
entry = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
place = 0
while entry and entry[place]:
    texts.append(entry[place].decode())
    place += 1
if any("CANARY" in text or "HOME=/root" in text for text in texts):
    escaped(texts)
""",
    ),
    Hostile(
        "memory_of_the_server",
        "nothing secret is in the memory that a program inherits",
        Must.end,
        """
import gc
wanted = "canary" + "-secret"
def is_secret(value):
    return wanted + "-" in repr(value)[:1_000_000]
frame = sys._getframe()
while frame:
    if is_secret(frame.f_locals):
        escaped("a frame holds it")
    frame = frame.f_back
if any(is_secret(thing) for thing in gc.get_objects() if isinstance(thing, (dict, list, tuple, set))):
    escaped("an object holds it")
""",
    ),
    Hostile(
        "inherited_descriptors",
        "no descriptor of the host is inherited",
        Must.end,
        """
import stat
for number in range(3, 1024):
    status = tries(os.fstat, number)
    if status is not None:
        escaped(f"descriptor {number}, mode {oct(status.st_mode)}")
""",
    ),
    Hostile(
        "forged_report",
        "how a program ended cannot be forged",
        Must.end,
        """
for number in [*range(3, 64), 1, 2]:
    tries(os.write, number, b'[0, 0.0, 0.0, 0, ""]')
os._exit(3)
""",
    ),
    Hostile(
        "left_behind",
        "no file is left for the next program",
        Must.end,
        """
if tries(os.listdir, "/tmp") and tries(os.path.exists, "/tmp/left"):
    escaped("found what an earlier program left")
tries(lambda: open("/tmp/left", "w").close())
""",
    ),
    Hostile(
        "planted_links",
        "links and fifos that a program plants lead nowhere",
        Must.end,
        """
tries(os.symlink, FACTS["canary"], "/tmp/link")
tries(os.symlink, "../../../../../../" + FACTS["canary"], "/tmp/relative")
tries(os.mkfifo, "/tmp/fifo")
for path in ("/tmp/link", "/tmp/relative", "/tmp/../../../" + FACTS["canary"]):
    if tries(open, path):
        escaped(path)
    tries(lambda: open(path, "a").write("touched"))
""",
    ),
)
