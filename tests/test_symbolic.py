"""Functions on symbols: every trace is its formula, and nothing that NumPy can do goes by unseen."""

from functools import cache

import numpy as np
import pytest
import sympy as sp

from nncore import functions as f
from nncore import symbolic
from nncore.symbolic import SymbolicArray, symbols, without_shift

n, D, M = 4, 2, 3
X, W, b = symbols("x", n, D), symbols("w", D, M), symbols("b", 1, M)
Z, G = symbols("z", n, M), symbols("g", n, M)
P, Y = symbols("p", n, M), symbols("y", n, M)
L, H = symbols("l", n), symbols("h", n)
c = np.array([2, 0, 1, 2])
y = np.eye(M, dtype=int)[c]


def matrix(rows, columns, entry):
    return sp.Matrix(rows, columns, lambda i, m: entry(i, m))


def is_zero(expression):
    return expression == 0 or sp.expand(expression) == 0 or sp.cancel(sp.together(expression)) == 0


@cache
def fused_vjp():
    return without_shift(f.softmax_cross_entropy_vjp(H, Z, c))


def assert_formula(array, rows, columns, entry):
    assert isinstance(array, SymbolicArray)
    traced, formula = array.matrix(), matrix(rows, columns, entry)
    assert traced.shape == formula.shape
    for place, difference in enumerate(traced - formula):
        assert is_zero(difference), (divmod(place, columns), difference)


def p(i, m):
    return sp.exp(Z[i, m]) / sum(sp.exp(Z[i, k]) for k in range(M))


def lse(i):
    return sp.log(sum(sp.exp(Z[i, k]) for k in range(M)))


# The trace of every function is its formula ---------------------------------------------------------------------------


def test_the_trace_of_dense_is_its_formula():
    assert_formula(f.dense(X, W, b), n, M, lambda i, m: sum(X[i, j] * W[j, m] for j in range(D)) + b[0, m])


def test_the_traces_of_dense_vjp_are_its_formulas():
    dX, dW, db = f.dense_vjp(G, X, W)
    assert_formula(dX, n, D, lambda i, j: sum(G[i, m] * W[j, m] for m in range(M)))
    assert_formula(dW, D, M, lambda j, m: sum(X[i, j] * G[i, m] for i in range(n)))
    assert_formula(db, 1, M, lambda _, m: sum(G[i, m] for i in range(n)))


def test_the_trace_of_relu_is_its_formula():
    assert_formula(f.relu(Z), n, M, lambda i, m: sp.Max(Z[i, m], 0))


def test_the_trace_of_relu_vjp_is_its_formula_on_both_sides_of_zero_and_there():
    traced = f.relu_vjp(G, Z)
    for i, m in np.ndindex(n, M):
        for value, passed in ((-3, 0), (-sp.Rational(1, 10**9), 0), (0, 0), (sp.Rational(1, 10**9), 1), (2, 1)):
            assert traced[i, m].subs(Z[i, m], value) == passed * G[i, m]


def test_the_trace_of_sigmoid_is_its_formula_on_both_sides_of_zero_and_there():
    u = sp.Symbol("u", positive=True)
    traced, slope = f.sigmoid(Z), f.sigmoid_vjp(G, Z)
    for i, m in ((0, 0), (n - 1, M - 1)):
        for value in (-u, sp.Integer(0), u):
            sigma = 1 / (1 + sp.exp(-value))
            assert is_zero(traced[i, m].subs(Z[i, m], value) - sigma)
            assert is_zero(slope[i, m].subs(Z[i, m], value) - G[i, m] * sigma * (1 - sigma))


def test_the_trace_of_softmax_is_its_formula():
    assert_formula(without_shift(f.softmax(Z)), n, M, p)


def test_the_trace_of_softmax_vjp_is_its_formula():
    assert_formula(
        f.softmax_vjp(G, P), n, M, lambda i, m: P[i, m] * (G[i, m] - sum(G[i, k] * P[i, k] for k in range(M)))
    )


