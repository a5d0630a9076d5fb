"""The figures: every one is drawn, is the same twice, can be read, and shows the data that it is given."""

from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from IPython.core.formatters import SVGFormatter
from matplotlib import font_manager
from matplotlib._mathtext import SHRINK_FACTOR
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font
from matplotlib.text import Text

from book.figures import activation, dense, errors, loss, network, training
from book.figures.drawing import BACKWARD, FACE

EPOCHS = np.arange(11)
STEPS = 10.0 ** np.arange(-16, 0.5, 0.5)
LOGITS = np.array([[1.0, 2.0, -1.0], [0.0, 0.0, 0.0]])
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)


def logistic(z):
    return 1 / (1 + np.exp(-z))


def cost_of_two(x, y):
    return (x**2 + 12 * y**2) / 2


def history(pace, rest):
    gone = np.exp(-EPOCHS / pace)
    return SimpleNamespace(
        train_loss=list(2.3 * gone + 0.01),
        test_loss=list(2.3 * gone + rest),
        train_accuracy=list(1 - 0.9 * gone**2),
        test_accuracy=list(1 - rest / 4 - 0.8 * gone**2),
    )


def difference_errors():
    """What a one-sided, a central and a complex step do: truncation and rounding, or truncation alone."""
    return {
        "one-sided": STEPS + 1e-16 / STEPS,
        "central": STEPS**2 + 1e-16 / STEPS,
        "complex step": np.where(STEPS > 1e-8, STEPS**2, 0),
    }


def activations(rng):
    return {name: [np.maximum(rng.normal(0, scale**r, 300), 0) for r in (1, 2, 3)] for name, scale in
            (("small", 0.1), ("He", 1.0))}  # fmt: skip


SMALLEST = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [0.5, 1.0]]), np.array([[1.0], [0.5]])
DRAWN = {
    "dense_layer": lambda: dense.dense_layer(),
    "dense_layer, other sizes": lambda: dense.dense_layer(4, 2),
    "matrix_product": lambda: dense.matrix_product(),
    "dense_backward_shapes": lambda: dense.dense_backward_shapes(),
    "relu": lambda: activation.relu(lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "sigmoid": lambda: activation.sigmoid(logistic, lambda z: logistic(z) * logistic(-z)),
    "softmax_flow": lambda: loss.softmax_flow(),
    "softmax_bars": lambda: loss.softmax_bars(LOGITS, PROBABILITIES),
    "one_hot_row": lambda: loss.one_hot_row(2, 3),
    "cross_entropy_curve": lambda: loss.cross_entropy_curve(lambda p: -np.log(p)),
    "log_sum_exp": lambda: loss.log_sum_exp(np.linspace(-5, 5, 101), np.logaddexp(np.linspace(-5, 5, 101), 0)),
    "softmax_cross_entropy_flow": lambda: loss.softmax_cross_entropy_flow(),
    "softmax_cross_entropy_graph": lambda: loss.softmax_cross_entropy_graph(),
    "network_in_numbers": lambda: network.network_in_numbers(*SMALLEST, 2.0),
    "network_in_numbers, a unit off": lambda: network.network_in_numbers(
        SMALLEST[0], np.array([[1.0, -3.0], [0.5, 1.0]]), SMALLEST[2], 2.0
    ),
    "network_graph": lambda: network.network_graph([64, 32, 10]),
    "gradient_error": lambda: errors.gradient_error(STEPS, difference_errors()),
    "relative_error_curves": lambda: errors.relative_error_curves(
        np.linspace(0, 100, 51), {"printed": np.geomspace(1e-16, 1, 51), "shipped": np.zeros(51)}
    ),
    "right_sets": lambda: errors.right_sets(
        np.arange(-50, 51),
        {title: {"loss": {"naive": np.arange(101) > 40, "shipped": np.arange(101) >= 0}} for title in ("one", "two")},
    ),
    "activation_spread": lambda: network.activation_spread([1, 2, 3], {"He": [1, 1.1, 0.9], "0.01": [0.1, 1e-3, 1e-5]}),
    "activation_histograms": lambda: network.activation_histograms(activations(np.random.default_rng(1))),
    "running_mean": lambda: network.running_mean([1, 2, 3], [0.3, 0.57, 0.81], [3, 3, 3]),
    "optimizer_paths": lambda: network.optimizer_paths(
        {"SGD": [[-8, 2], [-4, -1], [-1, 0.2]], "Adam": [[-8, 2], [-5, 1], [-2, 0]]}, cost_of_two
    ),
    "training_curves": lambda: training.training_curves({"ReLU": history(2, 0.1), "sigmoid": history(4, 0.15)}),
    "weight_images": lambda: training.weight_images(np.random.default_rng(1).normal(size=(16, 3)), side=4),
    "digits": lambda: training.digits(np.random.default_rng(1).random((3, 16)), ["4, read as 9", "8", "1"], columns=2),
    "confusion": lambda: training.confusion([[9, 1, 0], [0, 8, 0], [2, 0, 7]]),
}


@pytest.fixture(params=DRAWN, scope="module")
def drawing(request):
    """How a figure is drawn, the figure, and the SVG that a notebook shows."""
    draw = DRAWN[request.param]
    figure = draw()
    return SimpleNamespace(draw=draw, figure=figure, svg=SVGFormatter()(figure))


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def shown_texts(figure):
    """The texts that stand on the page, ticks beyond the ends of an axis left out."""
    figure.draw_without_rendering()
    outside = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            slack = 1e-9 * (high - low)
            for tick in axis.get_major_ticks():
                if not ax.axison or not low - slack <= tick.get_loc() <= high + slack:
                    outside |= {tick.label1, tick.label2}
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in texts if text not in outside and not (text.axes and not text.axes.get_visible())]


