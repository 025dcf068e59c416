"""What a person should read first, in plain words: what happened, what it is worth, and how sure that is.

    sentences = headline(report)           report: all of report.json but the headline itself

The first sentence says what happened; where rewards that know nothing gain as well, that comes first.
Every claim has its 95% interval and every "no change" the gain that would have been found. All of it is told
from the report's own numbers; what should alarm is `alarms.py`.
"""

from collections.abc import Iterator
from typing import Any

UNIT_WORDS = {"usd": "US dollars", "gpu_s": "device-seconds", "flops": "FLOPs"}
EMPTY_ARMS = {"random-reward": "Random rewards", "shuffled-gold": "Shuffled golds"}
"""Controls whose rewards know nothing of what is right."""
SATURATED_AFTER = 2
"""Gates in a row that found no gain."""
GAINLESS = ("no gain", "worse")
"""Routes of a rejection for want of a gain: a gain that was refused for another reason is no saturation."""
OFTEN = "four times out of five"
TREND_SENTENCES = {
    "compounding": "Gains get cheaper from step to step: they compound.",
    "decaying": "Gains get dearer from step to step: they decay.",
    "cannot tell": "Whether gains get cheaper or dearer from step to step cannot be told from this run.",
}


def headline(report: dict[str, Any]) -> list[str]:
    """Sentences, the most important first."""
    sentences = [*_own_arm(report), *_controls(report), _what_happened(report), *_teacher(report)]
    if report["latest"]:
        entry = report["generations"][report["latest"]]
        sentences += [*_price(report, entry), *_last_step(entry), *_crystallised(entry, report["effort"])]
        sentences += _break_even(entry)
    if report["rho_trend"] in TREND_SENTENCES:
        sentences.append(TREND_SENTENCES[report["rho_trend"]])
    return [*sentences, *_saturation(report)]


def _own_arm(report: dict[str, Any]) -> Iterator[str]:
    """Of a run that is a control as a whole."""
    if report["arm"] in EMPTY_ARMS:
        yield (
            f"{EMPTY_ARMS[report['arm']]} taught this run (reward.arm): whatever it gained is the work of "
            "chance steps that the gate found to help, not of its verdicts."
        )


def _teacher(report: dict[str, Any]) -> Iterator[str]:
    """Of a student that was held against its teacher."""
    told = report["distil"]
    if told is not None:
        name = f"generation {told['generation']} of {told['teacher']}"
        yield f"Taught by {name} (weights {told['weights_hash']})."
        yield f"{told['sentence'][0].upper()}{told['sentence'][1:]}."


def _controls(report: dict[str, Any]) -> Iterator[str]:
    for each in report["controls"]:
        if each["arm"] in EMPTY_ARMS and each["improves"]:
            real = {key: each[f"real_{key}"] for key in ("gain", "lower", "upper")}
            yield (
                f"{EMPTY_ARMS[each['arm']]} improve the score too, by {_gain(each)} in generation "
                f"{each['generation']}, where the real rewards do by {_gain(real)}: do not put this run's "
                "gains down to its verdicts."
            )


def _what_happened(report: dict[str, Any]) -> str:
    decided = report["generations"][1:]
    scored = f"one sample of the base scores {_score(report, 0)}" if report["latest"] is not None else ""
    if not decided:
        return f"No generation was decided yet; {scored or 'nothing was measured yet'}."
    promoted = sum(each["decision"]["decision"] == "promoted" for each in decided)
    counted = (
        f"{promoted} of {_count(len(decided), 'generation')} {'was' if promoted == 1 else 'were'} promoted"
    )
    if report["champion"] == 0:
        return f"The base still stands: {counted}{scored and f'; {scored}'}. {_what_was_visible(report)}"
    if not report["latest"]:
        return f"Generation {report['champion']} stands, not measured on the report split yet: {counted}."
    latest, later = report["latest"], ""
    if latest != report["champion"]:
        later = f"; generation {report['champion']} stands now and is not measured yet"
    gain = _gain(report["since_base"], "dpass1", "lo", "hi")
    return (
        f"One sample of generation {latest} scores {_score(report, latest)} on the report split, one of the "
        f"base {_score(report, 0)}: a gain of {gain}; {counted}{later}."
    )


def _what_was_visible(report: dict[str, Any]) -> str:
    gates = [each["gate"] for each in report["generations"][1:] if each["gate"] is not None]
    if not gates:
        return "No gate was held."
    finest = min(gate["detectable_gain"] for gate in gates)
    return f"The finest gate would have found a gain of {finest:.3f} {OFTEN}."


