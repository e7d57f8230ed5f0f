"""The JSON Schema of a storyboard, for editors: `python -m animviz.storyboard.file.schema` writes it anew."""

import json
from pathlib import Path

from animviz.files import replace_file
from animviz.storyboard.file.board import Board

__all__ = ["PATH", "schema_text"]

PATH = Path(__file__).with_name("schema.json")


def schema_text() -> str:
    """Return the schema as it is shipped."""
    facts = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Board.model_json_schema()}
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    replace_file(PATH, schema_text().encode())
