"""DAPO's soft overlong punishment: a slope before the token limit, in place of a cliff at it.

    soft_overlong_penalty(completion_tokens=1_900, max_tokens=2_048, buffer_tokens=512)  # -0.7109375

Source: DAPO, arXiv 2503.14476, equation 13.
"""

from ratchetrl.verifiers.errors import UserError


def soft_overlong_penalty(completion_tokens: int, max_tokens: int, buffer_tokens: int) -> float:
    """Return the penalty in [-1, 0] that is added to the reward.

    With length |y|, L_max = `max_tokens` and L_cache = `buffer_tokens`:

        0                                    where |y| <= L_max - L_cache
        ((L_max - L_cache) - |y|) / L_cache  where L_max - L_cache < |y| <= L_max
        -1                                   where L_max < |y|

    Raises `UserError` where the buffer is larger than the limit.
    """
    if buffer_tokens > max_tokens:
        raise UserError(
            f"an overlong buffer of {buffer_tokens} tokens exceeds the limit of {max_tokens}; lower it"
        )
    tokens_into_buffer = completion_tokens - (max_tokens - buffer_tokens)
    return -min(1.0, max(0.0, tokens_into_buffer / buffer_tokens))
