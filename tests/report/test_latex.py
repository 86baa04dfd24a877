"""LaTeX of tables and figures: every number where it belongs, nothing that a paper's compiler would stumble over."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from eligo.report.figures.canvas import Picture, drawing_style, save
from eligo.report.latex import figure_latex, table_latex, write_latex
from eligo.report.tables import Cell, Table
from eligo.study.results import (
    CELL_COLUMNS,
    CRITERIA_COLUMNS,
    CURVE_COLUMNS,
    TRIAL_COLUMNS,
    WINNER_COLUMNS,
    Problem,
    StudyResults,
)

HOSTILE = [
    r"\input{/etc/passwd}",
    "100 % $x$ #1 a_b & c^d ~ {e} [f] *",
    "β ± − – \u00a0 \u202f × R² Φ ∇ † ‡ ≤",
    "Müller, ﬁ, 鳥, 🐦, “so”",
    "[1]",
    "*",
    "\\\\",
    "}\\end{tabular}",
    "a\n\nb",
]


def words(text: str) -> Cell:
    return Cell(text, is_words=True)


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    groups: Sequence[tuple[str, int]] = (),
    *,
    name: str = "errors-iris",
    caption: str = "Errors.",
) -> Table:
    return Table(name, caption, tuple(groups), tuple(columns), tuple(map(tuple, rows)), pd.DataFrame())


def picture(
    name: str = "overview", size: tuple[float, float] = (10.0, 4.0), caption: str = "What was found."
) -> Picture:
    figure = Figure(figsize=size)
    figure.add_subplot().plot([0, 1], [0, 1], label="β")
    return Picture(name, figure, caption, "a line")


def bodies(latex: str) -> list[list[list[str]]]:
    """Cells of every row of every table, rules left out; of titles over several lines only the whole."""
    found = []
    latex = re.sub(r"\\begin\{tabular\}\[b\].*?\\end\{tabular\}", lambda title: title[0].replace(r"\\", " / "), latex)
    for body in re.findall(
        r"\\begin\{tabular\}\{@\{\}[^\n]*\n(.*?)\\end\{tabular\}$", latex, flags=re.DOTALL | re.MULTILINE
    ):
        lines = [line for line in body.splitlines() if re.search(r"\\\\(\[.*\])?$", line)]
        found.append([re.split(r"(?<!\\)&", re.sub(r"\\\\(\[.*\])?$", "", line)) for line in lines])
    return found


def n_columns(row: Sequence[str]) -> int:
    spans = (re.search(r"\\multicolumn\{(\d+)\}", cell) for cell in row)
    return sum(int(span[1]) if span else 1 for span in spans)


def environments_nest(latex: str) -> bool:
    open_ones: list[str] = []
    for verb, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", latex):
        if verb == "begin":
            open_ones.append(name)
        elif not open_ones or open_ones.pop() != name:
            return False
    return not open_ones


def test_a_small_table_is_set_as_booktabs() -> None:
    rows = [
        [words("passive"), Cell("4.1 ± 0.3", is_strong=True), Cell("120\u202f000", below="1.00×")],
        [words("SASLA"), Cell("4.2 ± 0.3", mark="†"), Cell("90\u202f000", below="0.75×")],
    ]
    latex = table_latex(table(("method", "error, %", "work"), rows, [("", 1), ("Iris", 2)]))
    expected = r"""% Needs \usepackage{array,booktabs,graphicx,textcomp}.
\begin{table}[!t]
\caption{Errors}
\label{tab:errors-iris}
\centering
\footnotesize
\setlength{\tabcolsep}{4pt}
\begin{tabular}{@{}lrr@{}}
\toprule
 & \multicolumn{2}{c}{Iris} \\
\cmidrule(lr){2-3}
method & error, \% & work \\
\midrule
passive & \textbf{\boldmath 4.1 $\pm$ 0.3} & 120\,000 \\[-1pt]
 &  & {\scriptsize 1.00$\times$} \\[2pt]
