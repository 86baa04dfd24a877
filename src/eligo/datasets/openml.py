"""Data sets of OpenML by their number, read and checked like a user's own table."""

from __future__ import annotations

import urllib.error
import warnings
from dataclasses import replace

import pandas as pd
from sklearn.datasets import fetch_openml

from eligo.datasets.facts import data_digest
from eligo.datasets.files import cache_folder
from eligo.datasets.record import DataError, Dataset, UnavailableError
from eligo.datasets.tables import Table, dataset_of_frame


def load_openml(
    name: str,
    data_id: int,
    target: str,
    task: str,
    *,
    kinds: tuple[tuple[str, str], ...] = (),
    digest: str | None = None,
) -> Dataset:
    """A data set of openml.org, fetched once into the cache folder.

    scikit-learn fetches it, and checks the file against the MD5 that OpenML states. That shows a damaged file, but not
    one that OpenML exchanged: for that, give ``digest``.

    Parameters
    ----------
    name : str, how to call it
    data_id : int, its number; a number stands for one version of the data
    target : str, the column to predict
    task : "classification" or "regression"
    kinds : tuple of (column, "number", "category" or "ignore"), default=(): kinds other than those that OpenML states
    digest : str, default=None: what `data_digest` must give; None leaves it unchecked

    Returns
    -------
    Dataset

    Raises
    ------
    UnavailableError
        If it is not in the cache and cannot be fetched or kept.
    DataError
        If there is no such data set, it cannot be learnt from, or has another digest.
    """
    where = f"OpenML {data_id}"
    frame = _frame(data_id, where)
    nominal = [column for column in frame if isinstance(frame[column].dtype, pd.CategoricalDtype) and column != target]
    all_kinds: dict[str, str] = {str(column): "category" for column in nominal} | dict(kinds)
    table = Table(where, target, task, "", tuple(all_kinds.items()))
    data = dataset_of_frame(name, frame.astype(dict.fromkeys([*nominal], object)), table, where)
    if digest is not None and (found := data_digest(data)) != digest:
        raise DataError(
            f"{where} holds other data than before: its digest is {found}, expected {digest}. Check what changed, or take "
            "the digest away."
        )
    return replace(data, source=f"OpenML, data set {data_id}")


def _frame(data_id: int, where: str) -> pd.DataFrame:
    folder = cache_folder() / "openml"
    settings = {"as_frame": True, "parser": "pandas", "target_column": None, "n_retries": 1, "delay": 0.1}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # on other versions of the data (the number says which), and on second tries
            bunch = fetch_openml(data_id=data_id, data_home=folder, **settings)
    except urllib.error.HTTPError as error:
        error.close()
        raise UnavailableError(f"cannot fetch {where}: HTTP {error.code} {error.reason}. Check its number.") from None
    except urllib.error.URLError as error:
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise UnavailableError(f"cannot fetch {where}: {reason}. Try again when the network is there.") from None
    except OSError as error:
        raise UnavailableError(
            f"cannot fetch {where} into {str(folder)!r}: {error.strerror or error}. Set XDG_CACHE_HOME to a folder that "
            "you may write to."
        ) from None
    except ValueError as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise DataError(f"cannot read {where}: {reason}. Check its number, or empty {str(folder)!r}.") from None
    frame: pd.DataFrame = bunch.frame
    return frame
