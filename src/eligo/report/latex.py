"""Tables and figures as LaTeX that drops into an IEEE paper: one file each, and one that shows them all."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from eligo.study.results import StudyResults

from .escaping import breakable, escape, label
from .figures.canvas import Picture
from .methods_text import bibliography, methods_latex
from .protocol import look_up
from .tables import Cell, Table

# IEEEtran's two widths in points, and what a character of its 8 pt Times takes on average.
COLUMN_WIDTH, PAGE_WIDTH = 252.0, 516.0
INCH = 72.27
CHARACTER, BELOW_CHARACTER = 4.0, 3.5
COLUMN_GAP = 8.0
WRAPPED = 28 * CHARACTER  # wider columns of words are set as paragraphs
LINES = 50  # of a table on one page
LARGEST_SHRUNK = 5.0  # inches: a wider figure would be illegible in one column
FLOATS_WAITING = 12  # before LaTeX must set them; it refuses more than 18

NEEDS = "% Needs \\usepackage{array,booktabs,graphicx,textcomp}."

DOCUMENT = r"""%% Everything of this report in one document: pdflatex all; bibtex all; pdflatex all; pdflatex all.
%% To use a table or a figure elsewhere, \input its file; the packages below and \graphicspath are all that it needs.
\documentclass[conference]{IEEEtran}
\usepackage{array,booktabs,graphicx,textcomp}
\usepackage{cite}
\graphicspath{{../figures/}}
\begin{document}
\title{%(title)s}
\author{}
\maketitle
\section{Experimental set-up}
\input{methods}

