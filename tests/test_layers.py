"""The layers: what they remember, what they refuse, and that neither callers nor batches can spoil a gradient."""

import contextlib
import pickle
import threading

import numpy as np
import pytest

from nncore import functions as f
from nncore import symbolic
from nncore import validation as check
from nncore.layers import CrossEntropy, Dense, ReLU, Sigmoid, Softmax, SoftmaxCrossEntropy
from tests.mathematics import LAYERS, LETTERS, D, M, made, n

X, Z, P, Y, c = (LETTERS[letter] for letter in "XZPYc")
RNG = np.random.default_rng(11)
dZ, dL = RNG.standard_normal((n, M)), RNG.standard_normal(n)


def dense():
    return made(Dense)


def new(name):
    """A layer, what it is given forward, and what backward."""
    pair = LAYERS[name]
    return made(pair.layer), tuple(LETTERS[letter] for letter in pair.given), dL if pair.upstream == "dL" else dZ


every_layer = pytest.mark.parametrize("name", LAYERS)


def gradients_of(layer, upstream):
    """Everything that a backward pass delivers: the gradient that it passes on, and what the layer keeps."""
    return [layer.backward(upstream), *kept_gradients(layer)]


def kept_gradients(layer):
    return [getattr(layer, f"d{letter}") for letter in LAYERS[type(layer).__name__].learned]


def expected_gradients(layer, given, upstream):
    """What the function of a layer says, at what the layer is given and has learned."""
    pair = LAYERS[type(layer).__name__]
    return pair.gradients((*given, *(getattr(layer, letter) for letter in pair.learned)), upstream)


def assert_same(got, want):
    for a, b in zip(got, want, strict=True):
        np.testing.assert_array_equal(a, b)


# What they compute ----------------------------------------------------------------------------------------------------


@every_layer
def test_backward_is_the_function_at_what_forward_was_given(name):
    layer, given, upstream = new(name)
    layer.forward(*given)
    assert_same(gradients_of(layer, upstream), expected_gradients(layer, given, upstream))
    assert_same(gradients_of(layer, upstream), expected_gradients(layer, given, upstream))  # the same when asked again


@every_layer
def test_forward_is_the_function(name):
    layer, given, _ = new(name)
    learned = (getattr(layer, letter) for letter in LAYERS[name].learned)
    np.testing.assert_array_equal(layer.forward(*given), LAYERS[name].f(*given, *learned))


def test_a_dense_layer_starts_with_weights_of_standard_deviation_sqrt_2_over_D_and_biases_of_zero():
    layer = Dense(200, 500, np.random.default_rng(0))
    assert layer.W.std() == pytest.approx(np.sqrt(2 / 200), rel=0.01)
    assert abs(layer.W.mean()) < 0.001
    np.testing.assert_array_equal(layer.b, np.zeros((1, 500)))
    assert Dense(200, 500, np.random.default_rng(0), scale=3).W.std() == pytest.approx(3, rel=0.01)


