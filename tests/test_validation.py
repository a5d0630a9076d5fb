"""The checks of input, one by one: what passes unchanged, what is converted, and what every message says."""

import re

import numpy as np
import pytest
import scipy.sparse

from nncore import symbolic
from nncore import validation as check


def message(words):
    return rf"\A{re.escape(words)}"


# Arrays ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_of_the_right_shape_pass_as_they_are(dtype):
    A = np.array([[1.5, np.nan], [-np.inf, 0.0]], dtype=dtype)
    assert check.floats("A", A, (None, 2)) is A


def test_integers_and_booleans_become_float64_in_a_new_array():
    for A in (np.array([[3, -1]]), np.array([[True, False]]), [[3, 4]], np.array([[7]], dtype=np.uint8)):
        B = check.floats("A", A, (None, None))
        assert B.dtype == np.float64 and not np.shares_memory(A, B)
        np.testing.assert_array_equal(A, B)


@pytest.mark.parametrize("shape", [(2, 3), (None, 3), (2, None), (None, None)])
def test_a_size_of_none_may_be_any(shape):
    assert check.floats("A", np.ones((2, 3)), shape).shape == (2, 3)


@pytest.mark.parametrize(
    ("A", "shape", "words"),
    [
        (np.ones((2, 3)), (None, 2), "A must have shape (any, 2), got (2, 3)"),
        (np.ones((2, 3)), (3, 3), "A must have shape (3, 3), got (2, 3)"),
        (np.ones(3), (None, 3), "A must have shape (any, 3), got (3,)"),
        (np.ones((1, 3)), (3,), "A must have shape (3,), got (1, 3)"),
        (np.float64(1), (None,), "A must have shape (any,), got ()"),
        (np.ones((0, 3)), (None, 3), "A must have at least one entry, got shape (0, 3)"),
        (np.ones((3, 0)), (3, None), "A must have at least one entry, got shape (3, 0)"),
        ([[1.0], [1.0, 2.0]], (None, None), "A must be a rectangular array, got rows of different lengths"),
    ],
)
def test_an_array_of_another_shape_is_refused(A, shape, words):
    with pytest.raises(ValueError, match=message(words)):
        check.floats("A", A, shape)


@pytest.mark.parametrize(
    "A",
    [
        np.ones((1, 1), dtype=complex),
        np.ones((1, 1), dtype=object),
        np.array([["1"]]),
        np.ones((1, 1), dtype=np.float16),
        np.ones((1, 1), dtype=np.longdouble),
        np.array([[np.datetime64("2026-01-01")]]),
        {"a": 1},
        [[2**70]],
    ],
)
def test_an_array_of_another_dtype_is_refused(A):
    words = f"A must hold float32, float64 or integer numbers, got dtype {np.asarray(A).dtype}"
    with pytest.raises(TypeError, match=message(words)):
        check.floats("A", A, (1, 1))


class Frame(dict):
    """What a data frame is to NumPy: named columns, and an array of objects if they are of several kinds."""

    @property
    def columns(self):
        return list(self)

    def __array__(self, dtype=None, copy=None):
        return np.array([list(row) for row in zip(*self.values(), strict=True)], dtype=dtype or object)


@pytest.mark.parametrize(
    ("A", "words"),
    [
        (scipy.sparse.csr_matrix(np.eye(2)), ": a csr_matrix is sparse, X.toarray() makes an array of it"),
        (scipy.sparse.coo_array(np.eye(2)), ": a coo_array is sparse, X.toarray() makes an array of it"),
        (Frame(a=[1.0, 2.0], name=["x", "y"]), ": column 'name' of this Frame holds no numbers"),
        (Frame(a=[1.0, 2.0], b=[1.0, None], c=["z", 2]), ": column 'c' of this Frame holds no numbers"),
        (Frame(a=[1.0, 2.0], b=[True, False]), ": X.astype(float) makes numbers of this Frame"),
        (Frame(a=[1.0], day=np.array(["2026-11-28"], "M8[D]")), ": column 'day' of this Frame holds no numbers"),
        ({"a": 1}, ": this is a dict"),
        (None, ": this is a NoneType"),
        (np.ones((2, 2), dtype=object), ": np.asarray(X, dtype=float) makes numbers of them"),
        ([[1.0, None], [2, 3]], ": entry (0, 1) is None, which is no number"),
    ],
)
def test_what_is_often_handed_over_in_place_of_an_array_is_told_apart(A, words):
    with pytest.raises(
        TypeError, match=message("X must hold float32, float64 or integer") + rf".*object{re.escape(words)}\Z"
    ):
        check.floats("X", A, (None, None))


