"""The command line: turns options into calls, and errors into one line with exit code 2, once.

Nothing heavy is imported here: every command imports what it uses when it runs.
"""

import codecs
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from animviz.cli.groups import GROUPS
from animviz.cli.keeping import KEEPING
from animviz.cli.printing import PRINTING
from animviz.cli.saying import Plain, say
from animviz.cli.signals import exit_code, hear
from animviz.cli.writing import WRITING

__all__ = ["cli", "main", "run"]

PROG = "animviz"
STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 on success, 2 on anything a user can fix, 130 on Ctrl-C."""
    from animviz.errors import AnimvizError
    from animviz.safety.limits import LIMITS, limit

    try:
        limit(next(iter(LIMITS)))  # what the environment says of them is read now, and not within some file
        cli.main(args=arguments, prog_name=PROG, standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(STOPPED)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message(), err=True)
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message(), error)
    except AnimvizError as error:
        _fail(str(error), error)
    except BrokenPipeError:  # whoever reads has read enough
        _write_no_more()
        sys.exit(1)
    except OSError as error:
        if error.filename is None:
            _write_no_more()
        _fail(f"{error.filename or 'output'}: {error.strerror or error}; choose another path, or make room", error)
    except MemoryError as error:
        _fail(f"there is not enough memory ({error}); take fewer samples, a smaller size or fewer workers", error)


def run() -> NoReturn:
    """Run the command line as a process of its own, see `main`.

    Python takes a second to take TensorFlow apart at its end. All files are whole by then, so that is skipped. After
    Ctrl-C it is skipped too: where that hit the import of a compiled module, Python would end itself by the signal.
    """
    _open_closed_streams()
    _write_all_letters()
    # What is not finite is drawn as it is; lines of source would be no help.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"(animviz|scenes|numpy)\b")
    hear()
    try:
        main()
        code: Any = 0
    except SystemExit as done:
        code = done.code
    except KeyboardInterrupt:  # between the end of the command and that of the program
        code = STOPPED
    if code == STOPPED:
        code = exit_code()
    if "tensorflow" not in sys.modules and code < STOPPED - 2:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # a pipe that nobody reads any more
            stream.flush()
    os._exit(code or 0)


def _open_closed_streams() -> None:
    """Let what is said to a stream that was closed before the start go nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _write_all_letters() -> None:
    """Let no letter of a name or title end a command that has done its work.

    In an ASCII locale they go out as UTF-8. Where another encoding lacks a letter it is escaped.
    """
    codecs.register_error(PROG, _written_anyhow)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            is_ascii = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if is_ascii else None, errors=PROG)


def _written_anyhow(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write bytes of a file's name as they came, and escape any other letter."""
    assert isinstance(error, UnicodeEncodeError)
    error.end = error.start + 1
    undecoded = "\udc80" <= error.object[error.start] <= "\udcff"
    return codecs.lookup_error("surrogateescape" if undecoded else "backslashreplace")(error)


def _write_no_more() -> None:
    """Let what stdout still holds go nowhere: Python would try to write it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, error: Exception) -> None:
    """Print one line and exit; a scene that broke shows where, since its author is the one who reads it."""
    from animviz.errors import AnimvizError

    if isinstance(error, AnimvizError) and error.broken is not None:
        import traceback

        traceback.print_exception(error.broken)
    with suppress(OSError, ValueError):  # nobody can be told
        say(f"{PROG}: {' '.join(message.split())}", err=True)
    sys.exit(2)


class _Root(click.Group):
    """The program: its help ends with what files are limited to."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from animviz.safety.limits import VARIABLE, limit_lines

        with formatter.section(f"Limits on files, which {VARIABLE}=data=2GB,classes=50000 raises"):
            formatter.write_dl(limit_lines())


@click.group(cls=_Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="animviz", prog_name=PROG, message="%(prog)s %(version)s")
@click.option("-v", "--verbose", is_flag=True, help="Say what is done, and what a recording will cost.")
def cli(verbose: bool) -> None:
    """Animations and videos of neural networks while they learn.

    \b
    animviz render rings --arch 2-3-2-1         train, record and render
    animviz render boundary --from run.rec      draw a recording that exists
    animviz render my_scene.py --from run.rec   draw it with your own scene
    """
    logging.basicConfig(level=logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Plain(f"{PROG}: %(message)s"))
    logging.getLogger("animviz").setLevel(logging.INFO if verbose else logging.WARNING)


for command in (*GROUPS, *WRITING, *PRINTING, *KEEPING):
    cli.add_command(command)
