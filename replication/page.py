"""The page `docs/replication.md`: a template of prose, filled with tables and sentences that follow from numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from . import ablations, costs, independent, omnibus, reasons, runs, scores, verdicts
from .comparing import MARGINS
from .published import read_published
from .rows import Studies
from .stored import read_stored

PAGE = Path(__file__).parents[1] / "docs" / "replication.md"
TEMPLATE = Path(__file__).parent / "replication.md.jinja"
MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (ablations, costs, independent, omnibus, reasons, runs, scores, verdicts)
}


def page_text(published: Mapping[str, Any], studies: Studies) -> str:
    """The whole page in Markdown; the same text for the same numbers.

    Parameters
    ----------
    published : mapping, as `read_published` gives it
    studies : mapping of study name to Stored; what is not there is said to be not measured

    Returns
    -------
    str
    """
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    text = template.render(published=published, studies=studies, margins=MARGINS, **MODULES)
    return re.sub(r"\n{3,}", "\n\n", text)


def write_page(path: Path = PAGE) -> Path:
    """Write the page from what lies in the repository."""
    path.write_text(page_text(read_published(), read_stored()), encoding="utf-8")
    return path