@pytest.mark.parametrize(
    ("A", "said"),
    [
        ([["1", "2"]], "np.asarray(X, dtype=float) makes numbers of them"),
        (np.array([["1", "red"]]), "entry (0, 1) is 'red', which is no number"),
    ],
)
def test_of_text_it_is_said_which_entry_is_no_number(A, said):
    with pytest.raises(TypeError, match=re.escape(f"got dtype <U{1 if said[0] == 'n' else 3}: {said}")):
        check.floats("X", A, (None, None))


def test_masked_entries_are_refused_and_a_mask_of_nothing_passes():
    A = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]])
    with pytest.raises(ValueError, match=message("X must have a number in every entry, got an array with masked ones")):
        check.floats("X", A, (None, 2))
    with pytest.raises(ValueError, match=message("c must have a number in every entry, got an array with masked ones")):
        check.class_numbers("c", np.ma.array([0, 1], mask=[True, False]), 2, 2)
    with pytest.raises(ValueError, match=message("P must have a number in every entry, got an array with masked ones")):
        check.probabilities("P", A / 3, (None, 2))
    np.testing.assert_array_equal(check.floats("X", np.ma.array([[1.0]]), (1, 1)), [[1.0]])


LARGEST = np.finfo(np.float64).max


@pytest.mark.parametrize("X", [
    np.ones((3, 2)), np.full((3, 2), LARGEST), [[LARGEST, -LARGEST]], np.zeros((1, 1), np.float32),
])  # fmt: skip
def test_finite_numbers_of_any_size_pass_without_a_warning(X):
    X = np.array(X)
    assert check.finite("X", X) is X


@pytest.mark.parametrize(
    ("value", "problem"), [(np.nan, "a NaN"), (np.inf, "an infinite number"), (-np.inf, "an infinite number")]
)
@pytest.mark.parametrize("row", [0, 4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_first_row_that_is_not_finite_is_named(value, problem, row, dtype):
    X = np.ones((5, 3), dtype)
    X[row, 1] = X[4, 0] = value
    with pytest.raises(ValueError, match=message(f"X must hold finite numbers, row {row} holds {problem}")):
        check.finite("X", X)


def test_infinities_that_cancel_are_noticed():
    with pytest.raises(ValueError, match="row 1 holds an infinite number"):
        check.finite("X", np.array([[1.0, 2.0], [np.inf, -np.inf]]))


def test_a_symbolic_array_is_checked_for_its_shape_alone():
    z = symbolic.symbols("z", 2, 3)
    assert check.floats("Z", z, (None, 3)) is z
    assert check.logits("Z", z, (None, None)) is z
    assert check.probabilities("P", z, (2, 3)) is z
    with pytest.raises(ValueError, match=message("Z must have shape (any, 2), got (2, 3)")):
        check.floats("Z", z, (None, 2))


def test_logits_may_mask_all_classes_but_one_and_may_hold_a_nan():
    Z = np.array([[-np.inf, 0.0, -np.inf], [np.nan, -np.inf, -np.inf], [1e300, -1e300, 0.0]])
    assert check.logits("Z", Z, (None, None)) is Z


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([np.inf, 0.0], "Z must have a largest finite logit in every row, row 1 has an entry of +inf"),
        (
            [-np.inf, -np.inf],
            "Z must have a largest finite logit in every row, row 1 has every class masked (all -inf)",
        ),
    ],
)
def test_logits_without_a_largest_finite_one_are_refused(row, words):
    with pytest.raises(ValueError, match=message(words)):
        check.logits("Z", [[0.0, 1.0], row], (None, None))


def test_rows_of_probabilities_pass_with_the_rounding_that_float32_leaves():
    P = np.full((2, 3), 1 / 3, dtype=np.float32)
    assert check.probabilities("P", P, (None, None)) is P
    check.probabilities("P", [[0.25, 0.25, 0.5], [1, 0, 0], [0.3334, 0.3334, 0.3334]], (None, None))
    check.probabilities("P", [[0.5, 0.5009], [0.5, 0.4991], [1.0009, 0]], (None, None))
    check.probabilities("P", [[np.nan, 0.5, 0.5]], (None, None))


