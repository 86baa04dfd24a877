"""The catalogue tells the truth about each data set without reading it, and fetches what is not here."""

import re
import sys
from pathlib import Path

import pytest

from eligo.datasets import DATASETS, DataError, UnavailableError, fetched, load
from eligo.datasets.catalogue import CATALOGUE, describe, entry_of, fetch

SHIPPED = [name for name, entry in CATALOGUE.items() if not entry.files]
NAMES = (
    "iris wine noisy_sine california_housing energy_efficiency fashion_mnist breast_cancer digits diabetes friedman1"
)


def test_names_are_in_the_order_of_the_paper_then_others() -> None:
    assert " ".join(DATASETS) == " ".join(CATALOGUE) == NAMES


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_said_of_shipped_data_is_so(name) -> None:
    entry, data = entry_of(name), load(name)
    assert (entry.title, entry.task) == (data.title, data.task.name)
    assert (entry.n_examples, entry.n_columns) == data.X.shape
    assert fetch(name) == ((), False)


@pytest.mark.parametrize("name", ["california_housing", "energy_efficiency"])
def test_what_is_said_of_fetched_data_is_so(name, shared_data, monkeypatch) -> None:
    monkeypatch.setenv("ELIGO_DATA", str(shared_data))
    entry, data = entry_of(name), load(name)
    assert (entry.title, entry.task) == (data.title, data.task.name)
    assert (entry.n_examples, entry.n_columns) == data.X.shape
    assert describe(name).endswith(f" Here: {shared_data / name}.csv.")
    assert fetch(name) == ((shared_data / f"{name}.csv",), False)


def test_every_file_to_be_fetched_is_pinned_by_its_sha256() -> None:
    files = [file for entry in CATALOGUE.values() for file in entry.files]
    assert files
    for file in files:
        digests = (file.remote.sha256, *file.sha256_of_twins)
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests), file.name
        assert file.remote.urls and file.remote.size > 0


def test_a_file_that_holds_something_else_is_not_said_to_be_here(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("ELIGO_DATA", str(tmp_path))
    path = tmp_path / "energy_efficiency.csv"
    path.write_text("X1,X2\n1,2\n")
    said = describe("energy_efficiency")
    assert said.endswith(f" Found, but not what is expected: {path}. Remove it, or put the right file there.")


def test_fashion_mnist_is_as_large_as_published() -> None:
    """60 000 + 10 000 images of 28 x 28 pixels, 10 classes (Xiao, Rasul & Vollgraf 2017, table 1)."""
    entry = entry_of("fashion_mnist")
    assert (entry.n_examples, entry.n_columns, len(fetched.FASHION_CLASSES)) == (60_000 + 10_000, 28 * 28, 10)


def test_a_stand_in_is_called_one_and_does_not_keep_the_rest_from_being_fetched(shared_data, monkeypatch) -> None:
    monkeypatch.setenv("ELIGO_DATA", str(shared_data))
    said = describe("fashion_mnist")
    assert "Not here: `eligo data fetch fashion_mnist` fetches 31 MB." in said
    assert said.endswith(f"A stand-in of 900 examples is here: {shared_data / 'fashion_mnist_900.npz'}.")
    with pytest.raises(UnavailableError, match="cannot fetch train-images-idx3-ubyte.gz"):
        fetch("fashion_mnist")


def test_every_address_is_pinned() -> None:
    for entry in CATALOGUE.values():
        for file in entry.files:
            assert len(file.remote.sha256) == 64 and int(file.remote.sha256, 16) and file.remote.size > 0
            assert file.remote.urls and all(url.startswith("http") for url in file.remote.urls)


def test_an_unknown_name_is_answered_with_the_closest() -> None:
    with pytest.raises(DataError) as refusal:
        fetch("california")
    assert str(refusal.value).startswith("unknown data set 'california'; there are iris, wine, ")
    with pytest.raises(DataError, match=r"friedman1\. Did you mean california_housing\?$"):
        describe("california_house")
    with pytest.raises(DataError, match=r"friedman1\.$"):
        describe("xyz")


# --- On the command line ----------------------------------------------------------------------------------------------


@pytest.fixture
def eligo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """`eligo data ARGUMENTS` in this process; exit code, stdout and stderr."""
    from eligo.cli import main

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["eligo", "data", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


def test_all_are_listed_without_a_network(eligo) -> None:
    code, out, err = eligo("list")
    assert (code, err) == (0, "")
    assert " ".join(line.partition(":")[0] for line in out.splitlines()) == NAMES
    assert out.count("Not here: `eligo data fetch ") == 3 and "licence CC BY 4.0" in out


def test_fetching_prints_where_the_file_lies(eligo, mirrored, shared_data, alone: Path) -> None:
    mirrored(fetched.CALIFORNIA_HOUSING.remote.urls[0], (shared_data / "california_housing.csv").read_bytes())
    path = alone / "california_housing.csv"
    assert eligo("fetch", "california_housing") == (0, f"{path}\n", "")
    assert eligo("fetch", "california_housing") == (0, f"already here: {path}\n", "")
    assert eligo("fetch", "iris") == (0, "iris needs no file: eligo has it\n", "")
    assert f"Here: {path}." in eligo("list")[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("irsi", "eligo: unknown data set 'irsi'; there are iris, wine, "),
        (
            "energy_efficiency",
            "eligo: cannot fetch energy_efficiency.csv: archive.ics.uci.edu: Name or service not known.",
        ),
    ],
)
def test_what_cannot_be_fetched_is_one_line(eligo, alone: Path, name: str, said: str) -> None:
    code, out, err = eligo("fetch", name)
    assert (code, out) == (2, "") and err.startswith(said) and err.count("\n") == 1
    assert not list(alone.rglob("*.csv*"))
