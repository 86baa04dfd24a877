"""Data sets that are not shipped: from the files beside the checkout, from files that the test writes, from a server."""

import csv
import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from eligo import CLASSIFICATION, REGRESSION
from eligo.datasets import (
    DataError,
    Preparation,
    UnavailableError,
    class_counts,
    data_digest,
    describe_columns,
    fetched,
    input_names,
    load,
    prepare_features,
)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder that ELIGO_DATA names."""
    (folder := tmp_path / "own").mkdir()
    monkeypatch.setenv("ELIGO_DATA", str(folder))
    return folder


@pytest.fixture
def shared(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of real data, named by ELIGO_DATA; only to be read."""
    monkeypatch.setenv("ELIGO_DATA", str(shared_data))
    return shared_data


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# --- California housing, energy efficiency ----------------------------------------------------------------------------


def test_california_housing_is_what_the_file_says(shared):
    data, rows = load("california_housing"), rows_of(shared / "california_housing.csv")
    assert (data.task, data.X.shape, data.target_name) == (REGRESSION, (20_640, 9), "median_house_value")
    missing = {column.name: column.n_missing for column in describe_columns(data) if column.n_missing}
    assert missing == {"total_bedrooms": 207}
    levels = ("<1H OCEAN", "INLAND", "ISLAND", "NEAR BAY", "NEAR OCEAN")
    assert data.categories == ((),) * 8 + (levels,)
    assert [row["ocean_proximity"] for row in rows] == [levels[int(level)] for level in data.X[:, 8]]
    for column, name in enumerate(data.feature_names[:8]):
        np.testing.assert_array_equal(data.X[:, column], [float(row[name] or "nan") for row in rows])
    np.testing.assert_array_equal(data.y, [float(row["median_house_value"]) for row in rows])


def test_california_housing_has_thirteen_inputs_or_the_papers_twelve(shared):
    data = load("california_housing")
    rows = np.random.default_rng(0).permutation(20_640)[:500]
    inputs = prepare_features(data, Preparation(fitted_on="all", drop_first_category=True), rows)[0]
    assert inputs.shape == (500, 12) and len(input_names(data, Preparation())) == 13
    bedrooms = data.X[:, 4]
    filled = np.where(np.isnan(bedrooms), np.nanmedian(bedrooms), bedrooms)[rows]
    expected = 2 * (filled - np.nanmin(bedrooms)) / (np.nanmax(bedrooms) - np.nanmin(bedrooms)) - 1
    np.testing.assert_allclose(inputs[:, 4], expected, atol=1e-12)
    np.testing.assert_array_equal(inputs[:, 8], np.where(data.X[rows, 8] == 1, 1, -1))


def test_energy_efficiency_is_what_the_file_says(shared):
    data, rows = load("energy_efficiency"), rows_of(shared / "energy_efficiency.csv")
    assert (data.task, data.X.shape, data.target_name) == (REGRESSION, (768, 8), "heating_load")
    assert data.categories == () and "cooling_load" not in data.feature_names
    np.testing.assert_array_equal(data.X, [[float(row[name]) for name in data.feature_names] for row in rows])
    np.testing.assert_array_equal(data.y, [float(row["heating_load"]) for row in rows])


def as_uci_serves_it(path: Path) -> bytes:
    """The table under UCI's names of the columns; that its sha256 is the published one shows the numbers to be UCI's."""
    body = path.read_bytes().partition(b"\n")[2]
    return b"X1,X2,X3,X4,X5,X6,X7,X8,Y1,Y2\n" + body


@pytest.mark.parametrize("name", ["california_housing", "energy_efficiency"])
def test_what_is_fetched_is_what_lies_beside_the_checkout(shared, mirrored, name, monkeypatch, alone):
    ours = load(name)
    content = {
        "california_housing": (shared / "california_housing.csv").read_bytes(),
        "energy_efficiency": as_uci_serves_it(shared / "energy_efficiency.csv"),
    }[name]
    file = {"california_housing": fetched.CALIFORNIA_HOUSING, "energy_efficiency": fetched.ENERGY_EFFICIENCY}[name]
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.remote.sha256, file.remote.size)
    monkeypatch.delenv("ELIGO_DATA")
    mirrored(file.remote.urls[0], content)
    theirs = load(name)
    assert (alone / file.name).read_bytes() == content
    assert data_digest(theirs) == data_digest(ours) and theirs.source == ours.source


