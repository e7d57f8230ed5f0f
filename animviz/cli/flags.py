"""Options on the command line: the tables of `animviz.options` as click's, under headings."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from animviz.cli.places import PLACE
from animviz.errors import InputError
from animviz.options import Option
from animviz.stage.box import PRESETS, size_in
from animviz.stage.theme import THEMES
from animviz.video.budget import AUTO, DEFAULT_LIMIT
from animviz.video.formats import CODECS, PLAYED
from animviz.video.places import PUBLISHED

if TYPE_CHECKING:
    from animviz.experiments.experiment import Experiment

__all__ = [
    "OUTPUT_NAME",
    "RETRAIN",
    "SIZE",
    "VIDEO",
    "Sectioned",
    "Sections",
    "advised",
    "argument",
    "as_click",
    "path_option",
    "refuse_beside",
    "refuse_beside_from",
]

Sections = dict[str, list[click.Option]]


class Sectioned(click.Command):
    """A command whose options stand under headings and may depend on the arguments."""

    def __init__(self, name: str, summary: str) -> None:
        super().__init__(name, help=summary, callback=self.run)
        self._arrange([])

    def sections(self, arguments: Sequence[str]) -> Sections:
        """Return the options by heading, for the arguments as typed."""
        raise NotImplementedError

    def run(self, **values: Any) -> None:
        """Carry the command out."""
        raise NotImplementedError

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Choose the options that these arguments call for, then parse."""
        self._arrange(args)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings."""
        helps = [option] if (option := self.get_help_option(ctx)) is not None else []
        for heading, options in {**self._sections, "Help": helps}.items():
            rows = [row for option in options if (row := option.get_help_record(ctx)) is not None]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def _arrange(self, arguments: Sequence[str]) -> None:
        self._sections = self.sections(arguments)
        self.params = [option for options in self._sections.values() for option in options]


def advised(summary: str, experiment: "Experiment | None") -> str:
    """Return the help of a command: what it does, and what to try in the experiment that it trains."""
    return "\n\n".join(filter(None, [summary, experiment.advice if experiment else ""]))


def argument(flag: str, arguments: Sequence[str]) -> str | None:
    """Return the value given for an option among raw arguments: the last one, which is that which holds."""
    found = None
    for word, following in zip(arguments, [*arguments[1:], None], strict=False):
        if word == flag:
            found = following
        elif word.startswith(f"{flag}="):
            found = word.partition("=")[2]
    return found


def refuse_beside_from(names: Iterable[str]) -> None:
    """Refuse options of the training that --from would silently ignore.

    Raises:
        InputError: one of these names was given on the command line.
    """
    refuse_beside("--from, which draws a recording as it is", names)


def refuse_beside(other: str, names: Iterable[str]) -> None:
    """Refuse options that another would silently ignore.

    Args:
        other: that one, and what it does.
        names: of the options.

    Raises:
        InputError: one of these names was given on the command line.
    """
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            flag = next(param.opts[0] for param in context.command.params if param.name == name)
            raise InputError(f"{flag} cannot go with {other}; leave one of them out")


def as_click(options: Sequence[Option]) -> list[click.Option]:
    """Return options for the command line; their bounds are checked once, by the options themselves."""
    return [_one_as_click(option) for option in options]


def _one_as_click(option: Option) -> click.Option:
    text = f"{_capital(option.help)}." if option.help else None
    if option.kind is bool:
        flags = [f"{option.flag}/--no-{option.flag[2:]}", option.name]
        return click.Option(flags, default=option.default, show_default=True, help=text)
    kind: Any = _Worded(option) if option.words else option.kind
    if option.choices:
        kind = click.Choice(option.choices)
    elif option.kind is Path:
        kind = PLACE
    return click.Option(
        [option.flag, option.name],
        type=kind,
        default=option.default,
        show_default=option.default is not None,
        help=text,
    )


def _capital(text: str) -> str:
    """Begin a help text with a capital, unless it begins with a name such as mnist-5k or a list of names."""
    return text[:1].upper() + text[1:] if text.split()[0].isalpha() else text


def path_option(*flags: str, help: str, multiple: bool = False) -> click.Option:
    """Return an option that takes a path."""
    return click.Option(list(flags), type=PLACE, help=help, multiple=multiple)


class _Worded(click.ParamType[Any]):
    """A number, or one of a few words."""

    def __init__(self, option: Option) -> None:
        self.option = option
        self.name = "|".join([option.kind.__name__, *option.words])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.option.read(str(value))
        except InputError as error:
            self.fail(str(error), param, ctx)


class _Size(click.ParamType[tuple[int, int]]):
    """WIDTHxHEIGHT in pixels, or an aspect."""

    name = "WxH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        try:
            return size_in(str(value))
        except InputError as error:
            self.fail(str(error), param, ctx)


RETRAIN = click.Option(["--retrain"], is_flag=True, help="Train anew even if the recording is there already.")
SIZE = click.Option(
    ["--size"], type=_Size(), default="1280x720", show_default=True,
    help=f"Width and height in pixels, even; or {', '.join(PRESETS)} with a shorter side of 720.",
)  # fmt: skip
OUTPUT_NAME = click.Option(["--output-name"], metavar="NAME", help="Output that is drawn, of a model that has several.")
VIDEO = [
    click.Option(
        ["--for", "place"], metavar="PLACE",
        help=f"Where it is published: {', '.join(PUBLISHED)}. Size, rate, codec, length and limit are chosen for it; what is"
        " given beside it holds.",
    ),
    click.Option(
        ["--size"], type=_Size(),
        help=f"Width and height in pixels, in a video even; or {', '.join(PRESETS)} with a shorter side of 720."
        "  [default: 1280x720, or the place's]",
    ),
    click.Option(["--theme"], type=click.Choice(list(THEMES)), default="dark", show_default=True, help="Colours."),
    click.Option(
        ["--background"], metavar="COLOUR",
        help="Colour behind the picture, such as '#ffffff'; or transparent, in a .mov, .webm, .webp, .avif, .apng, .png or a"
        " folder.  [default: the theme's]",
    ),
    click.Option(
        ["--codec"], type=click.Choice(list(dict.fromkeys(name for names in CODECS.values() for name in names))),
        help="How a video is encoded.  [default: h264, in a .webm vp9, in a .mov prores]",
    ),
    click.Option(
        ["--loop"], metavar="TIMES", default="forever", show_default=True,
        help=f"How often {', '.join(PLAYED)} play: once, a number, or forever.",
    ),
    click.Option(["--workers"], type=int, help="Processes that draw.  [default: as many as pay]"),
    click.Option(
        ["--max-size"], metavar="BYTES", default=AUTO,
        help="Most that a .gif, .webp, .mp4, .m4v or .webm may take: size, frame rate, and tones or bits per second are"
        f" chosen to fit; none for no limit.  [default: {DEFAULT_LIMIT // 1_000_000}MB for a .gif or .webp]",
    ),
    click.Option(["--alt"], is_flag=True, help="Write what is seen, in words, beside the file: NAME.alt.txt."),
    path_option("--poster", help="File for a picture of the last frame: .png, .jpg or .webp."),
]  # fmt: skip
