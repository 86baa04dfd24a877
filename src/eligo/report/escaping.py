"""Text as LaTeX: whatever a class, a column or a file is called, it is set as it is written and commands nothing."""

from __future__ import annotations

import re
import unicodedata

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    '"': r"\symbol{34}",
    "`": r"\symbol{96}",
    "[": "{[}",  # after the end of a row, [ and * would be read as options of \\
    "]": "{]}",
    "*": "{*}",
}

SPACES = {"\u00a0": "~", "\u202f": r"\,", "\u2009": r"\,", "\u2007": "~"}

SIGNS = {
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "…": r"\ldots{}",
    "°": r"\textdegree{}",
    "µ": r"$\mu$",
    "−": "$-$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "∞": r"$\infty$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "∇": r"$\nabla$",
    "∂": r"$\partial$",
    "∑": r"$\sum$",
    "√": r"$\surd$",
    "∈": r"$\in$",
    "→": r"$\rightarrow$",
    "←": r"$\leftarrow$",
    "′": r"$'$",
    "‖": r"$\|$",
    "½": r"$\frac{1}{2}$",
    "†": r"$\dagger$",
    "‡": r"$\ddagger$",
}

# Capitals that look Latin are set in Latin, as LaTeX has no others; so is omicron.
GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρςστυφχψωϕϵϑ",
        r"\alpha \beta \gamma \delta \varepsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi o \pi \rho "
        r"\varsigma \sigma \tau \upsilon \varphi \chi \psi \omega \phi \epsilon \vartheta".split(),
        strict=True,
    )
) | dict(
    zip(
        "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ",
        r"A B \Gamma \Delta E Z H \Theta I K \Lambda M N \Xi O \Pi P \Sigma T \Upsilon \Phi X \Psi \Omega".split(" "),
        strict=True,
    )
)

RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))

LETTERS = {
    "ß": r"\ss{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
}

ACCENTS = {
    "\u0300": r"\`",
    "\u0301": r"\'",
    "\u0302": r"\^",
    "\u0303": r"\~",
    "\u0304": r"\=",
    "\u0306": r"\u",
    "\u0307": r"\.",
    "\u0308": r"\"",
    "\u030a": r"\r",
    "\u030b": r"\H",
    "\u030c": r"\v",
    "\u0323": r"\d",
    "\u0327": r"\c",
}

KNOWN = (
    SPECIAL
    | SPACES
    | SIGNS
    | LETTERS
    | {letter: f"${command}$" for letter, command in GREEK.items()}
    | {sign: f"$^{{{digit}}}$" for sign, digit in RAISED.items()}
    | {sign: f"$_{{{digit}}}$" for sign, digit in LOWERED.items()}
)

LONG_WORD = 24  # characters without a space that a narrow column need not be able to hold
PIECE = 8


def escape(text: str) -> str:
    r"""Text that LaTeX sets as it stands, in text, captions and table cells, with pdfLaTeX and any input encoding.

    Signs of the report (β, ±, −, ×, ², spaces that do not break) become commands, accented letters their accents, and
    a character that no font of a paper is sure to have is named by its number. Line breaks become spaces.

    Parameters
    ----------
    text : str, from anywhere

    Returns
    -------
    str, ASCII, with balanced braces and dollar signs

    Examples
    --------
    >>> print(escape("50 % of a_b & {c}"))
    50 \% of a\_b \& \{c\}
    >>> print(escape("β = 0.9 ± 0.1"))
    $\beta$ = 0.9 $\pm$ 0.1
    >>> print(escape("Müller"), escape("鳥"))
    M\"{u}ller {[}U+9CE5{]}
    """
    letters = "".join(map(_letter, _plain_lines(text)))
    return re.sub(r"([-',])(?=\1)", r"\1{}", letters)  # two of these in a row would become one sign: a dash, a quote


def breakable(text: str) -> str:
    """The same, where words too long for a narrow column may be broken anywhere.

    Examples
    --------
    >>> breakable("a" * 25).count("allowbreak")
    3
    """
    words = [
        "\\allowbreak{}".join(escape(word[at : at + PIECE]) for at in range(0, len(word), PIECE))
        if len(word) > LONG_WORD
        else escape(word)
        for word in _plain_lines(text).split(" ")
    ]
    return " ".join(words)


def _plain_lines(text: str) -> str:
    """Composed characters on one line, without any that control."""
    spaced = re.sub(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+", " ", unicodedata.normalize("NFC", text))
    return "".join(one for one in spaced if unicodedata.category(one) not in ("Cc", "Cf"))


def _letter(one: str) -> str:
    if one in KNOWN:
        return KNOWN[one]
    if one.isascii():
        return one
    first, *marks = list(unicodedata.normalize("NFD", one))
    if first.isascii() and first.isalpha() and marks and all(mark in ACCENTS for mark in marks):
        accented = rf"\{first}" if first in "ij" else first
        for mark in marks:
            accented = f"{ACCENTS[mark]}{{{accented}}}"
        return accented
    return f"{{[}}U+{ord(one):04X}{{]}}"


def label(name: str) -> str:
    """A name as a label and a file name: ASCII, without anything that LaTeX or a file system reads.

    Other characters are replaced by their number, so that two names stay two.

    Examples
    --------
    >>> label("errors-noisy_sine"), label("a b"), label("../β")
    ('errors-noisy_sine', 'au20b', '..u2fu3b2')
    """
    return "".join(one if one.isascii() and (one.isalnum() or one in "-_.") else f"u{ord(one):x}" for one in name)
