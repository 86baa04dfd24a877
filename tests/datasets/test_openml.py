"""OpenML's data, from answers of its server that scikit-learn keeps for its own tests."""

import gzip
import json
from importlib import resources

import numpy as np
import pytest
from sklearn.datasets import load_iris

from eligo.datasets import DataError, UnavailableError, data_digest, load_openml

HOSTS = ("https://api.openml.org", "https://www.openml.org")  # releases of scikit-learn differ in which they ask
pytest.importorskip("sklearn.datasets.tests.data.openml", reason="scikit-learn came without its test data")


@pytest.fixture
def openml(mirrored):
    """Put a data set on the mirror, with or without a changed byte."""

    def put(data_id: int, damage=lambda content: content) -> None:
        folder = resources.files("sklearn.datasets.tests.data.openml") / f"id_{data_id}"

        def content_of(start: str) -> bytes:
            (file,) = (file for file in folder.iterdir() if file.name.startswith(start))
            return gzip.decompress(file.read_bytes())

        for api, path in {"jd": "", "jdf": "features/", "jdq": "qualities/"}.items():
            for host in HOSTS:
                mirrored(f"{host}/api/v1/json/data/{path}{data_id}", content_of(f"api-v1-{api}-{data_id}."))
        description = json.loads(content_of(f"api-v1-jd-{data_id}."))["data_set_description"]
        mirrored(description["url"], damage(content_of("data-v1-dl-")))

    return put


def test_iris_of_openml_is_iris(openml, server):
    """But for the two flowers that UCI, whose copy OpenML has, is known to have typed wrongly: numbers 35 and 38."""
    openml(61)
    data = load_openml("irises", 61, "class", "classification")
    assert np.flatnonzero((data.X != load_iris().data).any(axis=1)).tolist() == [34, 37]
    assert data.class_names == ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
    assert data.source == "OpenML, data set 61" and data.categories == ()
    n_asked = len(server.asked)
    assert n_asked > 0 and data_digest(load_openml("again", 61, "class", "classification")) == data_digest(data)
    assert len(server.asked) == n_asked  # from the cache


def test_nominal_columns_are_categories_unless_told_otherwise(openml):
    openml(1119)
    constant = ("capital-loss:",)  # in the few rows that scikit-learn keeps
    data = load_openml("adults", 1119, "class", "classification", kinds=tuple((name, "ignore") for name in constant))
    levels = dict(zip(data.feature_names, data.levels, strict=True))
    assert levels["sex:"] == ("Female", "Male") and levels["fnlwgt:"] == () and not set(constant) & set(levels)
    assert data.class_names == ("<=50K", ">50K")


def test_a_digest_tells_other_data(openml):
    openml(61)
    digest = data_digest(load_openml("irises", 61, "class", "classification"))
    assert load_openml("irises", 61, "class", "classification", digest=digest).X.shape == (150, 4)
    with pytest.raises(
        DataError, match=r"^OpenML 61 holds other data than before: its digest is \w{64}, expected 0{64}\."
    ):
        load_openml("irises", 61, "class", "classification", digest="0" * 64)


def test_a_damaged_file_is_refused(openml):
    openml(61, damage=lambda content: content.replace(b"5.1,3.5", b"5.2,3.5", 1))
    with pytest.raises(
        DataError, match=r"^cannot read OpenML 61: The md5 checksum of the file .*Check its number, or empty"
    ):
        load_openml("irises", 61, "class", "classification")


def test_what_cannot_be_fetched_is_said_in_one_line(mirrored):
    with pytest.raises(UnavailableError, match=r"^cannot fetch OpenML 999999: HTTP 404 .*\. Check its number\.$"):
        load_openml("none", 999_999, "class", "classification")


def test_without_a_network_one_line_says_so():
    with pytest.raises(UnavailableError, match=r"^cannot fetch OpenML 61: Name or service not known\. Try again when"):
        load_openml("irises", 61, "class", "classification")


def test_a_target_that_is_not_there_is_refused(openml):
    openml(61)
    with pytest.raises(DataError, match=r"^'OpenML 61' has no column 'species' to predict\. It has sepallength, "):
        load_openml("irises", 61, "species", "classification")
