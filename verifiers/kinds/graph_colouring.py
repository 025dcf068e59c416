"""Verifier `graph_colouring`: a colouring of a graph without two neighbours of one colour, in few colours.

    gold     {"problem": {"vertices": 5, "edges": [[0,1],[1,2],[2,3],[3,4],[4,0]]}, "target": 3, "trivial": 5}
    answer   [0, 1, 0, 1, 2]

The answer gives each vertex its colour, any whole number from 0. `objective` is the number of colours used.
"""

import json
from dataclasses import dataclass
from typing import Any

from ratchetrl.verifiers.kinds.constructions import Invalid, Target, grade, target_reader, whole_numbers
from ratchetrl.verifiers.registry import verifier
from ratchetrl.verifiers.verdict import Verdict

MAX_VERTICES = 5_000
"""Most vertices."""


@dataclass(frozen=True)
class Graph:
    """An undirected graph."""

    vertices: int
    """Their number."""
    edges: tuple[tuple[int, int], ...]
    """Pairs of vertices."""


def read_problem(problem: Any) -> Graph:
    """Return the graph; raises `ValueError`."""
    if not isinstance(problem, dict) or problem.keys() != {"vertices", "edges"}:
        raise ValueError('the problem is {"vertices": n, "edges": [[0, 1], ...]}')
    vertices, edges = problem["vertices"], problem["edges"]
    if (
        type(vertices) is not int
        or not 1 <= vertices <= MAX_VERTICES
        or not isinstance(edges, list)
        or not edges
    ):
        raise ValueError(
            f"vertices are a number from 1 to {MAX_VERTICES}, and edges a list that is not empty"
        )
    for edge in edges:
        ends = whole_numbers(edge, 2)
        if len(ends) != 2 or ends[0] == ends[1] or not all(0 <= end < vertices for end in ends):
            raise ValueError(f"the edge {edge} does not join two vertices")
    return Graph(vertices, tuple((one, other) for one, other in edges))


def read_witness(value: Any) -> list[int]:
    """Return the colour of each vertex; raises `ValueError`."""
    return whole_numbers(value, MAX_VERTICES)


def measure(graph: Graph, colours: list[int]) -> int:
    """Number of colours; raises `Invalid` with an edge whose ends have one colour."""
    if len(colours) != graph.vertices:
        raise Invalid(f"it colours {len(colours)} vertices of {graph.vertices}")
    for one, other in graph.edges:
        if colours[one] == colours[other]:
            raise Invalid(f"the neighbours {one} and {other} have one colour")
    return len(set(colours))


_PENTAGON = (
    '{"problem": {"vertices": 5, "edges": [[0,1],[1,2],[2,3],[3,4],[4,0]]}, "target": 3, "trivial": 5}'
)


@verifier(
    "graph_colouring",
    read_gold=target_reader(read_problem),
    correct=[
        ("<think>odd</think>\n[0, 1, 0, 1, 2]", _PENTAGON),
        ("```json\n[7, 8, 7, 8, 9]\n```", _PENTAGON),
    ],
    incorrect=[
        ("", _PENTAGON),
        ("[0, 1, 0, 1, 0]", _PENTAGON),
        ("[0, 1, 2, 3, 4]", _PENTAGON),
        ("[0, 1, 0, 1]", _PENTAGON),
        ("[0, 1, 0, 1, 2, 0]", _PENTAGON),
        ("[0, 1.0, 0, true, 2]", _PENTAGON),
        ("3", _PENTAGON),
    ],
    impossible=lambda gold: json.dumps(
        {"problem": {"vertices": gold.problem.vertices, "edges": [[0, 1]]}, "target": 1}
    ),
)
def graph_colouring(answer: str, gold: Target[Graph]) -> Verdict:
    """Judge a colouring by the number of its colours."""
    return grade(answer, gold, read_witness, measure)