SASLA & 4.2 $\pm$ 0.3\rlap{\textsuperscript{$\dagger$}} & 90\,000 \\[-1pt]
 &  & {\scriptsize 0.75$\times$} \\[2pt]
\bottomrule
\end{tabular}
\end{table}
"""
    assert latex == expected


def test_a_caption_is_one_sentence_above_and_the_rest_below() -> None:
    caption = "Error of Eq. A, 1.5 times. Bold: the lowest mean. † Not told apart."
    latex = table_latex(table(("method",), [[words("a")]], caption=caption))
    assert r"\caption{Error of Eq. A, 1.5 times}" in latex
    note = r"\parbox{\linewidth}{Bold: the lowest mean. $\dagger$ Not told apart.}"
    assert latex.index(r"\caption{") < latex.index(r"\begin{tabular}") < latex.index(note)


def test_a_table_without_a_caption_is_named() -> None:
    assert r"\caption{Errors iris}" in table_latex(table(("method",), [[words("a")]], caption=""))


def test_a_table_too_wide_for_a_column_takes_both() -> None:
    columns = ["method", *(f"column {i}" for i in range(6))]
    rows = [[words("passive"), *(Cell("0.1234 ± 0.0123") for _ in range(6))]]
    assert table_latex(table(columns[:3], [rows[0][:3]])).count("\\begin{table}") == 1
    latex = table_latex(table(columns, rows))
    assert latex.count("\\begin{table*}") == 1 and len(bodies(latex)) == 1


def test_a_table_too_wide_for_a_page_is_cut_between_groups_and_names_its_rows_again() -> None:
    problems = [f"problem {i}" for i in range(6)]
    columns = ["method", *(title for _ in problems for title in ("error, %", "work"))]
    cells = [Cell(f"{i}.25 ± 0.11 and more") if i % 2 else Cell(f"{i}.00×") for i in range(1, 13)]
    rows = [[words(name), *cells] for name in ("passive", "SASLA")]
    latex = table_latex(table(columns, rows, [("", 1), *((title, 2) for title in problems)]))
    pieces = bodies(latex)
    assert len(pieces) == 2 and latex.count("\\begin{table*}") == 1 and latex.count("\\caption") == 1
    for piece, titles in zip(pieces, (problems[:3], problems[3:]), strict=True):
        assert [cell.strip() for cell in piece[0]] == ["", *(rf"\multicolumn{{2}}{{c}}{{{title}}}" for title in titles)]
        assert [row[0].strip() for row in piece[2:]] == ["passive", "SASLA"]
        assert {n_columns(row) for row in piece} == {7}
    shown = [cell.strip() for piece in pieces for cell in piece[2][1:]]
    assert shown == [cell.text.replace("±", r"$\pm$").replace("×", r"$\times$") for cell in cells]


def test_a_group_wider_than_a_page_is_cut_too() -> None:
    columns = ["method", *(f"a column with a long title {i}" for i in range(20))]
    rows = [[words("passive"), *(Cell("a number as long as this") for _ in range(20))]]
    pieces = bodies(table_latex(table(columns, rows, [("", 1), ("all", 20)])))
    assert len(pieces) > 2
    assert sum(n_columns(piece[-1]) - 1 for piece in pieces) == 20
    assert all("all" in piece[0][1] for piece in pieces)


def test_a_long_table_goes_on_under_the_same_number() -> None:
    latex = table_latex(table(("pair", "p"), [[words(f"row {i}"), Cell("0.5")] for i in range(120)]))
    pieces = bodies(latex)
    assert [row[0].strip() for piece in pieces for row in piece[1:]] == [f"row {i}" for i in range(120)]
    assert len(pieces) == 3 and latex.count("\\label{") == 1
    assert latex.count("\\addtocounter{table}{-1}") == 2 == latex.count("(continued)}")
    assert environments_nest(latex)


def test_a_number_wider_than_a_page_is_shrunk() -> None:
    latex = table_latex(table(("method", "n"), [[words("a"), Cell("1" * 200)]]))
    assert r"\resizebox{\textwidth}{!}{%" in latex and environments_nest(latex)
    assert latex.count("{") == latex.count("}")


def test_long_words_are_set_as_a_paragraph() -> None:
    latex = table_latex(
        table(("setting", "value"), [[words("csv"), words("a" * 64)], [words("b"), words("word " * 60)]])
    )
    kinds = re.search(r"\\begin\{tabular\}\{@\{\}(.*)@\{\}\}", latex)
    assert kinds is not None
    width = re.fullmatch(r"l>\{\\raggedright\\arraybackslash\}p\{(\d+)pt\}", kinds[1])
    assert width is not None and 150 < int(width[1]) < 252
    assert r"a\allowbreak{}a" in latex


def test_long_titles_are_broken_where_their_numbers_are_short() -> None:
    latex = table_latex(table(("method", "95 % interval of the mean"), [[words("a"), Cell("1 to 2")]]))
    assert r"\begin{tabular}[b]{@{}r@{}}95~\%\\interval\\of the\\mean\end{tabular}" in latex


def test_hostile_names_change_nothing_of_a_table() -> None:
    rows = [[words(text), Cell(text), Cell("1", below=text, mark="†")] for text in HOSTILE]
    plain = [[words("x" * len(text)), Cell("x" * len(text)), Cell("1", below="x", mark="†")] for text in HOSTILE]
    groups = [(HOSTILE[1], 1), (HOSTILE[0], 2)]
    latex = table_latex(table(HOSTILE[:3], rows, groups, caption=HOSTILE[7] + ". " + HOSTILE[1]))
    harmless = table_latex(table([text.replace(" ", "x") for text in HOSTILE[:3]], plain, groups))
    assert environments_nest(latex) and latex.isascii()
    assert {n_columns(row) for body in bodies(latex) for row in body} == {3}
    commands = [
        set(re.findall(r"\\(?:begin|end|input|toprule|midrule|bottomrule|label)\b", text)) for text in (latex, harmless)
    ]
    assert commands[0] == commands[1]
    assert not re.search(r"^[*\[]", latex, flags=re.MULTILINE)  # after \\ these would be its options


@pytest.mark.parametrize(
    ("size", "environment", "width"),
    [
        ((2.0, 2.0), "figure", "2.00in"),
        ((4.4, 3.0), "figure", r"\columnwidth"),
        ((6.3, 4.0), "figure*", "6.30in"),
        ((10.0, 4.0), "figure*", r"\textwidth"),
    ],
)
def test_a_figure_is_as_wide_as_it_can_be_read(size: tuple[float, float], environment: str, width: str) -> None:
    latex = figure_latex(picture(size=size, caption="50 % of β."))
    assert f"\\begin{{{environment}}}[!t]" in latex and f"\\end{{{environment}}}" in latex
    assert f"\\includegraphics[width={width}," in latex and "{overview.pdf}" in latex
    assert r"\caption{50 \% of $\beta$.}" in latex and r"\label{fig:overview}" in latex


def results(title: str = "A study", problem: str = "Iris") -> StudyResults:
    """Two trials of one method, with the least that a report needs."""
    iris = Problem("iris", problem, "classification", 150, 4, 3, 120, 30, ("a", "b", "c"), "species", "made")
    row = dict.fromkeys(TRIAL_COLUMNS, 0.5) | {"problem": "iris", "method": "sasla", "is_diverged": False}
    return StudyResults(
        name="paper",
        settings={"title": title, "beta": 0.9, "plans": []},
        problems=(iris,),
        methods=("sasla",),
        trials=pd.DataFrame([row | {"trial": 0}, row | {"trial": 1}]),
        curves=pd.DataFrame(columns=list(CURVE_COLUMNS)),
        cells=pd.DataFrame(columns=list(CELL_COLUMNS)),
        winners=pd.DataFrame(columns=list(WINNER_COLUMNS)),
        confusion=pd.DataFrame(),
        criteria=pd.DataFrame(columns=list(CRITERIA_COLUMNS)),
        absent={},
        environment={},
        stage_seconds={},
    )


def report_of(folder: Path, tables: Sequence[Table], pictures: Sequence[Picture], found: StudyResults) -> Path:
    """A report's figures and LaTeX; its LaTeX folder."""
    for name in ("figures", "latex"):
        (folder / name).mkdir()
    with drawing_style():
        for one in pictures:
            save(one, folder / "figures")
    write_latex(tables, pictures, found, folder / "latex")
    return folder / "latex"


