"""The options `--shard`, `--total-shards` and `--shard.from-pod-name`."""

from pathlib import Path

import pytest

from exporter.arguments import parsed
from exporter.cli import main
from exporter.sharding import ALONE, Shard
from tests.balances import configuration


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ALONE),
        (["--shard=0"], ALONE),
        (["--shard=2", "--total-shards=3"], Shard(2, 3)),
        (["--shard.from-pod-name", "--total-shards=3"], Shard(1, 3)),
    ],
)
@pytest.mark.parametrize("command", [["run"], ["run", "--once"], ["check-config"]])
def test_the_shard_is_chosen(
    monkeypatch: pytest.MonkeyPatch, command: list[str], words: list[str], expected: Shard
) -> None:
    """By number, or by the name of the pod; without an option an exporter is alone."""
    monkeypatch.setenv("POD_NAME", "exporter-1")
    assert expected == parsed([*command, *words]).shard


@pytest.mark.parametrize(
    ("words", "pod", "message"),
    [
        (["--shard=3", "--total-shards=3"], "", "--shard: 3 is not a shard from 0 to 2; increase --total-shards"),
        (["--shard=-1"], "", "argument --shard: '-1' is not a number"),
        (["--shard=x"], "", "argument --shard: 'x' is not a number"),
        (["--total-shards=0"], "", "argument --total-shards: '0' is not a number of shards from 1 to 1000"),
        (["--total-shards=1001"], "", "argument --total-shards: '1001' is not a number of shards from 1 to 1000"),
        (["--shard.from-pod-name", "--shard=1"], "x-1", "argument --shard.from-pod-name: not with --shard"),
        (["--shard.from-pod-name"], "x-1", "argument --shard.from-pod-name: only with --total-shards"),
        (["--shard.from-pod-name", "--total-shards=1"], "", "POD_NAME is not set; set it from the field metadata.name"),
        (["--shard.from-pod-name", "--total-shards=1"], "exporter-x2k9z", "'exporter-x2k9z' is not the name of a"),
    ],
)  # fmt: skip
def test_an_invalid_shard_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], pod: str, message: str
) -> None:
    """On the command line, with exit code 2."""
    monkeypatch.setenv("POD_NAME", pod)
    with pytest.raises(SystemExit) as ended:
        parsed(["run", *words])
    assert 2 == ended.value.code
    assert message in capsys.readouterr().err


def test_check_config_prints_the_accounts_of_the_shard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And where it stores them; both shards together have all of them."""
    file = tmp_path / "config.yaml"
    names = [f"account-{number}" for number in range(6)]
    text = configuration("http://127.0.0.1:1", tmp_path / "storage", dict.fromkeys(names, 100))
    file.write_text(text)
    printed = []
    for shard in "01":
        assert 0 == main(["check-config", f"--config.file={file}", f"--shard={shard}", "--total-shards=2"])
        printed.append(capsys.readouterr().out)
    for name in names:
        assert 1 == sum(f"account {name!r}\n" in text for text in printed)
    own = [text.count(", account ") for text in printed]
    assert printed[0].startswith(f"shard 0 of 2: {own[0]} of 6 accounts\n")
    assert printed[1].startswith(f"shard 1 of 2: {own[1]} of 6 accounts\n")
    assert printed[0].endswith(f"\nstored in {tmp_path}/storage\n")
    assert printed[1].endswith(f"\nstored in {tmp_path}/storage/shard-1\n")