\section{Tables and figures}
%(inputs)s
%(references)s\end{document}
"""


@dataclass(frozen=True)
class Column:
    """A column of a table in print.

    Attributes
    ----------
    place : int, in the table
    is_words : bool, set to the left
    lines : tuple of str, its title
    width : float, points
    is_wrapped : bool, set as a paragraph of that width
    """

    place: int
    is_words: bool
    lines: tuple[str, ...]
    width: float
    is_wrapped: bool = False


def write_latex(tables: Sequence[Table], pictures: Sequence[Picture], results: StudyResults, folder: Path) -> None:
    """Write tables, figures and the methods paragraph as LaTeX, and a document that shows them all.

    Figures are taken from ``../figures/NAME.pdf``. Text from data is escaped: it can command nothing.

    Parameters
    ----------
    tables : sequence of Table; those without columns or rows are left out
    pictures : sequence of Picture
    results : StudyResults, for the title and the methods paragraph
    folder : path of an existing folder: gets ``table-NAME.tex``, ``figure-NAME.tex``, ``methods.tex``,
        ``references.bib`` where anything is cited, and ``all.tex``
    """
    files = {f"table-{label(table.name)}": table_latex(table) for table in tables if table.columns and table.rows}
    files |= {f"figure-{label(picture.name)}": figure_latex(picture) for picture in pictures}
    references = bibliography(results)
    document = DOCUMENT % {
        "title": escape(str(look_up(results.settings, "title") or results.name)),
        "inputs": _inputs(list(files)),
        "references": "\\bibliographystyle{IEEEtran}\n\\bibliography{references}\n" if references else "",
    }
    for name, text in {**files, "methods": methods_latex(results), "all": document}.items():
        (folder / f"{name}.tex").write_text(text, encoding="utf-8")
    if references:
        (folder / "references.bib").write_text(references, encoding="utf-8")


def _inputs(names: Sequence[str]) -> str:
    lines = []
    for i, name in enumerate(names, start=1):
        lines += [f"\\input{{{name}}}"] + ["\\clearpage"] * (i % FLOATS_WAITING == 0)
    return "\n".join(lines)


def figure_latex(picture: Picture) -> str:
    """A figure of one column, or of both where one would make it illegible; never larger than it was drawn."""
    drawn = picture.figure.get_figwidth()
    is_wide = drawn > LARGEST_SHRUNK
    full, name = (PAGE_WIDTH, "\\textwidth") if is_wide else (COLUMN_WIDTH, "\\columnwidth")
    width = name if drawn * INCH > full else f"{drawn:.2f}in"
    environment = "figure*" if is_wide else "figure"
    return "\n".join(
        [
            NEEDS,
            f"\\begin{{{environment}}}[!t]",
            "\\centering",
            f"\\includegraphics[width={width},height=0.85\\textheight,keepaspectratio]{{{picture.name}.pdf}}",
            f"\\caption{{{escape(picture.caption)}}}",
            f"\\label{{fig:{label(picture.name)}}}",
            f"\\end{{{environment}}}",
            "",
        ]
    )


def table_latex(table: Table) -> str:
    r"""A table with booktabs rules, in one column where it fits.

    What is too wide for a page is cut between groups of columns, and the pieces, each with the rows' names, stand below
    each other; what is too long goes on in another float under the same number. The first sentence of the caption stands
    above, as IEEE asks, the rest below as a note.

    Parameters
    ----------
    table : Table, with at least one column and one row

    Returns
    -------
    str, one ``table`` or ``table*`` environment, more for a long table

    Examples
    --------
    >>> import pandas as pd
    >>> rows = ((Cell("a_1", is_words=True), Cell("0.10", is_strong=True)),)
    >>> text = table_latex(Table("t", "Errors.", (), ("method", "mean"), rows, pd.DataFrame()))
    >>> print(next(line for line in text.splitlines() if "a" in line and "&" in line and "0.10" in line))
    a\_1 & \textbf{\boldmath 0.10} \\
    """
    pieces = _pieces(table)
    is_wide = len(pieces) > 1 or _width(pieces[0]) > COLUMN_WIDTH
    pieces = [_wrapped(piece, PAGE_WIDTH if is_wide else COLUMN_WIDTH) for piece in pieces]
    heading, note = _heading_and_note(table)
    chunks = _chunks(table, pieces)
    floats = []
    for i, rows in enumerate(chunks):
        floats.append(
            _float(
                "table*" if is_wide else "table",
                heading if i == 0 else f"{heading} (continued)",
                f"\\label{{tab:{label(table.name)}}}" if i == 0 else "",
                [_tabular(table, piece, rows) for piece in pieces],
                note if i == len(chunks) - 1 else "",
            )
        )
    return NEEDS + "\n" + "\\addtocounter{table}{-1}\n".join(floats)


def _float(environment: str, heading: str, mark: str, bodies: Sequence[str], note: str) -> str:
    lines = [f"\\begin{{{environment}}}[!t]", f"\\caption{{{escape(heading)}}}", mark, "\\centering", "\\footnotesize"]
    lines += [f"\\setlength{{\\tabcolsep}}{{{COLUMN_GAP / 2:g}pt}}", "\n\n\\vspace{8pt}\n".join(bodies)]
    lines += [
        f"\n\\vspace{{3pt}}\n\\parbox{{\\linewidth}}{{{escape(note)}}}" if note else "",
        f"\\end{{{environment}}}",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _heading_and_note(table: Table) -> tuple[str, str]:
    """The first sentence of a caption, without its point, and the others."""
    caption = table.caption or table.name.replace("-", " ").capitalize()
    heading, *others = re.split(r"(?<!Eq)(?<!Eqs)\. (?=[A-Z“])", caption, maxsplit=1)
    return heading.removesuffix("."), " ".join(others)


# --- Widths ----------------------------------------------------------------------------------------------------------


def _columns(table: Table) -> list[Column]:
    columns = []
    for place, title in enumerate(table.columns):
        cells = [row[place] for row in table.rows]
        is_words = place == 0 or cells[0].is_words
        needed = max(max(CHARACTER * len(c.text + c.mark), BELOW_CHARACTER * len(c.below)) for c in cells)
        lines = textwrap.wrap(
            re.sub(r"(?<=\d) %", "\u00a0%", title), max(9, int(needed / CHARACTER)), break_long_words=False
        )
        width = max([needed, *(CHARACTER * len(line) for line in lines)])
        is_wrapped = is_words and width > WRAPPED
        columns.append(Column(place, is_words, tuple(lines) or ("",), width, is_wrapped))
    return columns


def _width(columns: Sequence[Column]) -> float:
    """Of a table, where wrapped columns take no more than they must."""
    return sum(min(c.width, WRAPPED) if c.is_wrapped else c.width for c in columns) + COLUMN_GAP * (len(columns) - 1)


def _wrapped(columns: Sequence[Column], width: float) -> list[Column]:
    """Wrapped columns share what the others leave, the longer the more."""
    own = [c for c in columns if c.is_wrapped]
    rest = max(WRAPPED, width - COLUMN_GAP * len(columns) - sum(c.width for c in columns if not c.is_wrapped))
    weights = {c.place: min(c.width, 4 * WRAPPED) for c in own}
    return [
        Column(c.place, c.is_words, c.lines, min(c.width, rest * weights[c.place] / sum(weights.values())), True)
        if c.is_wrapped
        else c
        for c in columns
    ]


def _blocks(table: Table, columns: Sequence[Column]) -> list[list[Column]]:
    """Columns that must stand together: groups where there are any that fit; the names of rows are in none."""
    spans = [span for _, span in table.groups] or [1] * len(columns)
    starts = [sum(spans[:i]) for i in range(len(spans))]
    groups = [[columns[j] for j in range(max(1, at), at + span)] for at, span in zip(starts, spans, strict=True)]
    room = PAGE_WIDTH - _width(columns[:1]) - COLUMN_GAP
    return [
        block
        for group in groups
        for block in ([group] if group and _width(group) <= room else [[column] for column in group])
    ]


def _pieces(table: Table) -> list[list[Column]]:
    """The columns of each piece of a table: one where it fits a page, else as few as do, about equally wide."""
    columns = _columns(table)
    if _width(columns) <= PAGE_WIDTH or len(columns) == 1:
        return [columns]
    blocks = _blocks(table, columns)
    room = int(PAGE_WIDTH - _width(columns[:1]) - COLUMN_GAP)
    fewest = _packed(blocks, room)
    narrowest = next(packed for width in range(room + 1) if len(packed := _packed(blocks, width)) == len(fewest))
    return [[columns[0], *piece] for piece in narrowest]


def _packed(blocks: Sequence[list[Column]], room: int) -> list[list[Column]]:
    pieces: list[list[Column]] = []
    for block in blocks:
        if pieces and _width([*pieces[-1], *block]) <= room:
            pieces[-1] += block
        else:
            pieces.append(list(block))
    return pieces


def _chunks(table: Table, pieces: Sequence[Sequence[Column]]) -> list[list[tuple[Cell, ...]]]:
    """Rows of each float: as many as a page has lines."""
    chunks: list[list[tuple[Cell, ...]]] = [[]]
    n_lines = 0
    for row in table.rows:
        height = sum(
            max(ceil(CHARACTER * len(row[c.place].text) / c.width) if c.is_wrapped else 1 for c in piece)
            + any(row[c.place].below for c in piece)
            for piece in pieces
        )
        if chunks[-1] and n_lines + height > LINES:
            chunks.append([])
            n_lines = 0
        chunks[-1].append(row)
        n_lines += height
    return chunks


# --- Rows ------------------------------------------------------------------------------------------------------------


def _tabular(table: Table, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> str:
    kinds = "".join(
        f">{{\\raggedright\\arraybackslash}}p{{{c.width:.0f}pt}}" if c.is_wrapped else "l" if c.is_words else "r"
        for c in columns
    )
    lines = [f"\\begin{{tabular}}{{@{{}}{kinds}@{{}}}}", "\\toprule", *_group_lines(table, columns)]
    lines += [" & ".join(map(_title, columns)) + " \\\\", "\\midrule"]
    lines += [line for row in rows for line in _row_lines([row[c.place] for c in columns], columns)]
    text = "\n".join([*lines, "\\bottomrule", "\\end{tabular}"])
    return text if _width(columns) <= PAGE_WIDTH else f"\\resizebox{{\\textwidth}}{{!}}{{%\n{text}}}"


def _group_lines(table: Table, columns: Sequence[Column]) -> list[str]:
    """Titles over groups of columns, with a rule below each."""
    group_of = [i for i, (_, span) in enumerate(table.groups) for _ in range(span)]
    if not group_of:
        return []
    runs: list[list[int]] = []  # positions in this piece that share a group
    for position, column in enumerate(columns):
        if position and group_of[column.place] == group_of[columns[position - 1].place]:
            runs[-1].append(position)
        else:
            runs.append([position])
    titles = [table.groups[group_of[columns[run[0]].place]][0] for run in runs]
    cells = [
        f"\\multicolumn{{{len(run)}}}{{c}}{{{escape(title)}}}" if title else " & ".join([""] * len(run))
        for run, title in zip(runs, titles, strict=True)
    ]
    rules = [f"\\cmidrule(lr){{{run[0] + 1}-{run[-1] + 1}}}" for run, title in zip(runs, titles, strict=True) if title]
    return [" & ".join(cells) + " \\\\", "".join(rules)] if rules else []


def _title(column: Column) -> str:
    if len(column.lines) == 1 or column.is_wrapped:
        return escape(" ".join(column.lines))
    side = "l" if column.is_words else "r"
    lines = "\\\\".join(map(escape, column.lines))
    return f"\\begin{{tabular}}[b]{{@{{}}{side}@{{}}}}{lines}\\end{{tabular}}"


def _row_lines(cells: Sequence[Cell], columns: Sequence[Column]) -> list[str]:
    """A row, and what stands small below it."""
    line = " & ".join(_cell(cell, column) for cell, column in zip(cells, columns, strict=True))
    if not any(cell.below for cell in cells):
        return [f"{line} \\\\"]
    below = " & ".join(f"{{\\scriptsize {escape(cell.below)}}}" if cell.below else "" for cell in cells)
    return [f"{line} \\\\[-1pt]", f"{below} \\\\[2pt]"]


def _cell(cell: Cell, column: Column) -> str:
    text = breakable(cell.text) if column.is_wrapped else escape(cell.text)
    strong = f"\\textbf{{\\boldmath {text}}}" if cell.is_strong else text
    return strong + (f"\\rlap{{\\textsuperscript{{{escape(cell.mark)}}}}}" if cell.mark else "")
