"""Folders inside of packages, written ``package:folder``, and the files of rules in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable

from ..errors import DeclarationError
from ..messages import Message, message


def check_folder(folder: str, whose: Message) -> None:
    """Raise DeclarationError where a folder is not written ``package:folder``."""
    if folder.count(":") != 1:
        said = message(
            "{whose}: a folder is written package:folder, not {folder!r}",
            whose=whose,
            folder=folder,
        )
        raise DeclarationError(said)


def files_of(folder: str) -> Iterable[Traversable]:
    """Return the files of a folder."""
    package, name = folder.split(":")
    return (resources.files(package) / name).iterdir()


def toml_texts(folder: str) -> Mapping[str, str]:
    """Return the texts of the TOML files of a folder, by their names."""
    files = (file for file in files_of(folder) if file.name.endswith(".toml"))
    return {file.name: file.read_text("utf-8") for file in files}


def ruleset_files(folders: Iterable[str], scorecard: str) -> dict[str, Traversable]:
    """Find the rule set files of a scorecard in some folders, by version, without reading them."""
    pattern = re.compile(rf"{re.escape(scorecard)}-(.+)\.toml\Z")
    files: dict[str, Traversable] = {}
    for folder in folders:
        for file in files_of(folder):
            match = pattern.match(file.name)
            if match and files.setdefault(match[1], file) is not file:
                said = message(
                    "{scorecard}: rule set {version} is declared twice",
                    scorecard=scorecard,
                    version=match[1],
                )
                raise DeclarationError(said)
    return files
