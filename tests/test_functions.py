"""The functions against the definitions on paper, and at the numbers where floating point lays its traps."""

import numpy as np
import pytest

from nncore import functions as f
from tests import paper
from tests.mathematics import LETTERS, PAIRS, M, loaded, n, with_slip

RNG = np.random.default_rng(7)
Z, P, c = (LETTERS[letter] for letter in "ZPc")

every_pair = pytest.mark.parametrize("name", PAIRS)


def is_its_definition(name, function):
    """Return whether a function agrees with the definition on paper, in every entry."""
    got, expected = function(*PAIRS[name].arguments), paper.value(PAIRS[name].paper, PAIRS[name].arguments)
    return np.shape(got) == expected.shape and np.allclose(got, expected, rtol=1e-14, atol=1e-15)


def is_the_gradient(name, f_vjp):
    """Return whether f_vjp agrees with differences of the definition on paper, in every entry of every gradient."""
    pair = PAIRS[name]
    upstream = pair.upstream_at(pair.arguments)
    gradients = pair.gradients(pair.arguments, upstream, f_vjp)
    expected = [paper.gradient(pair.paper, pair.arguments, k, upstream) for k in range(pair.differentiable)]
    return len(gradients) == len(expected) and all(
        g.shape == e.shape and np.allclose(g, e, rtol=1e-12, atol=1e-13)
        for g, e in zip(gradients, expected, strict=True)
    )


# Right, and nearly right --------------------------------------------------------------------------------------------


@every_pair
def test_the_function_is_its_definition_and_the_vjp_its_gradient(name):
    assert is_its_definition(name, PAIRS[name].f)
    assert is_the_gradient(name, PAIRS[name].f_vjp)


@pytest.mark.parametrize(("name", "slip"), [(name, slip) for name, pair in PAIRS.items() for slip in pair.row.slips])
def test_a_slip_is_noticed(name, slip):
    wrong = vars(loaded(with_slip(name, *PAIRS[name].row.slips[slip])))
    assert not (is_its_definition(name, wrong[name]) and is_the_gradient(name, wrong[f"{name}_vjp"]))


MUTATIONS = {
    "a changed sign": lambda g: -g,
    "a factor of 1.001": lambda g: 1.001 * g,
    "one entry lost": lambda g: np.where(np.arange(g.size).reshape(g.shape) == g.argmax(), 0, g),
    "entries in another place": lambda g: np.roll(g, 1),
    "everything a little larger": lambda g: g + 1e-6,
}


MUTANTS = [
    (name, place, mutation)
    for name, pair in PAIRS.items()
    for place in range(pair.differentiable)
    for mutation in MUTATIONS
    if (name, mutation) != ("mean", "entries in another place")  # the entries of this gradient are equal
]


@pytest.mark.parametrize(("name", "place", "mutation"), MUTANTS)
def test_a_nearly_right_vjp_is_noticed(name, place, mutation):
    def mutant(*arguments):
        gradients = PAIRS[name].f_vjp(*arguments)
        gradients = list(gradients) if isinstance(gradients, tuple) else [gradients]
        gradients[place] = MUTATIONS[mutation](gradients[place])
        return tuple(gradients)

    assert not is_the_gradient(name, mutant)


def test_relu_vjp_is_the_gradient_on_each_side_of_zero_and_follows_the_convention_at_zero():
    edge = np.array([[-1e-12, 0.0, 1e-12], [-0.0, -1e-300, 1e-300]])
    np.testing.assert_array_equal(f.relu_vjp(np.full((2, 3), 5.0), edge), [[0, 0, 5], [0, 0, 5]])
    one_sided = (f.relu(edge + 1e-3) - f.relu(edge)) / 1e-3, (f.relu(edge) - f.relu(edge - 1e-3)) / 1e-3
    assert one_sided[0][0, 1] == 1 and one_sided[1][0, 1] == 0  # so there is no derivative at 0 to be right about


def test_an_infinite_gradient_of_relu_times_0_is_no_number():
    with np.errstate(invalid="ignore"):
        dZ = f.relu_vjp(np.array([np.inf, -np.inf, np.inf]), np.array([-1.0, 0.0, 2.0]))
    np.testing.assert_array_equal(dZ, [np.nan, np.nan, np.inf])