def test_the_weights_follow_from_the_generator_that_is_passed_in():
    one, same, other = (Dense(D, M, np.random.default_rng(seed)).W for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.any(one == other)
    rng = np.random.default_rng(1)
    assert not np.any(Dense(D, M, rng).W == Dense(D, M, rng).W)


# What is remembered ---------------------------------------------------------------------------------------------------


@every_layer
def test_a_caller_who_overwrites_the_input_after_forward_does_not_change_the_gradient(name):
    layer, given, upstream = new(name)
    copies = [array.copy() for array in given]
    layer.forward(*copies)
    for array in copies:
        array[...] = 1
    assert_same(gradients_of(layer, upstream), expected_gradients(layer, given, upstream))


@every_layer
def test_a_caller_who_overwrites_the_output_does_not_change_the_gradient(name):
    layer, given, upstream = new(name)
    layer.forward(*given)[...] = 7
    gradients_of(layer, upstream)[0][...] = 7
    assert_same(gradients_of(layer, upstream), expected_gradients(layer, given, upstream))


@every_layer
def test_an_array_that_was_returned_is_never_written_to_again(name):
    layer, given, upstream = new(name)
    returned = [layer.forward(*given), *gradients_of(layer, upstream)]
    before = [array.copy() for array in returned]
    # another batch of the same size, so that a buffer would be used again
    layer.forward(given[0][::-1].copy(), *given[1:])
    gradients_of(layer, 2 * upstream)
    assert_same(returned, before)


@every_layer
def test_what_forward_and_backward_are_given_is_not_modified(name):
    layer, *before = new(name)
    given, upstream = [array.copy() for array in before[0]], before[1].copy()
    for array in (*given, upstream):
        array.flags.writeable = False
    layer.forward(*given)
    layer.backward(upstream)
    assert_same([*given, upstream], [*before[0], before[1]])


@every_layer
def test_a_batch_of_another_size_follows(name):
    layer, given, upstream = new(name)
    layer.forward(*given)
    fewer = [array[:3] for array in given]
    layer.forward(*fewer)
    assert_same(gradients_of(layer, upstream[:3]), expected_gradients(layer, fewer, upstream[:3]))


@every_layer
def test_within_a_network_in_training_a_layer_computes_the_same_and_copies_nothing(name):
    layer, given, upstream = new(name)
    fresh = made(LAYERS[name].layer)
    with check.trusted():
        got = [layer.forward(*given), *gradients_of(layer, upstream)]
    assert_same(got, [fresh.forward(*given), *gradients_of(fresh, upstream)])
    assert any(np.shares_memory(kept, array) for kept in vars(layer).values() for array in (*given, got[0]))
    first = given[0].copy()
    layer.forward(first, *given[1:])
    assert not any(np.shares_memory(kept, first) for kept in vars(layer).values() if isinstance(kept, np.ndarray))


def test_trust_ends_with_its_block():
    for error in (None, ArithmeticError):
        with contextlib.suppress(ArithmeticError), check.trusted():
            assert check.kept(X) is X and check.floats("X", "no array", (7,)) == "no array"
            if error:
                raise error
        assert check.kept(X) is not X
        with pytest.raises(TypeError):
            check.floats("X", "no array", ())
    seen = []
    with check.trusted():
        thread = threading.Thread(target=lambda: seen.append(check.kept(X) is X))
        thread.start()
        thread.join()
    assert seen == [False]  # other threads go on checking


@pytest.mark.parametrize("name", [name for name, pair in LAYERS.items() if not pair.learned])
def test_a_batch_of_another_shape_with_as_many_numbers_follows(name):
    layer, (first, *rest), upstream = new(name)
    fresh = made(LAYERS[name].layer)
    layer.forward(first, *rest)
    labels = np.array([0, 1, 0, 1, 0, 1])
    wide = [np.full((6, 2), 1 / 2), *(labels if array is c else np.full((6, 2), 1 / 2) for array in rest)]
    other = np.ones((6, 2)) if upstream.ndim == 2 else np.ones(6)
    results = [(each.forward(*wide), each.backward(other)) for each in (layer, fresh)]
    assert_same(*results)


# In training ----------------------------------------------------------------------------------------------------------

NEW_WEIGHTS = {"another dtype": (np.float32, (D, M)), "another shape of as many numbers": (np.float64, (M, D))}


@pytest.mark.parametrize(("dtype", "shape"), NEW_WEIGHTS.values(), ids=NEW_WEIGHTS)
def test_a_dense_layer_whose_weights_are_replaced_is_trained_as_a_new_one(dtype, shape):
    layer, fresh = dense(), dense()
    results = []
    with check.trusted():
        layer.forward(X)
        layer.backward(dZ)
        for each in (layer, fresh):
            each.W, each.b = dense().W.reshape(shape).astype(dtype), np.ones((1, shape[1]), dtype)
            batch, upstream = (np.ones((n, size), dtype) for size in shape)
            results.append([each.forward(batch), *gradients_of(each, upstream)])
    assert_same(*results)
    assert {array.dtype for array in results[0]} == {np.dtype(dtype)}


def test_a_dense_layer_that_passes_nothing_on_learns_the_same():
    layer, fresh = dense(), dense()
    layer.passes_on = False
    for each in (layer, fresh):
        each.forward(X)
    assert layer.backward(dZ).shape == (n, 0) and fresh.backward(dZ).shape == (n, D)
    assert_same(kept_gradients(layer), kept_gradients(fresh))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_starts_from_exact_probabilities_whatever_the_size_of_the_logits(dtype):
    huge = np.finfo(dtype).max
    logits = [[huge, -huge, 0], [-huge, -huge, -huge], [0, np.log(3), -np.inf], [1e10, -1e10, 1e10]]
    loss = SoftmaxCrossEntropy()
    with check.trusted():
        loss.remember(np.array(logits, dtype=dtype), c)
        gradient = loss.backward(np.full(n, 1 / n, dtype))
    P = np.array([[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [1 / 4, 3 / 4, 0], [1 / 2, 0, 1 / 2]])
    np.testing.assert_allclose(gradient, (P - np.eye(M)[c]) / n, rtol=4 * np.finfo(dtype).eps)


# Dtypes and forms of input --------------------------------------------------------------------------------------------


def as_dtype(arrays, dtype):
    return [array if array.dtype.kind == "i" else array.astype(dtype) for array in arrays]


@every_layer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_float_stays_the_float_it_is(name, dtype):
    layer, given, upstream = new(name)
    if LAYERS[name].learned:
        layer = made(type(layer), dtype=dtype)
    results = [layer.forward(*as_dtype(given, dtype)), *gradients_of(layer, upstream.astype(dtype))]
    assert {result.dtype for result in results} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", [int, np.int8, np.uint16, bool])
def test_integers_are_cast_to_float64(dtype):
    whole = np.array([[1, 0], [1, 1], [0, 1], [0, 0]], dtype=dtype)
    for layer in (made(pair.layer) for pair in LAYERS.values() if len(pair.given) == 1):
        Z = layer.forward(whole)
        assert Z.dtype == np.float64
        np.testing.assert_array_equal(Z, layer.forward(whole.astype(float)))
        assert layer.backward(np.ones(Z.shape, dtype=dtype)).dtype == np.float64
    loss = SoftmaxCrossEntropy()
    assert loss.forward(whole, [0, 1, 0, 1]).dtype == np.float64
    assert loss.backward(np.ones(4, dtype=dtype)).dtype == np.float64


def test_small_integers_do_not_wrap_around():
    np.testing.assert_array_equal(Sigmoid().forward(np.array([[-128]], dtype=np.int8)), f.sigmoid(np.array([[-128.0]])))
    np.testing.assert_array_equal(ReLU().forward(np.array([[200]], dtype=np.uint8)), [[200.0]])


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8, np.uint64])
def test_class_numbers_may_be_integers_of_any_kind(dtype):
    layer = SoftmaxCrossEntropy()
    np.testing.assert_array_equal(layer.forward(Z, c.astype(dtype)), f.softmax_cross_entropy(Z, c))
    np.testing.assert_array_equal(layer.backward(dL), f.softmax_cross_entropy_vjp(dL, Z, c))


