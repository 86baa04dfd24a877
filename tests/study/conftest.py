"""Studies for the tests of the study layer."""

import pytest

from eligo.study.design import Study
from eligo.study.files import load_study
from small_studies import FinishedStudy, finished_study, write_study


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The small study: nothing of it has run."""
    return load_study(str(write_study(tmp_path_factory.mktemp("small"))))


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> FinishedStudy:
    """The small study after an uninterrupted run of the command line; only to be read."""
    return finished_study(tmp_path_factory)