def test_every_public_function_of_the_modules_is_drawn_here():
    modules = (activation, dense, errors, loss, network, training)
    public = {name for module in modules for name, thing in vars(module).items() if callable(thing)
              and not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
              and not isinstance(thing, type)}  # fmt: skip
    assert {module.__name__ for module in modules} == {
        f"book.figures.{path.stem}" for path in Path(loss.__file__).parent.glob("*.py")
    } - {"book.figures.__init__", "book.figures.drawing"}
    # the two helpers are drawn through the functions that call them
    assert public - {"activation", "matrix_shapes"} == {name.split(",")[0] for name in DRAWN}


def test_returns_a_figure_that_a_notebook_shows_as_svg(drawing):
    assert isinstance(drawing.figure, Figure)
    assert ElementTree.fromstring(drawing.svg).tag == "{http://www.w3.org/2000/svg}svg"


def test_drawn_again_it_is_the_same_bytes(drawing):
    assert drawing.draw()._repr_svg_() == drawing.svg


def test_shown_again_it_is_the_same_bytes():
    figure = DRAWN["sigmoid"]()
    assert figure._repr_svg_() == figure._repr_svg_()


def test_background_is_transparent(drawing):
    assert drawing.figure.get_facecolor()[3] == 0
    assert all(ax.get_facecolor()[3] == 0 for ax in drawing.figure.axes)
    assert "#fff" not in drawing.svg


def test_text_is_large_enough_and_the_figure_fits_the_column(drawing):
    assert min(text.get_fontsize() for text in shown_texts(drawing.figure)) >= 10
    assert float(ElementTree.fromstring(drawing.svg).get("width").removesuffix("pt")) <= 6.7 * 72


COLUMN_OF_PHONE = 358  # px, of the text where the window has 390


def smallest_on_phone(figure):
    """Return the size in px of the smallest letters of a figure in the column of a phone; indices may be smaller."""
    width = float(ElementTree.fromstring(figure._repr_svg_()).get("width").removesuffix("pt")) * 4 / 3
    size = min(text.get_fontsize() for text in shown_texts(figure)) * 4 / 3
    return size * min(1, COLUMN_OF_PHONE / width)


def test_letters_are_ten_pixels_high_on_a_phone(drawing):
    assert smallest_on_phone(drawing.figure) >= 10


def test_a_letter_that_is_too_small_for_a_phone_is_noticed():
    figure = activation.relu(lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0)
    figure.axes[0].text(0, 1, "10 points", fontsize=10)
    assert smallest_on_phone(figure) < 10


def test_the_indices_of_a_network_graph_can_be_read_on_a_phone_too():
    figure = network.network_graph(["D_0", "D_1", "D_2", "D_3"], "activation")
    with_indices = min(text.get_fontsize() for text in shown_texts(figure) if {*"_^"} & {*text.get_text()})
    smallest = min(text.get_fontsize() for text in shown_texts(figure))
    assert smallest_on_phone(figure) * SHRINK_FACTOR * with_indices / smallest >= 10


