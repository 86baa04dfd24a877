"""Factor rows: a method's name with the settings that a study varies, taken apart and put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eligo.study.results import REFERENCE, ROW_LABEL, base_method

CONTROL = "random_pool"  # the method that pool methods are held against


@dataclass(frozen=True)
class Factor:
    """How a varied setting is said.

    Attributes
    ----------
    title : str, of an axis or a column
    level : str, one level of it in a method's title; "{}" is the value
    words : what values are called where not by themselves
    """

    title: str
    level: str = "{}"
    words: Mapping[str, str] = field(default_factory=dict)


FACTORS = {
    "beta": Factor("selection constant β", "β = {}"),
    "interval": Factor("selection interval τ, epochs", "τ = {}"),
    "first_selection": Factor("epochs before the first selection", "first selection after {} epochs"),
    "candidates": Factor("candidates", words={"all": "all candidates", "current": "shrinking candidates"}),
    "informativeness": Factor("informativeness", words={"gradient": "gradient", "directional": "x · gradient"}),
    "input_norm": Factor(
        "norm over inputs",
        "{} over inputs",
        {"sum": "sum norm", "euclidean": "Euclidean norm", "max": "maximum norm"},
    ),
    "output_norm": Factor(
        "norm over outputs", "{} over outputs", {"sum": "sum", "euclidean": "Euclidean norm", "max": "maximum"}
    ),
    "share": Factor("share of the candidates", "share {}"),
    "floor": Factor("least number kept", "at least {}"),
    "floor_share": Factor("least share kept", "at least a share of {}"),
    "members": Factor("networks of the ensemble", "{} networks"),
    "committee": Factor(
        "prediction of the ensemble",
        words={"vote": "vote", "mean_of_outputs": "mean of outputs", "first_member": "first network alone"},
    ),
    "query_size": Factor("labels per query", "{} per query"),
    "budget": Factor("labels to buy", "budget {}"),
    "retraining": Factor(
        "retraining",
        words={"warm": "warm", "warm_at_rest": "warm, velocity reset", "cold": "cold"},
    ),
    "epochs_per_query": Factor("epochs per query", "{} epochs per query"),
    "stop": Factor(
        "end of a run", words={"budget": "until the budget is spent", "epochs": "until the epochs are spent"}
    ),
    "regression_uncertainty": Factor(
        "uncertainty in function approximation",
        words={"laplace": "Laplace variance", "extreme_prediction": "extreme predictions"},
    ),
}


def levels_of(name: str) -> dict[str, str]:
    """The settings that make a row, in the study's order.

    Examples
    --------
    >>> levels_of("sasla[beta=0.5,interval=10]"), levels_of("passive")
    ({'beta': '0.5', 'interval': '10'}, {})
    """
    found = ROW_LABEL.fullmatch(name)
    return dict(part.split("=", 1) for part in found["levels"].split(",")) if found else {}


def factor_title(setting: str) -> str:
    """Title of an axis or a column for a setting.

    Examples
    --------
    >>> factor_title("beta"), factor_title("my_own")
    ('selection constant β', 'my own')
    """
    return FACTORS[setting].title if setting in FACTORS else setting.replace("_", " ")


def value_words(setting: str, value: str) -> str:
    """A value of a setting by itself, in words.

    Examples
    --------
    >>> value_words("beta", "0.5"), value_words("input_norm", "euclidean")
    ('0.5', 'Euclidean norm')
    """
    return FACTORS[setting].words.get(value, value) if setting in FACTORS else value


def level_words(setting: str, value: str) -> str:
    """A level in a method's title.

    Examples
    --------
    >>> level_words("beta", "0.5"), level_words("retraining", "cold"), level_words("my_own", "3")
    ('β = 0.5', 'cold', 'my own = 3')
    """
    if setting not in FACTORS:
        return f"{setting.replace('_', ' ')} = {value}"
    return FACTORS[setting].level.format(value_words(setting, value))


def as_number(value: str) -> float | None:
    """A level as a number; None for a word.

    Examples
    --------
    >>> as_number("0.5"), as_number("cold")
    (0.5, None)
    """
    try:
        return float(value)
    except ValueError:
        return None


def siblings(name: str, methods: Sequence[str]) -> list[str]:
    """The rows of a method's own base, in the study's order.

    Examples
    --------
    >>> siblings("sasla[beta=0.5]", ["passive", "sasla[beta=0.5]", "sasla[beta=0.9]"])
    ['sasla[beta=0.5]', 'sasla[beta=0.9]']
    """
    return [other for other in methods if base_method(other) == base_method(name)]


def counterpart(name: str, base: str, methods: Sequence[str]) -> str | None:
    """The row of another method that differs from this one in method alone; None where there is none.

    Examples
    --------
    >>> methods = ["random_pool[query_size=1]", "random_pool[query_size=5]"]
    >>> counterpart("ensemble[members=5,query_size=5]", "random_pool", methods)
    'random_pool[query_size=5]'
    >>> counterpart("entropy", "random_pool", ["passive", "random_pool"]), counterpart("entropy", "passive", [])
    ('random_pool', None)
    """
    own = levels_of(name)
    for other in methods:
        if base_method(other) == base and all(own.get(key) == value for key, value in levels_of(other).items()):
            return other
    return None


def control_of(name: str, methods: Sequence[str]) -> str | None:
    """The random pool that a pool method is held against: the one with the same settings; None for a control itself.

    Examples
    --------
    >>> control_of("entropy", ["entropy", "random_pool"]), control_of("random_pool", ["random_pool"])
    ('random_pool', None)
    """
    return None if base_method(name) == CONTROL else counterpart(name, CONTROL, methods)


def reference_of(methods: Sequence[str]) -> str:
    """The row that costs are relative to: passive, or the first where passive was not run.

    Examples
    --------
    >>> reference_of(["sasla", "passive"]), reference_of(["entropy", "random_pool"])
    ('passive', 'entropy')
    """
    return next((name for name in methods if base_method(name) == REFERENCE), methods[0])


def settings_of(bases: Sequence[str], setting: str, methods: Sequence[str]) -> list[str]:
    """The levels of a setting that rows of some methods have, each once, in the study's order.

    Examples
    --------
    >>> settings_of(("sasla",), "beta", ["sasla[beta=0.5]", "sasla[beta=0.9]", "error[beta=0.5]"])
    ['0.5', '0.9']
    """
    found = [levels_of(name).get(setting) for name in methods if base_method(name) in bases]
    return list(dict.fromkeys(value for value in found if value is not None))