def _price(report: dict[str, Any], entry: dict[str, Any]) -> Iterator[str]:
    """What the base needs for the score of one sample of this champion; where its votes do not reach that,
    what this champion needs for the score of the base's widest vote."""
    told = {each["target"]: each for each in entry["iso"] if each["unit"] == "output_tokens"}
    own = told.get(f"one sample of {_whom(entry['generation'])}")
    if own is None:  # it scores exactly what another target does
        return
    if own["price_g0"] is not None:
        yield f"For the same score {_needs(entry, own)}."
        return
    base = [each for each in report["generations"][0]["points"] if each["effort"] == report["effort"]]
    widest = max((each for each in base if each["deployable"]), key=lambda each: each["k"])
    yield (
        f"The base does not reach that with {_count(widest['k'], 'sample')} and a vote, "
        f"{widest['tokens_out']:.0f} output tokens per problem; generation {entry['generation']} needs "
        f"{own['price']:.0f}."
    )
    vote = told.get(f"a vote of {widest['k']} samples of the base")
    if vote is not None and vote["times_cheaper"] is not None:
        yield f"For {vote['score']:.3f}, the score of that vote, {_needs(entry, vote)}."


def _needs(entry: dict[str, Any], price: dict[str, Any]) -> str:
    """Champion against base, in output tokens."""
    low, high = price["times_cheaper_lo"], price["times_cheaper_hi"]
    costs = (
        f"generation {entry['generation']} needs {price['price']:.0f} output tokens per problem and the base "
        f"{price['price_g0']:.0f}"
    )
    spread = f"[{_range(price, 'times_cheaper_lo', 'times_cheaper_hi', '.2g')}]"
    if low is not None and low <= 1 and (high is None or high >= 1):
        return f"{costs}: about as many ({price['times_cheaper']:.2g} times {spread})"
    return f"{costs}: {price['times_cheaper']:.2g} times as many {spread}"


def _last_step(entry: dict[str, Any]) -> Iterator[str]:
    """Only where it proved nothing."""
    gain = entry["gain"]
    if gain["lo"] <= 0 <= gain["hi"]:
        yield (
            f"Against {_whom(entry['compared_with'])} it is not proven to differ on the report split: "
            f"{_gain(gain, 'dpass1', 'lo', 'hi')}, where a gain of {entry['mde']:.3f} would have been found "
            f"{OFTEN}."
        )


def _crystallised(entry: dict[str, Any], effort: str) -> Iterator[str]:
    """Against the widest vote."""
    votes = [
        each for each in entry["crystallised"] if each["selector"] == "majority" and each["effort"] == effort
    ]
    if not votes:
        return
    widest, whom = max(votes, key=lambda each: each["k"]), _whom(entry["compared_with"])
    if widest["chi"] is None:
        yield (
            f"A vote of {widest['k']} samples of {whom} is not proven to beat one of them "
            f"({widest['headroom']:+.3f}, at least {widest['headroom_lo']:+.3f}): little was to be taken in."
        )
    else:
        yield (
            f"Of what a vote of {widest['k']} samples adds to one sample of {whom}, the weights of "
            f"generation {entry['generation']} took in {widest['chi']:z.0%} "
            f"[{_range(widest, 'lo', 'hi', 'z.0%')}]."
        )


def _break_even(entry: dict[str, Any]) -> Iterator[str]:
    """In the first of money, seconds and FLOPs that has an answer."""
    for unit, words in UNIT_WORDS.items():
        told = [each for each in entry["breakeven"] if each["unit"] == unit and each["q_star"] is not None]
        if told:
            best = max(told, key=lambda each: each["target"])
            yield (
                f"At a score of {best['target']:.3f} the last step pays for itself, in {words}, after "
                f"{best['q_star']:,.0f} queries [{_range(best, 'lo', 'hi', ',.0f')}], rejected tries and all."
            )
            return


def _saturation(report: dict[str, Any]) -> Iterator[str]:
    gates = [each for each in report["generations"][1:] if each["gate"] is not None]
    silent = 0
    while silent < len(gates) and gates[-1 - silent]["decision"]["route"] in GAINLESS:
        silent += 1
    if silent >= SATURATED_AFTER:
        coarsest = max(each["gate"]["detectable_gain"] for each in gates[-silent:])
        yield (
            f"The run has saturated: its last {silent} gates rejected their challengers, and each would have "
            f"found a gain of {coarsest:.3f} {OFTEN}."
        )


def _score(report: dict[str, Any], generation: int) -> str:
    points = report["generations"][generation]["points"]
    point = next(
        each for each in points if each["selector"] == "first" and each["effort"] == report["effort"]
    )
    return f"{point['score']:.3f} [{point['lo']:.3f}, {point['hi']:.3f}]"


def _gain(found: dict[str, Any], value: str = "gain", lower: str = "lower", upper: str = "upper") -> str:
    if found[value] is None:
        return "an unknown amount"
    return f"{found[value]:+.3f} [{found[lower]:+.3f}, {found[upper]:+.3f}]"


def _range(found: dict[str, Any], lower: str, upper: str, form: str) -> str:
    """A missing upper bound is one that the measurement does not limit."""
    low = "unknown" if found[lower] is None else format(found[lower], form)
    return f"{low} and more" if found[upper] is None else f"{low} to {format(found[upper], form)}"


def _whom(generation: int) -> str:
    return "the base" if generation == 0 else f"generation {generation}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
