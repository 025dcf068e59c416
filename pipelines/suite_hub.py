"""Problems on the Hugging Face Hub, through `datasets`: downloaded once, then memory-mapped.

    source = open_hub("openai/gsm8k", subset="main", revision="main")
    for batch in source.batches("train", ("question", "answer")): ...

Dataset scripts are never run: `datasets` refuses them from version 4 on, which is why an older one is
not allowed. `datasets` is imported only when it is needed, and imports no torch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ratchetrl.pipelines.columns import Batch, check_columns
from ratchetrl.verifiers.errors import UserError

if TYPE_CHECKING:
    from datasets import DatasetDict

BATCH_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class HubSource:
    """The splits of a dataset on the Hub."""

    name: str
    """Name on the Hub."""
    dataset: "DatasetDict"
    """Its splits, memory-mapped."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits there are."""
        return tuple(str(split) for split in self.dataset)

    def batches(self, split: str, columns: tuple[str, ...] | None) -> Iterator[Batch]:
        """The named columns of a split, `None` for all, at most `BATCH_ROWS` rows at a time, in order."""
        rows = self.dataset[split]
        wanted = rows.column_names if columns is None else list(columns)
        check_columns(wanted, rows.column_names, f"split {split!r} of {self.name}")
        for table in rows.select_columns(wanted).with_format("arrow").iter(BATCH_ROWS):
            yield table.to_pydict()


def open_hub(name: str, subset: str | None, revision: str) -> HubSource:
    """Downloads what is not in the cache; `UserError` where there is no such dataset, subset or network."""
    import datasets

    try:
        return HubSource(name, datasets.load_dataset(name, subset, revision=revision))
    except FileNotFoundError as error:
        raise UserError(
            f"data.path {name!r} is neither a local folder or file nor a dataset on the Hub at revision "
            f"{revision!r}; correct the name, or give a local folder with --data.path"
        ) from error
    except ConnectionError as error:
        raise UserError(
            f"the Hub cannot be reached for data.path {name!r} ({error}); give a local folder "
            "with --data.path, or try again with a connection"
        ) from error
    except (ValueError, RuntimeError) as error:
        raise UserError(
            f"{name} cannot be loaded ({error}); set data.subset or give a local folder"
        ) from error
