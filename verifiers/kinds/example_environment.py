"""A small environment of the package `verifiers`, for the examples of the verifier `environment`.

    environment{"module": "ratchetrl.verifiers.kinds.example_environment"}

Each task asks for a text backwards. Yours may look the same: a package of its own that exports one `Taskset`.
"""

import verifiers.v1 as vf  # noqa: TID251 (the package of that name, not our room)

__all__ = ["BackwardsTaskset"]


class BackwardsData(vf.TaskData):
    """One row."""

    answer: str
    """The text backwards."""


class BackwardsTask(vf.Task[BackwardsData]):
    """A word to spell backwards."""

    @vf.reward(weight=1.0)
    async def spelled(self, trace: vf.Trace) -> float:
        """1.0 for the whole word, 0.5 where only case differs."""
        if trace.last_reply == self.data.answer:
            return 1.0
        return 0.5 if trace.last_reply.lower() == self.data.answer.lower() else 0.0


class BackwardsTaskset(vf.Taskset[BackwardsTask]):
    """Two words."""

    def load(self) -> list[BackwardsTask]:
        """The tasks."""
        return [
            BackwardsTask(
                BackwardsData(prompt=f"Spell {word} backwards.", answer=word[::-1]), self.config.task
            )
            for word in ("stressed", "drawer")
        ]
