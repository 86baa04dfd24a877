"""Text as LaTeX: what stands in data is set as it stands, and commands nothing."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligo.report.escaping import ACCENTS, KNOWN, LONG_WORD, breakable, escape, label

COMMANDS = set(
    """textbackslash textasciicircum textasciitilde symbol textendash textemdash textquoteleft textquoteright
    textquotedblleft textquotedblright ldots textdegree mu pm times cdot infty leq geq neq approx nabla partial sum surd in
    rightarrow leftarrow frac dagger ddagger alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda nu xi pi rho
    varsigma sigma tau upsilon varphi chi psi omega phi epsilon vartheta Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi
    Omega ss o O ae AE oe OE l L i j u r H v d c""".split()
)
# A command of ours, or one character that stands for itself after a backslash; \, is a thin space, \| a norm.
HARMLESS = re.compile(r"\\([A-Za-z]+)|\\[{}$&#%_,|`'^~=.\"]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, 1.5 (x)", "plain words, 1.5 (x)"),
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("50 % & $5 #1 a_b", r"50 \% \& \$5 \#1 a\_b"),
        ("x^2 ~ y", r"x\textasciicircum{}2 \textasciitilde{} y"),
        ("a < b > c | d", "a $<$ b $>$ c $|$ d"),
        ("[x]*", "{[}x{]}{*}"),
        ('say "so" `now`', r"say \symbol{34}so\symbol{34} \symbol{96}now\symbol{96}"),
        ("a--b---c", "a-{}-b-{}-{}-c"),
        ("''", "'{}'"),
        ("β Φ Σ", r"$\beta$ $\Phi$ $\Sigma$"),
        ("Αο", "$A$$o$"),
        ("−0.13 ± 0.02", r"$-$0.13 $\pm$ 0.02"),
        ("0.52× R² 10⁻³ x₁", r"0.52$\times$ R$^{2}$ 10$^{-}$$^{3}$ x$_{1}$"),
        (
            "5–6 – “so”, it’s",
            r"5\textendash{}6 \textendash{} \textquotedblleft{}so\textquotedblright{}, it\textquoteright{}s",
        ),
        ("95\u00a0% of 120\u202f000", r"95~\% of 120\,000"),
        ("∇o ∞ ≤ ≥ ½ †", r"$\nabla$o $\infty$ $\leq$ $\geq$ $\frac{1}{2}$ $\dagger$"),
        ("Stéphane Müller Łódź ï ễ", r"St\'{e}phane M\"{u}ller \L{}\'{o}d\'{z} \"{\i} \~{\^{e}}"),
        ("鳥 🐦", "{[}U+9CE5{]} {[}U+1F426{]}"),
        ("a\n\nb\tc\x00\x1b\u200b\u202ed", "a b cd"),
        ("", ""),
    ],
)
def test_text_is_set_as_it_stands(text: str, expected: str) -> None:
    assert escape(text) == expected


def nests(latex: str) -> bool:
    """Whether braces nest and dollar signs pair, escaped ones aside."""
    bare = re.sub(r"\\[{}$]", "", latex)
    depths = [bare[: i + 1].count("{") - bare[: i + 1].count("}") for i in range(len(bare))]
    return min(depths, default=0) >= 0 and bare.count("{") == bare.count("}") and bare.count("$") % 2 == 0


HOSTILE = st.text(
    st.one_of(st.sampled_from("\\{}$&#%_^~<>|\"`'[]*-,\n\r\t\x00 " + string.ascii_letters), st.characters())
)


@given(HOSTILE)
def test_nothing_in_a_text_commands(text: str) -> None:
    latex = escape(text)
    assert latex.isascii() and "\n" not in latex
    assert nests(latex)
    rest = HARMLESS.sub(lambda found: "" if found[1] is None or found[1] in COMMANDS else found[0], latex)
    assert "\\" not in rest
    assert not re.search(r"(?<!\\)[&#%~]", latex.replace("~", "") if "\u00a0" in text or "\u2007" in text else latex)
    assert not re.search(r"(?<!\{)[\[*]|\](?!\})", latex)


@given(HOSTILE)
def test_a_broken_word_is_the_same_word(text: str) -> None:
    latex = breakable(text)
    assert nests(latex)
    whole = [word for word in escape(text).split(" ") if len(word) <= LONG_WORD]
    assert all(word in latex.split(" ") for word in whole)


def test_long_words_may_be_broken_and_short_ones_not() -> None:
    assert breakable("a" * 24 + " " + "b" * 25) == "a" * 24 + " " + r"\allowbreak{}".join(["b" * 8] * 3 + ["b"])


def test_every_known_sign_is_ascii_and_nests() -> None:
    for sign, latex in KNOWN.items():
        assert len(sign) == 1 and latex.isascii() and nests(latex), sign
    assert all(command.isascii() for command in ACCENTS.values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("errors-noisy_sine", "errors-noisy_sine"),
        ("a b", "au20b"),
        ("../x", "..u2fx"),
        ("grid-é", "grid-ue9"),
        ("}%", "u7du25"),
    ],
)
def test_a_label_is_a_safe_name(name: str, expected: str) -> None:
    assert label(name) == expected
