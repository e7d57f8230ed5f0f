"""What may stand in a storyboard: the tables of the file, checked by pydantic; the JSON Schema comes from here."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from animviz.stage.theme import THEMES

__all__ = [
    "Board",
    "Caption",
    "Cell",
    "Highlight",
    "Poster",
    "RecordingTable",
    "SceneShot",
    "Shot",
    "SpanTable",
    "SplitShot",
    "Timed",
    "TitleShot",
    "Value",
]

Value = int | float | bool | str
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Hold = Annotated[float, Field(ge=0, le=3_600)]
Share = Annotated[float, Field(ge=0, le=1)]
Moment = Annotated[float | str, Field(description="an epoch, or the name of a landmark")]


class Table(BaseModel):
    """A table of the file; a key that it does not know is refused with those that it knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in data if isinstance(data, dict) and cls.model_config["extra"] == "forbid" else ():
            if key not in known:
                raise ValueError(f"unknown key {key!r}; expected one of {', '.join(known)}")
        return data


class RecordingTable(Table):
    """Where a recording comes from: its path, or the experiment that is trained; other keys are its options."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    __pydantic_extra__: dict[str, Value]

    path: Annotated[str | None, Field(description="folder of a recording, seen from the storyboard")] = None
    experiment: Annotated[str | None, Field(description="what is trained, as in `animviz record`")] = None
    like: Annotated[str | None, Field(description="another recording, whose keys hold unless they are given here")] = (
        None
    )

    @property
    def options(self) -> dict[str, Value]:
        """The experiment's options that are given."""
        return dict(self.__pydantic_extra__)


class Timed(Table):
    """Something that is seen for a part of a shot.

    Attributes:
        start: seconds since the start of the shot.
        at: epoch or landmark instead.
        seconds: length; by default until the next of its kind, or the end of the shot.
    """

    start: Annotated[float | None, Field(ge=0, description="seconds since the start of the shot")] = None
    at: Annotated[Moment | None, Field(description="epoch or landmark at which it begins, instead of `start`")] = None
    seconds: Annotated[Seconds | None, Field(description="length; by default until the next, or the shot's end")] = None

    @model_validator(mode="after")
    def _one_beginning(self) -> Self:
        if self.start is not None and self.at is not None:
            raise ValueError("both 'start' and 'at' are given; leave one of them out")
        return self


class Caption(Timed):
    """Words below the picture, and in the subtitles; `$...$` is mathematics."""

    text: Annotated[str, Field(min_length=1)]
    plain: Annotated[str | None, Field(description="what the subtitles say, where mathematics has no plain form")] = (
        None
    )


class Highlight(Timed):
    """A mark on the picture, whose places are shares of the picture's width and height.

    Attributes:
        shape: a box or a circle in the rectangle of x, y, width and height, or an arrow whose head is at x, y and whose
            tail is width to the right and height below it.
    """

    shape: Literal["box", "circle", "arrow"] = "box"
    x: Share
    y: Share
    width: Annotated[float, Field(ge=-1, le=1)] = 0.1
    height: Annotated[float, Field(ge=-1, le=1)] = 0.1
    label: str = ""

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if self.shape != "arrow" and (self.width <= 0 or self.height <= 0):
            raise ValueError(f"a {self.shape} needs a width and a height above 0")
        if not (0 <= self.x + self.width <= 1 and 0 <= self.y + self.height <= 1):
            raise ValueError(f"the {self.shape} leaves the picture; x + width and y + height must be from 0 to 1")
        return self


class SpanTable(Table):
    """A part of the training, and how fast it passes.

    Attributes:
        begin: epoch or landmark; by default where the last span ended, or the recording begins. In the file: `from`.
        to: epoch or landmark; by default the recording's end.
        seconds: length with its holds.
        pace: epochs per second, or "change": time in proportion to how far the picture moves.
    """

    begin: Annotated[Moment | None, Field(alias="from")] = None
    to: Moment | None = None
    seconds: Seconds | None = None
    pace: Annotated[float, Field(gt=0)] | Literal["change"] | None = None
    hold_start: Hold = 0.0
    hold_end: Hold = 0.0
    ease: Literal["linear", "in", "out", "in-out"] = "linear"

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.seconds is not None and isinstance(self.pace, float | int):
            raise ValueError("both 'seconds' and 'pace' are given; leave one of them out, or set pace = \"change\"")
        return self


