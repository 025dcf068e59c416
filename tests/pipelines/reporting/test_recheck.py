"""A run that was left alone holds; a single flipped verdict, changed row or edited number is named."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from planted_model import PlantedModel
from synthetic_run import Settings, write_synthetic_run

from ratchetrl.pipelines.looks import record_look
from ratchetrl.pipelines.recheck import recheck
from ratchetrl.pipelines.recheck_command import main
from ratchetrl.pipelines.reporting.write import write_report
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.stage_files import file_digests
from ratchetrl.pipelines.store import manifest, read_json, write_json
from ratchetrl.verifiers.errors import UserError

SMALL = Settings(
    base=PlantedModel(skill=0.0, tokens=30.0),
    steps=(PlantedModel(skill=1.5, tokens=28.0), None),
    problems=12,
    gate_problems=40,
    train_problems=8,
)
"""One promotion, and a generation that had nothing to learn."""
VERDICTS = {
    "train": "generation_001/verify-*/shard-00000.parquet",
    "gate": "generation_001/evaluate-*/challenger/verdicts/shard-00000.parquet",
    "report": "generation_001/report-*/96/verdicts/shard-00000.parquet",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with its report."""
    folder = write_synthetic_run(tmp_path_factory.mktemp("recheck") / "run", SMALL)
    write_report(folder)
    return folder.path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy to be changed; that it has another place and name changes nothing."""
    return Path(shutil.copytree(finished, tmp_path / "moved"))


def differing(run: Path) -> set[str]:
    """The files that are named, `*` for the digest in a stage's name."""
    return {each.file for each in recheck(RunFolder(run)).differences}


def one(run: Path, pattern: str) -> Path:
    (path,) = run.glob(pattern)
    return path


def set_cell(path: Path, column: str, row: int, value: Any) -> None:
    table = pq.read_table(path)
    values = table[column].to_pylist()
    assert values[row] != value
    values[row] = value
    index = table.column_names.index(column)
    changed = table.set_column(
        index, table.schema.field(index), pa.array(values, table.schema.field(index).type)
    )
    pq.write_table(changed, path, compression="zstd")


def flip_verdict(path: Path) -> None:
    """The first wrong answer is called correct."""
    row = pc.index(pq.read_table(path)["status"], "wrong").as_py()
    set_cell(path, "status", row, "correct")
    set_cell(path, "score", row, 1.0)


def redo_digests(run: Path) -> None:
    """What somebody does who knows of the lists of files."""
    for path in run.glob("generation_*/*/manifest.json"):
        facts = manifest(path.parent)
        write_json(path, {**facts, "files": file_digests(path.parent)})


def test_a_run_that_was_left_alone_holds_wherever_it_lies(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(run), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["differences"] == [] and found["checked"] > 10_000
    assert main([str(run)]) == 0 and "follow from what is stored" in capsys.readouterr().out


@pytest.mark.parametrize("split", VERDICTS)
def test_a_single_flipped_verdict_is_named(run: Path, split: str, capsys: pytest.CaptureFixture[str]) -> None:
    shard = one(run, VERDICTS[split])
    flip_verdict(shard)
    assert main([str(run)]) == 1
    assert str(shard.relative_to(run)) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("split", "follows"), [("train", "select-"), ("gate", "rows.parquet"), ("report", "rows.parquet")]
)
def test_a_flipped_verdict_shows_in_what_follows_from_it_even_if_the_digests_were_redone(
    run: Path, split: str, follows: str
) -> None:
    shard = one(run, VERDICTS[split])
    flip_verdict(shard)
    redo_digests(run)
    named = differing(run)
    assert str(shard.relative_to(run)) not in named
    assert any("manifest.json" in name for name in named) and any(follows in name for name in named)


@pytest.mark.parametrize(
    ("pattern", "column", "value"),
    [
        ("generation_001/evaluate-*/rows.parquet", "output_tokens", 1),
        ("generation_001/report-*/rows.parquet", "score", 0.5),
        ("generation_001/select-*/rows/shard-00000.parquet", "advantage", 9.0),
        ("generation_001/sample-*/shard-00000.parquet", "finish_reason", "length"),
        ("generation_001/plan-*/problems.parquet", "gold", "17"),
        ("generation_000/report-problems-*/problems.parquet", "level", "easy"),
    ],
)
def test_a_changed_row_is_named(run: Path, pattern: str, column: str, value: Any) -> None:
    path = one(run, pattern)
    set_cell(path, column, 3, value)
    assert str(path.relative_to(run)) in differing(run)


