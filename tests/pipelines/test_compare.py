"""`ratchetrl compare`: the object that scripts read, the words for people, and one sentence for bad input."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ratchetrl.pipelines.compare_command import main
from ratchetrl.pipelines.config_file import QUICKSTART, dump_toml, load_toml
from ratchetrl.pipelines.efforts import report_efforts
from ratchetrl.pipelines.run_folder import DECISION_FILE, REPORT_POINTER, RunFolder
from ratchetrl.pipelines.store import write_json
from ratchetrl.verifiers.errors import UserError

KEYS = ["problems", "score_a", "score_b", "gain", "lower", "upper", "p_value", "detectable_gain", "decision"]
Row = dict[str, Any]


def rows(correct: Iterable[int], n: int = 8) -> list[Row]:
    return [{"problem_id": f"p{i}", "correct": int(c), "n": n} for i, c in enumerate(correct)]


def drawn(rate: float, problems: int = 200, seed: int = 0) -> list[Row]:
    return rows(np.random.default_rng(seed).binomial(8, rate, problems))


def jsonl(path: Path, content: list[Row]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in content), encoding="utf-8")
    return str(path)


def parquet(path: Path, content: list[Row]) -> str:
    pq.write_table(pa.Table.from_pylist(content), path)
    return str(path)


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_proven_gain_is_promoted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = jsonl(tmp_path / "a.jsonl", drawn(0.5)), parquet(tmp_path / "b.parquet", drawn(0.6, seed=1))
    found = as_json(capsys, a, b)
    assert list(found) == KEYS
    assert found["problems"] == 200 and found["decision"] == "promote"
    assert found["gain"] == pytest.approx(found["score_b"] - found["score_a"])
    assert 0 < found["lower"] < found["gain"] < found["upper"] and found["p_value"] < 1e-4


def test_the_same_results_the_other_way_round_are_rejected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = jsonl(tmp_path / "a.jsonl", drawn(0.5)), jsonl(tmp_path / "b.jsonl", drawn(0.6, seed=1))
    there, back = as_json(capsys, a, b), as_json(capsys, b, a)
    assert (back["gain"], back["lower"]) == pytest.approx((-there["gain"], -there["upper"]))
    assert back["decision"] == "reject" and back["upper"] < 0


def test_no_gain_is_rejected_only_where_one_would_have_been_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = jsonl(tmp_path / "a.jsonl", rows([8] * 100 + [0] * 100))
    found = as_json(capsys, a, a)
    assert found["gain"] == 0 and found["p_value"] == 1.0 and found["lower"] < 0 < found["upper"]
    assert found["detectable_gain"] < 0.02 and found["decision"] == "reject"
    few = jsonl(tmp_path / "few.jsonl", rows([3, 5, 2, 6]))
    other = jsonl(tmp_path / "other.jsonl", rows([5, 3, 6, 2]))
    assert as_json(capsys, few, other)["decision"] == "inconclusive"
    assert as_json(capsys, a, a, "--target-gain", "0.0001")["decision"] == "inconclusive"


def test_what_is_not_proven_is_rejected_where_the_interval_excludes_the_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = jsonl(tmp_path / "a.jsonl", drawn(0.5)), jsonl(tmp_path / "b.jsonl", drawn(0.53, seed=1))
    found = as_json(capsys, a, b)
    assert found["lower"] < 0 < found["upper"] and found["decision"] == "inconclusive"
    just_below, just_above = (str(found["upper"] + step) for step in (-1e-6, 1e-6))
    assert as_json(capsys, a, b, "--target-gain", just_below)["decision"] == "inconclusive"
    assert as_json(capsys, a, b, "--target-gain", just_above)["decision"] == "reject"
    assert main([a, b, "--target-gain", just_above]) == 0
    assert "reject: no gain is proven, and the interval excludes one of" in capsys.readouterr().out


def test_people_are_told_what_it_would_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = jsonl(tmp_path / "a.jsonl", drawn(0.5)), jsonl(tmp_path / "b.jsonl", drawn(0.53, seed=1))
    assert main([a, b]) == 0
    told = capsys.readouterr().out
    for words in ("B is better on", "worse on", "equal on", "inconclusive", "about", "95% interval"):
        assert words in told


def test_the_order_of_rows_does_not_matter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = drawn(0.5), drawn(0.55, seed=1)
    straight = as_json(capsys, jsonl(tmp_path / "a", a), jsonl(tmp_path / "b", b))
    turned = as_json(capsys, jsonl(tmp_path / "a", a[::-1]), jsonl(tmp_path / "b", b))
    assert turned == pytest.approx(straight)


def test_rows_of_single_samples_are_the_same_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = drawn(0.5, 50), drawn(0.6, 50, seed=1)
    samples = [
        {"problem_id": row["problem_id"], "score": float(i < row["correct"]), "sample": i}
        for row in b
        for i in range(8)
    ]
    samples.append({"problem_id": "p0", "score": None, "sample": 8})  # could not be judged: not wrong
    counted = as_json(capsys, jsonl(tmp_path / "a", a), jsonl(tmp_path / "b", b))
    sampled = as_json(capsys, jsonl(tmp_path / "a", a), jsonl(tmp_path / "c", samples))
    assert sampled == pytest.approx(counted)


def test_a_problem_that_could_not_be_judged_is_left_out_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = jsonl(tmp_path / "a", [{"problem_id": f"p{i}", "score": i % 2} for i in range(20)])
    b = jsonl(
        tmp_path / "b", [{"problem_id": f"p{i}", "score": None if i == 7 else i % 2} for i in range(20)]
    )
    assert main([a, b]) == 0
    assert "left out: 1 problem" in capsys.readouterr().out
    assert as_json(capsys, a, b)["problems"] == 19


def a_run(folder: Path, rate_of: dict[int, float], champion: int) -> str:
    """A run whose generations up to `champion` were promoted; those in `rate_of` were measured."""
    run, config = RunFolder(folder), load_toml(QUICKSTART)
    folder.mkdir()
    dump_toml(config, run.config_file)
    for generation in range(1, champion + 1):
        decision = {"generation": generation, "decision": "promoted"}
        write_json(run.generation(generation) / DECISION_FILE, decision)
    for generation, rate in rate_of.items():
        stage = run.generation(generation) / "report-1234"
        stage.mkdir(parents=True)
        random = np.random.default_rng(generation)
        samples = [
            {"problem_id": f"p{i}", "effort": effort, "score": float(random.random() < rate * share)}
            for effort, share in ((report_efforts(config)[0].name, 1.0), ("another", 0.0))
            for i in range(100)
            for _ in range(8)
        ]
        parquet(stage / "rows.parquet", samples)
        write_json(run.generation(generation) / REPORT_POINTER, {"stage": stage.name})
    return str(folder)


def test_runs_are_compared_by_their_champions_on_the_report_split(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = a_run(tmp_path / "a", {0: 0.3, 1: 0.4}, champion=1)
    b = a_run(tmp_path / "b", {0: 0.3, 1: 0.4, 2: 0.6}, champion=2)
    found = as_json(capsys, a, b)
    assert found["problems"] == 100 and found["decision"] == "promote"
    assert found["score_a"] == pytest.approx(0.4, abs=0.05) and found["score_b"] == pytest.approx(
        0.6, abs=0.05
    )


def test_a_champion_that_was_not_measured_is_told(tmp_path: Path) -> None:
    a = a_run(tmp_path / "a", {0: 0.3}, champion=1)
    with pytest.raises(UserError, match=r"generation 1, the champion of .*, has not been measured"):
        main([a, a])


A_GOOD_ROW = b'{"problem_id": "p0", "correct": 1, "n": 4}\n'
BAD_FILES = {
    "n = 0": (b'{"problem_id": "p0", "correct": 0, "n": 0}\n', "'p0' has 0 of n"),
    "more right than sampled": (b'{"problem_id": "p0", "correct": 5, "n": 4}\n', "'p0' has 5 of correct"),
    "negative": (b'{"problem_id": "p0", "correct": -1, "n": 4}\n', "'p0' has -1 of correct"),
    "half a sample": (b'{"problem_id": "p0", "correct": 0.5, "n": 4}\n', "'p0' has 0.5 of correct"),
    "NaN": (b'{"problem_id": "p0", "correct": NaN, "n": 4}\n', "'p0' has nan of correct"),
    "a text": (A_GOOD_ROW + b'{"problem_id": "p1", "correct": "3", "n": 4}\n', "correct in line 2"),
    "a number as an id": (b'{"problem_id": 7, "correct": 1, "n": 4}\n', "problem_id in line 1"),
    "no n anywhere": (b'{"problem_id": "p0", "correct": 1}\n', "no column 'n'"),
    "no n once": (A_GOOD_ROW + b'{"problem_id": "p1", "correct": 1}\n', "row 2"),
    "twice": (A_GOOD_ROW * 2, "'p0' more than once"),
    "broken": (A_GOOD_ROW + b'\n{"problem_id": "p1", "corr\n', "line 3"),
    "no object": (A_GOOD_ROW + b"[1, 2]\n", "line 2"),
    "empty": (b"", "is empty"),
    "only blank lines": (b"\n\n", "holds no rows"),
    "other columns": (b'{"question": "?"}\n', "no column 'problem_id'"),
    "score off the scale": (b'{"problem_id": "p0", "score": 1.5}\n', "'p0' has 1.5 as a score"),
    "an infinite n": (b'{"problem_id": "p0", "correct": 0, "n": Infinity}\n', "'p0' has inf of n"),
    "an n beyond all numbers": (
        b'{"problem_id": "p0", "correct": 0, "n": 1' + b"0" * 400 + b"}\n",
        "inf of n",
    ),
    "nothing but null": (b"null\n", "line 1"),  # crashed pyarrow's reader, and the process with it
    "a tower of brackets": (b"[" * 100_000, "line 1"),
    "no text at all": (b'{"problem_id": "\xff", "correct": 1, "n": 4}\n', "line 1"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_rows_are_one_clear_sentence(name: str, tmp_path: Path) -> None:
    content, expected = BAD_FILES[name]
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_bytes(A_GOOD_ROW)
    bad.write_bytes(content)
    with pytest.raises(UserError) as error:
        main([str(good), str(bad), "--json"])
    said = str(error.value)
    assert expected in said and "bad.jsonl" in said and "\n" not in said and len(said) < 400


def test_unequal_problem_sets_name_one_that_is_missing(tmp_path: Path) -> None:
    a, b = jsonl(tmp_path / "a", rows([1, 2, 3])), jsonl(tmp_path / "b", rows([1, 2]))
    for order in ([a, b], [b, a]):
        with pytest.raises(UserError, match=r"1 problem of .*a is not in .*b, such as 'p2'"):
            main(order)


def test_a_truncated_parquet_file_is_told(tmp_path: Path) -> None:
    whole = Path(parquet(tmp_path / "whole.parquet", drawn(0.5)))
    for cut in (10, whole.stat().st_size // 2, whole.stat().st_size - 1):
        (tmp_path / "cut.parquet").write_bytes(whole.read_bytes()[:cut])
        with pytest.raises(UserError, match="no whole Parquet file"):
            main([str(whole), str(tmp_path / "cut.parquet")])


def test_a_parquet_column_of_texts_is_told(tmp_path: Path) -> None:
    bad = parquet(tmp_path / "bad.parquet", [{"problem_id": "p0", "correct": "1", "n": 4}])
    with pytest.raises(UserError, match=r"'correct' of .* is string, not a number"):
        main([bad, bad])


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"problem_id": [["p0"]], "correct": [1], "n": [4]}, "'problem_id' of .* is list.*, not a text"),
        ({"problem_id": [b"\xff"], "correct": [1], "n": [4]}, "'problem_id' of .* is binary, not a text"),
        ({"problem_id": ["p0"], "correct": [2**60 + 1], "n": [2**60 + 1]}, "'p0' has 1.15292e\\+18 of n"),
    ],
)
def test_parquet_columns_of_other_kinds_are_told(
    columns: dict[str, list[Any]], expected: str, tmp_path: Path
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "bad.parquet")
    with pytest.raises(UserError, match=expected):
        main([str(tmp_path / "bad.parquet")] * 2)


def test_what_is_no_run_and_what_is_not_there_are_told(tmp_path: Path) -> None:
    file = jsonl(tmp_path / "a.jsonl", drawn(0.5))
    with pytest.raises(UserError, match="holds no run"):
        main([file, str(tmp_path)])
    with pytest.raises(UserError, match="does not exist"):
        main([file, str(tmp_path / "nowhere.jsonl")])
    with pytest.raises(UserError, match="--target-gain"):
        main([file, file, "--target-gain", "0"])


def test_the_command_line_ends_with_2_and_one_line(tmp_path: Path) -> None:
    bad = jsonl(tmp_path / "bad.jsonl", rows([9], n=8))
    command = [sys.executable, "-c", "from ratchetrl.pipelines.cli import main; main()", "compare", bad, bad]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 2 and ended.stdout == "" and ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("ratchetrl: problem 'p0' has 9 of correct")


def test_a_hundred_thousand_problems_are_read_by_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random, files = np.random.default_rng(0), []
    for name, rate in (("a", 0.5), ("b", 0.505)):
        ids = [f"problem {i}" for i in random.permutation(100_000)]
        columns = {"problem_id": ids, "correct": random.binomial(8, rate, 100_000), "n": [8] * 100_000}
        pq.write_table(pa.table(columns), tmp_path / name)
        files.append(str(tmp_path / name))
    found = as_json(capsys, *files)
    assert found["decision"] == "promote" and found["gain"] == pytest.approx(0.005, abs=0.003)


@pytest.mark.full
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_million_rows_take_less_than_a_minute_and_two_gibibytes(kind: str, tmp_path: Path) -> None:
    counts = np.random.default_rng(0).binomial(8, 0.5, (2, 1_000_000))
    write = {"jsonl": jsonl, "parquet": parquet}[kind]
    files = [write(tmp_path / name, rows(count)) for name, count in zip("ab", counts, strict=True)]
    limit = (
        "import resource, sys; from ratchetrl.pipelines.compare_command import main; main(sys.argv[1:]); "
        "sys.exit(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 2 * 1024**2)"
    )
    ended = subprocess.run([sys.executable, "-c", limit, *files, "--json"], timeout=60, capture_output=True)
    assert ended.returncode == 0 and json.loads(ended.stdout)["problems"] == 1_000_000