def test_lists_are_arrays():
    np.testing.assert_array_equal(dense().forward(X.tolist()), dense().forward(X))
    np.testing.assert_array_equal(CrossEntropy().forward(P.tolist(), c.tolist()), f.cross_entropy(P, c))


def test_certain_and_masked_classes_pass_without_a_warning():
    layer = CrossEntropy()
    certain = np.array([[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(layer.forward(certain, [0, 0]), [0, np.inf])
    np.testing.assert_array_equal(layer.backward([1.0, 1.0]), [[-1, 0], [-np.inf, 0]])
    fused = SoftmaxCrossEntropy()
    np.testing.assert_array_equal(fused.forward([[0, -np.inf], [0, -np.inf]], [0, 1]), [0, np.inf])
    np.testing.assert_array_equal(fused.backward([1, 1]), [[0, 0], [1, -1]])


def test_nothing_times_infinity_is_no_number_and_no_warning():
    layer = CrossEntropy()
    layer.forward([[0.0, 1.0]], [0])
    gradient = layer.backward([0.0])
    assert np.isnan(gradient[0, 0]) and gradient[0, 1] == 0


@every_layer
@pytest.mark.parametrize("column", [0, 1])
def test_a_nan_in_a_sample_comes_out_of_it_as_a_nan(name, column):
    layer, given, _ = new(name)
    first = given[0].copy()
    first[1, column] = np.nan
    out = layer.forward(first, *given[1:])
    lost = np.isnan(out).reshape(n, -1).any(axis=1)
    np.testing.assert_array_equal(lost, [False, True, False, False])


# What is refused ------------------------------------------------------------------------------------------------------

cube = np.zeros((n, 2, 2))
infinite = np.where(np.arange(n * M).reshape(n, M) == 5, np.inf, Z)
masked = np.where(np.arange(n)[:, None] == 2, -np.inf, Z)


def bad_matrices(letter, A, columns):
    """What no layer takes for a matrix of numbers: (what is wrong, argument, error, message)."""
    size = f"any, {columns}"
    return [
        ("one dimension", A[0], ValueError, rf"{letter} must have shape \({size}\), got \({A.shape[1]},\)"),
        ("three dimensions", cube, ValueError, rf"{letter} must have shape \({size}\), got \(4, 2, 2\)"),
        ("a number", 3.0, ValueError, rf"{letter} must have shape \({size}\), got \(\)"),
        ("no sample", A[:0], ValueError, rf"{letter} must have at least one entry, got shape \(0, {A.shape[1]}\)"),
        ("complex", A * 1j, TypeError, rf"{letter} must hold float32, float64 or integer .* dtype complex128"),
        ("objects", A.astype(object), TypeError, rf"{letter} must hold .* got dtype object"),
        ("text", [["a", "b", "c"]], TypeError, rf"{letter} must hold .* got dtype <U1"),
        ("half precision", A.astype(np.float16), TypeError, rf"{letter} must hold .* got dtype float16"),
        ("None", None, TypeError, rf"{letter} must hold .* got dtype object"),
        ("ragged rows", [[1.0, 2.0, 3.0], [1.0]], ValueError, rf"{letter} must be a rectangular array"),
    ]


def bad_class_numbers(wanted=r"c must hold 4 class numbers from 0 to 2, one for each sample"):
    return [
        ("negative", [2, 0, -1, 2], ValueError, rf"{wanted}; entry 2 is -1"),
        ("too large", [2, 3, 1, 2], ValueError, rf"{wanted}; entry 1 is 3"),
        ("floats", c.astype(float), TypeError, rf"{wanted}; got dtype float64"),
        ("booleans", c > 0, TypeError, rf"{wanted}; got dtype bool"),
        ("objects", c.astype(object), TypeError, rf"{wanted}; got dtype object"),
        ("text", ["0", "1", "2", "0"], TypeError, rf"{wanted}; got dtype <U1"),
        ("a column", c[:, None], ValueError, rf"{wanted}, in an array of shape \(4,\); got shape \(4, 1\)"),
        ("a row", c[None, :], ValueError, rf"{wanted}, in an array of shape \(4,\); got shape \(1, 4\)"),
        ("too few", c[:3], ValueError, rf"{wanted}, in an array of shape \(4,\); got shape \(3,\)"),
        ("too many", [*c, 0], ValueError, rf"{wanted}, in an array of shape \(4,\); got shape \(5,\)"),
        ("none", [], ValueError, rf"{wanted}, in an array of shape \(4,\); got shape \(0,\)"),
        ("one for all", 1, ValueError, rf"{wanted}, in an array of shape \(4,\); got shape \(\)"),
        ("one-hot rows", np.eye(M, dtype=int)[c], ValueError, rf"{wanted}; got .* shape \(4, 3\): for one-hot rows"),
        ("ragged", [[1], [1, 2], [0], [0]], ValueError, "c must be a rectangular array"),
    ]


def bad_probabilities(letter, A):
    wanted = rf"{letter} must have rows of probabilities \(entries from 0 to 1 that sum to 1\)"
    negative, off = A.copy(), A.copy()
    negative[1] = [-0.25, 0.5, 0.75]
    off[3] = [0.5, 0.5, 0.5]
    return [
        ("class numbers", c, ValueError, rf"{letter} must hold a row of probabilities .* got shape \(4,\)"),
        ("a negative entry", negative, ValueError, rf"{wanted}, row 1 is \[-0.25, 0.5, 0.75\] with sum 1"),
        ("a sum that is not 1", off, ValueError, rf"{wanted}, row 3 is \[0.5, 0.5, 0.5\] with sum 1.5"),
        ("complex", A * 1j, TypeError, rf"{letter} must hold .* dtype complex128"),
    ]


BAD_FORWARD = [
    *(("Dense", what, (bad,), *rest) for what, bad, *rest in bad_matrices("X", X, D)),
    ("Dense", "another number of features", (Z,), ValueError, r"X must have shape \(any, 2\), got \(4, 3\)"),
    *(
        (name, what, (bad,), *rest)
        for name, pair in LAYERS.items()
        if pair.given == ("Z",)
        for what, bad, *rest in bad_matrices("Z", Z, "any")
    ),
    ("Softmax", "an infinite logit", (infinite,), ValueError, r"Z must have a largest finite logit .* row 1 .* \+inf"),
    ("Softmax", "nothing unmasked", (masked,), ValueError, r"Z must have a largest finite .* row 2 .* masked"),
    *(("SoftmaxCrossEntropy", what, (bad, c), *rest) for what, bad, *rest in bad_matrices("Z", Z, "any")),
    ("SoftmaxCrossEntropy", "an infinite logit", (infinite, c), ValueError, r"Z must have .* row 1 .* \+inf"),
    ("SoftmaxCrossEntropy", "nothing unmasked", (masked, c), ValueError, r"Z must have .* row 2 .* masked"),
    *(
        (name, f"labels: {what}", (first, bad), *rest)
        for name, first in (("SoftmaxCrossEntropy", Z), ("CrossEntropy", P))
        for what, bad, *rest in bad_class_numbers()
    ),
    *(("CrossEntropy", what, (bad, c), *rest) for what, bad, *rest in bad_probabilities("P", P)),
    ("CrossEntropy", "three dimensions", (cube, c), ValueError, r"P must have shape \(any, any\), got \(4, 2, 2\)"),
    ("CrossEntropy", "no sample", (P[:0], c[:0]), ValueError, r"P must have at least one entry, got shape \(0, 3\)"),
    *(("SoftTargetCrossEntropy", what, (Z, bad), *rest) for what, bad, *rest in bad_probabilities("Y", Y)),
    ("SoftTargetCrossEntropy", "too few rows", (Z, Y[:3]), ValueError, r"Y must have shape \(4, 3\), got \(3, 3\)"),
    ("SoftTargetCrossEntropy", "a column", (Z, c[:, None]), ValueError, r"Y must have shape \(4, 3\), got \(4, 1\)"),
    *(("SoftTargetCrossEntropy", what, (bad, Y), *rest) for what, bad, *rest in bad_matrices("Z", Z, "any")),
]


@pytest.mark.parametrize(
    ("name", "what", "bad", "error", "message"), BAD_FORWARD, ids=[f"{name}-{what}" for name, what, *_ in BAD_FORWARD]
)
def test_bad_input_gets_one_clear_error_and_changes_nothing(name, what, bad, error, message):
    layer, given, upstream = new(name)
    layer.forward(*given)
    gradients_of(layer, upstream)
    learned = [getattr(layer, letter) for letter in LAYERS[name].learned]
    before = [array.copy() for array in (*learned, *kept_gradients(layer))]
    with pytest.raises(error, match=rf"\A{message}"):
        layer.forward(*bad)
    assert_same([*learned, *kept_gradients(layer)], before)
    assert_same(gradients_of(layer, upstream), expected_gradients(layer, given, upstream))


@every_layer
def test_bad_input_does_not_count_as_a_forward_pass(name):
    layer, _, upstream = new(name)
    _, _, bad, error, message = next(case for case in BAD_FORWARD if case[0] == name)
    with pytest.raises(error, match=message):
        layer.forward(*bad)
    with pytest.raises(RuntimeError, match=f"{name}.backward was called before forward"):
        layer.backward(upstream)


@every_layer
def test_backward_before_forward_is_refused(name):
    layer, _, upstream = new(name)
    with pytest.raises(RuntimeError, match=rf"\A{name}.backward was called before forward"):
        layer.backward(upstream)


@every_layer
def test_an_upstream_gradient_of_another_shape_or_dtype_is_refused_and_changes_nothing(name):
    layer, given, upstream = new(name)
    letter = LAYERS[name].upstream
    layer.forward(*given)
    gradients_of(layer, upstream)
    kept = kept_gradients(layer)
    shape = r"\(4, 3\)" if upstream.ndim == 2 else r"\(4,\)"
    for bad in (upstream[:3], upstream[..., None], upstream[0], upstream.sum(), np.zeros(0), upstream.T[:2]):
        if np.shape(bad) != upstream.shape:
            with pytest.raises(ValueError, match=rf"\A{letter} must have shape {shape}, got \("):
                layer.backward(bad)
    for bad in (upstream * 1j, upstream.astype(object), None):
        with pytest.raises(TypeError, match=rf"\A{letter} must hold float32, float64 or integer numbers, got dtype"):
            layer.backward(bad)
    assert all(now is before for now, before in zip(kept_gradients(layer), kept, strict=True))
    assert_same(gradients_of(layer, upstream), expected_gradients(layer, given, upstream))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 3), ValueError, "D must be at least 1, got 0"),
        ((2, -1), ValueError, "M must be at least 1, got -1"),
        ((2.0, 3), TypeError, "D must be an integer, got 2.0"),
        ((True, 3), TypeError, "D must be an integer, got True"),
        ((2, "3"), TypeError, "M must be an integer, got '3'"),
    ],
)
def test_a_dense_layer_of_no_size_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Dense(*arguments, np.random.default_rng(0))