# Sizes, dtypes, arguments ---------------------------------------------------------------------------------------------


@every_pair
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_float_stays_the_float_it_is(name, dtype):
    pair = PAIRS[name]
    arguments = [a if a.dtype.kind == "i" else a.astype(dtype) for a in pair.arguments]
    upstream = np.asarray(pair.upstream_at(arguments), dtype=dtype)[()]
    assert pair.f(*arguments).dtype == dtype
    assert [g.dtype for g in pair.gradients(arguments, upstream)] == [dtype] * pair.differentiable


@every_pair
def test_arguments_are_neither_changed_nor_returned(name):
    pair = PAIRS[name]
    arguments = [a.copy() for a in pair.arguments]
    upstream = np.asarray(pair.upstream_at(arguments))
    for array in (*arguments, upstream):
        array.flags.writeable = False
    results = pair.f(*arguments), *pair.gradients(arguments, upstream)
    for argument, before in zip(arguments, pair.arguments, strict=True):
        np.testing.assert_array_equal(argument, before)
        assert not any(np.shares_memory(result, argument) for result in results)
    assert not any(np.shares_memory(result, upstream) for result in results)


@every_pair
def test_views_with_strides_give_what_copies_give(name):
    pair = PAIRS[name]

    def strided(array):
        wide = np.zeros([2 * size for size in array.shape], dtype=array.dtype)
        view = wide[tuple(slice(None, None, -2) for _ in array.shape)]
        view[...] = array
        return view

    arguments = [strided(a) for a in pair.arguments]
    upstream = pair.upstream_at(pair.arguments)
    np.testing.assert_allclose(pair.f(*arguments), pair.f(*pair.arguments), rtol=1e-15)
    for got, want in zip(
        pair.gradients(arguments, upstream),
        pair.gradients(pair.arguments, upstream),
        strict=True,
    ):
        np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-16)


def test_one_sample_of_one_class_has_probability_one_loss_zero_and_no_gradient():
    Z, c, one = np.array([[3.7]]), np.array([0]), np.ones(1)
    assert f.softmax(Z) == 1
    assert f.softmax_cross_entropy(Z, c) == 0 and f.cross_entropy(np.ones((1, 1)), c) == 0
    assert f.softmax_cross_entropy_vjp(one, Z, c) == 0 and f.softmax_vjp(Z, np.ones((1, 1))) == 0


def test_one_hot_soft_targets_are_class_numbers():
    Y, g = np.eye(M)[c], RNG.standard_normal(n)
    np.testing.assert_allclose(f.softmax_soft_cross_entropy(Z, Y), f.softmax_cross_entropy(Z, c), rtol=1e-14)
    np.testing.assert_array_equal(f.softmax_soft_cross_entropy_vjp(g, Z, Y), f.softmax_cross_entropy_vjp(g, Z, c))


def test_the_fused_gradient_is_the_composed_one():
    g = RNG.standard_normal(n)
    composed = f.softmax_vjp(f.cross_entropy_vjp(g, f.softmax(Z), c), f.softmax(Z))
    np.testing.assert_allclose(f.softmax_cross_entropy_vjp(g, Z, c), composed, rtol=1e-13, atol=1e-15)


# Where floating point lays its traps: exact answers and, because warnings are errors here, no warning -----------------


def test_logits_of_1e300_are_exact():
    Z = np.array([[1e300, -1e300, 0.0], [-1e300, -1e300, -1e300], [1e300, 1e300, -1e300]])
    np.testing.assert_array_equal(f.softmax(Z), [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [1 / 2, 1 / 2, 0]])
    losses = [f.softmax_cross_entropy(Z, np.full(3, k)) for k in range(3)]
    np.testing.assert_array_equal(losses[0], [0, np.log(3), np.log(2)])
    np.testing.assert_array_equal(losses[1], [2e300, np.log(3), np.log(2)])
    np.testing.assert_array_equal(losses[2], [1e300, np.log(3), 2e300])
    np.testing.assert_array_equal(f.softmax_cross_entropy_vjp(np.ones(3), Z, np.full(3, 1))[0], [1, -1, 0])
    np.testing.assert_array_equal(f.sigmoid(Z[0]), [1, 0, 0.5])
    np.testing.assert_array_equal(f.sigmoid_vjp(np.ones(3), Z[0]), [0, 0, 0.25])
    np.testing.assert_array_equal(f.relu(Z[0]), [1e300, 0, 0])


