"""The benchmarks: what is compared does the same work, and what the page shows was measured. No time is asserted."""

import json
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from benchmarks import building, peers, training
from benchmarks.__main__ import RESULTS
from book._ext import speed
from nncore import functions as f
from nncore import validation as check
from nncore.optimizers import SGD
from nncore.training import train_epoch

# The others are no part of the environment that tests run in; they are compared whenever something is measured.
HERE = {name: peers.PEERS[name] for name in ("floor", "nncore", "notes' code", "scikit-learn")}


def task(dtype=np.float64, batch=64):
    X, c = training.digits(dtype)
    return peers.Task((64, 16, 12, 10), batch, X[:512], c[:512])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [64, 256])
def test_peers_come_to_the_same_weights(dtype, batch):
    training.same_weights(task(dtype, batch), HERE)


def test_peers_are_given_a_plain_list_of_arrays():
    """As autograd does not differentiate by a list of another class."""
    assert type(task().start()) is list


WRONG = {
    "other inputs": lambda made: peers.notes(replace(made, X=1.001 * made.X)),
    "other labels": lambda made: peers.notes(replace(made, c=made.c[::-1])),
    "another precision": lambda made: peers.notes(replace(made, X=made.X.astype(np.float32))),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_peer_that_does_something_else_is_noticed(what):
    with pytest.raises(SystemExit, match="wrong comes to other weights"):
        training.same_weights(task(), {"nncore": peers.nncore, "wrong": WRONG[what]})


def test_the_floor_is_the_eight_products_of_every_batch(monkeypatch):
    epoch, _ = peers.floor(task())
    shapes, product = [], np.matmul
    monkeypatch.setattr(np, "matmul", lambda a, b, out: shapes.append((*a.shape, b.shape[1])) or product(a, b, out=out))
    epoch(None)
    forward, weights = [(64, 64, 16), (64, 16, 12), (64, 12, 10)], [(12, 64, 10), (16, 64, 12), (64, 64, 16)]
    activations = [(64, 10, 12), (64, 12, 16)]
    assert len(shapes) == 8 * 512 // 64 and sorted(shapes[:8]) == sorted(forward + weights + activations)


@pytest.mark.parametrize("what", training.GAINS)
def test_a_gain_that_is_undone_changes_nothing_but_the_time(what):
    made = task()
    one, other = made.network(), training._Undone(made.network(), what)
    for network in (one, other):
        train_epoch(network, SGD(0.1), made.X, made.c, batch_size=64, rng=np.random.default_rng(3))
    for a, b in zip(one.parameters, other.parameters, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)
    assert other.layers[0].passes_on


def counted(monkeypatch, network):
    """How often training asks for what the gains save, in one batch."""
    seen = {"dX": 0, "copies": 0, "losses": 0}
    dense_vjp, kept = f.dense_vjp, check.kept

    def seen_vjp(dZ, X, W):
        seen["dX"] += X.shape[1] == 64 and W.shape[0] > 0
        return dense_vjp(dZ, X, W)

    def seen_kept(A):
        copy = kept(A)
        seen["copies"] += copy is not A
        return copy

    def losses(Z, c, losses=f.softmax_cross_entropy):
        seen["losses"] += 1
        return losses(Z, c)

    monkeypatch.setattr(f, "dense_vjp", seen_vjp)
    monkeypatch.setattr(check, "kept", seen_kept)
    monkeypatch.setattr(f, "softmax_cross_entropy", losses)
    made = task()
    train_epoch(network, SGD(0.1), made.X[:64], made.c[:64], batch_size=64, rng=np.random.default_rng(3))
    return seen


@pytest.mark.parametrize(("what", "counts"), [
    ("", {"dX": 0, "copies": 0, "losses": 0}), ("no input gradient", {"dX": 1, "copies": 0, "losses": 0}),
    ("checks and copies at the border", {"dX": 0, "copies": 7, "losses": 0}),
    ("no loss", {"dX": 0, "copies": 0, "losses": 1}),
])  # fmt: skip
def test_what_is_undone_is_what_it_says(what, counts, monkeypatch):
    assert counted(monkeypatch, training._Undone(task().network(), what)) == counts


def test_rates_are_ratios_of_rounds(monkeypatch):
    monkeypatch.setattr(training, "SECONDS", 1e-6)
    now = count()
    found = training.rates({"a": lambda: None, "b": lambda: next(now)}, lambda: next(now))
    assert [len(values) for values in found.values()] == [training.ROUNDS] * 2
    assert training.ratio([2.0, 9.0, 4.0], [1.0, 3.0, 1.0]) == [2.0, 3.0, 4.0]


def test_the_page_shows_eight_settings_and_every_table_of_the_last_run():
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    for part in ("one thread", "two threads"):
        rows = found[part]["shares"]
        assert len({(row["data"], row["dtype"], row["batch"]) for row in rows}) == len(rows) == 8
        assert set(rows[0]["nncore"]) == set(peers.PEERS) - {"floor", "nncore"}
    assert (speed.RESULTS, speed.BUILDING) == (RESULTS, building.RESULTS)
    page = (RESULTS.parent / "how-fast.md").read_text(encoding="utf-8")
    for words in ("{:,} random samples of {} inputs".format(*training.SYNTHETIC),
                  "{:,} images of scikit-learn's digits with {} inputs".format(*training.DIGITS),
                  "hidden layers of {} and {} units".format(*training.HIDDEN)):  # fmt: skip
        assert words in " ".join(page.split())
    for name, table in speed.TABLES.items():
        assert f"```{{speed}} {name}\n" in page
        of_table = json.loads(building.RESULTS.read_text(encoding="utf-8")) if name == "building" else found
        assert "\n".join(table(of_table)).strip()


# Building -------------------------------------------------------------------------------------------------------------


def test_the_copy_that_is_built_has_all_sources_and_nothing_that_was_built(tmp_path):
    building.copy_to(tmp_path)
    assert (tmp_path / "book" / "_vendor" / "katex" / "katex.min.js").is_file() and (tmp_path / "nncore").is_dir()
    assert not (tmp_path / "_build").exists() and not (tmp_path / ".venv").exists()
    assert building.EXTENSION in (tmp_path / "_config.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("what", [what for what in building.CHANGES if what != "nothing"])
def test_a_change_is_one_and_another_one_in_each_round(what, tmp_path):
    building.copy_to(tmp_path)
    file = building.CHANGES[what][0]
    texts = [(tmp_path / file).read_text(encoding="utf-8")]
    for number in (0, 1):
        building.change(tmp_path, what, number)
        texts.append((tmp_path / file).read_text(encoding="utf-8"))
    assert len(set(texts)) == 3
    assert abs(len(texts[1]) - len(texts[2])) == 0
    if file.endswith(".py"):
        compile(texts[1], file, "exec")


def test_a_build_that_fails_measures_nothing(tmp_path):
    (tmp_path / "_config.yml").write_text("title: x\n")
    with pytest.raises(SystemExit, match="the build fails"):
        building.build(tmp_path)


def test_the_page_shows_what_was_measured_of_building():
    found = json.loads(building.RESULTS.read_text(encoding="utf-8"))
    shown = "\n".join(speed.building(found))
    assert f"**{found['cold']['ratio'][1]:.2f}**" in shown
    seconds = [found["cold"]["plain"], found["cold"]["forked"], *(row["seconds"] for row in found["changes"].values())]
    for row in seconds:
        assert f"**{row[1]:.1f}**" in shown
    assert set(found["changes"]) == set(building.CHANGES)
