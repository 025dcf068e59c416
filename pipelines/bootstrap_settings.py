from ratchetrl.pipelines.bootstrap import BootstrapSettings  # noqa: F401
