"""Coverage-guided fuzzing with atheris, if it is installed: `python -m tools.fuzz SECONDS`."""

import logging
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run every target in its own process for that many seconds; exit code 1 if one crashed."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed, so nothing was fuzzed with coverage; to install it: pip install atheris")
        return 0
    if len(sys.argv) > 2:
        fuzz(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    from tests.fuzz.test_fuzz import SEEDS

    failed = [name for name in SEEDS if not passes(name, sys.argv[1])]
    print(f"fuzzed {', '.join(SEEDS)}; failed: {', '.join(failed) or 'none'}")
    return int(bool(failed))


def passes(name: str, seconds: str) -> bool:
    """Whether a target survives; the input of one that does not stays in the directory that is printed."""
    directory = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    command = [sys.executable, "-m", "tools.fuzz", seconds, name, str(directory)]
    if subprocess.run(command, check=False).returncode:
        print(f"{name}: failed; the input is in {directory}")
        return False
    shutil.rmtree(directory)
    return True


def fuzz(seconds: str, name: str, directory: Path) -> None:
    """One target in this process, which atheris ends."""
    import atheris

    with atheris.instrument_imports(include=["exporter"], exclude=["exporter.simulator"]):
        from tests.fuzz import targets
        from tests.fuzz.test_fuzz import SEEDS

    logging.disable(logging.CRITICAL)
    corpus = directory / "corpus"
    corpus.mkdir()
    (corpus / "seed").write_bytes(SEEDS[name])
    limits = [f"-max_total_time={seconds}", "-max_len=4096", "-rss_limit_mb=4096", "-verbosity=0"]
    with targets.bed(directory) as bed:
        atheris.Setup(["fuzz", *limits, f"-artifact_prefix={directory}/", str(corpus)], targets.targets(bed)[name])
        atheris.Fuzz()


if __name__ == "__main__":
    raise SystemExit(main())