def numbers(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the numbers of a JSON tree are."""
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from numbers(value, (*path, key))
    elif isinstance(tree, int | float) and not isinstance(tree, bool):
        yield path


def edited(tree: Any, path: tuple[Any, ...]) -> Any:
    """The tree with one number changed."""
    copy = json.loads(json.dumps(tree))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    value = inner[path[-1]]
    inner[path[-1]] += 1 if isinstance(value, int) else max(1e-4, 1e-4 * abs(value))
    return copy


def rewrite(path: Path, change: Callable[[Any], Any]) -> None:
    """Edits a JSON file, or one line in the middle of a file of lines."""
    if path.suffix == ".json":
        write_json(path, change(read_json(path)))
        return
    lines = path.read_text().splitlines()
    middle = len(lines) // 2
    lines[middle] = json.dumps(change(json.loads(lines[middle])))
    path.write_text("\n".join(lines) + "\n")


FILES = (
    "report/report.json",
    "report/rollouts.json",
    "generation_001/decision.json",
    "generation_002/decision.json",
    "generation_001/plan-*/gate.json",
    "generation_001/evaluate-*/manifest.json",
    "generation_001/train-*/manifest.json",
    "generation_000/report-*/manifest.json",
    "ledger.jsonl",
)


def places_in(path: Path) -> list[tuple[Any, ...]]:
    """Where the numbers of a JSON file are, or of the middle line of a file of lines."""
    if path.suffix == ".json":
        return list(numbers(read_json(path)))
    lines = path.read_text().splitlines()
    return list(numbers(json.loads(lines[len(lines) // 2])))


def assert_named(run: Path, path: Path, places: list[tuple[Any, ...]]) -> None:
    source = path.read_bytes()
    for place in places:
        rewrite(path, lambda value, place=place: edited(value, place))
        named = differing(run)
        assert named & {str(path.relative_to(run)), "report/report.json"}, place
        path.write_bytes(source)


@pytest.mark.parametrize("pattern", FILES)
def test_an_edited_number_is_named(run: Path, pattern: str) -> None:
    path = next(path for path in run.glob(pattern) if "problems" not in path.parent.name)
    places = places_in(path)
    assert_named(run, path, [places[len(places) // 2]])


@pytest.mark.full
@pytest.mark.parametrize("pattern", FILES)
def test_many_edited_numbers_are_named(run: Path, pattern: str) -> None:
    path = next(path for path in run.glob(pattern) if "problems" not in path.parent.name)
    places = places_in(path)
    assert_named(run, path, places[:: max(1, len(places) // 25)])


def doubled_price(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "usd": 2 * line["usd"]}


def fewer_devices(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "device_s": line["device_s"] / 2}


def other_parent(decision: dict[str, Any]) -> dict[str, Any]:
    return {**decision, "parent": 1 - decision["parent"]}


def other_weights(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "weights_hash": "0" * 16}


def smaller_drift(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "result": {**facts["result"], "max_kl_seen": 0.0}}


@pytest.mark.parametrize(
    ("pattern", "change", "named"),
    [
        ("ledger.jsonl", doubled_price, "ledger.jsonl"),
        ("ledger.jsonl", fewer_devices, "ledger.jsonl"),
        ("generation_002/decision.json", other_parent, "decision.json"),
        ("generation_001/train-*/manifest.json", other_weights, "manifest.json"),
        ("generation_001/train-*/manifest.json", smaller_drift, "manifest.json"),
    ],
)
def test_an_edit_is_named_even_if_the_report_was_drawn_anew(
    run: Path, pattern: str, change: Callable[[Any], Any], named: str
) -> None:
    rewrite(one(run, pattern), change)
    write_report(RunFolder(run))
    assert any(file.endswith(named) for file in differing(run))


def test_a_line_of_the_ledger_that_is_there_twice_is_named_even_if_the_report_was_drawn_anew(
    run: Path,
) -> None:
    ledger = run / "ledger.jsonl"
    lines = ledger.read_text().splitlines(keepends=True)
    ledger.write_text("".join([*lines[:3], lines[2], *lines[3:]]))
    write_report(RunFolder(run))
    assert "ledger.jsonl" in differing(run)


def test_a_look_that_was_struck_out_is_named_even_if_the_report_was_drawn_anew(run: Path) -> None:
    for number in range(3):
        record_look(RunFolder(run), 1, "ada", str(number))
    write_report(RunFolder(run))
    assert not differing(run)
    lines = (run / "looks.jsonl").read_text().splitlines(keepends=True)
    (run / "looks.jsonl").write_text("".join(lines[1:]))
    write_report(RunFolder(run))
    assert "looks.jsonl" in differing(run)


def test_a_champion_that_does_not_stand_is_named(run: Path) -> None:
    (run / "champion").symlink_to(one(run, "generation_001/train-*").relative_to(run) / "weights")
    assert not differing(run)
    (run / "champion").unlink()
    (run / "champion").symlink_to(one(run, "generation_000/base-*").relative_to(run) / "weights")
    assert differing(run) == {"champion"}


def test_an_edited_picture_and_a_report_that_is_gone_are_named(run: Path) -> None:
    picture = run / "report" / "frontier.svg"
    picture.write_text(picture.read_text().replace("0.", "9.", 1))
    assert differing(run) == {"report/frontier.svg"}
    (run / "report" / "report.json").unlink()
    assert "report/report.json" in differing(run)


def test_a_run_that_has_finished_nothing_does_not_hold(tmp_path: Path, finished: Path) -> None:
    shutil.copy(finished / "run.toml", tmp_path)
    with pytest.raises(UserError, match="finished nothing"):
        main([str(tmp_path)])


def test_files_that_are_gone_new_or_cut_short_are_named(run: Path) -> None:
    gone, short = one(run, VERDICTS["train"]), one(run, VERDICTS["report"])
    gone.unlink()
    short.write_bytes(short.read_bytes()[:100])
    added = one(run, "generation_001/plan-*") / "more.json"
    added.write_text("{}")
    assert {str(path.relative_to(run)) for path in (gone, short, added)} <= differing(run)


def test_a_run_without_a_report_is_rechecked_up_to_its_decisions(run: Path) -> None:
    shutil.rmtree(run / "report")
    assert not differing(run)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run"):
        main([str(tmp_path)])