@pytest.mark.parametrize("rng", [None, 0, np.random, np.random.RandomState(0)])
def test_weights_are_drawn_from_a_generator_only(rng):
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator such as"):
        Dense(D, M, rng)


@pytest.mark.parametrize(
    ("option", "error", "message"),
    [
        ({"scale": 0}, ValueError, "scale must be a positive finite number, got 0.0"),
        ({"scale": np.inf}, ValueError, "scale must be a positive finite number, got inf"),
        ({"scale": "1"}, TypeError, "scale must be a real number, got '1'"),
        ({"dtype": np.float16}, TypeError, "dtype must be numpy.float32 or numpy.float64, got"),
        ({"dtype": np.longdouble}, TypeError, "dtype must be numpy.float32 or numpy.float64, got"),
        ({"dtype": int}, TypeError, "dtype must be numpy.float32 or numpy.float64, got"),
    ],
)
def test_a_dense_layer_with_options_that_make_no_sense_is_refused(option, error, message):
    with pytest.raises(error, match=message):
        Dense(D, M, np.random.default_rng(0), **option)


@pytest.mark.parametrize("dtype", [int, np.uint8, bool, None])
def test_weights_that_are_assigned_become_floats(dtype):
    layer, fresh = dense(), dense()
    W, b = [[1, 0, 1], [0, 1, 1]], [[1, 0, 0]]
    layer.W, layer.b = (W, b) if dtype is None else (np.array(W, dtype), np.array(b, dtype))
    fresh.W[...], fresh.b[...] = W, b
    assert layer.W.dtype == layer.b.dtype == np.float64
    assert_same([layer.forward(X)], [fresh.forward(X)])