@pytest.mark.parametrize(("dtype", "huge"), [(np.float64, 1.7e308), (np.float32, 3.4e38)])
def test_a_gap_between_logits_beyond_all_numbers_is_infinite_without_a_warning(dtype, huge):
    Z, c = np.array([[huge, -huge], [-huge, huge]], dtype=dtype), np.array([0, 0])
    np.testing.assert_array_equal(f.softmax(Z), [[1, 0], [0, 1]])
    np.testing.assert_array_equal(f.softmax_cross_entropy(Z, c), [0, np.inf])
    np.testing.assert_array_equal(f.softmax_cross_entropy_vjp(np.ones(2, dtype), Z, c), [[0, 0], [-1, 1]])
    np.testing.assert_array_equal(f.softmax_soft_cross_entropy_vjp(np.ones(2, dtype), Z, Z > 0), np.zeros((2, 2)))


def test_a_soft_loss_whose_gap_is_beyond_all_numbers_warns_because_its_value_is_wrong():
    with pytest.warns(RuntimeWarning, match="overflow"):
        loss = f.softmax_soft_cross_entropy(np.array([[1.7e308, -1.7e308]]), np.array([[3 / 4, 1 / 4]]))
    assert loss == np.inf  # and not 8.5e307


@pytest.mark.parametrize("gap", [20.0, 100.0, 700.0, 745.0, 746.0, 1000.0, 1e10])
def test_a_large_gap_is_the_loss(gap):
    loss = f.softmax_cross_entropy(np.array([[0.0, -gap]]), np.array([1]))
    np.testing.assert_allclose(loss, gap + np.log1p(np.exp(-gap)), rtol=1e-15)


def test_at_a_gap_of_745_the_loss_from_logits_is_exact_and_that_from_probabilities_is_not():
    Z, c = np.array([[0.0, -745.0]]), np.array([1])
    assert f.softmax_cross_entropy(Z, c) == 745
    assert abs(f.cross_entropy(f.softmax(Z), c) - 745) > 0.5
    np.testing.assert_array_equal(f.softmax_cross_entropy_vjp(np.ones(1), Z, c), [[1, -1]])


def test_a_masked_class_has_probability_zero_and_gradient_zero():
    Z = np.array([[np.log(3), -np.inf, 0.0], [-np.inf, 2.0, -np.inf]])
    Q = f.softmax(Z)
    np.testing.assert_allclose(Q, [[3 / 4, 0, 1 / 4], [0, 1, 0]], rtol=1e-15)
    assert Q[0, 1] == 0
    c, one = np.array([2, 1]), np.ones(2)
    np.testing.assert_allclose(f.softmax_cross_entropy(Z, c), [np.log(4), 0], rtol=1e-15)
    np.testing.assert_allclose(f.softmax_cross_entropy_vjp(one, Z, c), [[3 / 4, 0, -3 / 4], [0, 0, 0]], rtol=1e-15)
    np.testing.assert_array_equal(f.softmax_vjp(np.arange(6.0).reshape(2, 3), Q)[:, 1], [0, 0])
    Y = np.array([[1 / 2, 0, 1 / 2], [0, 1, 0]])
    np.testing.assert_allclose(f.softmax_soft_cross_entropy(Z, Y), [np.log(4) - np.log(3) / 2, 0], rtol=1e-15)
    np.testing.assert_allclose(f.softmax_soft_cross_entropy_vjp(one, Z, Y), [[1 / 4, 0, -1 / 4], [0, 0, 0]], rtol=1e-15)


