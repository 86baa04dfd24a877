"""What the site generates from the package: every method, utility, rule and public name, as its docstring tells it."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs.extensions import api, catalogue, docstrings, gallery

import eligo

NAMES = api.public_names()
PAGES = {part: api.page(part, members, api.Links(NAMES)) for part, members in NAMES.items()}
CATALOGUE = catalogue.page(NAMES, api.Links(NAMES, folder="api/"))


def test_every_public_name_is_on_one_page_of_the_api() -> None:
    listed = [name.path for members in NAMES.values() for name in members]
    assert len(listed) == len(set(listed))
    public = {f"eligo.{name}" for name in eligo.__all__ if not inspect.ismodule(getattr(eligo, name))}
    assert public <= set(listed)
    for part, members in NAMES.items():
        for name in members:
            assert f"({api.anchor(name.path)})=" in PAGES[part]


@pytest.mark.parametrize("part", PAGES)
def test_signatures_are_python(part) -> None:
    """Else what colours the code warns, and a site that warns is not built."""
    blocks = re.findall(r"^```python\n(eligo.*?|\w+\(.*?)\n```$", PAGES[part], re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        ast.parse("def " + re.sub(r"^[\w.]+", "called", block) + ("" if "(" in block else "()") + ": ...")


def test_every_method_is_in_the_catalogue_with_its_settings() -> None:
    for method in eligo.named_methods().values():
        told = CATALOGUE.partition(f"(method-{method.name})=")[2].partition("(method-")[0]
        assert f"It {method.summary}." in told
        assert all(f"`{setting}=" in told for setting in method.settings)
    assert catalogue.settings_without_method() == []


def test_every_utility_says_what_it_costs_by_the_engine_s_own_count() -> None:
    """Phi costs J(I + K + KI) multiply-adds of J(I + K): 30 features, 2 classes."""
    rows = dict(re.findall(r"^\| \[`(\w+)`\].* \| (.+?) \|$", CATALOGUE, re.MULTILINE))
    assert float(rows["OutputSensitivity"]) == pytest.approx((30 + 2 + 2 * 30) / (30 + 2), abs=0.05)
    utilities = {name for name in eligo.utilities.__all__ if hasattr(getattr(eligo.utilities, name), "work")}
    assert utilities - {"Utility", "FromPredictions"} <= set(rows)


def test_links_lead_to_anchors_of_the_page_that_they_name() -> None:
    for text, folder in [*((page, "") for page in PAGES.values()), (CATALOGUE, "api/")]:
        for part, place in re.findall(rf"\]\({folder}(\w+)\.md#([\w-]+)\)", text):
            assert f"({place})=" in PAGES[part]


def told(x: float) -> None:
    """Claim that |x| is small, see `told` and ``a_b``.

    Parameters
    ----------
    x : float, in [0, 1]
        More.
    """


def test_a_docstring_becomes_markdown() -> None:
    text = docstrings.markdown(docstrings.claim(told), {"told": "#told"}.get)
    assert text == r"Claim that \|x\| is small, see [`told`](#told) and `a_b`."
    (entry,) = docstrings.entries(docstrings.sections(told)["Parameters"])
    assert (entry.head, entry.text) == ("x : float, in [0, 1]", ["More."])


def test_an_example_tells_its_title_and_what_it_lacks(tmp_path: Path) -> None:
    script = tmp_path / "shown.py"
    script.write_text('"""Show this: and that.\n\nMore.\n"""\nimport no_such_module\n')
    shown = gallery.run(script)
    assert (shown.title, shown.told[1], shown.missing) == ("Show this", "More.", "no_such_module")


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    for needed in ("furo", "myst_parser", "sphinx_copybutton", "sphinx_design", "latex2mathml"):
        pytest.importorskip(needed, reason="what builds the site is not installed; `make docs` installs it")
    docs = Path(catalogue.__file__).parents[1]
    # On its own: pytest makes errors of what its libraries say to their developers.
    build = [
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        "html",
        "-W",
        "-q",
        "-d",
        tmp_path / "doctrees",
        docs,
        tmp_path / "site",
    ]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "site" / "index.html").exists()