@pytest.mark.parametrize(
    "row",
    [
        [0.5, 0.6],
        [0.4, 0.4],
        [0.5, 0.502],
        [0.498, 0.5],
        [1.002, 0.0],
        [-0.1, 1.1],
        [1.1, -0.1],
        [np.inf, 0.0],
        [0.0, 0.0],
        [3.0, -2.0],
    ],
)
def test_rows_that_are_no_probabilities_are_refused(row):
    words = "P must have rows of probabilities (entries from 0 to 1 that sum to 1), row 1 is " + str(row)
    with pytest.raises(ValueError, match=message(words)):
        check.probabilities("P", [[0.5, 0.5], row], (None, None))


def test_class_numbers_in_place_of_probabilities_are_told_what_to_do():
    words = (
        "Y must hold a row of probabilities for each sample, got shape (3,): "
        "for class numbers take their one-hot rows, np.eye(M)[Y]"
    )
    with pytest.raises(ValueError, match=message(words)):
        check.probabilities("Y", [0, 1, 2], (3, 3))


def test_ragged_rows_of_probabilities_are_refused_by_name():
    with pytest.raises(ValueError, match=message("P must be a rectangular array, got rows of different lengths")):
        check.probabilities("P", [[0.5, 0.5], [1.0]], (None, None))


# Class numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("c", [[0, 2, 1], np.array([2, 2, 2], dtype=np.uint8), (0, 0, 0)])
def test_class_numbers_from_0_to_M_minus_1_pass(c):
    checked = check.class_numbers("c", c, 3, 3)
    assert checked.dtype.kind in "iu"
    np.testing.assert_array_equal(checked, c)


WANTED = "c must hold 3 class numbers from 0 to 1, one for each sample"


@pytest.mark.parametrize(
    ("c", "error", "words"),
    [
        ([0, -1, 1], ValueError, f"{WANTED}; entry 1 is -1"),
        ([0, 1, 2], ValueError, f"{WANTED}; entry 2 is 2"),
        (np.array([0, 255, 1], dtype=np.uint8), ValueError, f"{WANTED}; entry 1 is 255"),
        ([0.0, 1.0, 1.0], TypeError, f"{WANTED}; got dtype float64: c.astype(int) makes them integers"),
        ([True, False, True], TypeError, f"{WANTED}; got dtype bool: c.astype(int) makes them integers"),
        (
            ["no", "yes", "no"],
            TypeError,
            f"{WANTED}; got dtype <U3: np.unique(c, return_inverse=True) numbers classes that have names",
        ),
        (
            [0.5, 1.0, 2.0],
            TypeError,
            f"{WANTED}; got dtype float64: targets that are no classes need another cost, such as the squared error",
        ),
        (
            [[0.5], [np.nan], [2.0]],
            TypeError,
            f"{WANTED}; got a column of dtype float64, entry 1 is NaN",
        ),
        ([0, 1, np.nan], TypeError, f"{WANTED}; got dtype float64, entry 2 is NaN"),
        (
            [["a"], ["b"], ["a"]],
            TypeError,
            f"{WANTED}; got a column of dtype <U1: np.unique(np.ravel(c), return_inverse=True) numbers classes that",
        ),
        (
            np.array([[0.0], [1.0], [0.0]]),
            TypeError,
            f"{WANTED}; got a column of dtype float64: c.ravel().astype(int) makes them integers",
        ),
        ([0, 1], ValueError, f"{WANTED}, in an array of shape (3,); got shape (2,)"),
        (
            np.array([[0], [1], [1]]),
            ValueError,
            f"{WANTED}, in an array of shape (3,); got shape (3, 1): c.ravel() makes a row of this column",
        ),
        (
            [[0], [1], [1]],
            ValueError,
            f"{WANTED}, in an array of shape (3,); got shape (3, 1): np.ravel(c) makes a row of this column",
        ),
        (
            np.eye(3, 2),
            ValueError,
            f"{WANTED}; got an array of shape (3, 2): for one-hot rows take c.argmax(axis=1), "
            "for soft targets SoftTargetCrossEntropy",
        ),
    ],
)
def test_anything_else_is_refused(c, error, words):
    with pytest.raises(error, match=message(words)):
        check.class_numbers("c", c, 3, 2)


