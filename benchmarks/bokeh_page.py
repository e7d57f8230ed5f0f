"""The baseline page, as a competent user of Bokeh would make it: slider, hover with images, one HTML file."""

from base64 import b64encode
from io import BytesIO

import numpy as np
from PIL import Image

from animviz.pages import Contents
from animviz.stage.theme import THEMES

CALLBACK = """
const e = slider.value, n = source.data.x.length;
const cut = (all, n) => all.slice(e * n, (e + 1) * n);
Object.assign(source.data, {x: cut(steps.data.x, n), y: cut(steps.data.y, n), answer: cut(steps.data.answer, n)});
source.change.emit();
"""
HOVER = "<img src='@image' width=84 height=84><br>sample @number: @label, answer @answer"


def bokeh_page(contents: Contents) -> bytes:
    """Return one file with a slider over the epochs for one layer, classes in a legend, and images on hovering.

    Positions are float32: Bokeh packs arrays in base64, as they are. Probabilities and the other layers are left out;
    they would add to its size. It uses Canvas 2D, which is faster than its WebGL without a graphics card.
    """
    from bokeh.embed import file_html
    from bokeh.layouts import column
    from bokeh.models import ColumnDataSource, CustomJS, HoverTool, Slider
    from bokeh.plotting import figure
    from bokeh.resources import INLINE

    positions = np.asarray(contents.layers["hidden_2"], np.float32)
    palette = np.array(
        [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.round(255 * THEMES["dark"].palette(10)).astype(int)]
    )
    steps = ColumnDataSource(
        {
            "x": positions[..., 0].ravel(),
            "y": positions[..., 1].ravel(),
            "answer": contents.answers.ravel().astype("i4"),
        },
        name="steps",
    )
    source = ColumnDataSource(
        {
            "x": positions[0, :, 0], "y": positions[0, :, 1], "answer": contents.answers[0].astype("i4"),
            "label": contents.labels.astype("i4"), "number": contents.numbers.astype("i4"),
            "color": palette[contents.labels], "image": [_address(image) for image in contents.images],
        },
        name="samples",
    )  # fmt: skip
    low, high = positions.min(axis=(0, 1)), positions.max(axis=(0, 1))
    plot = figure(width=750, height=600, x_range=(low[0], high[0]), y_range=(low[1], high[1]))
    plot.scatter("x", "y", source=source, color="color", size=4)
    plot.add_tools(HoverTool(tooltips=HOVER))
    slider = Slider(start=0, end=len(positions) - 1, value=0, step=1, title="epoch")
    slider.js_on_change("value", CustomJS(args={"source": source, "steps": steps, "slider": slider}, code=CALLBACK))
    return file_html(column(plot, slider), INLINE, "Digits").encode()


def _address(image: np.ndarray) -> str:
    file = BytesIO()
    Image.fromarray(np.round(255 * image).astype(np.uint8)).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"
