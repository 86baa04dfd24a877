"""Where pictures and tables are put as the page takes them: their files, and what the page shows of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from eligo.plain import for_spreadsheets

from .figures.canvas import Picture, save
from .tables import Table


@dataclass
class Shelf:
    """Writes pictures and tables into their folders as the page takes them, and numbers the pictures."""

    folder: Path
    pictures: list[Picture] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def picture(self, picture: Picture | None) -> dict[str, Any] | None:
        """Write a picture; what the page shows of it."""
        if picture is None:
            return None
        self.pictures.append(picture)
        svg = Markup(save(picture, self.folder / "figures"))
        width, number = picture.figure.get_figwidth() * 96, len(self.pictures)
        return {"number": number, "name": picture.name, "svg": svg, "caption": picture.caption, "width": width}

    def table(self, table: Table | None, caption: str = "") -> Table | None:
        """Write a table as CSV; the table again, with what the page says above it."""
        if table is None:
            return None
        table = replace(table, caption=caption) if caption else table
        for_spreadsheets(table.frame).to_csv(
            self.folder / "tables" / f"{table.name}.csv", index=False, lineterminator="\n"
        )
        self.tables.append(table)
        return table
