"""Every file that a fuzzer found worth keeping: it is read, or refused in one line, and each crash stays mended."""

from pathlib import Path

import pytest
from file_readers import READERS, check

CORPUS = Path(__file__).with_name("corpus")
MOST_BYTES = 10_000


@pytest.mark.parametrize("name", READERS)
def test_a_reader_reads_or_refuses_every_file_of_its_corpus(name: str, tmp_path: Path) -> None:
    files = sorted((CORPUS / name).iterdir())
    outcomes = [check(READERS[name], file.read_bytes(), tmp_path) for file in files]
    assert any(outcome is None for outcome in outcomes) and any(outcomes)  # both kinds are there


def test_the_corpora_belong_to_readers_and_are_small() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(READERS)
    assert all(file.stat().st_size <= MOST_BYTES for file in CORPUS.rglob("*") if file.is_file())
