"""Commands with the options of a scene or an experiment: they are made when they are asked for."""

from typing import Any

import click

__all__ = ["GROUPS"]


class _Scenes(click.Group):
    """A group with a command per scene, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from animviz.pictures.discovery import scene_names

        return scene_names()

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        from animviz.cli.render import RenderCommand

        return RenderCommand(name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from animviz.cli.reports import scene_rows

        with formatter.section("Scenes"):
            formatter.write_dl(scene_rows())


class _Previews(_Scenes):
    """Likewise, for what is looked at in the browser."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        from animviz.cli.preview import PreviewCommand

        return PreviewCommand(name)


class _Experiments(click.Group):
    """A group with a command per experiment, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from animviz.experiments.catalogue import EXPERIMENTS

        return list(EXPERIMENTS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        from animviz.cli.record import RecordCommand

        return RecordCommand(name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from animviz.cli.record import experiment_rows

        with formatter.section("Experiments"):
            formatter.write_dl(experiment_rows())


@click.group(cls=_Scenes, name="render", subcommand_metavar="SCENE|FILE.py [OPTIONS]...")
def render_group() -> None:
    """Draw a scene; train first where nothing is recorded.

    `animviz render SCENE --help` shows the scene's options with those of its experiment.
    """


@click.group(cls=_Previews, name="preview", subcommand_metavar="SCENE|FILE.py --from RECORDING [OPTIONS]...")
def preview_group() -> None:
    """Look at a scene in the browser; redraw it on edits.

    `animviz preview SCENE --help` shows the scene's options. The page is served to this machine alone, until Ctrl-C.
    """


@click.group(cls=_Experiments, name="record", subcommand_metavar="EXPERIMENT [OPTIONS]...")
def record_group() -> None:
    """Train an experiment and record it, without drawing.

    `animviz record EXPERIMENT --help` shows all of its settings.
    """


class _Compare(click.Command):
    """A command that is made when it is asked for, since its options come from the experiments."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        from animviz.cli.compare import CompareCommand

        return CompareCommand().make_context(info_name, args, parent, **extra)


compare = _Compare("compare", help="Train several networks: a table and a video of them.")
GROUPS = (render_group, preview_group, record_group, compare)
