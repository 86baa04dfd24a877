"""What a study leans on in a store, checked: `eligo.testing.check_store`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from eligo.study.design import HyperParameters
from eligo.study.leases import MOST_ATTEMPTS
from eligo.study.schema import TABLES
from eligo.study.store import Store
from eligo.study.units import Finished, TrialUnit, TuningUnit, unit_id


def check_store(make_store: Callable[[], Store]) -> None:
    """Check that a store keeps what a study promises: a unit that was added is there for good, whole, or not at all.

    Rows come back as they were given and in their order, NaN as None; adding a unit twice changes nothing, and a
    failure while one is added leaves nothing of it. What is read in ``reading`` is of one moment. Facts are plain
    values that are replaced. Of a unit there is one lease at a time, which ends when the unit is added, when it fails,
    when its owner lets go, and by itself. Nobody ends the lease of another by failing, renewing or letting go, and who
    renews is told which leases are left. Errors are kept, and a unit that failed `MOST_ATTEMPTS` times is among the
    failures until it is there.

    Parameters
    ----------
    make_store : function without arguments that gives a new, empty `eligo.study.store.Store`; one that has a method
        ``close`` is closed, and one that has a method ``check``, which raises if it is damaged, is asked

    Raises
    ------
    AssertionError
        If a guarantee is broken; the message is one line.

    Examples
    --------
    >>> from eligo.study import MemoryStore
    >>> check_store(MemoryStore)
    """
    for check in STORE_CHECKS:
        store = make_store()
        try:
            check(store)
            _check_sound(store)
        finally:
            if (close := getattr(store, "close", None)) is not None:
                close()


def _check_sound(store: Store) -> None:
    try:
        getattr(store, "check", lambda: None)()
    except Exception as error:
        _demand(False, store, f"says that it is damaged, and nobody did it: {' '.join(str(error).split()).rstrip('.')}")


def _demand(is_kept: bool, store: Store, broken: str) -> None:
    if not is_kept:
        raise AssertionError(f"{type(store).__name__} {broken}.")


_VALUES = HyperParameters(4, 0.5, 0.0, 0.5)


def _trials(problem: str, *trials: int) -> Finished:
    """A finished unit with a row for each trial, two records of its curve, and numbers that only all bits tell apart."""
    unit = TrialUnit(problem, "passive", trials, _VALUES)
    facts = {"problem": problem, "method": "passive", "is_diverged": False, "accuracy": float("nan")}
    rows = {
        table: [
            dict.fromkeys(columns, 1 / 3) | {name: facts[name] for name in facts if name in columns} | {"trial": trial}
            for trial in trials
            for _ in range(2 if table == "curves" else 1)
        ]
        for table, columns in TABLES.items()
        if table != "cells"
    }
    return Finished(unit, 1.5, **rows)  # type: ignore[arg-type]


def _cells(problem: str) -> Finished:
    row = dict.fromkeys(TABLES["cells"], 0.25) | {"problem": problem, "cv_error": None, "is_diverged": True}
    return Finished(TuningUnit(problem, 4, (_VALUES,)), 2, cells=[row])


def _contents(store: Store) -> list[list[dict[str, Any]]]:
    return [store.rows(table) for table in TABLES]


def _check_rows(store: Store) -> None:
    _demand(not store.finished() and not any(_contents(store)), store, "is not empty when it is made")
    units = (_trials("iris", 3, 1), _cells("wine"), _trials("wine", 0))
    for finished in units:
        store.add(finished)
    ids = {unit_id(finished.unit) for finished in units}
    _demand(store.finished() == ids, store, "does not name the units that were added as finished")
    order = [(row["problem"], row["trial"]) for row in store.rows("trials")]
    _demand(order == [("iris", 3), ("iris", 1), ("wine", 0)], store, f"gives rows in the order {order}")
    _demand([row["trial"] for row in store.rows("curves", "wine")] == [0, 0], store, "mixes rows of several problems")
    for table, columns in TABLES.items():
        rows = store.rows(table)
        _demand(
            all(tuple(row) == columns for row in rows), store, f"gives rows of {table} without their columns in order"
        )
    (first, *_), (cell,) = store.rows("curves"), store.rows("cells")
    _demand(first["mse"] == 1 / 3, store, f"gives {first['mse']!r} back for {1 / 3!r}")
    _demand(first["accuracy"] is None and cell["cv_error"] is None, store, "does not give None for what is missing")
    _demand(cell["is_diverged"] is True, store, f"gives {cell['is_diverged']!r} back for True")
    first["mse"] = 0.0
    _demand(store.rows("curves")[0]["mse"] == 1 / 3, store, "lets a row that it gave away change what it holds")


def _check_twice(store: Store) -> None:
    store.add(_trials("iris", 0))
    before = _contents(store)
    store.add(replace(_trials("iris", 0), seconds=9.0, trials=(), curves=()))
    store.add(_trials("iris", 0))
    _demand(_contents(store) == before, store, "counts a unit twice")


def _check_whole(store: Store) -> None:
    store.add(_trials("iris", 0))
    before, whole = _contents(store), _trials("wine", 0)
    for table in ("trials", "curves", "confusion"):
        rows = getattr(whole, table)
        try:
            store.add(replace(whole, **{table: [*rows, {"problem": "wine"}]}))  # type: ignore[arg-type]
        except Exception:
            pass
        else:
            _demand(False, store, f"takes a row of {table} that lacks its columns")
        is_clean = _contents(store) == before and unit_id(whole.unit) not in store.finished()
        _demand(is_clean, store, "keeps a part of a unit that could not be added")
    store.add(whole)
    _demand(len(store.rows("curves")) == 4, store, "does not take a unit after it could not be added")


def _check_reading(store: Store) -> None:
    store.add(_trials("iris", 0))
    store.note("seconds", 1.0)
    with store.reading() as state:
        store.add(_trials("wine", 0))
        store.note("seconds", 2.0)
        store.begin(_trials("wine", 1).unit, "a:1")
        before = (
            state.finished(),
            [row["problem"] for row in state.rows("curves")],
            state.noted("seconds"),
            state.leases(),
        )
        store.add(_cells("wine"))
        told = frozenset({unit_id(_trials("iris", 0).unit)}), ["iris", "iris"], 1.0
        is_same = before[:3] == told and not before[3] and not state.rows("cells") and state.finished() == before[0]
        _demand(is_same, store, "lets what is read at one moment change")
    _demand(len(store.finished()) == 3 and store.noted("seconds") == 2.0, store, "loses what is added while it is read")


def _check_facts(store: Store) -> None:
    fact = {"seed": 1, "hidden": [4, 8], "of": {"none": None, "share": 0.1}}
    store.note("settings", fact)
    fact["seed"] = 2
    _demand(store.noted("nothing") is None, store, "knows a fact that nobody noted")
    kept = {"seed": 1, "hidden": [4, 8], "of": {"none": None, "share": 0.1}}
    _demand(store.noted("settings") == kept, store, f"gives {store.noted('settings')} for the fact {kept}")
    store.note("settings", [1.5])
    _demand(store.noted("settings") == [1.5], store, "does not replace a fact")


def _check_leases(store: Store) -> None:
    unit, other = _trials("iris", 0).unit, _trials("iris", 1).unit
    _demand(store.begin(unit, "a:1"), store, "does not lease a unit that nobody has")
    _demand(not store.begin(unit, "b:2"), store, "leases a unit twice")
    _demand(not store.begin(unit, "a:1"), store, "leases a unit twice to the same owner")
    _demand(store.begin(other, "b:2", 0.0), store, "leases one unit only")
    owners = [(lease.unit, lease.owner) for lease in store.leases()]
    _demand(owners == [(unit_id(unit), "a:1"), (unit_id(other), "b:2")], store, f"tells of the leases {owners}")
    _demand(store.begin(other, "c:3"), store, "does not free a unit whose lease ran out")
    store.release("a:1")
    _demand([lease.owner for lease in store.leases()] == ["c:3"], store, "does not release the leases of one owner")
    _demand(store.begin(unit, "a:1", 0.0), store, "does not free a unit that was released")
    store.renew("a:1")
    _demand(not store.begin(unit, "b:2"), store, "does not renew a lease")
    store.add(_trials("iris", 0))
    _demand(
        [lease.owner for lease in store.leases()] == ["c:3"], store, "does not end the lease of a unit that was added"
    )
    _demand(not store.begin(unit, "b:2"), store, "leases a unit that is finished")
    _demand(not store.failures(), store, "takes leases that ended well for failures")


def _check_owners(store: Store) -> None:
    """Of a run whose lease ran out, and of the one that has begun its unit since."""
    own, unit = _trials("iris", 0).unit, _trials("iris", 1).unit
    ids = {unit_id(own), unit_id(unit)}
    _demand(store.begin(own, "a:1") and store.begin(unit, "a:1", 0.0), store, "leases one unit only")
    _demand(store.renew("a:1", 0.0) == ids, store, "does not say which leases it renewed")
    _demand(store.renew("a:1", -1.0) == ids, store, "takes a lease that ran out away before anybody wants its unit")
    _demand(store.begin(unit, "b:2"), store, "does not free a unit whose lease ran out")
    _demand(store.renew("a:1") == {unit_id(own)}, store, "says that it renewed a lease that is another's by now")
    for _ in range(MOST_ATTEMPTS):
        store.fail(unit, "a:1", "too late")
    store.release("a:1")
    owners = [(lease.unit, lease.owner) for lease in store.leases()]
    is_kept = owners == [(unit_id(unit), "b:2")] and not store.begin(unit, "c:3")
    _demand(is_kept, store, "lets one who has lost a lease end that of another")
    _demand(not store.failures(), store, "counts a failure of one who had no lease")
    store.add(_trials("iris", 1))
    _demand(not store.leases() and not store.renew("b:2"), store, "renews the lease of a unit that was added")
    store.fail(unit, "b:2", "too late")
    _demand(not store.failures() and len(store.rows("trials")) == 1, store, "takes a finished unit for one that failed")


def _check_failures(store: Store) -> None:
    one, two = _trials("iris", 0), _trials("iris", 1)
    for attempt in range(MOST_ATTEMPTS):
        for finished in (one, two):
            found = [tuple(failure) for failure in store.failures()]
            _demand(not found or finished is two, store, f"gives a unit up after {attempt} attempts: {found}")
            _demand(store.begin(finished.unit, "a:1"), store, "does not free a unit that failed")
            store.fail(finished.unit, "a:1", f"error {attempt}\nand where")
    labels = [failure.label for failure in store.failures()]
    _demand(
        labels == ["iris: passive trials 0-0", "iris: passive trials 1-1"], store, f"tells of the failures {labels}"
    )
    attempts, error = store.failures()[0][1:]
    last = f"error {MOST_ATTEMPTS - 1}\nand where"
    _demand((attempts, error) == (MOST_ATTEMPTS, last), store, f"keeps {(attempts, error)} of the last error {last!r}")
    store.add(one)
    _demand([failure.label for failure in store.failures()] == labels[1:], store, "counts a finished unit as failed")
    _demand(not store.leases(), store, "keeps the lease of a unit that failed")


STORE_CHECKS = (
    _check_rows,
    _check_twice,
    _check_whole,
    _check_reading,
    _check_facts,
    _check_leases,
    _check_owners,
    _check_failures,
)