def test_on_a_phone_a_figure_has_the_whole_column(browser, site):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}book/network/backpropagation.html")
    widths = page.locator("article figure img").evaluate_all("all => all.map(image => image.clientWidth)")
    column = page.locator("article > section > p:not([class])").first.evaluate("element => element.clientWidth")
    page.close()
    assert widths and set(widths) == {column} == {COLUMN_OF_PHONE}


def test_words_have_the_face_of_the_page(drawing):
    """So have numbers; signs and Greek letters that it lacks come from matplotlib's own face."""
    family, *others = drawing.figure.axes[0].xaxis.label.get_fontfamily()
    assert (family, others) == ("Source Sans 3", ["DejaVu Sans"])
    found = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
    assert Path(found).samefile(FACE)
    outside_of_formulas = {each for word in words(drawing.figure) if "$" not in word for each in word}
    assert {each for each in outside_of_formulas if ord(each) not in get_font(FACE).get_charmap()} <= {"\n"}


def test_no_text_covers_another(drawing):
    texts = shown_texts(drawing.figure)
    # Text's own method: that of an annotation would count its arrow
    boxes = [Text.get_window_extent(text).shrunk(0.96, 0.8) for text in texts]
    for k, box in enumerate(boxes):
        for m in range(k):
            assert not box.overlaps(boxes[m]), (texts[k].get_text(), texts[m].get_text())


def test_a_dense_layer_names_every_weight_once():
    shown = words(dense.dense_layer(2, 3))
    assert [shown.count(f"$w_{{{j}{m}}}$") for j in (1, 2) for m in (1, 2, 3)] == [1] * 6
    assert [shown.count(f"$b_{m}$") for m in (1, 2, 3)] == [1] * 3


def test_blocks_have_as_many_cells_as_entries():
    def rectangles(n, D, M):
        return sum(type(patch).__name__ == "Rectangle" for patch in dense.matrix_product(n, D, M).axes[0].patches)

    outlines_and_emphasis = 2 * 5
    assert rectangles(4, 2, 3) == 4 * 2 + 2 * 3 + 4 + 3 + 4 * 3 + outlines_and_emphasis
    assert rectangles(5, 2, 3) == rectangles(4, 2, 3) + 2 + 1 + 3


@pytest.mark.parametrize("at_zero", [0.0, 1.0])
def test_the_filled_dot_of_relu_stands_at_the_value_of_the_shipped_derivative(at_zero):
    def df(z):
        return np.where(z == 0, at_zero, (z > 0) * 1.0)

    ax = activation.relu(lambda z: np.maximum(z, 0), df).axes[1]
    filled = [line for line in ax.get_lines() if line.get_marker() == "o" and line.get_markerfacecolor() != "none"]
    assert [line.get_ydata()[0] for line in filled] == [at_zero]
    assert all(np.all(line.get_xdata() != 0) for line in ax.get_lines() if line.get_color() == BACKWARD
               and line.get_marker() == "None")  # fmt: skip


def test_bars_show_the_values_they_are_given():
    assert {"0.705", "0.333", "−1"} <= set(words(loss.softmax_bars(LOGITS, PROBABILITIES)))


def test_the_marks_of_the_loss_are_computed_from_the_loss():
    assert "(0.5, 0.69)" in words(loss.cross_entropy_curve(lambda p: -np.log(p)))
    assert "(0.5, 1.00)" in words(loss.cross_entropy_curve(lambda p: -np.log2(p)))


def test_a_one_hot_row_has_its_one_at_the_class_number_counted_from_one():
    assert [word for word in words(loss.one_hot_row(2, 3)) if word in ("$0$", "$1$")].count("$0$") == 2
    assert "$c_i=2$" in words(loss.one_hot_row(2, 3))


def test_the_red_numbers_of_the_smallest_network_are_difference_quotients_of_its_cost():
    X, W1, W2 = SMALLEST

    def cost(X, W1, W2):
        return (np.maximum(X @ W1, 0) @ W2 - 2.0).item() ** 2 / 2

    shown = words(network.network_in_numbers(X, W1, W2, 2.0))
    assert f"${cost(X, W1, W2):.4g}$" in shown
    for number, array in enumerate((X, W1, W2)):
        for place in np.ndindex(array.shape):
            change = np.zeros(array.shape)
            change[place] = 1e-6
            below, above = ([*SMALLEST] for _ in range(2))
            below[number], above[number] = array - change, array + change
            assert f"{(cost(*above) - cost(*below)) / 2e-6:.4g}" in shown, (number, place)


