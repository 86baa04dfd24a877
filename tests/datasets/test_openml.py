"""OpenML's data, from answers of its server that scikit-learn keeps for its own tests."""

import gzip
import hashlib
import json
import re
from importlib import resources

import numpy as np
import pytest
from sklearn.datasets import load_iris

from eligo.datasets import DataError, UnavailableError, data_digest, load_openml, load_table
from eligo.datasets.catalogue import fetch
from eligo.datasets.openml import obtain_openml
from eligo.study import load_study
from eligo.study.files import study_text
from eligo.study.reading import StudyError

pytest.importorskip("sklearn.datasets.tests.data.openml", reason="scikit-learn came without its test data")


@pytest.fixture
def openml(mirrored):
    """Put a data set on the mirror, with or without a changed byte."""

    def put(data_id: int, damage=lambda content: content) -> None:
        folder = resources.files("sklearn.datasets.tests.data.openml") / f"id_{data_id}"

        def content_of(start: str) -> bytes:
            (file,) = (file for file in folder.iterdir() if file.name.startswith(start))
            return gzip.decompress(file.read_bytes())

        description = content_of(f"api-v1-jd-{data_id}.")
        mirrored(f"https://www.openml.org/api/v1/json/data/{data_id}", description)
        url = json.loads(description)["data_set_description"]["url"]
        mirrored(url.replace("http://", "https://", 1), damage(content_of("data-v1-dl-")))

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


def test_the_sha256_is_recorded_at_the_first_fetch_and_checked_from_there_on(openml, alone):
    openml(61)
    found = obtain_openml(61)
    assert found.is_new and found.path == alone / "openml-61.arff"
    content = found.path.read_bytes()
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert (alone / "openml-61.arff.sha256").read_text() == f"{found.sha256}  openml-61.arff\n"
    assert not obtain_openml(61).is_new
    found.path.write_bytes(content.replace(b"5.1,3.5", b"5.2,3.5", 1))
    with pytest.raises(DataError, match=rf"holds other data than its name says: .*expected {found.sha256}\. Remove it"):
        obtain_openml(61)


def test_a_sha256_that_is_asked_for_is_checked_before_anything_is_kept(openml, alone):
    openml(61)
    with pytest.raises(UnavailableError, match=r"it gives other data: its sha256 is \w{64}, expected 0{64}"):
        obtain_openml(61, "0" * 64)
    assert not list(alone.glob("openml-61*"))
    digest = obtain_openml(61).sha256
    assert load_openml("irises", 61, "class", "classification", sha256=digest).X.shape == (150, 4)


def test_a_damaged_file_is_refused(openml, alone):
    openml(61, damage=lambda content: content.replace(b"5.1,3.5", b"5.2,3.5", 1))
    with pytest.raises(
        UnavailableError, match=r"^cannot fetch openml-61\.arff: .*it gives other data: its MD5 is \w{32}"
    ):
        load_openml("irises", 61, "class", "classification")
    assert not list(alone.glob("openml-61*"))


def test_a_download_that_breaks_off_goes_on(openml, alone, server):
    openml(61)
    server.faults[:] = ["none", "none", 1000, 404, 404, 404]
    with pytest.raises(UnavailableError, match="openml:61"):
        obtain_openml(61)
    n_kept = (alone / "openml-61.arff.partial").stat().st_size
    assert n_kept == 1000
    server.asked.clear()
    server.faults.clear()
    assert obtain_openml(61).is_new
    assert server.asked[-1][1] == "bytes=1000-"
    assert load_openml("irises", 61, "class", "classification").X.shape == (150, 4)


def test_a_study_may_name_a_data_set_of_openml(openml, tmp_path):
    openml(61)
    text = study_text("paper").partition("[problem.")[0]
    text = re.sub(r"(?m)^problems = .*$", 'problems = ["flowers"]', text)
    own = '[problem.flowers]\nopenml = 61\ntarget = "class"\ntask = "classification"\n'
    (tmp_path / "own.toml").write_text(text + own)
    table = load_study(str(tmp_path / "own.toml")).plan("flowers").table
    assert load_table("flowers", table).class_names == ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
    (tmp_path / "own.toml").write_text(text + own + f'sha256 = "{"0" * 64}"\n')
    with pytest.raises(StudyError, match=r"\[flowers\]: .*holds other data than its name says"):
        load_study(str(tmp_path / "own.toml"))


def test_fetching_by_name(openml, alone):
    openml(61)
    assert fetch("openml:61") == ((alone / "openml-61.arff",), True)
    assert fetch("openml:61") == ((alone / "openml-61.arff",), False)
    with pytest.raises(DataError, match=r"as in openml:61; got 'openml:iris'"):
        fetch("openml:iris")


def test_what_cannot_be_fetched_is_said_in_one_line(mirrored):
    with pytest.raises(
        UnavailableError, match=r"^cannot fetch OpenML 999999: .*HTTP 404 .*\. Check its number, or put"
    ):
        load_openml("none", 999_999, "class", "classification")


def test_without_a_network_one_line_says_so():
    with pytest.raises(
        UnavailableError, match=r"^cannot fetch OpenML 61: .*Name or service not known\. Try again when"
    ):
        load_openml("irises", 61, "class", "classification")


def test_a_format_other_than_arff_is_refused(mirrored):
    facts = {"url": "https://x/y", "md5_checksum": "0" * 32, "format": "CSV"}
    mirrored("https://x/y", b"a,b\n")
    mirrored("https://www.openml.org/api/v1/json/data/7", json.dumps({"data_set_description": facts}).encode())
    with pytest.raises(DataError, match=r"^cannot read OpenML 7: its format is CSV, and eligo reads ARFF\."):
        load_openml("seven", 7, "class", "classification")


def test_a_target_that_is_not_there_is_refused(openml):
    openml(61)
    with pytest.raises(DataError, match=r"openml-61\.arff' has no column 'species' to predict\. It has sepallength, "):
        load_openml("irises", 61, "species", "classification")
