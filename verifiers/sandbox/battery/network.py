"""Programs that try to reach somebody over a socket (`hostile.py`)."""

from ratchetrl.verifiers.sandbox.battery.hostile import Hostile, Must

PROGRAMS = (
    Hostile(
        "tcp",
        "there is no network: TCP",
        Must.end,
        """
import socket
connection = tries(socket.create_connection, ("127.0.0.1", FACTS["tcp"]), 0.2)
if connection:
    escaped("connected")
""",
    ),
    Hostile(
        "udp",
        "there is no network: UDP, raw and netlink",
        Must.end,
        """
import socket
for family, kind in ((2, 2), (10, 2), (2, 3), (17, 3), (16, 3), (40, 1)):
    if tries(socket.socket, family, kind):
        escaped((family, kind))
        tries(socket.socket(2, 2).sendto, b"x", ("127.0.0.1", FACTS["udp"]))
""",
    ),
    Hostile(
        "abstract_socket",
        "nor a socket of a local service, abstract or in a file",
        Must.end,
        """
import socket
for address in (chr(0) + FACTS["abstract"], FACTS["socket_file"]):
    def reach():
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(address)
        return True
    if tries(reach):
        escaped(repr(address))
""",
    ),
    Hostile(
        "descriptor_socket",
        "and the pair of sockets that a program may make leads nowhere",
        Must.end,
        """
import socket
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
if tries(ours.sendto, b"x", chr(0) + FACTS["abstract_datagram"]):
    escaped("sent")
if tries(ours.connect, chr(0) + FACTS["abstract_datagram"]) or tries(ours.bind, "/tmp/s"):
    escaped("connected")
""",
    ),
)
