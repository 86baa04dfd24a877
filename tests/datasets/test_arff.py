"""ARFF, against scipy's reader, scikit-learn's, and files that are cut off."""

import gzip
import io
from importlib import resources

import numpy as np
import pytest
from scipy.io import arff as scipy_arff

from eligo.datasets import DataError
from eligo.datasets.arff import read_arff

TEXT = """% a comment
@RELATION r
@attribute a REAL
@attribute 'b c' integer
@attribute kind {x, 'y z', "it's"}
@attribute note string

@data
1.5,2,x,'one, two'
% another
?, -3 ,'y z',"say \\"so\\""
2e3,4,"it's",?
"""


def test_quotations_blanks_and_missing_cells():
    frame, nominal = read_arff(TEXT, "r")
    assert frame["a"].tolist()[::2] == [1.5, 2000.0] and np.isnan(frame["a"][1])
    assert frame["b c"].tolist() == [2.0, -3.0, 4.0]
    assert frame["kind"].tolist() == ["x", "y z", "it's"] and nominal == ("kind",)
    assert frame["note"].tolist()[:2] == ["one, two", 'say "so"'] and frame["note"].isna().tolist() == [
        False,
        False,
        True,
    ]


def test_numbers_and_classes_are_those_of_scipy():
    rng = np.random.default_rng(0)
    rows = "\n".join(
        f"{a!r},{b!r},{'pq'[k]}" for a, b, k in zip(*rng.normal(size=(2, 40)).tolist(), [0, 1] * 20, strict=True)
    )
    text = f"@relation r\n@attribute a real\n@attribute b numeric\n@attribute k {{p,q}}\n@data\n{rows}\n"
    expected, meta = scipy_arff.loadarff(io.StringIO(text))
    frame, _ = read_arff(text, "r")
    for name in meta.names()[:2]:
        np.testing.assert_array_equal(frame[name], expected[name])
    assert frame["k"].tolist() == [value.decode() for value in expected["k"]]


@pytest.mark.parametrize("data_id", [2, 61, 561, 1119, 1590, 40589, 40675])
def test_openml_s_files_are_read_as_by_liac_arff(data_id):
    oracle = pytest.importorskip("sklearn.externals._arff", reason="scikit-learn came without its ARFF reader")
    folder = resources.files("sklearn.datasets.tests.data.openml") / f"id_{data_id}"
    (file,) = (file for file in folder.iterdir() if file.name.startswith("data-v1-dl-"))
    text = gzip.decompress(file.read_bytes()).decode()
    expected = oracle.loads(text)
    frame, nominal = read_arff(text, "r")
    assert list(frame) == [name for name, _ in expected["attributes"]]
    assert nominal == tuple(name for name, kind in expected["attributes"] if isinstance(kind, list))
    for column, values in zip(frame, zip(*expected["data"], strict=True), strict=True):
        assert [None if value is None or value != value else value for value in frame[column]] == list(values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT.replace('4,"it\'s",?', "4"), "line 12 has 2 cells, the header names 4. The file may be cut off"),
        (TEXT.replace('"say \\"so\\""', '"say'), "line 11 has 0 cells, the header names 4"),
        (
            TEXT.replace("2,x,", "2,w,"),
            "'kind' is 'w' in row 0 of the data, counted from 0, which its header does not allow",
        ),
        (TEXT.replace("2e3,4,", "2e3,4-,"), "'b c' is '4-' in row 2 of the data"),
        (TEXT.replace("integer", "relational"), "line 4 is no attribute: \"@attribute 'b c' relational\""),
        (TEXT.split("@data")[0], "it has no attributes followed by @data"),
        (TEXT.split("@data")[0] + "@data\n{0 1.5, 2 x}\n", "it is a sparse ARFF. Save it as CSV."),
        ("a,b\n1,2\n", "it has no attributes followed by @data"),
    ],
)
def test_what_is_no_whole_arff_is_refused_in_one_line(text, message):
    with pytest.raises(DataError, match=r"^cannot read 'r.arff'") as caught:
        read_arff(text, "r.arff")
    assert message in str(caught.value) and "\n" not in str(caught.value)
