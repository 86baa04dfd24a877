"""Pages that are written from the package before Sphinx reads any: catalogue, API, gallery, and the repository's own."""

import re
from pathlib import Path
from shutil import rmtree

from docs.extensions import api, catalogue, gallery
from sphinx.application import Sphinx
from sphinx.config import Config

DOCS = Path(__file__).resolve().parents[1]
GENERATED = DOCS / "generated"

REPOSITORY = {
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changes.md",
    "benchmarks/README.md": "benchmarks.md",
}
"""Pages of the repository that are pages of the site too, under these names."""


def write(app: Sphinx, config: Config) -> None:
    """Write everything anew."""
    del app, config
    rmtree(GENERATED, ignore_errors=True)
    for folder in ("api", "gallery"):
        (GENERATED / folder).mkdir(parents=True)
    names = api.public_names()
    for part, members in names.items():
        text = api.page(part, members, api.Links(names))
        (GENERATED / "api" / f"{part}.md").write_text(text, encoding="utf-8")
    (GENERATED / "api" / "index.md").write_text(_api_index(list(names)), encoding="utf-8")
    text = catalogue.page(names, api.Links(names, folder="api/"))
    (GENERATED / "catalogue.md").write_text(text, encoding="utf-8")
    gallery.write(GENERATED / "gallery")
    for source, name in REPOSITORY.items():
        text = (DOCS.parent / source).read_text(encoding="utf-8")
        (GENERATED / name).write_text(_within_site(text, Path(source).parent), encoding="utf-8")


def _api_index(parts: list[str]) -> str:
    entries = "\n".join(parts)
    told = "Everything that is public, by the part of the package that it belongs to."
    return f"# API\n\n{told}\n\n```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n"


def _within_site(text: str, folder: Path) -> str:
    """Links of a page of the repository, as they lead from `generated/`; what is no page of the site is named only."""

    def moved(link: re.Match[str]) -> str:
        is_picture, label, target, rest = link.groups()
        path = (DOCS.parent / folder / target).resolve()
        inside = {(DOCS.parent / source).resolve(): name for source, name in REPOSITORY.items()}
        if path in inside:
            return f"[{label}]({inside[path]}{rest or ''})"
        if path.is_relative_to(DOCS):
            return f"{is_picture}[{label}](../{path.relative_to(DOCS)}{rest or ''})"
        return f"{label} (`{path.relative_to(DOCS.parent)}`)"

    return re.sub(r"(!?)\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(#[^)]*)?\)", moved, text)


def list_other_pages(app: Sphinx, page: str, source: list[str]) -> None:
    """Pages beside the front page that it does not name stand where it says OTHER-PAGES."""
    if page == "index":
        beside = sorted(path.stem for path in DOCS.glob("*.md"))
        others = [name for name in beside if name != page and f"\n{name}\n" not in source[0]]
        source[0] = source[0].replace("OTHER-PAGES\n", "".join(f"{name}\n" for name in others))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("config-inited", write)
    app.connect("source-read", list_other_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