@pytest.mark.parametrize(
    ("letter", "bad", "error", "message"),
    [
        ("W", [1.0, 2.0], ValueError, r"W must have shape \(any, any\), got \(2,\)"),
        ("W", "He", TypeError, r"W must hold float32, float64 or integer numbers, got dtype <U2"),
        ("W", [[1.0, 2.0], [1.0]], ValueError, "W must be a rectangular array"),
        ("b", [0.0, 0.0, 0.0], ValueError, r"b must have shape \(1, 3\), got \(3,\)"),
        ("b", 0.0, ValueError, r"b must have shape \(1, 3\), got \(\)"),
        ("b", [[0.0]], ValueError, r"b must have shape \(1, 3\), got \(1, 1\)"),
        ("b", None, TypeError, "b must hold float32, float64 or integer numbers, got dtype object"),
    ],
)
def test_weights_that_are_none_are_refused_and_change_nothing(letter, bad, error, message):
    layer = dense()
    before = layer.forward(X)
    with pytest.raises(error, match=rf"\A{message}"):
        setattr(layer, letter, bad)
    assert_same([layer.forward(X)], [before])


@every_layer
def test_a_pickled_layer_does_not_carry_what_it_was_given(name):
    layer, given, upstream = new(name)
    many = [np.concatenate([array] * 100) for array in (*given, upstream)]
    fresh = len(pickle.dumps(layer))
    layer.forward(*many[:-1])
    layer.backward(many[-1])
    assert len(pickle.dumps(layer)) < fresh + 100
    with pytest.raises(RuntimeError, match="was called before forward"):
        pickle.loads(pickle.dumps(layer)).backward(many[-1])


