"""Only right answers pay for their length, and more where the problem is mostly solved."""

from hypothesis import given
from hypothesis import strategies as st

from ratchetrl.rewards.length_price import with_length_price


def test_the_price_follows_the_pass_rate_of_the_others() -> None:
    rewards_G, lengths_G = [1.0, 1.0, 1.0, 0.0, 0.0], [1.0, 0.5, 0.0, 1.0, 0.1]
    found = with_length_price(rewards_G, [True, True, True, False, False], lengths_G, price=0.4)
    assert found == [1 - 0.4 * 0.5, 1 - 0.4 * 0.5 * 0.5, 1.0, 0.0, 0.0]


def test_the_only_right_answer_pays_nothing() -> None:
    assert with_length_price([1.0, 0.0, 0.0], [True, False, False], [1.0, 0.1, 0.1], 0.9) == [1.0, 0.0, 0.0]
    assert with_length_price([1.0], [True], [1.0], 0.9) == [1.0]


def test_a_solved_problem_teaches_to_be_short() -> None:
    found = with_length_price([1.0, 1.0], [True, True], [0.8, 0.2], 0.5)
    assert found == [1 - 0.5 * 0.8, 1 - 0.5 * 0.2]


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1), st.floats(0, 0.99))
def test_a_short_wrong_answer_never_beats_a_right_one(group: list[tuple[bool, float]], price: float) -> None:
    rights_G, lengths_G = [right for right, _ in group], [length for _, length in group]
    found = with_length_price([float(right) for right in rights_G], rights_G, lengths_G, price)
    right = [each for each, own in zip(found, rights_G, strict=True) if own and each is not None]
    wrong = [each for each, own in zip(found, rights_G, strict=True) if not own]
    assert set(wrong) <= {0.0} and min(right, default=1.0) > 0


def test_what_has_no_reward_gets_none() -> None:
    assert with_length_price([None, 1.0], [False, True], [0.5, 0.5], 0.5) == [None, 1.0]
