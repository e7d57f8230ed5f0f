"""Parts: what scenes are built of.

    Sheet, Header, Number, Ruler           title and numbers, the foot line and the room left; the ruler of time
    Plot, Trace                            axes to read numbers off; a number over the epochs
    heatmap, ColorScale                    values as colours, and what the colours say
    Meters                                 numbers as bars on tracks
    pair                                   a number in words and the mark beside which it stands
    Key, Legend, Answer, Bars, Signs       classes with their colours, what a net answers, right or wrong
    field_colors, boundary_lines           a field tinted by what is answered, and where the answer flips
    plane_cut, point_radius                where a plane cuts a cube; how large points are
    InputPlane, HiddenSpace, Diagram       what a network makes of the plane, of a hidden layer; its weights and units
    Points, Swarm, Tags, Words, PointCloud samples as points, names and images among them, many changing texts
    still, thumbnail, images_of, tiled     samples as images

A scene draws with `animviz` and with these parts alone. What it draws it may take from `animviz.recording`,
`animviz.analysis`, `animviz.embed`, `animviz.errors`, `animviz.arrays` and `animviz.sampling`. All other rooms are
private. Names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from animviz.parts.answer import Answer as Answer
    from animviz.parts.answer import Bars as Bars
    from animviz.parts.diagram import Diagram as Diagram
    from animviz.parts.header import ACCURACY as ACCURACY
    from animviz.parts.header import LABEL as LABEL
    from animviz.parts.header import LOSS as LOSS
    from animviz.parts.header import VALUE as VALUE
    from animviz.parts.header import Header as Header
    from animviz.parts.header import Number as Number
    from animviz.parts.header import cut as cut
    from animviz.parts.header import epoch_number as epoch_number
    from animviz.parts.header import first_fitting as first_fitting
    from animviz.parts.header import foot as foot
    from animviz.parts.header import of_network as of_network
    from animviz.parts.header import of_recording as of_recording
    from animviz.parts.heat import Colors as Colors
    from animviz.parts.heat import ColorScale as ColorScale
    from animviz.parts.heat import color_map as color_map
    from animviz.parts.heat import heatmap as heatmap
    from animviz.parts.key import Key as Key
    from animviz.parts.legend import Legend as Legend
    from animviz.parts.marks import CROSS as CROSS
    from animviz.parts.marks import Signs as Signs
    from animviz.parts.marks import still as still
    from animviz.parts.meters import Meters as Meters
    from animviz.parts.naming import free_places as free_places
    from animviz.parts.orbit import plane_cut as plane_cut
    from animviz.parts.pairs import pair as pair
    from animviz.parts.plane import InputPlane as InputPlane
    from animviz.parts.plane import boundary_lines as boundary_lines
    from animviz.parts.plane import planar_inputs as planar_inputs
    from animviz.parts.plane import point_radius as point_radius
    from animviz.parts.plot import NEAR_ONE as NEAR_ONE
    from animviz.parts.plot import Plot as Plot
    from animviz.parts.plot import Trace as Trace
    from animviz.parts.plot import epoch_limits as epoch_limits
    from animviz.parts.plot import levels as levels
    from animviz.parts.plot import near_one as near_one
    from animviz.parts.plot import share_limits as share_limits
    from animviz.parts.plot import until as until
    from animviz.parts.plot import whole_ticks as whole_ticks
    from animviz.parts.ruler import Ruler as Ruler
    from animviz.parts.sheet import Sheet as Sheet
    from animviz.parts.shortening import short_names as short_names
    from animviz.parts.space import HiddenSpace as HiddenSpace
    from animviz.parts.space import grid_lines as grid_lines
    from animviz.parts.swarm import Points as Points
    from animviz.parts.swarm import Swarm as Swarm
    from animviz.parts.swarm import centred as centred
    from animviz.parts.swarm import far_apart as far_apart
    from animviz.parts.swarm import flat as flat
    from animviz.parts.swarm import last_places as last_places
    from animviz.parts.swarm import plane_axes as plane_axes
    from animviz.parts.tagging import Tags as Tags
    from animviz.parts.tags import apart as apart
    from animviz.parts.tags import chip as chip
    from animviz.parts.tags import chips as chips
    from animviz.parts.tags import name_tags as name_tags
    from animviz.parts.tags import thumbnail as thumbnail
    from animviz.parts.tiles import grid_shape as grid_shape
    from animviz.parts.tiles import images_of as images_of
    from animviz.parts.tiles import tiled as tiled
    from animviz.parts.tints import field_colors as field_colors
    from animviz.stage.box import MARGIN as MARGIN
    from animviz.stage.contrast import letters_on as letters_on
    from animviz.stage.field import Field as Field
    from animviz.stage.lettering import in_order as in_order
    from animviz.stage.points import PointCloud as PointCloud
    from animviz.stage.sprites import Sprites as Sprites
    from animviz.stage.stage import joined as joined
    from animviz.stage.words import Words as Words

_HOME = {
    "ACCURACY": "parts.header",
    "Answer": "parts.answer",
    "Bars": "parts.answer",
    "CROSS": "parts.marks",
    "ColorScale": "parts.heat",
    "Colors": "parts.heat",
    "Diagram": "parts.diagram",
    "Field": "stage.field",
    "Header": "parts.header",
    "HiddenSpace": "parts.space",
    "InputPlane": "parts.plane",
    "Key": "parts.key",
    "Legend": "parts.legend",
    "LABEL": "parts.header",
    "LOSS": "parts.header",
    "MARGIN": "stage.box",
    "Meters": "parts.meters",
    "NEAR_ONE": "parts.plot",
    "Number": "parts.header",
    "Plot": "parts.plot",
    "PointCloud": "stage.points",
    "Points": "parts.swarm",
    "Ruler": "parts.ruler",
    "Sheet": "parts.sheet",
    "Signs": "parts.marks",
    "Sprites": "stage.sprites",
    "Swarm": "parts.swarm",
    "Tags": "parts.tagging",
    "Trace": "parts.plot",
    "VALUE": "parts.header",
    "Words": "stage.words",
    "centred": "parts.swarm",
    "apart": "parts.tags",
    "chip": "parts.tags",
    "chips": "parts.tags",
    "color_map": "parts.heat",
    "boundary_lines": "parts.plane",
    "field_colors": "parts.tints",
    "plane_cut": "parts.orbit",
    "point_radius": "parts.plane",
    "cut": "parts.header",
    "epoch_limits": "parts.plot",
    "epoch_number": "parts.header",
    "first_fitting": "parts.header",
    "far_apart": "parts.swarm",
    "flat": "parts.swarm",
    "foot": "parts.header",
    "free_places": "parts.naming",
    "grid_lines": "parts.space",
    "grid_shape": "parts.tiles",
    "in_order": "stage.lettering",
    "heatmap": "parts.heat",
    "images_of": "parts.tiles",
    "joined": "stage.stage",
    "last_places": "parts.swarm",
    "letters_on": "stage.contrast",
    "levels": "parts.plot",
    "near_one": "parts.plot",
    "name_tags": "parts.tags",
    "of_network": "parts.header",
    "of_recording": "parts.header",
    "pair": "parts.pairs",
    "planar_inputs": "parts.plane",
    "plane_axes": "parts.swarm",
    "share_limits": "parts.plot",
    "short_names": "parts.shortening",
    "still": "parts.marks",
    "thumbnail": "parts.tags",
    "tiled": "parts.tiles",
    "until": "parts.plot",
    "whole_ticks": "parts.plot",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'animviz.parts' has no attribute {name!r}")
    value = getattr(import_module(f"animviz.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