@pytest.mark.parametrize("name", ["california_housing", "energy_efficiency"])
def test_a_file_of_other_data_is_refused(own, name):
    (own / f"{name}.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"holds other data than its name says: its sha256 is \w{64}, expected \w{64}"):
        load(name)


@pytest.mark.parametrize("name", ["california_housing", "energy_efficiency", "fashion_mnist"])
def test_without_a_network_one_line_says_what_to_do(name, alone):
    with pytest.raises(UnavailableError) as refusal:
        load(name)
    message = str(refusal.value)
    assert (
        "Name or service not known" in message and f"Run `eligo data fetch {name}`" in message and "\n" not in message
    )
    assert not list(alone.rglob("*.csv")) and not list(alone.rglob("*.gz")) and not list(alone.rglob("*.partial"))


# --- Fashion-MNIST ----------------------------------------------------------------------------------------------------

PARTS = {"train-images-idx3-ubyte": 40, "train-labels-idx1-ubyte": 40, "t10k-images-idx3-ubyte": 20}
PARTS["t10k-labels-idx1-ubyte"] = 20


def small_part(name: str) -> bytes:
    """Image i of a part is filled with i, and shows the article i modulo 10."""
    n = PARTS[name]
    if "labels" in name:
        return struct.pack(">BBBBI", 0, 0, 8, 1, n) + bytes(number % 10 for number in range(n))
    return struct.pack(">BBBBIII", 0, 0, 8, 3, n, 28, 28) + b"".join(bytes([number] * 784) for number in range(n))


def write_parts(folder: Path, suffix: str, names=tuple(PARTS)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        content = small_part(name)
        (folder / f"{name}{suffix}").write_bytes(gzip.compress(content) if suffix else content)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("inside", [".", "fashion_mnist"])
def test_the_four_files_are_read_gzipped_or_not(own, suffix, inside):
    write_parts(own / inside, suffix)
    data = load("fashion_mnist")
    assert data.task is CLASSIFICATION and data.X.shape == (60, 784) and data.X.dtype == np.float32
    assert data.y.tolist() == [*range(10)] * 6
    np.testing.assert_array_equal(data.X, np.repeat([*range(40), *range(20)], 784).reshape(60, 784))
    assert class_counts(data) == (6,) * 10 and data.class_names[9] == "Ankle boot"
    assert data.title == "Fashion-MNIST (own files)" and "not its published archives" in data.source


def test_files_in_the_cache_serve_too_but_archives_must_be_the_published_ones(alone):
    write_parts(alone / "fashion_mnist", "")
    assert load("fashion_mnist").X.shape == (60, 784)
    write_parts(alone / "fashion_mnist", ".gz")
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz' holds other data than its name says"):
        load("fashion_mnist")


def test_published_archives_are_named_without_a_doubt(own, monkeypatch):
    """With digests of what the test wrote in the place of the published ones."""
    write_parts(own, ".gz")
    files = tuple(
        fetched._fashion_file(name, hashlib.sha256((own / f"{name}.gz").read_bytes()).hexdigest(), 1) for name in PARTS
    )
    monkeypatch.setattr(fetched, "FASHION_MNIST", files)
    data = load("fashion_mnist")
    assert (data.title, data.source) == ("Fashion-MNIST", "Xiao, Rasul & Vollgraf (2017)")


def test_the_four_archives_are_fetched_and_what_came_is_kept(monkeypatch, server, alone):
    contents = {name: gzip.compress(small_part(name)) for name in PARTS}
    files = []
    for name, content in contents.items():
        server.contents[f"/{name}.gz"] = content
        remote = fetched.RemoteFile((server.url(f"/{name}.gz"),), hashlib.sha256(content).hexdigest(), len(content))
        files.append(fetched.DataFile(f"fashion_mnist/{name}.gz", remote))
    monkeypatch.setattr(fetched, "FASHION_MNIST", tuple(files))
    last = server.contents.pop("/t10k-labels-idx1-ubyte.gz")
    with pytest.raises(
        UnavailableError, match=r"cannot fetch t10k-labels-idx1-ubyte\.gz: 127\.0\.0\.1: HTTP 404 Not Found"
    ):
        load("fashion_mnist")
    server.contents["/t10k-labels-idx1-ubyte.gz"] = last
    assert load("fashion_mnist").title == "Fashion-MNIST"
    assert [path for path, _ in server.asked] == [f"/{name}.gz" for name in PARTS] + ["/t10k-labels-idx1-ubyte.gz"]
    assert {path.name for path in (alone / "fashion_mnist").iterdir()} == {f"{name}.gz" for name in PARTS}


def test_some_of_the_four_files_are_refused(own):
    write_parts(own, "", names=list(PARTS)[:2])
    with pytest.raises(DataError) as refusal:
        load("fashion_mnist")
    assert str(refusal.value) == (
        f"{str(own)!r}, which ELIGO_DATA names, has some IDX files of Fashion-MNIST and lacks t10k-images-idx3-ubyte, "
        "t10k-labels-idx1-ubyte. Put them beside the others, or take those away."
    )


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("train-images-idx3-ubyte", lambda content: content[:-5], "it holds 31355: the file is cut off"),
        ("t10k-images-idx3-ubyte", lambda content: content + b"x", "1 bytes too many follow them"),
        ("t10k-labels-idx1-ubyte", lambda content: content[:-1] + b"\x0a", "holds the label 10; allowed are 0 to 9"),
        (
            "train-labels-idx1-ubyte",
            lambda content: small_part("t10k-labels-idx1-ubyte"),
            "must hold a label for each of the 40 images; its dimensions are 20",
        ),
        (
            "train-images-idx3-ubyte",
            lambda content: small_part("train-labels-idx1-ubyte"),
            "must hold images, in 3 dimensions; it has 1",
        ),
        (
            "t10k-images-idx3-ubyte",
            lambda content: struct.pack(">BBBBIII", 0, 0, 8, 3, 20, 1, 1) + bytes(20),
            "differ in size: 28x28 and 1x1",
        ),
    ],
)
def test_damaged_files_are_refused_in_one_line(own, name, damage, message):
    write_parts(own, "")
    (own / name).write_bytes(damage(small_part(name)))
    with pytest.raises(DataError) as refusal:
        load("fashion_mnist")
    assert message in str(refusal.value) and name in str(refusal.value) and "\n" not in str(refusal.value)


def test_the_stand_in_says_that_it_is_one(shared):
    data = load("fashion_mnist")
    with np.load(shared / "fashion_mnist_900.npz") as parts:
        np.testing.assert_array_equal(data.X, parts["images"].reshape(900, 784))
        np.testing.assert_array_equal(data.y, parts["labels"])
    assert class_counts(data) == (90,) * 10 and data.class_names[:2] == ("T-shirt/top", "Trouser")
    assert data.title == "Fashion-MNIST (900 of 70 000 images)" and "a stand-in for the 70 000" in data.source


def test_the_four_files_come_before_the_stand_in(own, shared_data):
    (own / "fashion_mnist_900.npz").symlink_to(shared_data / "fashion_mnist_900.npz")
    assert load("fashion_mnist").X.shape == (900, 784)
    write_parts(own, "")
    assert load("fashion_mnist").X.shape == (60, 784)


def test_a_stand_in_of_other_images_is_refused(own):
    np.savez(own / "fashion_mnist_900.npz", images=np.zeros((900, 28, 28), np.uint8), labels=np.zeros(900, np.uint8))
    with pytest.raises(DataError, match="holds other data than its name says"):
        load("fashion_mnist")
