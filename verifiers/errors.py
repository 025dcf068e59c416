"""The errors a person is meant to read.

    raise UserError("data.path 'gsm8K' is not a folder; name a local folder or a Hub dataset")

Anything else that is raised is a fault of this code and keeps its traceback.
"""


class UserError(ValueError):
    """A request that cannot be served as given: one sentence that ends in what to do (exit code 2)."""


class NotInstalled(UserError):
    """A verifier that needs a package which is not there."""


class GoldError(UserError):
    """A gold that its verifier cannot read. Raised when a suite is loaded; `verifier_error` when judging."""
