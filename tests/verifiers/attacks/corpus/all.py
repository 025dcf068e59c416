"""The whole corpus."""

from corpus import (
    channels,
    constraints,
    constructions,
    early_exit,
    equality,
    evasion,
    gaming,
    mathematics,
    mathematics_shown,
    mathematics_values,
    pytest_hooks,
    queries,
    reading,
    resources,
    stand_ins,
    tampering,
    text_kinds,
)

CODE = [
    *equality.ATTACKS,
    *early_exit.ATTACKS,
    *evasion.ATTACKS,
    *reading.ATTACKS,
    *tampering.ATTACKS,
    *channels.ATTACKS,
    *pytest_hooks.ATTACKS,
    *resources.ATTACKS,
    *gaming.ATTACKS,
    *stand_ins.ATTACKS,
]
"""Attacks on verifiers that run the answer."""
MATHEMATICS = [*mathematics.ATTACKS, *mathematics_shown.ATTACKS, *mathematics_values.ATTACKS]
"""Attacks on verifiers that read a mathematical answer."""
KINDS = [*text_kinds.ATTACKS, *queries.ATTACKS, *constraints.ATTACKS, *constructions.ATTACKS]
"""Attacks on verifiers of all other kinds."""
ATTACKS = [*CODE, *MATHEMATICS, *KINDS]
"""Every attack, family by family."""
