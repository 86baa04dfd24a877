"""Formulas as MathML, which browsers draw themselves: no script, no fonts from elsewhere."""

from latex2mathml.converter import convert
from sphinx.application import Sphinx


def _inline(translator, node) -> None:
    _write(translator, convert(node.astext(), display="inline"), node)


def _block(translator, node) -> None:
    _write(translator, f'<div class="math">{convert(node.astext(), display="block")}</div>', node)


def _write(translator, html: str, node) -> None:
    from docutils.nodes import SkipNode

    translator.body.append(html)
    raise SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
