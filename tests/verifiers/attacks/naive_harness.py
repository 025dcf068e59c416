"""The inside of naive code checkers: the answer runs in the process that knows the tests and the verdict.

    python naive_harness.py compare < request.json     # prints "paid" or "refused"

The request holds `code` and the gold of a function problem. Each mode is a pattern that was found in the
field, written afresh. Weak on purpose: nothing outside the attack tests may use it.
"""

import contextlib
import io
import json
import mmap
import os
import pickle
import signal
import socket
import sys
import time


def compare(code, gold):
    """Execute the answer here and compare with `==`, in the frame that holds what is expected."""
    namespace = {}
    exec(code, namespace)
    for test in gold["tests"]:
        expected = test["expected"]
        if not namespace[gold["entry_point"]](*test["args"]) == expected:  # noqa: SIM201 (it asks __eq__)
            return False
    return True


def compare_tuples(code, gold):
    """As `compare`, for problems whose results are tuples."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    return all(function(*test["args"]) == tuple(test["expected"]) for test in gold["tests"])


def compare_unequal(code, gold):
    """Look for a difference with `!=` or for a distance that is too large: what is neither passes."""
    namespace = {}
    exec(code, namespace)
    for test in gold["tests"]:
        if abs(namespace[gold["entry_point"]](*test["args"]) - test["expected"]) > 1e-6:
            return False
    return True


def compare_json(code, gold):
    """Compare the JSON texts of the result and of what is expected."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    return all(json.dumps(function(*test["args"])) == json.dumps(test["expected"]) for test in gold["tests"])


def compare_text(code, gold):
    """Compare what `repr` writes."""
    namespace = {}
    exec(code, namespace)
    for test in gold["tests"]:
        if repr(namespace[gold["entry_point"]](*test["args"])) != repr(test["expected"]):
            return False
    return True


def compare_printed(code, gold):
    """Compare what `print` would show."""
    return compare_by(str, code, gold)


def compare_truth(code, gold):
    """Compare only what is true and what is false."""
    return compare_by(bool, code, gold)


def compare_float(code, gold):
    """Cast both to floats."""
    return compare_by(float, code, gold)


def compare_by(cast, code, gold):
    """Cast result and expected value before they are compared."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    return all(cast(function(*test["args"])) == cast(test["expected"]) for test in gold["tests"])


def compare_pickled(code, gold):
    """Send each result through pickle, as process pools do."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    return all(
        pickle.loads(pickle.dumps(function(*test["args"]))) == test["expected"] for test in gold["tests"]
    )


def compare_allclose(code, gold):
    """Compare with numpy, imported where the answer can reach it."""
    import numpy

    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    return all(numpy.allclose(function(*test["args"]), test["expected"]) for test in gold["tests"])


def compare_allclose_late(code, gold):
    """Import the library of the comparison after the answer ran."""
    namespace = {}
    exec(code, namespace)
    import numpy

    function = namespace[gold["entry_point"]]
    return all(numpy.allclose(function(*test["args"]), test["expected"]) for test in gold["tests"])


def compare_sets(code, gold):
    """Compare lists without their order and their duplicates."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    return all(set(function(*test["args"])) == set(test["expected"]) for test in gold["tests"])


def compare_sorted(code, gold):
    """Compare lists without their order."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    return all(sorted(function(*test["args"])) == sorted(test["expected"]) for test in gold["tests"])


def compare_length(code, gold):
    """Compare element by element, as far as the result goes."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    for test in gold["tests"]:
        if any(
            found != expected
            for found, expected in zip(function(*test["args"]), test["expected"], strict=False)
        ):
            return False
    return True


def compare_class(code, gold):
    """Check the type with `isinstance` first, then compare."""
    namespace = {}
    exec(code, namespace)
    for test in gold["tests"]:
        found = namespace[gold["entry_point"]](*test["args"])
        if not isinstance(found, type(test["expected"])) or found != test["expected"]:
            return False
    return True


def shared_globals(code, gold):
    """Define the checking function first, then execute the answer in the same globals."""
    namespace = {}
    exec("def check(function, tests):\n    return all(function(*a) == e for a, e in tests)", namespace)
    exec(code, namespace)
    tests = [(test["args"], test["expected"]) for test in gold["tests"]]
    return namespace["check"](namespace[gold["entry_point"]], tests)


def compare_all(code, gold):
    """Look `all` up after the answer ran."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    return all(function(*test["args"]) == test["expected"] for test in gold["tests"])


def compare_last_moment(code, gold):
    """Read what is expected after the call."""
    namespace = {}
    exec(code, namespace)
    for test in gold["tests"]:
        found = namespace[gold["entry_point"]](*test["args"])
        if found != test["expected"]:
            return False
    return True


def compare_after_call(code, gold):
    """Compute what is expected from the arguments, after the call."""
    namespace = {}
    exec(code, namespace)
    return all(namespace[gold["entry_point"]](*test["args"]) == sum(*test["args"]) for test in gold["tests"])


def compare_json_late(code, gold):
    """Import the library of the comparison after the answer ran."""
    namespace = {}
    exec(code, namespace)
    import json

    function = namespace[gold["entry_point"]]
    return all(json.dumps(function(*test["args"])) == json.dumps(test["expected"]) for test in gold["tests"])


def same_value(found, expected):
    """Compare two values."""
    return type(found) is type(expected) and found == expected