def test_the_trace_of_cross_entropy_is_its_formula():
    assert_formula(f.cross_entropy(P, c), n, 1, lambda i, _: -sp.log(P[i, c[i]]))


def test_the_trace_of_cross_entropy_vjp_is_its_formula():
    assert_formula(f.cross_entropy_vjp(H, P, c), n, M, lambda i, m: -H[i] * int(y[i, m]) / P[i, m])


def test_the_trace_of_softmax_cross_entropy_is_its_formula():
    assert_formula(without_shift(f.softmax_cross_entropy(Z, c)), n, 1, lambda i, _: lse(i) - Z[i, c[i]])


def test_the_trace_of_softmax_cross_entropy_vjp_is_its_formula():
    assert_formula(fused_vjp(), n, M, lambda i, m: H[i] * (p(i, m) - int(y[i, m])))


def test_the_trace_of_softmax_soft_cross_entropy_is_its_formula():
    # rows that sum to 1: only then does the largest logit cancel
    half, third, sixth = sp.Rational(1, 2), sp.Rational(1, 3), sp.Rational(1, 6)
    targets = SymbolicArray([[half, third, sixth], [sixth, half, third], [0, 1, 0], [half, 0, half]])
    assert_formula(
        without_shift(f.softmax_soft_cross_entropy(Z, targets)),
        n,
        1,
        lambda i, _: lse(i) - sum(targets[i, m] * Z[i, m] for m in range(M)),
    )


def test_the_trace_of_softmax_soft_cross_entropy_vjp_is_its_formula():
    assert_formula(
        without_shift(f.softmax_soft_cross_entropy_vjp(H, Z, Y)), n, M, lambda i, m: H[i] * (p(i, m) - Y[i, m])
    )


def test_the_traces_of_mean_and_its_vjp_are_their_formulas():
    assert f.mean(L) == (L[0] + L[1] + L[2] + L[3]) / 4
    dJ = sp.Symbol("dJ", real=True)
    assert_formula(f.mean_vjp(dJ, L), n, 1, lambda i, _: dJ / n)


