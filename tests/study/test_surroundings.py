"""What a run notes of where it ran, and what it warns of."""

import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from eligo.cli import _say_filesystem, status
from eligo.study import MemoryStore, SQLiteStore, environment, load_study, read_results
from eligo.study.environment import PACKAGE, commit_of, describe_environment, mixed_environment
from eligo.study.filesystem import network_filesystem
from eligo.study.folder import _note_environment, _note_run, run_in_folder
from eligo.study.reading import StudyError
from eligo.study.store import FILE_NAME
from small_studies import FinishedStudy

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /home rw,relatime shared:2 - nfs4 server:/home rw,vers=4.2
31 30 0:41 / /home/ada/local\\040disk rw,relatime - xfs /dev/sdb rw
32 22 0:42 / /mnt/far rw,nosuid - fuse.sshfs ada@far: rw
33 22 0:43 / /mnt/photos rw - fuse.gvfsd-fuse gvfsd rw
34 22 0:44 / /share rw shared:4 master:3 - cifs //server/share rw
35 22 0:45 / /share rw - ext4 /dev/sdc rw
36 22 0:46 / /mnt/Münster rw - nfs4 server:/m rw
37 22 0:47 / /mnt/a\\134040\\011b\\012c\u2028 rw - fuse.s3fs s3fs rw
38 22 0:48 / /mnt/bucket rw - fuse.rclone remote: rw
39 22 0:49 / /media/sf_work rw - vboxsf work rw
40 22 0:50 / /mnt/c rw - drvfs C: rw
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
        ("/mnt/Münster/out", "nfs4"),
        ("/mnt/a\\040\tb\nc\u2028/out", "fuse.s3fs"),
        ("/mnt/bucket/out", "fuse.rclone"),
        ("/media/sf_work", "vboxsf"),
        ("/mnt/c/out", "drvfs"),
        ("/share/out", None),  # a later mount covers the first
    ],
)
def test_a_network_file_system_is_told_from_a_local_one(tmp_path: Path, folder: str, kind: str | None):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS, encoding="utf-8")
    assert network_filesystem(Path(folder), mounts) == kind


def test_without_a_table_of_mounts_nothing_is_known(tmp_path: Path):
    assert network_filesystem(tmp_path, tmp_path / "none") is None


def test_a_network_file_system_is_warned_of_in_one_line(tmp_path: Path, monkeypatch, capsys):
    _say_filesystem(tmp_path)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("eligo.cli.network_filesystem", lambda folder: "nfs4")
    _say_filesystem(tmp_path)
    said = capsys.readouterr().err
    assert (
        said.startswith(f"eligo: {tmp_path} lies on a network file system or a shared folder (nfs4)")
        and said.count("\n") == 1
    )


def test_a_run_notes_versions_platform_flags_and_commit(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    monkeypatch.setenv("ELIGO_MEMORY", "2")
    facts = describe_environment(jobs=2)
    assert {"eligo", "jax", "jaxlib", "numpy", "Python", "system", "processor", "date"} <= set(facts)
    assert "ELIGO_MEMORY=2" in facts["flags"] and "XLA_FLAGS=--xla_cpu_multi_thread_eigen=false" in facts["flags"]


def test_every_run_of_a_study_is_noted():
    store, first = MemoryStore(), describe_environment(jobs=1)
    for jobs in ("1", "2"):
        _note_environment(store, first)
        _note_run(store, first | {"worker processes": jobs})
    assert [run["worker processes"] for run in store.noted("runs")] == ["1", "2"]
    assert store.noted("environment")["last run"].endswith(", 2 workers")
    for package in ("jax", "optax", "scipy"):
        with pytest.raises(StudyError, match=f"begun with {package} "):
            _note_environment(store, first | {package: "0.0.1"})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"date": "later", "worker processes": "7", "cores": "64"}, None),
        ({"flags": "ELIGO_MEMORY=7 ELIGO_HOST_DEVICES=3 XLA_FLAGS=--a=1 --b=2"}, None),
        ({"flags": "XLA_FLAGS=--a=1 --xla_cpu_enable_fast_math=true"}, "computed under more than one flags"),
        ({"processor": "B", "commit": "1234+"}, "computed under more than one processor and more than one commit"),
    ],
)
def test_a_study_of_several_surroundings_is_marked(finished: FinishedStudy, tmp_path: Path, capsys, changes, said):
    folder = tmp_path / "out"
    shutil.copytree(finished.folder, folder)
    with closing(SQLiteStore(folder / FILE_NAME)) as store:
        begun = store.noted("environment") | {"processor": "A", "flags": "ELIGO_MEMORY=2 XLA_FLAGS=--a=1 --b=2"}
        begun.pop("commit", None)
        store.note("environment", begun)
        store.note("runs", [begun, begun | changes])
    found = read_results(folder).environment
    assert found.get("mixed") == said
    if said is not None:
        for name in changes:
            assert found[name].endswith(f", then {changes[name]}")
    status(folder)
    assert (f"mixed: {said}, so its trials are not all computed alike" in capsys.readouterr().out) == (said is not None)


def test_what_an_early_run_did_not_note_is_no_difference():
    early = {"processor": "A"}
    assert mixed_environment([early, {"processor": "A", "flags": "none", "commit": "1"}]) == {}
    assert mixed_environment(
        [{"processor": "A", "flags": "none"}, {"processor": "A", "flags": "none", "commit": "1"}]
    ) == {"commit": "none, then 1"}


def test_a_run_that_finds_nothing_to_compute_is_not_noted(finished: FinishedStudy, tmp_path: Path, monkeypatch):
    folder = tmp_path / "out"
    shutil.copytree(finished.folder, folder)
    monkeypatch.setenv("JAX_DEBUG_NANS", "0")
    run_in_folder(load_study(str(finished.file)), folder, 1, lambda progress: None)
    with closing(SQLiteStore(folder / FILE_NAME)) as store:
        assert len(store.noted("runs")) == 1
    assert "mixed" not in read_results(folder).environment


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