# Layers on symbols ----------------------------------------------------------------------------------------------------


def test_layers_run_on_symbols_too():
    z, g = symbolic.symbols("z", n, M), symbolic.symbols("g", n, M)
    layer = Softmax()
    layer.forward(z)
    assert layer.backward(g).matrix() == f.softmax_vjp(g, f.softmax(z)).matrix()
    loss, p, dL = CrossEntropy(), symbolic.symbols("p", n, M), symbolic.symbols("h", n)
    assert loss.forward(p, c).matrix() == f.cross_entropy(p, c).matrix()
    assert loss.backward(dL).matrix() == f.cross_entropy_vjp(dL, p, c).matrix()
    fused = SoftmaxCrossEntropy()
    assert fused.forward(z, c).matrix() == f.softmax_cross_entropy(z, c).matrix()
    assert fused.backward(dL).matrix() == f.softmax_cross_entropy_vjp(dL, z, c).matrix()


class Table:
    """What a data frame of numbers is to NumPy: an array that it hands out, and keeps."""

    def __init__(self, values):
        self.values = np.array(values, dtype=float)

    def __array__(self, dtype=None, copy=None):
        return self.values


@pytest.mark.parametrize("name", ["W", "b"])
def test_weights_that_cannot_be_changed_in_place_or_belong_to_a_table_are_copied(name):
    layer = Dense(1, 2, np.random.default_rng(0))
    fixed = np.array([[1.0, 2.0]])
    fixed.flags.writeable = False
    table = Table([[3.0, 4.0]])
    for given, values in ((fixed, fixed), (table, table.values)):
        setattr(layer, name, given)
        before = np.array(given, copy=True)
        getattr(layer, name)[...] += 1
        np.testing.assert_array_equal(given, before)
        np.testing.assert_array_equal(getattr(layer, name), before + 1)
        assert not np.shares_memory(values, getattr(layer, name))
    own = np.array([[7.0, 8.0]])
    setattr(layer, name, own)
    assert getattr(layer, name) is own


@pytest.mark.parametrize(("value", "said"), [(np.nan, "a NaN"), (np.inf, "an infinite number")])
def test_weights_that_are_no_numbers_are_refused_and_the_old_ones_stay(value, said):
    layer = Dense(2, 2, np.random.default_rng(0))
    W, b = layer.W, layer.b
    with pytest.raises(ValueError, match=rf"\AW must hold finite numbers, row 1 holds {said}\Z"):
        layer.W = [[0, 1], [value, 2]]
    with pytest.raises(ValueError, match=rf"\Ab must hold finite numbers, row 0 holds {said}\Z"):
        layer.b = [[value, 2]]
    assert layer.W is W and layer.b is b


def test_layers_are_written_as_they_are_made():
    rng = np.random.default_rng(0)
    layers = [Dense(2, 3, rng), ReLU(), Sigmoid(), Softmax(), CrossEntropy(), SoftmaxCrossEntropy()]
    assert repr(layers) == "[Dense(2, 3), ReLU(), Sigmoid(), Softmax(), CrossEntropy(), SoftmaxCrossEntropy()]"
