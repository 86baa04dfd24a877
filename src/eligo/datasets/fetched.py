"""Data sets that are too large to ship: found in a folder, or fetched from a pinned address."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligo.datasets.fetching import RemoteFile, fetch_file, sha256_of
from eligo.datasets.files import DataFile, cache_folder, check_digest, folders, locate, obtain, own_folder
from eligo.datasets.idx import read_idx
from eligo.datasets.record import DataError, Dataset
from eligo.datasets.tables import Table, load_table
from eligo.tasks import CLASSIFICATION

CALIFORNIA_HOUSING = DataFile(
    "california_housing.csv",
    RemoteFile(
        (
            "https://raw.githubusercontent.com/ageron/handson-ml2/aa555aa16b9d0af6c84e67c7757f3317d05acb12/"
            "datasets/housing/housing.csv",
        ),
        sha256="8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e",
        size=1_423_529,
    ),
)

ENERGY_EFFICIENCY = DataFile(
    "energy_efficiency.csv",
    RemoteFile(
        ("https://archive.ics.uci.edu/static/public/242/data.csv",),
        sha256="db44dbe453acd464b5cf65be2fb01a28aa9c5b2630300e65fbe28cde35f5d96f",
        size=39_946,
    ),
    # The same numbers under names that say what they are, instead of X1 ... X8, Y1, Y2.
    sha256_of_twins=("de39cd8db85af3aeebfda4997c83bb3171fc2e0414c0628c41c66f00c7ba316e",),
)
ENERGY_FEATURES = (
    "relative_compactness",
    "surface_area",
    "wall_area",
    "roof_area",
    "overall_height",
    "orientation",
    "glazing_area",
    "glazing_area_distribution",
)

FASHION_FOLDER = "fashion_mnist"
FASHION_MIRRORS = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)


def _fashion_file(name: str, sha256: str, size: int) -> DataFile:
    remote = RemoteFile(tuple(f"{mirror}{name}.gz" for mirror in FASHION_MIRRORS), sha256, size)
    return DataFile(f"{FASHION_FOLDER}/{name}.gz", remote)


FASHION_MNIST = (
    _fashion_file(
        "train-images-idx3-ubyte", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880
    ),
    _fashion_file(
        "train-labels-idx1-ubyte", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515
    ),
    _fashion_file(
        "t10k-images-idx3-ubyte", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102
    ),
    _fashion_file("t10k-labels-idx1-ubyte", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148),
)
"""Images and labels of the training part, then of the test part."""

FASHION_STAND_IN = "fashion_mnist_900.npz"
FASHION_STAND_IN_SHA256 = "2547a18b9b5136d55c9492bf046028527a8f1ee84e9620916801f38bb632cc2b"
FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
FASHION_SOURCE = "Xiao, Rasul & Vollgraf (2017)"


def load_california_housing() -> Dataset:
    """California housing: 20 640 blocks of the census of 1990, 8 numbers and `ocean_proximity`, 207 missing values.

    Raises
    ------
    DataError
        If the file holds other data; UnavailableError if it cannot be had.
    """
    path = obtain(CALIFORNIA_HOUSING, "california_housing")
    table = Table(str(path), "median_house_value", "regression", sha256_of(path))
    return replace(
        load_table("california_housing", table),
        title="California housing",
        source="Pace & Barry (1997), StatLib, with ocean_proximity and 207 missing values as distributed by Géron (2019)",
    )


def load_energy_efficiency() -> Dataset:
    """Energy efficiency: 768 simulated buildings, 8 numbers, the heating load in kWh/m2 (Tsanas & Xifara 2012).

    Raises
    ------
    DataError
        If the file holds other data; UnavailableError if it cannot be had.
    """
    path = obtain(ENERGY_EFFICIENCY, "energy_efficiency")
    sha256 = sha256_of(path)
    heating, cooling = ("Y1", "Y2") if sha256 == ENERGY_EFFICIENCY.remote.sha256 else ("heating_load", "cooling_load")
    table = Table(str(path), heating, "regression", sha256, kinds=((cooling, "ignore"),))
    return replace(
        load_table("energy_efficiency", table),
        title="Energy efficiency",
        feature_names=ENERGY_FEATURES,
        target_name="heating_load",
        source="Tsanas & Xifara (2012), UCI 242, without the cooling load",
    )


def load_fashion_mnist() -> Dataset:
    """Fashion-MNIST: 70 000 images of 28 x 28 pixels of 10 kinds of clothes (Xiao, Rasul & Vollgraf 2017).

    The four IDX files, gzipped or not, where they lie in ELIGO_DATA or the cache; else the stand-in of 900 images where
    it lies there, and title and source say so; else the four files are fetched.

    Raises
    ------
    DataError
        If a file is damaged or files do not fit each other; UnavailableError if they cannot be had.
    """
    paths = find_fashion_files()
    if paths is None and (stand_in := locate(FASHION_STAND_IN)) is not None:
        return _load_stand_in(stand_in)
    if paths is None:
        paths = fetch_fashion_files()
    if cache_folder() in paths[0].parents:
        for path, file in zip(paths, FASHION_MNIST, strict=True):
            if path.suffix == ".gz":
                check_digest(path, (file.remote.sha256,))
    if tuple(map(sha256_of, paths)) == tuple(file.remote.sha256 for file in FASHION_MNIST):
        return load_idx_parts(paths, "Fashion-MNIST", FASHION_SOURCE)
    folder = str(paths[0].parent)
    source = f"IDX files in {folder!r} under the names of Fashion-MNIST; they are not its published archives"
    return load_idx_parts(paths, "Fashion-MNIST (own files)", source)


def find_fashion_files() -> tuple[Path, ...] | None:
    """The four IDX files of Fashion-MNIST, gzipped or not, all from one folder; None where there are none.

    Raises
    ------
    DataError
        If the folder that ELIGO_DATA names has some of them and lacks others.
    """
    own = own_folder()
    for folder in folders():
        found = [_first_file(folder, file) for file in FASHION_MNIST]
        if all(found):
            return tuple(path for path in found if path)
        if any(found) and folder == own:
            lacking = [Path(file.name).stem for path, file in zip(found, FASHION_MNIST, strict=True) if path is None]
            raise DataError(
                f"{str(folder)!r}, which ELIGO_DATA names, has some IDX files of Fashion-MNIST and lacks "
                f"{', '.join(lacking)}. Put them beside the others, or take those away."
            )
    return None


def _first_file(folder: Path, file: DataFile) -> Path | None:
    zipped = Path(file.name)
    names = (zipped, zipped.with_suffix(""), Path(zipped.name), Path(zipped.stem))
    return next((folder / name for name in names if (folder / name).is_file()), None)


def fetch_fashion_files() -> tuple[Path, ...]:
    """Fetch the four archives of Fashion-MNIST into the cache folder, those that are not there yet."""
    return tuple(
        path if (path := cache_folder() / file.name).is_file() else fetch_file(file.remote, path, "fashion_mnist")
        for file in FASHION_MNIST
    )


def load_idx_parts(paths: tuple[Path, ...], title: str, source: str) -> Dataset:
    """One data set from images and labels of the training part, then of the test part.

    Parameters
    ----------
    paths : tuple of 4 Path, images and labels of each part
    title, source : str

    Returns
    -------
    Dataset, training part first; X is float32, a pixel a column

    Raises
    ------
    DataError
        If a file is damaged, or files do not fit each other.
    """
    images, labels = zip(*(_read_part(*paths[start : start + 2]) for start in (0, 2)), strict=True)
    if images[0].shape[1:] != images[1].shape[1:]:
        shapes = " and ".join("x".join(map(str, part.shape[1:])) for part in images)
        raise DataError(
            f"the images of {str(paths[0])!r} and {str(paths[2])!r} differ in size: {shapes}. Get them again."
        )
    return _images("fashion_mnist", title, np.concatenate(images), np.concatenate(labels), source)


def _read_part(image_path: Path, label_path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    images, labels = read_idx(image_path), read_idx(label_path)
    if images.ndim != 3:
        raise DataError(f"{str(image_path)!r} must hold images, in 3 dimensions; it has {images.ndim}. Get it again.")
    if labels.ndim != 1 or len(labels) != len(images):
        raise DataError(
            f"{str(label_path)!r} must hold a label for each of the {len(images)} images; its dimensions are "
            f"{' x '.join(map(str, labels.shape))}. Get both files again."
        )
    n_classes = len(FASHION_CLASSES)
    if len(labels) and not 0 <= labels.min() <= labels.max() < n_classes:
        wrong = int(labels.max() if labels.max() >= n_classes else labels.min())
        raise DataError(f"{str(label_path)!r} holds the label {wrong}; allowed are 0 to {n_classes - 1}. Get it again.")
    return images, labels


def _load_stand_in(path: Path) -> Dataset:
    check_digest(path, (FASHION_STAND_IN_SHA256,))
    with np.load(path, allow_pickle=False) as parts:
        images, labels = parts["images"], parts["labels"]
    source = f"{FASHION_SOURCE}; 900 images, 90 of each class, from its sample sheet: a stand-in for the 70 000"
    return _images("fashion_mnist", "Fashion-MNIST (900 of 70 000 images)", images, labels, source)


def _images(name: str, title: str, images: NDArray[Any], labels: NDArray[Any], source: str) -> Dataset:
    X = images.reshape(len(images), -1).astype(np.float32)  # pixels are whole numbers: nothing is lost
    return Dataset(
        name=name,
        title=title,
        task=CLASSIFICATION,
        X=X,
        y=labels.astype(np.int64),
        feature_names=tuple(f"pixel{number}" for number in range(1, X.shape[1] + 1)),
        class_names=FASHION_CLASSES,
        target_name="article",
        source=source,
    )
