"""Files are searched in ELIGO_DATA, then in the cache, then fetched; other content under a name is refused."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from eligo.datasets import DataError, UnavailableError
from eligo.datasets.fetching import RemoteFile
from eligo.datasets.files import DataFile, cache_folder, find, folders, locate, obtain

CONTENT = b"a,b\n1,2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(server) -> DataFile:
    return DataFile("numbers.csv", RemoteFile((server.url("/numbers"),), SHA256, len(CONTENT)))


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that ELIGO_DATA names."""
    (folder := tmp_path / "own").mkdir()
    monkeypatch.setenv("ELIGO_DATA", str(folder))
    return folder


def put(folder: Path, content: bytes = CONTENT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (path := folder / "numbers.csv").write_bytes(content)
    return path


def test_the_own_folder_is_searched_before_the_cache(file, own, alone):
    assert folders() == (own, alone) and find(file) is None and locate("numbers.csv") is None
    cached = put(alone)
    assert find(file) == cached == obtain(file, "numbers")
    mine = put(own)
    assert find(file) == mine == obtain(file, "numbers")


def test_what_is_nowhere_is_fetched_into_the_cache_once(file, own, alone, server):
    server.contents["/numbers"] = CONTENT
    assert obtain(file, "numbers") == alone / "numbers.csv" == obtain(file, "numbers")
    assert (alone / "numbers.csv").read_bytes() == CONTENT and len(server.asked) == 1
    assert list(own.iterdir()) == []


def test_other_content_is_refused_wherever_it_lies(file, own, alone, server):
    for folder in (alone, own):
        path = put(folder, b"other")
        with pytest.raises(DataError) as refusal:
            obtain(file, "numbers")
        assert not isinstance(refusal.value, UnavailableError)
        assert str(refusal.value) == (
            f"{str(path)!r} holds other data than its name says: its sha256 is {hashlib.sha256(b'other').hexdigest()}, "
            f"expected {SHA256}. Remove it, or put the right file in its place."
        )
        assert path.read_bytes() == b"other"
    assert server.asked == []


def test_a_twin_with_the_same_data_is_taken(file, own):
    twin = put(own, b"A,B\n1,2\n")
    assert find(replace(file, sha256_of_twins=(hashlib.sha256(b"A,B\n1,2\n").hexdigest(),))) == twin


def test_a_folder_that_is_none_is_refused(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    for named in (tmp_path / "none", tmp_path / "file"):
        monkeypatch.setenv("ELIGO_DATA", str(named))
        with pytest.raises(
            DataError, match=r"^ELIGO_DATA must name a folder; '.*' is none\. Correct it, or unset it\.$"
        ):
            locate("numbers.csv")


def test_the_cache_is_where_the_desktop_standard_puts_it(monkeypatch, tmp_path):
    assert cache_folder().parts[-2:] == ("eligo", "data")
    monkeypatch.setenv("HOME", str(tmp_path))
    for relative_or_none in ("here", ""):
        monkeypatch.setenv("XDG_CACHE_HOME", relative_or_none)
        assert cache_folder() == tmp_path / ".cache" / "eligo" / "data"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == tmp_path / ".cache" / "eligo" / "data"