WRONG = {
    "dense": (lambda: f.dense_vjp(G, X, W)[1], D, M, lambda j, m: sum(X[i, j] * G[i, m] for i in range(n - 1))),
    "softmax": (lambda: f.softmax_vjp(G, P), n, M, lambda i, m: P[i, m] * (1 - P[i, m]) * G[i, m]),
    "fused": (fused_vjp, n, M, lambda i, m: H[i] * (int(y[i, m]) - p(i, m))),
    "mean": (lambda: f.mean_vjp(sp.Integer(1), L), n, 1, lambda i, _: sp.Rational(1, n - 1)),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_nearly_right_formula_is_noticed(name):
    trace, *formula = WRONG[name]
    with pytest.raises(AssertionError):
        assert_formula(trace(), *formula)


def test_a_derivative_taken_by_sympy_is_the_vjp():
    cost = sum(H[i] * (lse(i) - Z[i, c[i]]) for i in range(n))
    assert_formula(fused_vjp(), n, M, lambda i, m: sp.diff(cost, Z[i, m]))


# Symbols and exact numbers --------------------------------------------------------------------------------------------


def test_symbols_are_real_and_numbered_from_1_as_on_paper():
    assert str(Z[0, 0]) == "z11" and str(Z[3, 2]) == "z43" and Z.shape == (4, 3) and Z[0, 0].is_real
    assert str(symbols("v", 5)[4]) == "v5"
    wide = symbols("z", 2, 11)
    assert str(wide[0, 10]) == "z1,11" and str(wide[0, 0]) == "z11"
    assert len({str(entry) for entry in symbols("z", 12, 12).matrix()}) == 144  # z1,11 and z11,1 stay apart


def test_an_array_knows_its_shape():
    assert (Z.shape, Z.ndim, Z.size, len(Z), Z.T.shape) == ((4, 3), 2, 12, 4, (3, 4))
    assert np.shape(Z) == (4, 3) and Z.reshape(2, 6).shape == (2, 6) and Z[:, None].shape == (4, 1, 3)


def test_a_matrix_is_a_sympy_matrix_and_a_vector_a_column():
    assert Z.matrix() == matrix(n, M, lambda i, m: Z[i, m])
    assert L.matrix().shape == (n, 1)
    assert "z_{11}" in Z._repr_latex_()


@pytest.mark.parametrize("inexact", [0.5, 0.1, np.float64(1.5), np.float32(0.25)])
def test_a_rounded_number_is_refused_because_its_residue_would_look_like_an_error(inexact):
    for operation in (
        lambda: Z + inexact,
        lambda: inexact * Z,
        lambda: SymbolicArray([[inexact]]),
        lambda: np.heaviside(Z, inexact),
        lambda: np.where(Z > 0, Z, inexact),
    ):
        with pytest.raises(TypeError):
            operation()


def test_whole_numbers_are_exact_whatever_their_type():
    for two in (2, 2.0, np.int8(2), np.float32(2), sp.Integer(2)):
        assert (Z * two)[0, 0] == 2 * Z[0, 0] and (Z * two)[0, 0].atoms(sp.Float) == set()
    assert (np.eye(4) @ Z).matrix() == Z.matrix()
    assert SymbolicArray([[True, False]]).matrix() == sp.Matrix([[1, 0]])


# Numpy's ways of writing ----------------------------------------------------------------------------------------------


def junk(*shape):
    """A buffer full of symbols that must not be read."""
    return symbols("junk", *shape)


def no_junk(array):
    return not any("junk" in str(s) or "uninit" in str(s) for entry in array.matrix() for s in entry.free_symbols)


OUT = {
    "exp": (lambda out: np.exp(Z, out=out), lambda: np.exp(Z)),
    "add": (lambda out: np.add(Z, G, out=out), lambda: Z + G),
    "subtract a row": (lambda out: np.subtract(Z, b, out=out), lambda: Z - b),
    "maximum": (lambda out: np.maximum(Z, 0, out=out), lambda: f.relu(Z)),
    "matmul": (lambda out: np.matmul(X, W, out=out), lambda: X @ W),
}


@pytest.mark.parametrize("name", OUT)
def test_out_is_written_to_in_full_and_returned(name):
    write, plain = OUT[name]
    buffer = junk(n, M)
    assert write(buffer) is buffer
    assert buffer.matrix() == plain().matrix() and no_junk(buffer)


@pytest.mark.parametrize(("reduction", "ufunc"), [(np.sum, np.add), (np.max, np.maximum), (np.min, np.minimum)])
def test_reductions_write_into_out(reduction, ufunc):
    buffer = junk(n, 1)
    assert reduction(Z, axis=1, keepdims=True, out=buffer) is buffer and no_junk(buffer)
    assert buffer.matrix() == reduction(Z, axis=1, keepdims=True).matrix()
    assert ufunc.reduce(Z, axis=0).matrix() == reduction(Z, axis=0).matrix()


def test_out_may_be_an_operand():
    A = Z.copy()
    np.exp(A, out=A)
    np.add(A, A, out=A)
    assert A.matrix() == matrix(n, M, lambda i, m: 2 * sp.exp(Z[i, m]))
    square = symbols("s", 3, 3)
    wanted = square.matrix() * square.matrix().T
    np.matmul(square, square.T, out=square)
    assert square.matrix() == wanted


def test_out_may_be_a_view_of_another_array_and_overlap_an_operand():
    A = Z.copy()
    np.negative(A[1:], out=A[:-1])
    assert A[:-1].matrix() == -Z.matrix()[1:, :] and A[3:].matrix() == Z.matrix()[3:, :]
    B = Z.copy()
    np.add(B[:, :2], B[:, 1:], out=B[:, 1:])
    assert B.matrix() == matrix(n, M, lambda i, m: Z[i, 0] if m == 0 else Z[i, m - 1] + Z[i, m])


def test_in_place_work_changes_the_array_and_all_its_views():
    A = Z.copy()
    view, turned, column = A[1:], A.T, A[:, 0]
    A += 1
    A *= 2
    A[0] = 0
    assert view[0, 0] == 2 * (Z[1, 0] + 1)
    assert turned[2, 3] == 2 * (Z[3, 2] + 1)
    assert column[0] == 0
    view[...] = 5
    assert A[3, 2] == 5 and A[0, 1] == 0 and turned[0, 1] == 5


def test_a_copy_shares_nothing():
    A = Z.copy()
    kept = A.copy()
    A[...] = 0
    assert kept.matrix() == Z.matrix()


def test_operations_without_out_leave_their_operands_alone():
    before = Z.matrix()
    for result in (Z + 1, np.exp(Z), Z @ Z.T, f.softmax(Z), np.maximum(Z, 0), -Z):
        result[...] = 0
    assert Z.matrix() == before


def test_buffers_that_numpy_makes_like_an_array_are_symbolic_and_marked_as_junk():
    for buffer in (np.empty_like(Z), np.empty((n, M), like=Z)):
        assert isinstance(buffer, SymbolicArray) and buffer.shape == (n, M) and not no_junk(buffer)
        np.copyto(buffer, Z)
        assert buffer.matrix() == Z.matrix()
    np.copyto(np.empty_like(Z), b)  # one row for every sample
    assert np.zeros_like(Z).matrix() == sp.zeros(n, M) and np.ones_like(Z).matrix() == sp.ones(n, M)
    assert np.full_like(Z, Z[0, 0]).matrix() == Z[0, 0] * sp.ones(n, M)


def softmax_in_buffers(Z):
    """The shifted softmax as a careful programmer would write it, without a temporary array."""
    P, total = np.empty_like(Z), np.empty((len(Z), 1), like=Z)
    np.max(Z, axis=1, keepdims=True, out=total)
    np.subtract(Z, total, out=P)
    np.exp(P, out=P)
    np.sum(P, axis=1, keepdims=True, out=total)
    P /= total
    return P


def test_a_function_written_with_buffers_returns_the_formula_too():
    traced = softmax_in_buffers(Z)
    assert no_junk(traced)
    assert_formula(without_shift(traced), n, M, p)
    numbers = np.random.default_rng(0).standard_normal((n, M))
    np.testing.assert_array_equal(softmax_in_buffers(numbers), f.softmax(numbers))


def test_a_buffer_that_is_read_before_it_is_written_shows():
    total = np.empty_like(Z)
    total += Z
    assert not no_junk(total)


def test_rows_columns_and_labels_pick_entries():
    assert Z[1].matrix() == Z.matrix()[1, :].T and Z[:, 1].matrix() == Z.matrix()[:, 1]
    assert Z[np.arange(n), c].matrix() == sp.Matrix([Z[i, c[i]] for i in range(n)])
    A = Z.copy()
    A[np.arange(n), c] = L
    assert A[0, 2] == L[0] and A[2, 1] == L[2] and A[0, 0] == Z[0, 0]


def test_axes_are_those_of_numpy():
    numbers = np.arange(24).reshape(2, 3, 4)
    for array in (numbers, numbers[0]):
        for axis in (None, 0, 1, -1):
            for keepdims in (False, True):
                for reduction in (np.sum, np.max, np.min):
                    got = reduction(SymbolicArray(array), axis=axis, keepdims=keepdims)
                    want = reduction(array, axis=axis, keepdims=keepdims)
                    got = got._entries if isinstance(got, SymbolicArray) else got
                    np.testing.assert_array_equal(np.asarray(got).astype(int), want)
                    assert np.shape(got) == np.shape(want)
    assert np.mean(Z, axis=0).matrix() == matrix(M, 1, lambda m, _: sum(Z[i, m] for i in range(n)) / n)


def test_numbers_broadcast_and_mix_with_symbols_on_either_side():
    whole = np.arange(12).reshape(4, 3)
    for a, b_ in ((Z, whole), (whole, Z), (Z, b), (b, Z), (Z, 3), (3, Z)):
        for operation in (np.add, np.subtract, np.multiply):
            got = operation(a, b_)
            A, B = (np.broadcast_to(v._entries if isinstance(v, SymbolicArray) else v, (n, M)) for v in (a, b_))
            assert got.matrix() == matrix(n, M, lambda i, m, A=A, B=B, op=operation: op(A[i, m], B[i, m]))
    assert (1 / Z)[0, 0] == 1 / Z[0, 0] and (Z**2)[0, 0] == Z[0, 0] ** 2 and np.sqrt(Z)[0, 0] == sp.sqrt(Z[0, 0])


def test_where_makes_cases_and_knows_conditions_that_are_settled():
    cases = np.where(Z < 0, -Z, 2 * Z)
    assert [cases[0, 0].subs(Z[0, 0], value) for value in (-3, 0, 3)] == [3, 0, 6]
    settled = np.where(y == 1, Z, G)
    assert settled[0, 2] == Z[0, 2] and settled[0, 0] == G[0, 0]


# What is unknown raises -----------------------------------------------------------------------------------------------

UNKNOWN = {
    "a ufunc": lambda: np.spacing(Z),
    "abs": lambda: abs(Z),
    "sign": lambda: np.sign(Z),
    "log1p": lambda: np.log1p(Z),
    "isnan": lambda: np.isnan(Z),
    "equality": lambda: Z == Z,
    "floor division": lambda: Z // 2,
    "a remainder": lambda: Z % 2,
    "two results": lambda: np.modf(Z),
    "accumulation": lambda: np.add.accumulate(Z),
    "an outer product": lambda: np.multiply.outer(Z, Z),
    "reduceat": lambda: np.add.reduceat(Z, [0]),
    "at": lambda: np.add.at(Z, 0, 1),
    "a product of all": lambda: np.multiply.reduce(Z),
    "a function": lambda: np.cumsum(Z),
    "dot": lambda: np.dot(Z, Z.T),
    "einsum": lambda: np.einsum("ij->i", Z),
    "concatenate": lambda: np.concatenate([Z, Z]),
    "argmax": lambda: np.argmax(Z, axis=1),
    "norm": lambda: np.linalg.norm(Z),
    "allclose": lambda: np.allclose(Z, Z),
    "where with one argument": lambda: np.where(Z > 0),
    "the option where": lambda: np.exp(Z, where=c[:, None] > 0),
    "the option where of a sum": lambda: np.sum(Z, where=c[:, None] > 0),
    "the option initial": lambda: np.max(Z, axis=1, initial=0),
    "the option dtype": lambda: np.exp(Z, dtype=float),
    "the dtype of a sum": lambda: np.sum(Z, dtype=float),
    "the dtype of a mean": lambda: np.mean(Z, dtype=float),
    "the dtype of a buffer": lambda: np.empty_like(Z, dtype=float),
    "the option casting": lambda: np.add(Z, Z, casting="unsafe"),
    "copyto with where": lambda: np.copyto(np.empty_like(Z), Z, where=c[:, None] > 0),
    "an out of numbers": lambda: np.exp(Z, out=np.empty((n, M))),
    "a number from a symbol": lambda: float(Z[0, 0]),
    "an index that is symbolic": lambda: Z[Z > 0],
    "a sum over two axes": lambda: np.sum(Z, axis=(0, 1)),
    "a method that is not there": lambda: Z.sum(),
}


def test_what_is_cut_off_at_0_and_1_is_rounded_up_by_cases():
    z = Z[0, 0]
    assert np.clip(Z, 0, 1)[0, 0] == sp.Min(1, sp.Max(0, z))
    assert np.ceil(np.clip(Z, 0, 1))[0, 0] == sp.Piecewise((1, z > 0), (0, True))
    exact = symbolic.SymbolicArray([[sp.Rational(-3, 2), 0, sp.Rational(1, 10**9), sp.Rational(7, 2)]])
    assert list(np.ceil(exact).matrix()) == [-1, 0, 1, 4]
    for other in (Z, np.clip(Z, 0, 2), np.clip(Z, -1, 1), np.minimum(Z, 1), np.maximum(Z, 0)):
        with pytest.raises(TypeError, match=r"np\.ceil is defined on symbols that are cut off at 0 and 1 only"):
            np.ceil(other)


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_defined_on_symbols_raises(name):
    before = Z.matrix()
    with pytest.raises((TypeError, IndexError, AttributeError, ValueError)):
        UNKNOWN[name]()
    assert Z.matrix() == before


def test_an_out_of_another_shape_is_refused_and_stays_as_it_was():
    for shape in ((n, M + 1), (1, M), (M,), (1, n, M)):
        buffer = junk(*shape)
        with pytest.raises(ValueError):
            np.exp(Z, out=buffer)
        assert not no_junk(buffer)


@pytest.mark.parametrize("condition", [Z > 0, Z[0] > 0, Z[0, 0] > 0, Z, Z[:1, :1]])
def test_a_branch_on_symbols_is_never_taken_in_silence(condition):
    with pytest.raises((TypeError, ValueError)):
        bool(condition)


# The shift by the largest logit ---------------------------------------------------------------------------------------


def test_a_maximum_that_makes_no_difference_is_set_to_zero():
    assert not without_shift(f.softmax(Z)).matrix().has(sp.Max)
    assert not without_shift(f.softmax_cross_entropy(Z, c)).matrix().has(sp.Max)


def test_a_maximum_that_makes_a_difference_stays():
    kept = [
        f.relu(Z),
        Z - np.max(Z, axis=1, keepdims=True),
        np.exp(Z - np.max(Z, axis=1, keepdims=True)),
        np.max(Z, axis=1, keepdims=True) * f.softmax(Z),
    ]
    for array in kept:
        for before, after in zip(array.matrix(), without_shift(array).matrix(), strict=True):
            assert after.has(sp.Max)
            values = {s: sp.Rational(k + 1, 3) for k, s in enumerate(sorted(before.free_symbols, key=str))}
            assert sp.simplify(before.subs(values) - after.subs(values)) == 0


def test_a_shift_that_is_added_in_only_one_place_is_not_taken_for_a_right_one():
    largest = np.max(Z, axis=1, keepdims=True)
    wrong = np.exp(Z - largest) / np.sum(np.exp(Z), axis=1, keepdims=True)
    assert without_shift(wrong).matrix().has(sp.Max)


def test_the_example_of_the_module_is_what_it_prints():
    assert repr(f.relu(symbols("z", 1, 2))) == "SymbolicArray([[Max(0, z11), Max(0, z12)]])"
    assert "SymbolicArray([[Max(0, z11), Max(0, z12)]])" in symbolic.__doc__


def test_a_condition_in_a_product_is_1_where_it_holds_and_0_elsewhere():
    z, g = symbols("z", 1, 2), symbols("g", 1, 2)
    for product in (g * (z > 0), (z > 0) * g):
        for value, expected in ((2, 3), (0, 0), (-2, 0)):
            assert product[0, 1].subs({z[0, 1]: value, g[0, 1]: 3}) == expected


def test_buffers_of_another_shape_hold_junk_ones_and_zeros():
    model = symbols("z", 2, 3)
    assert np.empty_like(model, shape=(1, 2))[0, 1].name == "uninitialized"
    assert np.ones_like(model, shape=(4, 1)).matrix() == sp.ones(4, 1)
    assert np.zeros_like(model, shape=(1, 4)).matrix() == sp.zeros(1, 4)