def test_what_is_written(tmp_path: Path) -> None:
    small, empty = table(("method",), [[words("a")]]), table((), [], name="cells")
    folder = report_of(tmp_path, [small, empty], [picture()], results("Title & more"))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["all.tex", "figure-overview.tex", "methods.tex", "references.bib", "table-errors-iris.tex"]
    document = (folder / "all.tex").read_text(encoding="ascii")
    for piece in (
        r"\documentclass[conference]{IEEEtran}",
        r"\graphicspath{{../figures/}}",
        r"\title{Title \& more}",
        r"\input{methods}",
        r"\input{table-errors-iris}",
        r"\input{figure-overview}",
        r"\bibliography{references}",
    ):
        assert piece in document
    assert r"\cite{engelbrecht2001sensitivity}" in (folder / "methods.tex").read_text(encoding="ascii")


def test_the_document_sets_its_floats_as_it_goes(tmp_path: Path) -> None:
    tables = [table(("method",), [[words("a")]], name=f"t{i}") for i in range(25)]
    folder = report_of(tmp_path, tables, [], results())
    document = (folder / "all.tex").read_text(encoding="ascii")
    assert document.count("\\clearpage") == 2
    assert document.index("\\input{table-t11}") < document.index("\\clearpage") < document.index("\\input{table-t12}")


