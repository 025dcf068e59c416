"""The first steps of a fresh child, from the fork to its driver.

Everything here runs before any untrusted code. A step that fails ends the child with a sentence to the
owner, and the execution is `lost`: nothing ever runs less confined than was asked for.
"""

import os
import socket
import sys
from collections.abc import Sequence
from typing import NoReturn

from ratchetrl.verifiers.sandbox.exit_codes import EXIT_DRIVER_FAILED, EXIT_OUT_OF_MEMORY
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.preparation import Prepared
from ratchetrl.verifiers.sandbox.protocol import CHANNEL, REPORT, SETUP_FAILED


def run(prepared: Prepared, driver: str, limits: Limits, descriptors: Sequence[int]) -> NoReturn:
    """Become the child: arrange the descriptors, confine this process, run the driver."""
    try:
        module = prepared.drivers[driver]
        arrange(descriptors, prepared.null)
        prepared.confinement.confine(limits, commands=getattr(module, "MAY_EXECUTE", False))
        os.closerange(REPORT + 1, 65_536)
    except BaseException as error:
        try:
            os.write(REPORT, SETUP_FAILED + f"{type(error).__name__}: {error}".encode()[:1000])
        finally:  # whatever happens, this process must not go on as the server that it was
            os._exit(EXIT_DRIVER_FAILED)
    os.close(REPORT)
    try:
        module.main(socket.socket(fileno=CHANNEL))
        os._exit(0)
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(EXIT_DRIVER_FAILED)


def arrange(descriptors: Sequence[int], null: int) -> None:
    """Put null, stdout, stderr, channel and report at 0 to 4, whatever numbers they have now."""
    report, channel, *outputs = descriptors
    wanted = [null, *(outputs or (null, null)), channel, report]
    high = [os.dup(descriptor) if descriptor <= REPORT else descriptor for descriptor in wanted]
    for target, descriptor in enumerate(high):
        os.dup2(descriptor, target)
