"""Coverage-guided fuzzing with atheris, if it is installed: `python -m tools.fuzz SECONDS`."""

import logging
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run every target in its own process for that many seconds; exit code 1 if one crashed."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed: only hypothesis was used. To install it: pip install atheris")
        return 0
    if len(sys.argv) > 2:
        return fuzz(sys.argv[2], sys.argv[1])
    from tests.fuzz.test_fuzz import SEEDS

    failed = [
        name
        for name in SEEDS
        if subprocess.run([sys.executable, "-m", "tools.fuzz", sys.argv[1], name], check=False).returncode
    ]
    print(f"fuzzed {', '.join(SEEDS)}; failed: {', '.join(failed) or 'none'}")
    return int(bool(failed))


def fuzz(name: str, seconds: str) -> int:
    """Run one target; atheris ends the process."""
    import atheris

    with atheris.instrument_imports(include=["exporter", "tests.fuzz.targets"]):
        from tests.fuzz import targets
        from tests.fuzz.test_fuzz import SEEDS

    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as text:
        directory = Path(text)
        (directory / "corpus").mkdir()
        (directory / "corpus" / "seed").write_bytes(SEEDS[name])
        with targets.bed(directory) as bed:
            limits = [f"-max_total_time={seconds}", "-max_len=4096", "-rss_limit_mb=4096", "-verbosity=0"]
            atheris.Setup(
                ["fuzz", *limits, f"-artifact_prefix={directory}/", str(directory / "corpus")],
                targets.targets(bed)[name],
            )
            atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
