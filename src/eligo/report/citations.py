"""What the methods paragraph cites: short names for the page, BibTeX for a paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .method_works import WORKS


@dataclass(frozen=True)
class Citation:
    """A work that can be cited.

    Attributes
    ----------
    short : str, authors and year
    kind : str, of BibTeX entry
    fields : tuple of (field, value), in LaTeX
    """

    short: str
    kind: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cited:
    """A phrase of this library's own with the works it rests on.

    Attributes
    ----------
    text : str
    keys : tuple of str, of `CITATIONS`; may be empty
    """

    text: str
    keys: tuple[str, ...] = ()


def _citation(short: str, kind: str, **fields: str) -> Citation:
    return Citation(short, kind, tuple(fields.items()))


CITATIONS = {
    "benavoli2014bayesian": _citation(
        "Benavoli et al., 2014",
        "inproceedings",
        author="Alessio Benavoli and Giorgio Corani and Francesca Mangili and Marco Zaffalon and Fabrizio Ruggeri",
        title="A {Bayesian} {Wilcoxon} Signed-Rank Test Based on the {Dirichlet} Process",
        booktitle="International Conference on Machine Learning",
        pages="1026--1034",
        year="2014",
    ),
    "benavoli2017time": _citation(
        "Benavoli et al., 2017",
        "article",
        author=r"Alessio Benavoli and Giorgio Corani and Janez Dem{\v{s}}ar and Marco Zaffalon",
        title="Time for a Change: A Tutorial for Comparing Multiple Classifiers through {Bayesian} Analysis",
        journal="Journal of Machine Learning Research",
        volume="18",
        number="77",
        pages="1--36",
        year="2017",
    ),
    "bradbury2018jax": _citation(
        "Bradbury et al., 2018",
        "misc",
        author="James Bradbury and others",
        title="{JAX}: Composable Transformations of {Python+NumPy} Programs",
        year="2018",
        howpublished="Software",
    ),
    "corani2015bayesian": _citation(
        "Corani and Benavoli, 2015",
        "article",
        author="Giorgio Corani and Alessio Benavoli",
        title="A {Bayesian} Approach for Comparing Cross-Validated Algorithms on Multiple Data Sets",
        journal="Machine Learning",
        volume="100",
        pages="285--304",
        year="2015",
    ),
    "demsar2006statistical": _citation(
        "Demšar, 2006",
        "article",
        author=r"Janez Dem{\v{s}}ar",
        title="Statistical Comparisons of Classifiers over Multiple Data Sets",
        journal="Journal of Machine Learning Research",
        volume="7",
        pages="1--30",
        year="2006",
    ),
    "efron1987better": _citation(
        "Efron, 1987",
        "article",
        author="Bradley Efron",
        title="Better Bootstrap Confidence Intervals",
        journal="Journal of the American Statistical Association",
        volume="82",
        number="397",
        pages="171--185",
        year="1987",
    ),
    "engelbrecht2001sensitivity": _citation(
        "Engelbrecht, 2001",
        "article",
        author="Andries P. Engelbrecht",
        title="Sensitivity Analysis for Selective Learning by Feedforward Neural Networks",
        journal="Fundamenta Informaticae",
        volume="45",
        number="4",
        pages="295--328",
        year="2001",
    ),
    "friedman1937use": _citation(
        "Friedman, 1937",
        "article",
        author="Milton Friedman",
        title="The Use of Ranks to Avoid the Assumption of Normality Implicit in the Analysis of Variance",
        journal="Journal of the American Statistical Association",
        volume="32",
        number="200",
        pages="675--701",
        year="1937",
    ),
    "holm1979simple": _citation(
        "Holm, 1979",
        "article",
        author="Sture Holm",
        title="A Simple Sequentially Rejective Multiple Test Procedure",
        journal="Scandinavian Journal of Statistics",
        volume="6",
        number="2",
        pages="65--70",
        year="1979",
    ),
    "iman1980approximations": _citation(
        "Iman and Davenport, 1980",
        "article",
        author="Ronald L. Iman and James M. Davenport",
        title="Approximations of the Critical Region of the {Friedman} Statistic",
        journal="Communications in Statistics -- Theory and Methods",
        volume="9",
        number="6",
        pages="571--595",
        year="1980",
    ),
    "immer2021improving": _citation(
        "Immer et al., 2021",
        "inproceedings",
        author="Alexander Immer and Maciej Korzepa and Matthias Bauer",
        title="Improving Predictions of {Bayesian} Neural Nets via Local Linearization",
        booktitle="International Conference on Artificial Intelligence and Statistics",
        pages="703--711",
        year="2021",
    ),
    "jamieson2016nonstochastic": _citation(
        "Jamieson and Talwalkar, 2016",
        "inproceedings",
        author="Kevin Jamieson and Ameet Talwalkar",
        title="Non-stochastic Best Arm Identification and Hyperparameter Optimization",
        booktitle="International Conference on Artificial Intelligence and Statistics",
        pages="240--248",
        year="2016",
    ),
    "kerby2014simple": _citation(
        "Kerby, 2014",
        "article",
        author="Dave S. Kerby",
        title="The Simple Difference Formula: An Approach to Teaching Nonparametric Correlation",
        journal="Comprehensive Psychology",
        volume="3",
        year="2014",
    ),
    "krogh1995neural": _citation(
        "Krogh and Vedelsby, 1995",
        "inproceedings",
        author="Anders Krogh and Jesper Vedelsby",
        title="Neural Network Ensembles, Cross Validation, and Active Learning",
        booktitle="Advances in Neural Information Processing Systems 7",
        pages="231--238",
        year="1995",
    ),
    "mackay1992information": _citation(
        "MacKay, 1992",
        "article",
        author="David J. C. MacKay",
        title="Information-Based Objective Functions for Active Data Selection",
        journal="Neural Computation",
        volume="4",
        number="4",
        pages="590--604",
        year="1992",
    ),
    "nadeau2003inference": _citation(
        "Nadeau and Bengio, 2003",
        "article",
        author="Claude Nadeau and Yoshua Bengio",
        title="Inference for the Generalization Error",
        journal="Machine Learning",
        volume="52",
        number="3",
        pages="239--281",
        year="2003",
    ),
    "pascanu2013difficulty": _citation(
        "Pascanu et al., 2013",
        "inproceedings",
        author="Razvan Pascanu and Tomas Mikolov and Yoshua Bengio",
        title="On the Difficulty of Training Recurrent Neural Networks",
        booktitle="International Conference on Machine Learning",
        pages="1310--1318",
        year="2013",
    ),
    "pedregosa2011scikit": _citation(
        "Pedregosa et al., 2011",
        "article",
        author="Fabian Pedregosa and others",
        title="Scikit-learn: Machine Learning in {Python}",
        journal="Journal of Machine Learning Research",
        volume="12",
        pages="2825--2830",
        year="2011",
    ),
    "settles2009active": _citation(
        "Settles, 2009",
        "techreport",
        author="Burr Settles",
        title="Active Learning Literature Survey",
        institution="University of Wisconsin--Madison",
        number="1648",
        year="2009",
    ),
    "seung1992query": _citation(
        "Seung et al., 1992",
        "inproceedings",
        author="H. Sebastian Seung and Manfred Opper and Haim Sompolinsky",
        title="Query by Committee",
        booktitle="Workshop on Computational Learning Theory",
        pages="287--294",
        year="1992",
    ),
    "shannon1948mathematical": _citation(
        "Shannon, 1948",
        "article",
        author="Claude E. Shannon",
        title="A Mathematical Theory of Communication",
        journal="Bell System Technical Journal",
        volume="27",
        number="3",
        pages="379--423",
        year="1948",
    ),
    "shapiro1965analysis": _citation(
        "Shapiro and Wilk, 1965",
        "article",
        author="Samuel S. Shapiro and Martin B. Wilk",
        title="An Analysis of Variance Test for Normality (Complete Samples)",
        journal="Biometrika",
        volume="52",
        pages="591--611",
        year="1965",
    ),
    "sharma2017evidence": _citation(
        "Sharma and Bilgic, 2017",
        "article",
        author="Manali Sharma and Mustafa Bilgic",
        title="Evidence-Based Uncertainty Sampling for Active Learning",
        journal="Data Mining and Knowledge Discovery",
        volume="31",
        number="1",
        pages="164--202",
        year="2017",
    ),
    "vargha2000critique": _citation(
        "Vargha and Delaney, 2000",
        "article",
        author=r"Andr{\'a}s Vargha and Harold D. Delaney",
        title="A Critique and Improvement of the {CL} Common Language Effect Size Statistics of {McGraw} and {Wong}",
        journal="Journal of Educational and Behavioral Statistics",
        volume="25",
        number="2",
        pages="101--132",
        year="2000",
    ),
    "wilcoxon1945individual": _citation(
        "Wilcoxon, 1945",
        "article",
        author="Frank Wilcoxon",
        title="Individual Comparisons by Ranking Methods",
        journal="Biometrics Bulletin",
        volume="1",
        number="6",
        pages="80--83",
        year="1945",
    ),
    "wilson1927probable": _citation(
        "Wilson, 1927",
        "article",
        author="Edwin B. Wilson",
        title="Probable Inference, the Law of Succession, and Statistical Inference",
        journal="Journal of the American Statistical Association",
        volume="22",
        number="158",
        pages="209--212",
        year="1927",
    ),
} | {
    key: _citation(short, kind, **fields, year=short.rpartition(", ")[2])
    for key, (short, kind, fields) in WORKS.items()
}
"""By BibTeX key."""


def shortly(keys: Iterable[str]) -> str:
    """Works as the page names them.

    Examples
    --------
    >>> shortly(["holm1979simple", "wilcoxon1945individual"])
    '(Holm, 1979; Wilcoxon, 1945)'
    """
    return f"({'; '.join(CITATIONS[key].short for key in keys)})"


def bibtex(keys: Iterable[str]) -> str:
    """A bibliography file with these works, by key.

    Examples
    --------
    >>> print(bibtex(["settles2009active"]))
    @techreport{settles2009active,
      author = {Burr Settles},
      title = {Active Learning Literature Survey},
      institution = {University of Wisconsin--Madison},
      number = {1648},
      year = {2009},
    }
    <BLANKLINE>
    """
    entries = []
    for key in sorted(set(keys)):
        citation = CITATIONS[key]
        lines = [f"  {field} = {{{value}}}," for field, value in citation.fields]
        entries.append("\n".join([f"@{citation.kind}{{{key},", *lines, "}"]))
    return "\n\n".join(entries) + "\n" if entries else ""
