"""What easy problems leave reaches later shards, never more than there is, and in plan order only."""

from dataclasses import replace

from ratchetrl.pipelines.sample_order import WaveOrder
from ratchetrl.pipelines.wave_account import WaveAccount
from ratchetrl.pipelines.wave_plans import Belief
from ratchetrl.pipelines.wave_rows import WaveRow, wave_row
from ratchetrl.rewards.waves import fixed_plan

WAVES = WaveOrder(probe=4, most_samples=16, rows_per_group=None, informative_rows=None, ahead=2, lag=2)


def ended(samples: int, problems: int = 4, right: int = 0, successes_only: bool = False) -> list[WaveRow]:
    """A shard whose groups all ended alike."""
    scores: list[float | None] = [1.0] * right + [0.0] * (samples - right)
    return [wave_row("p", fixed_plan(samples), Belief(), scores, False, successes_only)] * problems


def test_leftovers_go_to_the_shards_that_come_two_later() -> None:
    account = WaveAccount([4] * 4, 8, WAVES)
    assert [account.most_of(shard) for shard in (0, 1)] == [8, 8]
    assert not account.may_begin(2)
    account.ended(ended(4))
    assert account.may_begin(2) and account.most_of(2) == 12
    account.ended(ended(8))
    assert account.most_of(3) == 8, "what shard 2 may use is not given away again"


def test_all_shards_together_use_no_more_than_their_samples() -> None:
    account, used = WaveAccount([4] * 20, 8, WAVES), 0
    for shard in range(20):
        samples = 4 if shard % 3 else account.most_of(shard)
        used += 4 * samples
        account.ended(ended(samples))
    assert used <= 20 * 4 * 8
    assert max(account.most_of(shard) for shard in range(20)) == 16


def test_nothing_is_left_where_everything_was_used() -> None:
    account = WaveAccount([4, 4, 2], 8, WAVES)
    account.ended(ended(8))
    assert account.most_of(2) == 8


def test_what_could_not_be_judged_is_neither_right_nor_wrong() -> None:
    row = wave_row("p", fixed_plan(4), Belief(), [1.0, None, 0.5, None], canary=False)
    assert (row.samples, row.right, row.wrong, row.rows(None)) == (4, 1, 1, 2)
    assert wave_row("p", fixed_plan(2), Belief(), [1.0, None], canary=False).rows(None) == 0


def test_there_is_enough_once_the_groups_with_both_kinds_hold_the_rows_asked_for() -> None:
    quota = WaveOrder(probe=4, most_samples=8, rows_per_group=4, informative_rows=24, ahead=2, lag=2)
    account = WaveAccount([4] * 4, 8, quota)
    account.ended(ended(8, right=0))
    assert (account.found, account.enough()) == (0, False)
    account.ended(ended(8, right=3))
    assert (account.found, account.enough(), account.enough(expected=8.0)) == (16, False, True)
    account.ended(ended(8, right=8) + ended(8, right=1))
    assert account.found == 32 and account.enough()


def test_where_right_answers_alone_count_they_are_the_rows_and_what_is_spared_goes_to_the_unsolved() -> None:
    order = replace(WAVES, probe=1, most_samples=4, informative_rows=8, lag=1, successes_only=True)
    account = WaveAccount([4] * 3, 2, order)
    account.ended(ended(1, right=1, successes_only=True))
    assert (account.found, account.most_of(1)) == (4, 3)
    account.ended(ended(3, right=0, successes_only=True))
    assert (account.found, account.most_of(2)) == (4, 2), "all is used"
    account.ended(ended(2, right=2, successes_only=True))
    assert account.found == 12 and account.enough()