def test_two_classes_with_one_output_are_told_to_take_two():
    with pytest.raises(ValueError, match="entry 1 is 1; an output stands for one class, so two classes take two"):
        check.class_numbers("c", [0, 1, 1], 3, 1)


@pytest.mark.parametrize(("rows", "bad"), [
    ([[1, 0], [1, 1], [0, 1]], 1), ([[1, 0], [0, 1], [0, 0]], 2), ([[0.5, 0.6], [0, 1], [0, 1]], 0),
    ([[1.5, -0.5], [0, 1], [0, 1]], 0), ([[1, 0], [np.nan, 1], [0, 1]], 1), ([[True, True], [True, False]] * 2, 0),
])  # fmt: skip
def test_rows_of_several_classes_are_not_told_to_take_the_largest(rows, bad):
    words = f"SoftTargetCrossEntropy; row {bad} is neither: a sample has one class, not none or several"
    with pytest.raises(ValueError, match=re.escape(words)):
        check.class_numbers("c", rows, len(rows), 2)


@pytest.mark.parametrize("rows", [np.eye(2), [[0.25, 0.75], [1, 0]], np.eye(2, dtype=bool)])
def test_one_hot_rows_and_soft_targets_are(rows):
    with pytest.raises(ValueError, match=r"for one-hot rows take c\.argmax\(axis=1\), for .* SoftTargetCrossEntropy\Z"):
        check.class_numbers("c", rows, 2, 2)


# Numbers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.int64(2), 1e-300])
def test_a_positive_number_becomes_a_python_float(value):
    assert type(check.positive("lr", value)) is float and check.positive("lr", value) == value


@pytest.mark.parametrize("value", [0, -1, 0.0, np.nan, np.inf, -np.inf, np.float64("nan"), -1e-300])
def test_a_number_that_is_not_positive_and_finite_is_refused(value):
    with pytest.raises(ValueError, match=message(f"lr must be a positive finite number, got {float(value)!r}")):
        check.positive("lr", value)


@pytest.mark.parametrize("value", [0, 0.0, 0.9, np.float32(0.5), 1 - 1e-16])
def test_a_fraction_becomes_a_python_float(value):
    assert type(check.fraction("beta", value)) is float and check.fraction("beta", value) == value


@pytest.mark.parametrize("value", [1, 1.0, -0.1, np.nan, np.inf])
def test_a_number_that_is_no_fraction_is_refused(value):
    words = f"beta must be a number from 0 up to, not including, 1, got {float(value)!r}"
    with pytest.raises(ValueError, match=message(words)):
        check.fraction("beta", value)


@pytest.mark.parametrize("value", [True, False, np.True_, "0.1", None, 1j, [0.1], np.array([0.1])])
@pytest.mark.parametrize("number", [check.positive, check.fraction])
def test_what_is_no_real_number_is_refused(number, value):
    with pytest.raises(TypeError, match=message(f"lr must be a real number, got {value!r}")):
        number("lr", value)


@pytest.mark.parametrize("value", [1, 17, np.int64(3), np.uint8(200)])
def test_a_count_becomes_a_python_int(value):
    assert type(check.count("epochs", value)) is int and check.count("epochs", value) == value


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (0, ValueError, "epochs must be at least 1, got 0"),
        (-3, ValueError, "epochs must be at least 1, got -3"),
        (2.0, TypeError, "epochs must be an integer, got 2.0"),
        (True, TypeError, "epochs must be an integer, got True"),
        ("2", TypeError, "epochs must be an integer, got '2'"),
        (None, TypeError, "epochs must be an integer, got None"),
    ],
)
def test_what_counts_nothing_is_refused(value, error, words):
    with pytest.raises(error, match=message(words)):
        check.count("epochs", value)


def test_a_generator_is_a_generator():
    rng = np.random.default_rng(0)
    assert check.generator("rng", rng) is rng
    for other in (None, 0, np.random.RandomState(0), np.random.PCG64()):
        with pytest.raises(TypeError, match=message("rng must be a numpy.random.Generator such as np.random.default")):
            check.generator("rng", other)


def test_floats_of_the_other_byte_order_are_floats():
    swapped = np.ones((2, 2), dtype=np.dtype(np.float64).newbyteorder())
    assert check.floats("X", swapped, (2, 2)).dtype == np.float64