def test_a_masked_label_costs_infinity():
    Z = np.array([[0.0, -np.inf, 0.0]])
    assert f.softmax_cross_entropy(Z, np.array([1])) == np.inf
    assert f.softmax_soft_cross_entropy(Z, np.array([[0.9, 0.1, 0.0]])) == np.inf
    np.testing.assert_array_equal(f.softmax_cross_entropy_vjp(np.ones(1), Z, np.array([1])), [[0.5, -1, 0.5]])


def test_the_sigmoid_overflows_nowhere():
    z = np.array([-np.inf, -1000.0, -745.0, -1e-300, 0.0, 745.0, 1000.0, np.inf])
    np.testing.assert_array_equal(f.sigmoid(z), [0, 0, 5e-324, 0.5, 0.5, 1, 1, 1])
    np.testing.assert_array_equal(f.sigmoid_vjp(np.ones(8), z), [0, 0, 5e-324, 0.25, 0.25, 5e-324, 0, 0])


@pytest.mark.parametrize("z", [40.0, -40.0, 36.8, 100.0, 700.0, -700.0])
def test_the_derivative_of_the_sigmoid_keeps_all_its_digits(z):
    exact = paper.CONTEXT.mpf(z)
    exact = float(paper.exp(-exact) / (1 + paper.exp(-exact)) ** 2)
    np.testing.assert_allclose(f.sigmoid_vjp(np.ones(1), np.array([z])), exact, rtol=4e-16)


def test_single_precision_has_the_same_traps_at_smaller_numbers():
    Z = np.array([[1e38, -1e38, 0.0], [0.0, -104.0, -np.inf]], dtype=np.float32)
    np.testing.assert_array_equal(f.softmax(Z), [[1, 0, 0], [1, 0, 0]])
    np.testing.assert_array_equal(f.softmax_cross_entropy(Z, np.array([1, 1])), np.float32([2e38, 104]))
    np.testing.assert_array_equal(f.sigmoid(np.float32([-1000, 1000])), [0, 1])
    np.testing.assert_allclose(f.sigmoid_vjp(np.ones(1, np.float32), np.float32([40])), np.exp(-40), rtol=3e-7)


# The cross-entropy looks at one probability of a sample alone; that layer does more.
@pytest.mark.parametrize("name", [name for name in PAIRS if name != "cross_entropy"])
def test_a_nan_comes_out_of_its_sample_as_a_nan(name):
    pair = PAIRS[name]
    first = pair.arguments[0].copy()
    first[(0,) * first.ndim] = np.nan
    arguments = (first, *pair.arguments[1:])
    out = np.asarray(pair.f(*arguments))
    rows = out.reshape(n, -1) if out.ndim else out.reshape(1, 1)
    lost = np.isnan(rows).any(axis=1)
    assert lost[0] and not lost[1:].any()
    if pair.is_entry_by_entry:
        np.testing.assert_array_equal(np.isnan(out), np.isnan(first))
    elif out.ndim:
        assert np.isnan(rows[0]).all()


@pytest.mark.parametrize("name", [name for name, pair in PAIRS.items() if pair.letters[0] == "Z"])
def test_the_gradient_of_a_nan_is_a_nan(name):
    pair = PAIRS[name]
    first = pair.arguments[0].copy()
    first[0, 0] = np.nan
    arguments = (first, *pair.arguments[1:])
    (gradient,) = pair.gradients(arguments, np.ones_like(pair.f(*pair.arguments)))
    assert np.isnan(gradient[0, 0]) and not np.isnan(gradient[1:]).any()
    if "softmax" in name:
        assert np.isnan(gradient[0]).all()


@every_pair
def test_a_nan_from_the_right_is_passed_on_as_a_nan(name):
    pair = PAIRS[name]
    upstream = np.full_like(pair.f(*pair.arguments), np.nan)
    for gradient in pair.gradients(pair.arguments, upstream):
        assert np.isnan(gradient).any() if name == "cross_entropy" else np.isnan(gradient).all()


def test_the_loss_of_certainty_is_zero_without_a_sign():
    certain = f.cross_entropy(np.array([[1.0, 0.0]]), np.array([0]))
    assert certain == 0 and not np.signbit(certain).any()
