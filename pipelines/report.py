"""The report of a run: did it get better, and what does a score cost now?

    python -m ratchetrl.pipelines.report outputs/quickstart
    report/report.json        every number, drawn from stored rows of the report split only
    report/score_vs_cost.svg  a line per champion that was measured
    report/index.html         both, with the decisions, on one page without scripts or network

First version: cost is output tokens and engine seconds per problem; FLOPs, money and prices per score come
later.
"""

import json
import sys
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

from ratchetrl.pipelines.config_file import load_toml
from ratchetrl.pipelines.frontier import frontier
from ratchetrl.pipelines.run_folder import REPORT_POINTER, RunFolder
from ratchetrl.pipelines.signals import alarm, verdicts_text
from ratchetrl.pipelines.status import run_status
from ratchetrl.pipelines.store import atomic_path, manifest, read_json, read_records, write_json

COLUMNS = ["problem_id", "level", "sample", "score", "answer", "output_tokens", "seconds"]
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1f24; background: #fff; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin: 1rem 0; }}
th, td {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d5dae0; vertical-align: top; }}
td:nth-child(-n+4) {{ white-space: nowrap; }}
td:nth-child(5) {{ min-width: 16rem; }}
svg {{ max-width: 100%; height: auto; }}
.alarm {{ background: #b3261e; color: #fff; padding: .6rem 1rem; font-weight: bold; }}
.wide {{ overflow-x: auto; }}
.quiet {{ color: #59636e; }}
</style></head><body>
<h1>{title}</h1>{alarms}<p>{headline}</p><div class="wide">{svg}</div>
<p class="quiet">Report split, fixed for the life of the run: {problems} problems, {samples} samples each.
Bands are 95% intervals over problems. Solid: majority vote of k samples. Dotted: pass@k, which needs the
gold to choose (an oracle).</p>
<h2>Generations</h2><div class="wide"><table><tr><th>#</th><th>decision</th><th>base levels</th>
<th>gain [95%]</th><th>why</th></tr>{decisions}</table></div>
<h2>Score by level</h2><div class="wide">{levels}</div>
<h2>What the verdicts say</h2><p class="quiet">Hacked: answers that pass the tests that their prompt shows and
fail the hidden ones. Canaries: answers to problems that were made impossible; a pass is an alarm.</p>
<div class="wide"><table><tr><th>#</th><th>canaries passed</th><th>judging not hidden</th>
<th>hacked, sampling</th><th>shares</th></tr>
{verdicts}</table></div></body></html>
"""


def write_report(folder: RunFolder) -> None:
    """Writes the three files from what is stored."""
    from ratchetrl.pipelines.chart import draw_score_against_cost  # matplotlib takes a second to import

    report = report_data(folder)
    target = folder.path / "report"
    write_json(target / "report.json", report)
    with atomic_path(target / "score_vs_cost.svg") as temporary:
        draw_score_against_cost(report["champions"], temporary)
    with atomic_path(target / "index.html") as temporary:
        temporary.write_text(
            _page(report, (target / "score_vs_cost.svg").read_text("utf-8")), encoding="utf-8"
        )


def report_data(folder: RunFolder) -> dict[str, Any]:
    """Every number of the report."""
    config = load_toml(folder.config_file)
    ks = [k for k in (1, 2, 4, 8, 16, 32, 64) if 2 * k <= config.report.samples]
    status = run_status(folder.path)
    pointers = sorted(folder.path.glob(f"generation_*/{REPORT_POINTER}"))
    champions = [_champion(pointer.parent / read_json(pointer)["stage"], ks) for pointer in pointers]
    return {
        "run": folder.path.name,
        "samples_per_problem": config.report.samples,
        "champions": champions,
        "canary_passes": status["canary_passes"],
        "generations": status["generations"],
        "judging": status["judging"],
    }


def _champion(stage: Path, ks: list[int]) -> dict[str, Any]:
    rows = read_records(stage / "rows.parquet", columns=COLUMNS)
    levels = sorted({row["level"] for row in rows})
    return {
        "generation": manifest(stage)["generation"],
        "weights_hash": manifest(stage)["models"]["champion"]["weights_hash"],
        "points": [asdict(point) for point in frontier(rows, ks)],
        "by_level": {
            level: [asdict(point) for point in frontier([row for row in rows if row["level"] == level], ks)]
            for level in levels
        },
    }


def headline(report: dict[str, Any]) -> str:
    """In plain words, what happened to the score of one sample on the report split."""
    champions = report["champions"]
    if len(champions) < 2:
        return "Only the base has been measured so far."
    first, last = (_single(champion) for champion in (champions[0], champions[-1]))
    return (
        f"One sample of the base scores {_score(first)} on the report split; one of generation "
        f"{champions[-1]['generation']} scores {_score(last)}, with {last['output_tokens']:.0f} output "
        f"tokens per problem against {first['output_tokens']:.0f}.{_equivalent(champions[0], last['score'])}"
    )


def _score(point: dict[str, Any]) -> str:
    return f"{point['score']:.2f} [{point['lower']:.2f}, {point['upper']:.2f}]"


def _single(champion: dict[str, Any]) -> dict[str, Any]:
    return next(point for point in champion["points"] if point["k"] == 1 and point["selector"] == "majority")


def _equivalent(base: dict[str, Any], score: float) -> str:
    """How many samples the base needs for the same score by majority vote."""
    votes = [point for point in base["points"] if point["selector"] == "majority"]
    enough = [point["k"] for point in votes if point["score"] >= score]
    if enough:
        return f" The base needs a majority vote of {min(enough)} samples for that."
    return (
        f" The base does not reach that with a majority vote of {max(point['k'] for point in votes)} samples."
    )


def _page(report: dict[str, Any], svg: str) -> str:
    return PAGE.format(
        title=escape(f"RatchetRL: {report['run']}"),
        headline=escape(headline(report)),
        svg=svg[svg.index("<svg") :],
        problems=max((point["problems"] for c in report["champions"] for point in c["points"]), default=0),
        samples=report["samples_per_problem"],
        decisions="".join(_decision_row(each) for each in report["generations"]),
        levels=_level_table(report["champions"]),
        alarms="".join(_alarm(each) for each in report["generations"]),
        verdicts="".join(map(_verdict_row, report["generations"], report["judging"])),
    )


def _alarm(generation: dict[str, Any]) -> str:
    text = alarm(generation["index"], generation)
    return "" if text is None else f'<p class="alarm">{escape(text)}</p>'


def _verdict_row(each: dict[str, Any], judging: dict[str, Any]) -> str:
    shares = "; ".join(verdicts_text(stage, verdicts) for stage, verdicts in each["verdicts"].items())
    hidden = f"{judging['unhidden_s']:.2f} s of {judging['seconds']:.1f} s"
    hacked = each["verdicts"]["sample"]["hacked_share"]
    told = "-" if hacked is None else f"{hacked:.1%}"
    cells = (each["index"], f"{each['canary_passes']} of {each['canary_rollouts']}", hidden, told, shares)
    return "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"


def _decision_row(each: dict[str, Any]) -> str:
    scores, gain = "-", "-"
    if each["gain"] is not None:
        scores = f"{each['champion_pass_at_1']:.3f} → {each['challenger_pass_at_1']:.3f}"
        gain = f"{each['gain']:+.3f} [{each['gain_lower']:+.3f}, {each['gain_upper']:+.3f}]"
    cells = (each["index"], each["decision"], scores, gain, each["reason"])
    return "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"


def _level_table(champions: list[dict[str, Any]]) -> str:
    """pass@1 and the widest pass@k of every level for every champion measured."""
    head = "".join(f"<th>generation {champion['generation']}</th>" for champion in champions)
    levels = sorted({level for champion in champions for level in champion["by_level"]})
    rows = "".join(
        f"<tr><td>{escape(level or 'all')}</td>"
        + "".join(f"<td>{_level_cell(champion['by_level'].get(level, []))}</td>" for champion in champions)
        + "</tr>"
        for level in levels
    )
    return f"<table><tr><th>level</th>{head}</tr>{rows}</table>"


def _level_cell(points: list[dict[str, Any]]) -> str:
    oracle = [point for point in points if point["selector"] == "oracle"]
    return ", ".join(f"pass@{p['k']} {p['score']:.3f}" for p in (oracle[0], oracle[-1])) if oracle else "-"


def main() -> None:
    """Draws the report of the run named on the command line."""
    folder = RunFolder(Path(sys.argv[1]))
    write_report(folder)
    print(json.dumps({"report": str(folder.path / "report" / "index.html")}))


if __name__ == "__main__":
    main()