def test_a_network_graph_passes_the_inputs_of_every_layer_to_its_backward_pass():
    shown = words(network.network_graph(["D_0", "D_1", "D_2", "D_3"]))
    assert {"$X,\\ W^{[1]}$", "$A^{[1]},\\ W^{[2]}$", "$A^{[2]},\\ W^{[3]}$", "$Z^{[3]},\\ c$"} <= set(shown)
    assert shown.count("dense 3") == 2
    assert shown.count(r"$n \times D_3$") == 2


def test_slopes_and_best_steps_are_measured_not_stated():
    shown = "\n".join(words(errors.gradient_error(STEPS, difference_errors())))
    assert "one-sided\nslope 1, best $h$ = $\\mathdefault{1.0 \\times 10^{-8}}$" in shown
    assert "central\nslope 2, best $h$" in shown
    # nothing rises to the left of its smallest error
    assert "complex step\nslope" not in shown
    thrice = {"other": STEPS**3 + 1e-16 / STEPS}
    assert "slope 3" in "\n".join(words(errors.gradient_error(STEPS, thrice)))


def test_errors_of_zero_and_missing_values_are_drawn_on_lines_of_their_own():
    z = np.arange(6.0)
    figure = errors.relative_error_curves(z, {"printed": [0, 1e-16, 1e-9, 1, np.inf, np.nan], "exact": np.zeros(6)})
    ax = figure.axes[0]
    lines = ax.get_lines()
    points = {(float(x), float(y)) for line in lines for x, y in line.get_xydata() if np.isfinite(y)}
    assert len(points) == 12
    assert all(ax.get_ylim()[0] < y < ax.get_ylim()[1] for _, y in points)
    assert sum(y < 1e-16 for _, y in points) == 7
    assert sum(y > 1 for _, y in points) == 2
    assert {"0", "no value"} <= set(words(figure))
    assert "no value" not in words(errors.relative_error_curves(z, {"fine": 10.0 ** (z - 16)}))


def test_a_set_is_drawn_run_by_run_and_a_gap_in_it_stays_a_gap():
    z = np.arange(-5, 6)
    with_gap = np.isin(z, [-5, -4, 0, 1, 2, 5])
    figure = errors.right_sets(z, {"float32": {"loss": {"naive": with_gap, "shipped": z < 0}}})
    ends = [tuple(line.get_xdata()) for line in figure.axes[0].get_lines() if line.get_marker() == "|"]
    assert ends == [(-5, -4), (0, 2), (5, 5), (-5, -1)]
    assert {"float32", "loss", "naive", "shipped"} <= set(words(figure))


def test_histograms_print_the_spread_and_the_share_of_zeros():
    layer = np.array([0.0, 0.0, 0.0, 2.0])
    assert words(network.activation_histograms({"name": [layer]})).count("spread 0.87\n75% are 0") == 1


def test_a_path_ends_with_the_number_of_its_steps_and_its_cost():
    assert "2 steps, cost 2" in words(network.optimizer_paths({"SGD": [[-8, 2], [-4, -1], [-2, 0]]}, cost_of_two))


def test_training_curves_show_every_epoch_of_all_four_lists():
    given = history(2, 0.1)
    cost, accuracy = training.training_curves({"one": given}).axes
    assert [list(line.get_ydata()) for line in cost.get_lines()] == [given.train_loss, given.test_loss]
    assert [list(line.get_ydata()) for line in accuracy.get_lines()] == [given.train_accuracy, given.test_accuracy]
    assert {"train", "test"} <= set(words(cost.figure))


def test_weight_images_show_the_columns_on_one_scale_around_zero():
    W = np.arange(48.0).reshape(16, 3) - 10
    shown = [ax.get_images()[0] for ax in training.weight_images(W, side=4).axes if ax.get_images()][:3]
    for m, image in enumerate(shown):
        assert np.array_equal(image.get_array(), W[:, m].reshape(4, 4))
        assert image.get_clim() == (-37, 37)
        assert image.cmap(0.5)[3] < 0.02


def test_a_confusion_matrix_prints_rows_as_true_classes():
    figure = training.confusion([[9, 1, 0], [0, 8, 0], [2, 0, 7]], classes="abc")
    place = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    # 2 stands in the row of the third true class and the column of the first predicted one
    assert place["2"][1] == min(place[count][1] for count in "9182")
    assert place["2"][0] == min(place[count][0] for count in "9182")


def test_more_lines_than_there_are_styles_are_an_error():
    with pytest.raises(ValueError, match="shorter"):
        network.activation_spread([1, 2], {str(k): [1, 2] for k in range(6)})
