"""What a run notes of where it ran, and what it warns of."""

import subprocess
from pathlib import Path

import pytest

from eligo.cli import _say_filesystem
from eligo.study import MemoryStore, environment
from eligo.study.environment import PACKAGE, commit_of, describe_environment
from eligo.study.filesystem import network_filesystem
from eligo.study.folder import _note_environment
from eligo.study.reading import StudyError

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /home rw,relatime shared:2 - nfs4 server:/home rw,vers=4.2
31 30 0:41 / /home/ada/local\\040disk rw,relatime - xfs /dev/sdb rw
32 22 0:42 / /mnt/far rw,nosuid - fuse.sshfs ada@far: rw
33 22 0:43 / /mnt/photos rw - fuse.gvfsd-fuse gvfsd rw
34 22 0:44 / /share rw shared:4 master:3 - cifs //server/share rw
35 22 0:45 / /share rw - ext4 /dev/sdc rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/out", None),
        ("/home/ada/out", "nfs4"),
        ("/home", "nfs4"),
        ("/homes/ada", None),
        ("/home/ada/local disk/out", None),
        ("/mnt/far/a/b/c", "fuse.sshfs"),
        ("/mnt/photos/out", None),
        ("/share/out", None),  # a later mount covers the first
    ],
)
def test_a_network_file_system_is_told_from_a_local_one(tmp_path: Path, folder: str, kind: str | None):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert network_filesystem(Path(folder), mounts) == kind


def test_without_a_table_of_mounts_nothing_is_known(tmp_path: Path):
    assert network_filesystem(tmp_path, tmp_path / "none") is None


def test_a_network_file_system_is_warned_of_in_one_line(tmp_path: Path, monkeypatch, capsys):
    _say_filesystem(tmp_path)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("eligo.cli.network_filesystem", lambda folder: "nfs4")
    _say_filesystem(tmp_path)
    said = capsys.readouterr().err
    assert said.startswith(f"eligo: {tmp_path} lies on a network file system (nfs4)") and said.count("\n") == 1


def test_a_run_notes_versions_platform_flags_and_commit(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    monkeypatch.setenv("ELIGO_MEMORY", "2")
    facts = describe_environment(jobs=2)
    assert {"eligo", "jax", "jaxlib", "numpy", "Python", "system", "processor", "date"} <= set(facts)
    assert "ELIGO_MEMORY=2" in facts["flags"] and "XLA_FLAGS=--xla_cpu_multi_thread_eigen=false" in facts["flags"]


def test_every_run_of_a_study_is_noted():
    store, first = MemoryStore(), describe_environment(jobs=1)
    for jobs in ("1", "2"):
        _note_environment(store, first | {"worker processes": jobs})
    assert [run["worker processes"] for run in store.noted("runs")] == ["1", "2"]
    assert store.noted("environment")["last run"].endswith(", 2 workers")
    with pytest.raises(StudyError, match="begun with jax "):
        _note_environment(store, first | {"jax": "0.0.1"})
    assert len(store.noted("runs")) == 2  # one that was refused did not run


def git(folder: Path, *arguments: str) -> str:
    own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_the_commit_is_that_of_the_checkout_with_a_plus_if_files_changed(tmp_path: Path):
    assert commit_of(tmp_path) is None  # no checkout
    git(tmp_path, "init", "-q")
    package = tmp_path / "package"
    package.mkdir()
    assert commit_of(package) is None  # in one, but not kept in it: an environment inside a checkout
    (package / "code.py").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    commit = git(tmp_path, "rev-parse", "HEAD").strip()
    assert commit_of(package) == commit[:12]
    (package / "code.py").write_text("2")
    assert commit_of(package) == commit[:12] + "+"


def test_a_file_that_changed_outside_the_study_layer_is_noted_too(tmp_path: Path, monkeypatch):
    checkout = tmp_path / "src" / "eligo"
    for name in ("study/environment.py", "rules/by_score.py"):
        (checkout / name).parent.mkdir(parents=True)
        (checkout / name).write_text("1")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    own = PACKAGE.relative_to(Path(environment.__file__).parents[2])  # where the package lies, from the folder above it
    monkeypatch.setattr("eligo.study.environment.PACKAGE", tmp_path / "src" / own)
    before = describe_environment(jobs=1)["commit"]
    assert not before.endswith("+")
    (checkout / "rules" / "by_score.py").write_text("2")
    assert describe_environment(jobs=1)["commit"] == before + "+"