class _Shot(Table):
    """What all shots have."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", description="by which --shot finds it")]
    chapter: Annotated[str | None, Field(min_length=1, description="title of the chapter that begins here")] = None
    fade: Annotated[float | None, Field(ge=0, le=10, description="seconds of the cross-fade from the shot before")] = (
        None
    )
    audio: Annotated[str | None, Field(description="narration; the shot takes as long as it does")] = None
    captions: list[Caption] = []
    highlights: list[Highlight] = []


class TitleShot(_Shot):
    """A card with words."""

    title: Annotated[str, Field(min_length=1)]
    lines: Annotated[list[str], Field(max_length=8)] = []
    seconds: Seconds = 5.0


class SceneShot(_Shot, SpanTable):
    """A scene over a part of a recording."""

    scene: str
    recording: str
    output: Annotated[str | None, Field(description="that is drawn, of a model that has several")] = None
    options: dict[str, Value] = {}
    spans: Annotated[list[SpanTable], Field(description="several parts, one after the other")] = []

    @model_validator(mode="after")
    def _spans_or_span(self) -> Self:
        _refuse_both(self)
        return self


class Cell(Table):
    """One of the pictures of a split screen."""

    recording: str
    scene: Annotated[str | None, Field(description="by default the shot's scene")] = None
    label: Annotated[str | None, Field(description="by default the architecture, or the recording's name")] = None
    note: str = ""
    output: Annotated[str | None, Field(description="that is drawn, of a model that has several")] = None
    options: dict[str, Value] = {}


class SplitShot(_Shot, SpanTable):
    """Several scenes side by side on one clock."""

    title: Annotated[str, Field(min_length=1)]
    split: Annotated[list[Cell], Field(min_length=2, max_length=6)]
    scene: Annotated[str | None, Field(description="of the cells that name none")] = None
    clock: Annotated[Literal["epoch", "loss"], Field(description="what all cells have in common")] = "epoch"
    spans: Annotated[list[SpanTable], Field(description="several parts, one after the other")] = []

    @model_validator(mode="after")
    def _spans_or_span(self) -> Self:
        if any(cell.scene is None for cell in self.split) and self.scene is None:
            raise ValueError("a cell names no scene; give 'scene' to the cell or to the shot")
        _refuse_both(self)
        return self


def _refuse_both(shot: SceneShot | SplitShot) -> None:
    given = [
        SpanTable.model_fields[name].alias or name for name in SpanTable.model_fields if name in shot.model_fields_set
    ]
    if shot.spans and given:
        raise ValueError(f"'spans' and {given[0]!r} are given; put {given[0]!r} into a span")


def _kind(data: Any) -> str:
    """Tell what kind of shot a table is by its keys; the words are none that could be keys."""
    keys = data if isinstance(data, dict) else ()
    return next((kind for kind in ("split", "scene") if kind in keys), "title") + " shot"


Shot = Annotated[
    Annotated[TitleShot, Tag("title shot")]
    | Annotated[SceneShot, Tag("scene shot")]
    | Annotated[SplitShot, Tag("split shot")],
    Discriminator(_kind),
]


def _theme(name: str) -> str:
    if name not in THEMES:
        raise ValueError(f"expected one of {', '.join(THEMES)}")
    return name


class Poster(Table):
    """The still that stands for the film."""

    shot: str
    start: Annotated[
        float | None, Field(ge=0, description="seconds since the start of the shot; by default its end")
    ] = None


class Board(Table):
    """A storyboard."""

    title: Annotated[str, Field(min_length=1)]
    size: Annotated[list[int], Field(min_length=2, max_length=2, description="width and height in pixels, even")] = [
        1280,
        720,
    ]
    theme: Annotated[str, AfterValidator(_theme), Field(json_schema_extra={"enum": list(THEMES)})] = "dark"
    fps: Annotated[float, Field(ge=1, le=240)] = 30.0
    fade: Annotated[float, Field(ge=0, le=10, description="seconds of a cross-fade between two shots")] = 0.6
    audio: Annotated[str | None, Field(description="sound for the whole film")] = None
    poster: Poster | None = None
    recordings: dict[str, RecordingTable] = {}
    shot: Annotated[list[Shot], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_sound(self) -> Self:
        if self.audio is not None and any(shot.audio is not None for shot in self.shot):
            raise ValueError("the film and a shot have 'audio'; leave one of them out")
        return self