def test_figures_for_print_embed_no_type_3_font(tmp_path: Path) -> None:
    report_of(tmp_path, [], [picture()], results())
    pdf = (tmp_path / "figures" / "overview.pdf").read_bytes()
    assert b"/Type3" not in pdf and b"/FontFile2" in pdf


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex and IEEEtran")
def test_it_compiles(tmp_path: Path) -> None:
    if subprocess.run(["kpsewhich", "IEEEtran.cls"], capture_output=True, check=False).returncode:
        pytest.skip("needs IEEEtran")
    hostile = [[words(text), Cell(text), Cell("1", below=text, mark="†", is_strong=True)] for text in HOSTILE]
    wide = [[words("passive"), *(Cell("0.1234 ± 0.0123") for _ in range(12))]]
    tables = [
        table(HOSTILE[:3], hostile, [("", 1), (HOSTILE[0], 2)], caption=". ".join(HOSTILE)),
        table(
            ["method", *(f"{i} %" for i in range(12))], wide, [("", 1), *((f"p{i}", 2) for i in range(6))], name="wide"
        ),
        table(("pair", "p"), [[words(f"row {i}"), Cell("0.5")] for i in range(120)], name="long"),
        table(("setting", "value"), [[words("csv"), words("a" * 200)]], name="settings-β"),
    ]
    pictures = [picture(caption=". ".join(HOSTILE)), picture("small_one.2", (3.0, 2.0)), picture("grid-é")]
    folder = report_of(tmp_path, tables, pictures, results(*HOSTILE[:2]))
    for _ in range(2):
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    log = (folder / "all.log").read_text(errors="replace")
    wrong = re.findall(r"Overfull \\hbox \((\d+)\.\d+pt too wide\)", log)
    assert [points for points in wrong if int(points) > 20] == []
    assert "multiply defined" not in log