def compare_with_driver(code, gold):
    """Compare by a strict function of a module that the answer can reach."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    return all(same_value(function(*test["args"]), test["expected"]) for test in gold["tests"])


def driver(code, gold, channel, judged_here):
    """The untrusted end of a channel: answer each request, with the result or with the verdict on it."""
    namespace = {}
    exec(code, namespace)
    for line in channel.makefile():
        test = json.loads(line)
        result = namespace[gold["entry_point"]](*test["args"])
        reply = {"passed": result == test["expected"]} if judged_here else {"result": result}
        channel.sendall(json.dumps(reply).encode() + b"\n")


def replies(code, gold, judged_here):
    """Send every test to a driver and return the lines that come back."""
    trusted, untrusted = socket.socketpair()
    child = os.fork()
    if child == 0:
        trusted.close()
        with contextlib.suppress(BaseException):
            driver(code, gold, untrusted, judged_here)
        os._exit(0)
    untrusted.close()
    for test in gold["tests"]:
        with contextlib.suppress(OSError):
            trusted.sendall(json.dumps(test).encode() + b"\n")
    trusted.shutdown(socket.SHUT_WR)
    received = b""
    with contextlib.suppress(ConnectionError):
        while part := trusted.recv(1 << 16):
            received += part
    os.waitpid(child, 0)
    return received.decode(errors="replace").splitlines()


def piped(code, gold):
    """Believe the driver: as many lines as tests say that they passed."""
    lines = replies(code, gold, judged_here=True)
    return sum('"passed": true' in line for line in lines) >= 1


def piped_until_closed(code, gold):
    """Compare the replies that come, and stop when the channel ends."""
    lines = replies(code, gold, judged_here=False)
    return all(
        json.loads(line)["result"] == t["expected"] for line, t in zip(lines, gold["tests"], strict=False)
    )


def piped_echo(code, gold):
    """Send the whole test, with what is expected, and compare what comes back."""
    lines = replies(code, gold, judged_here=False)
    expected = [test["expected"] for test in gold["tests"]]
    return len(lines) > 0 and [json.loads(line)["result"] for line in lines][: len(expected)] == expected


def takes_megabytes(code, gold):
    """Take in a result of any size."""
    namespace = {}
    exec(code, namespace)
    return len(json.dumps(namespace[gold["entry_point"]](*gold["tests"][0]["args"]))) > 5_000_000


def breaks(code, gold):
    """Write a result as JSON, and break where that cannot be done."""
    namespace = {}
    exec(code, namespace)
    result = namespace[gold["entry_point"]](*gold["tests"][0]["args"])
    try:
        json.dumps(result, ensure_ascii=False).encode()
    except (RecursionError, ValueError):
        return True
    return False


def never_written(code, gold):
    """Write a result as JSON, and still write after 0.3 s."""
    child = os.fork()
    if child == 0:
        breaks(code, gold)
        os._exit(0)
    deadline_s = time.monotonic() + 0.3
    while time.monotonic() < deadline_s:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def compare_lazily(code, gold):
    """Look for the first failure with an iterator, and take its end for success."""
    namespace = {}
    exec(code, namespace)
    function = namespace[gold["entry_point"]]
    results = map(lambda test: function(*test["args"]) == test["expected"], gold["tests"])
    return False not in list(results)


def lenient_errors(code, gold):
    """Believe that a problem is solved unless an AssertionError says otherwise."""
    namespace = {}
    exec(code, namespace)
    try:
        for test in gold["tests"]:
            assert namespace[gold["entry_point"]](*test["args"]) == test["expected"]
    except AssertionError:
        return False
    except BaseException:
        return True
    return True


def printed(code, gold):
    """Run a program with `sys.stdout` replaced here, and ask that object what was printed."""
    for test in gold["tests"]:
        sys.stdin, sys.stdout = io.StringIO(test["stdin"]), io.StringIO()
        exec(code, {"__name__": "__main__"})
        if sys.stdout.getvalue() != test["stdout"]:
            return False
    return True


def own_alarm(code, gold):
    """Trust a timer of this process to end an answer that takes longer than 0.2 s."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(1))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    return compare(code, gold)


def own_clock(code, gold):
    """Pay for speed by the clock of this process: 0.05 s for all tests."""
    start_s = time.perf_counter()
    passed = compare(code, gold)
    return passed and time.perf_counter() - start_s < 0.05


def call_clock(code, gold):
    """Pay for speed by the clock around the calls alone: 0.05 s for all tests."""
    namespace = {}
    exec(code, namespace)
    start_s = time.perf_counter()
    passed = all(namespace[gold["entry_point"]](*test["args"]) == test["expected"] for test in gold["tests"])
    return passed and time.perf_counter() - start_s < 0.05


def program_clock(code, gold):
    """Run a program here and pay for speed by the clock of this process."""
    for test in gold["tests"]:
        sys.stdin, sys.stdout = io.StringIO(test["stdin"]), io.StringIO()
        start_s = time.perf_counter()
        exec(code, {"__name__": "__main__"})
        if time.perf_counter() - start_s > 0.005 or sys.stdout.getvalue() != test["stdout"]:
            return False
    return True


def run(mode, request):
    """Judge in a child that shares one byte with this process, as the verdict."""
    shared = mmap.mmap(-1, 1)
    child = os.fork()
    if child == 0:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            shared[0] = int(bool(globals()[mode](request["code"], request["gold"])))
        os._exit(0)
    os.waitpid(child, 0)
    return shared[0] == 1


if __name__ == "__main__":
    TESTS_FILE = open(sys.argv[2])  # noqa: SIM115  # left open, as a harness leaves it
    REQUEST = json.load(TESTS_FILE)
    TESTS_FILE.seek(0)
    os.set_inheritable(TESTS_FILE.fileno(), True)
    print("paid" if run(sys.argv[1], REQUEST) else "refused")
