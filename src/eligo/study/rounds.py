"""Which records of a run show what it had learnt: not those of a network that has just started again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eligo.study.results import ROW_LABEL


def ends_of_rounds(settings: Mapping[str, Any], curves: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a record shows what a run had learnt.

    With cold retraining a network starts again at each query. A record at a checkpoint in the middle of a round tells the
    size of its labelled set; its error is that of a few epochs. All records of other runs count.

    Parameters
    ----------
    settings : the design of the study, as `Study.to_settings` gives it
    curves : frame with the columns problem, method, trial, epoch and labels

    Returns
    -------
    bool array (records,)

    Examples
    --------
    >>> plan = {"problem": "p", "epochs": 10, "settings": {"retraining": "cold", "epochs_per_query": None}}
    >>> curves = pd.DataFrame({"epoch": [0, 7, 10, 15, 20], "labels": [3, 3, 3, 4, 4]})
    >>> curves = curves.assign(problem="p", method="entropy", trial=0)
    >>> ends_of_rounds({"plans": [plan]}, curves)
    array([ True, False,  True, False,  True])
    """
    is_end = np.ones(len(curves), dtype=bool)
    plans = {plan["problem"]: plan for plan in settings["plans"]}
    for (problem, method), rows in curves.reset_index(drop=True).groupby(["problem", "method"], sort=False):
        own = plans[problem]["settings"] | _levels(str(method))
        if own.get("retraining") != "cold" or rows["labels"].nunique() < 2:  # nothing asked for: a single round
            continue
        n_epochs = int(own.get("epochs_per_query") or plans[problem]["epochs"])
        epochs = rows["epoch"].to_numpy()
        last = rows.groupby("trial")["epoch"].transform("max").to_numpy()
        is_end[rows.index] = (epochs % n_epochs == 0) | (epochs == last)
    return is_end


def _levels(method: str) -> dict[str, str]:
    """The values of factors that a row's label names."""
    label = ROW_LABEL.fullmatch(method)
    return {} if label is None else dict(level.split("=") for level in label["levels"].split(","))
