"""Puts a champion on the Hugging Face Hub: safetensors, tokenizer, configuration and card, nothing else.

    check_push("owner/name")            before the run: a name that will do, and somebody who is logged in
    push_run(folder, "owner/name")      after it: the champion, with a fresh card; returns what became of it

A repository that is not there yet is made private; opening it is for its owner. HF_ENDPOINT and HF_TOKEN
apply as they do elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from httpx import HTTPError
from huggingface_hub import HfApi, get_token
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from ratchetrl.pipelines.base_stage import stored_base
from ratchetrl.pipelines.champions import read_history
from ratchetrl.pipelines.model_card import write_card
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.verifiers.errors import UserError

PUSHED = (
    *("README.md", "config.json", "generation_config.json"),
    *("model.safetensors", "model-[0-9]*-of-[0-9]*.safetensors", "model.safetensors.index.json"),
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("chat_template.jinja", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model"),
    *("vocab.json", "vocab.txt", "merges.txt"),
)
"""Names of what is uploaded; the probe and whatever else lies there stay."""


def check_push(repository: str) -> None:
    """Raises `UserError` where the name cannot be one, or nobody is logged in."""
    if not _is_name(repository):
        raise UserError(f"--push-to-hub {repository!r} is not OWNER/NAME, such as ada/addition-4; correct it")
    if get_token() is None:
        raise UserError(
            "--push-to-hub needs a Hugging Face account; log in with `hf auth login`, or set HF_TOKEN"
        )
    with _told(f"nothing can be pushed to {repository}"):
        HfApi().whoami()


def push_run(folder: RunFolder, repository: str) -> str:
    """Pushes the champion of a finished run; returns a sentence for people."""
    champion = read_history(folder, stored_base(folder)).champion
    if champion.generation == 0:
        return "nothing was promoted, so nothing is pushed"
    write_card(folder, champion)
    return f"pushed to {push_weights(champion.weights, repository)} (private unless it was public before)"


def push_weights(weights: Path, repository: str) -> str:
    """Uploads a folder of weights with its card; returns where to. Raises `UserError` where the Hub
    refuses; the weights stay where they are."""
    with _told(f"{weights} could not be pushed to {repository}"):
        hub = HfApi()
        hub.create_repo(repository, private=True, exist_ok=True)
        done = hub.upload_folder(
            repo_id=repository,
            folder_path=weights.resolve(),
            allow_patterns=list(PUSHED),
            commit_message="A champion of RatchetRL",
        )
    return str(done.repo_url)


def _is_name(repository: str) -> bool:
    try:
        validate_repo_id(repository)
    except HFValidationError:
        return False
    return repository.count("/") == 1


@contextmanager
def _told(what: str) -> Iterator[None]:
    """The named boundary: somebody else's server."""
    try:
        yield
    except (HTTPError, OSError) as error:
        said = str(error).strip().splitlines()
        raise UserError(
            f"{what}: {said[-1] if said else type(error).__name__}; see to the account, the name and the "
            "network, and run the same command again"
        ) from error
